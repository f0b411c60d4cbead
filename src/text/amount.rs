//! Bytes and durations.

use std::time::Duration;

use super::{significant, thousands};

/// A number of bytes in the unit that suits it: `1.5 KiB`, `45 MiB`.
pub(crate) fn bytes(count: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"];
    if count < 1024 {
        return format!("{count} B");
    }
    let mut value = count as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < units.len() {
        value /= 1024.0;
        unit += 1;
    }
    let digits = if value < 10.0 {
        format!("{value:.1}")
    } else {
        significant(value.round(), 4)
    };
    format!("{digits} {}", units[unit])
}

/// A number of bytes in MiB, where several are compared: `0.12 MiB`, `1,536 MiB`.
pub(crate) fn mebibytes(count: u64) -> String {
    let value = count as f64 / f64::from(1 << 20);
    if value < 1000.0 {
        format!("{} MiB", significant(value, 3))
    } else {
        format!("{} MiB", thousands(value.round() as u64))
    }
}

/// A time to wait: `20 s`, `3 min`, `2.5 h`, `4 days`.
pub(crate) fn duration(time: Duration) -> String {
    const DAY: u64 = 86_400;
    let seconds = time.as_secs_f64();
    match time.as_secs() {
        0 => "less than 1 s".into(),
        1..=90 => format!("{seconds:.0} s"),
        91..=5400 => format!("{:.0} min", seconds / 60.0),
        5401..172_800 => {
            let hours = format!("{:.1}", seconds / 3600.0);
            format!("{} h", hours.trim_end_matches(".0"))
        }
        whole => format!("{} days", whole.div_ceil(DAY)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_in_the_unit_that_suits_them() {
        for (count, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1536, "1.5 KiB"),
            (47_040_000, "45 MiB"),
            (9 << 30, "9.0 GiB"),
            (5000 << 40, "5000 TiB"),
        ] {
            assert_eq!(bytes(count), text);
        }
        for (count, text) in [
            (0, "0 MiB"),
            (123_456, "0.118 MiB"),
            (276 << 20, "276 MiB"),
            (3 << 29, "1,536 MiB"),
        ] {
            assert_eq!(mebibytes(count), text);
        }
    }

    #[test]
    fn a_wait_is_told_in_the_unit_in_which_one_says_it() {
        for (milliseconds, text) in [
            (20, "less than 1 s"),
            (1000, "1 s"),
            (6_400, "6 s"),
            (90_000, "90 s"),
            (125_000, "2 min"),
            (5_400_000, "90 min"),
            (9_000_000, "2.5 h"),
            (10_800_000, "3 h"),
            (172_800_000, "2 days"),
            (300_000_000, "4 days"),
        ] {
            assert_eq!(duration(Duration::from_millis(milliseconds)), text);
        }
    }
}
