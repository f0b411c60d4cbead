//! Where ticks stand and what they say: pure functions shared by the window and the exporters.
//!
//! Linear axes step by 1, 2 or 5 times a power of ten. Log axes mark decades, with 3 (or 2 and 5)
//! between them where there is room. Labels use a true minus sign, thousands separators and
//! powers of ten (`3×10⁻⁷`) only where plain digits would be long.

use crate::plot::spec::Scale;

/// One tick of an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Where, in data units.
    pub value: f64,
    /// What is written; empty for a minor tick.
    pub label: String,
    /// Whether the tick carries a label and a grid line.
    pub major: bool,
}

/// Ticks of an axis from `low` to `high`, with about `count` labels (at least 2 where possible).
/// Empty if the range is not finite and increasing, or not positive on a log scale.
pub fn ticks(scale: Scale, low: f64, high: f64, count: usize) -> Vec<Tick> {
    if !(low.is_finite() && high.is_finite() && low < high) {
        return Vec::new();
    }
    match scale {
        Scale::Linear => linear(low, high, count),
        Scale::Log10 if low > 0.0 => log10(low, high, count),
        Scale::Log10 => Vec::new(),
    }
}

/// The step of a linear axis that gives at most `count` intervals: 1, 2 or 5 times a power of ten.
pub fn nice_step(span: f64, count: usize) -> f64 {
    let rough = span / count.max(1) as f64;
    let power = 10_f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0]
        .into_iter()
        .find(|f| f * power >= rough * (1.0 - 1e-9))
        .unwrap_or(10.0);
    factor * power
}

fn linear(low: f64, high: f64, count: usize) -> Vec<Tick> {
    let step = nice_step(high - low, count);
    if !(step.is_finite() && step > 0.0) {
        return Vec::new();
    }
    let slack = step * 1e-9;
    let first = ((low - slack) / step).ceil();
    let mut out: Vec<Tick> = Vec::new();
    for i in 0..=2 * count.max(1) + 2 {
        let value = (first + i as f64) * step;
        if value > high + slack {
            break;
        }
        // Far from zero two steps may be one number.
        if out.last().is_some_and(|t| t.value >= value) {
            break;
        }
        let value = if value.abs() < slack { 0.0 } else { value };
        out.push(Tick {
            value,
            label: format_step(value, step),
            major: true,
        });
    }
    out
}

fn log10(low: f64, high: f64, count: usize) -> Vec<Tick> {
    let (a, b) = (low.log10(), high.log10());
    let decades = b - a;
    let first = a.floor() as i32;
    let last = b.ceil() as i32;
    let room = count.max(2) as f64 / decades.max(1e-12);
    let labelled: &[u8] = match room {
        r if r >= 4.0 => &[1, 2, 5],
        r if r >= 2.0 => &[1, 3],
        _ => &[1],
    };
    // Every n-th decade where there are too many for the room.
    let every = ((decades / count.max(2) as f64).ceil() as i32).max(1);
    let minors = every == 1 && decades <= 12.0;
    let mut out = Vec::new();
    for power in first..=last {
        for digit in 1..=9_u8 {
            let value = f64::from(digit) * 10_f64.powi(power);
            let inside = value >= low * (1.0 - 1e-9) && value <= high * (1.0 + 1e-9);
            if !inside || !value.is_normal() {
                continue;
            }
            let major = labelled.contains(&digit) && power.rem_euclid(every) == 0;
            if major || minors {
                out.push(Tick {
                    value,
                    label: if major {
                        format_log(digit, power)
                    } else {
                        String::new()
                    },
                    major,
                });
            }
        }
    }
    if out.iter().filter(|t| t.major).count() >= 2 {
        return out;
    }
    // Less than a factor of about two: round numbers, unevenly spaced.
    linear(low, high, count.max(2))
}

/// `digit`·10^`power` as a log axis labels it.
fn format_log(digit: u8, power: i32) -> String {
    if (-3..=4).contains(&power) {
        let value = f64::from(digit) * 10_f64.powi(power);
        return plain(value, usize::try_from(-power).unwrap_or(0));
    }
    if digit == 1 {
        format!("10{}", superscript(power))
    } else {
        format!("{digit}×10{}", superscript(power))
    }
}

