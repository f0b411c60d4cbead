//! What fits into memory, for messages that say what would.

/// The largest of `1..=upper` whose `bytes` are at most `have`; `None` if not even 1 fits. `bytes` must not fall.
pub fn largest_batch(upper: usize, have: u64, bytes: impl Fn(usize) -> u64) -> Option<usize> {
    let (mut fits, mut fails) = (0, upper + 1);
    while fails - fits > 1 {
        let middle = fits.midpoint(fails);
        if bytes(middle) <= have {
            fits = middle;
        } else {
            fails = middle;
        }
    }
    (fits > 0).then_some(fits)
}

/// What to do about a network that does not fit, given the largest batch that would.
pub fn suggestion(largest: Option<usize>) -> String {
    match largest {
        Some(batch) => format!("the largest batch that fits is {batch}"),
        None => "no batch fits: use narrower layers or the CPU".into(),
    }
}

/// Bytes the system says can still be allocated, where it says so.
pub fn available_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|l| l.starts_with("MemAvailable:"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_batch_is_the_last_that_fits() {
        let bytes = |batch: usize| 100 + 7 * batch as u64;
        for have in 0..1000_u64 {
            let expected = (1..=64).rfind(|&b| bytes(b) <= have);
            assert_eq!(largest_batch(64, have, bytes), expected, "{have}");
        }
        assert_eq!(largest_batch(5, 10, |_| u64::MAX), None);
        assert!(suggestion(Some(12)).contains("12"));
    }
}
