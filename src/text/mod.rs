//! Numbers, amounts and lists as people write them.

mod amount;

pub(crate) use amount::{bytes, duration, mebibytes};

/// `digits` significant digits without trailing zeros, in plain characters; powers of ten only far from one. Figures write
/// theirs with a real minus sign and superscripts: `plot::axis::ticks::format_number`.
pub(crate) fn significant(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return "0".into();
    }
    if !value.is_finite() {
        return if value.is_nan() { "NaN" } else { "∞" }.into();
    }
    let exponent = value.abs().log10().floor() as i32;
    if !(-4..6).contains(&exponent) {
        return format!("{value:.*e}", digits.saturating_sub(1));
    }
    let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// A number in subscript digits: β₆.
pub(crate) fn subscript(value: usize) -> String {
    value
        .to_string()
        .chars()
        .map(|digit| match digit.to_digit(10) {
            Some(d) => char::from_u32(0x2080 + d).unwrap_or(digit),
            None => digit,
        })
        .collect()
}

/// A count with commas between thousands.
pub(crate) fn thousands(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Latents by name, the first `most` of them: `z1, z4 and 3 more`.
pub(crate) fn names(latents: &[usize], most: usize) -> String {
    let shown: Vec<String> = latents.iter().take(most).map(|j| format!("z{j}")).collect();
    let text = shown.join(", ");
    match latents.len().saturating_sub(most) {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_written_by_hand() {
        assert_eq!(significant(2.268_4, 3), "2.27");
        assert_eq!(significant(100.0, 3), "100");
        assert_eq!(significant(1.0, 3), "1");
        assert_eq!(significant(0.001_234, 3), "0.00123");
        assert_eq!(significant(1.5e-7, 2), "1.5e-7");
        assert_eq!(significant(f64::NAN, 3), "NaN");
        assert_eq!(subscript(16), "₁₆");
        assert_eq!(thousands(60_000), "60,000");
        assert_eq!(thousands(999), "999");
        assert_eq!(names(&[1, 4], 3), "z1, z4");
        assert_eq!(names(&[1, 4, 5], 1), "z1 and 2 more");
    }
}