/// A tick label with the decimals its `step` needs: `0.25`, `−1.5`, `60,000`, `3×10⁻⁷`.
pub fn format_step(value: f64, step: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !value.is_finite() {
        return format_number(value, 3);
    }
    let step_power = power_of(step);
    let value_power = power_of(value);
    if (-5..=6).contains(&step_power) && value_power <= 9 {
        return plain(value, usize::try_from(-step_power).unwrap_or(0));
    }
    let digits = usize::try_from(value_power - step_power)
        .unwrap_or(0)
        .min(16);
    let mantissa = plain(value / 10_f64.powi(value_power), digits);
    power_text(&mantissa, value_power)
}

/// A number with about `digits` significant digits, as notes and labels write it: `2.27`, `0.034`,
/// `−0.09`, `1.2×10⁻⁷`; `NaN`, `∞` and `−∞` as such.
pub fn format_number(value: f64, digits: usize) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞" } else { "−∞" }.to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = digits.clamp(1, 15);
    // Most numbers need no look at how they round: the digits before the point are known.
    let power = value.abs().log10().floor();
    let mantissa = value.abs() / 10_f64.powf(power);
    let carries_from = 10.0 - 0.5 * 10_f64.powi(1 - digits as i32);
    if (-4.0..=6.0).contains(&power) && mantissa > 1.0 + 1e-9 && mantissa < carries_from - 1e-9 {
        let decimals = usize::try_from(digits as i32 - 1 - power as i32);
        return match decimals {
            Ok(decimals) => plain(value, decimals),
            Err(_) => exactly(value, digits),
        };
    }
    exactly(value, digits)
}

/// The same by way of the digits themselves.
fn exactly(value: f64, digits: usize) -> String {
    // Rounding may carry into the next power (9.996 to three digits is 10.0).
    let rounded: f64 = format!("{value:.*e}", digits - 1).parse().unwrap_or(value);
    let power = power_of(rounded);
    if (-4..=6).contains(&power) {
        let decimals = usize::try_from(digits as i32 - 1 - power).unwrap_or(0);
        plain(rounded, decimals)
    } else {
        let mantissa = plain(rounded / 10_f64.powi(power), digits - 1);
        power_text(&mantissa, power)
    }
}

/// [`format_number`] without zeros at the end of the fraction: `0.03`, `2.5`, `30`.
pub fn format_short(value: f64, digits: usize) -> String {
    let text = format_number(value, digits);
    let (mantissa, power) = match text.find('×') {
        Some(at) => text.split_at(at),
        None => (text.as_str(), ""),
    };
    let mantissa = if mantissa.contains('.') {
        mantissa.trim_end_matches('0').trim_end_matches('.')
    } else {
        mantissa
    };
    format!("{mantissa}{power}")
}

fn power_text(mantissa: &str, power: i32) -> String {
    match mantissa {
        "1" => format!("10{}", superscript(power)),
        "−1" => format!("−10{}", superscript(power)),
        _ => format!("{mantissa}×10{}", superscript(power)),
    }
}

/// Decimal exponent: the n of m·10ⁿ with 1 ≤ |m| < 10.
fn power_of(value: f64) -> i32 {
    // Read from the shortest decimal form, exact where log10 is not (1000.0_f64.log10() < 3?).
    format!("{value:e}")
        .rsplit_once('e')
        .and_then(|(_, p)| p.parse().ok())
        .unwrap_or(0)
}

/// Fixed-point digits with a true minus sign and, from 10,000 on, thousands separators.
fn plain(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = match text.split_once('.') {
        Some((w, f)) => (w, f),
        None => (text.as_str(), ""),
    };
    let mut out = String::new();
    let is_zero = text.bytes().all(|b| b == b'0' || b == b'.');
    if value < 0.0 && !is_zero {
        out.push('−');
    }
    for (i, c) in whole.chars().enumerate() {
        if whole.len() > 4 && i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// An integer in superscript digits: `⁻¹²`.
pub fn superscript(value: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    value
        .to_string()
        .chars()
        .map(|c| c.to_digit(10).map_or('⁻', |d| DIGITS[d as usize]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: Scale, low: f64, high: f64, count: usize) -> Vec<String> {
        ticks(scale, low, high, count)
            .into_iter()
            .filter(|t| t.major)
            .map(|t| t.label)
            .collect()
    }

    #[test]
    fn the_short_way_to_a_number_gives_the_same_text() {
        let mut state = 1_u64;
        for k in 0..40_000 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let mantissa = 1.0 + 9.0 * (state >> 11) as f64 / (1_u64 << 53) as f64;
            let value = mantissa * 10_f64.powi(k % 17 - 8);
            // Numbers of few digits and those just beside a carry, too.
            let few = (value * 1e3).round() / 1e3;
            let beside = 10_f64.powi(k % 9 - 4) * (1.0 - 1e-4 * f64::from(k % 7));
            for v in [value, -value, few, beside] {
                for digits in [1, 2, 3, 4, 6] {
                    if v != 0.0 {
                        assert_eq!(
                            format_number(v, digits),
                            exactly(v, digits),
                            "{v:e} {digits}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn linear_ticks_are_round() {
        assert_eq!(labels(Scale::Linear, 0.0, 1.05, 5), ["0", "0.5", "1.0"]);
        assert_eq!(
            labels(Scale::Linear, 0.0, 1.0, 6),
            ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        assert_eq!(labels(Scale::Linear, -3.0, 3.0, 4), ["−2", "0", "2"]);
        assert_eq!(
            labels(Scale::Linear, 0.0, 60_000.0, 3),
            ["0", "20,000", "40,000", "60,000"]
        );
    }

    #[test]
    fn log_ticks_are_decades_with_threes_where_there_is_room() {
        assert_eq!(
            labels(Scale::Log10, 0.1, 10.0, 5),
            ["0.1", "0.3", "1", "3", "10"]
        );
        assert_eq!(
            labels(Scale::Log10, 1e-3, 1e4, 8),
            ["0.001", "0.01", "0.1", "1", "10", "100", "1000", "10,000"]
        );
        assert_eq!(
            labels(Scale::Log10, 1e-9, 1e-5, 4),
            ["10⁻⁹", "10⁻⁸", "10⁻⁷", "10⁻⁶", "10⁻⁵"]
        );
    }

    #[test]
    fn a_log_axis_of_less_than_a_decade_still_has_two_labels() {
        for (low, high) in [(1.1, 1.9), (2.1, 2.9), (4.0, 4.001), (0.3, 1.2)] {
            assert!(
                labels(Scale::Log10, low, high, 5).len() >= 2,
                "{low}..{high}"
            );
        }
    }

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(format_number(2.266_6, 3), "2.27");
        assert_eq!(format_number(-0.09, 2), "−0.090");
        assert_eq!(format_number(9.996, 3), "10.0");
        assert_eq!(format_number(1.234e-7, 2), "1.2×10⁻⁷");
        assert_eq!(format_number(123_456.0, 3), "123,000");
        assert_eq!(format_number(f64::NEG_INFINITY, 3), "−∞");
        assert_eq!(format_step(-1.0e-12, 5e-13), "−1.0×10⁻¹²");
        assert_eq!(superscript(-120), "⁻¹²⁰");
        assert_eq!(format_short(0.03, 3), "0.03");
        assert_eq!(format_short(30.0, 3), "30");
        assert_eq!(format_short(3.10e-9, 3), "3.1×10⁻⁹");
        assert_eq!(format_short(100.0, 1), "100");
    }

    #[test]
    fn ticks_lie_inside_and_increase_over_hostile_ranges() {
        for (low, high) in [
            (1e15, 1e15 + 1.0),
            (-1e300, 1e300),
            (1e-300, 2e-300),
            (1e9, 1e9 + 1e-6),
            (f64::NAN, 1.0),
            (2.0, 1.0),
            (0.0, f64::INFINITY),
        ] {
            for scale in [Scale::Linear, Scale::Log10] {
                let t = ticks(scale, low, high, 6);
                assert!(t.len() < 200);
                assert!(t.windows(2).all(|w| w[0].value < w[1].value));
                let slack = (high - low) * 1e-6;
                assert!(
                    t.iter()
                        .all(|t| t.value >= low - slack && t.value <= high + slack)
                );
            }
        }
    }
}
