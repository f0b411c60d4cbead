//! The values a sweep visits.

/// How far, in the logarithm, a value keeps from a threshold where there is room: at the threshold itself the
/// time to settle diverges.
const MARGIN: f64 = 0.1;

/// `count` values from `from` to `to`, equal ratios apart; both ends are among them.
///
/// One value is `from` alone. Ends that are not positive and finite give nothing.
pub fn log_values(from: f64, to: f64, count: usize) -> Vec<f64> {
    let good = |v: f64| v.is_finite() && v > 0.0;
    if !good(from) || !good(to) || count == 0 {
        return Vec::new();
    }
    let last = count - 1;
    (0..count)
        .map(|i| match i {
            0 => from,
            i if i == last => to,
            i => from * (to / from).powf(i as f64 / last as f64),
        })
        .collect()
}

/// `values` (positive, ascending) moved so that, as far as their number allows, each pair of neighbouring `thresholds`
/// has a value between and none lies within a small margin of a threshold. Ends stay the ends; the number of
/// values and their order do not change.
pub fn snapped(values: &[f64], thresholds: &[f64]) -> Vec<f64> {
    let (Some(&first), Some(&last)) = (values.first(), values.last()) else {
        return Vec::new();
    };
    if values.len() < 3 {
        return values.to_vec();
    }
    let mut cuts: Vec<f64> = thresholds
        .iter()
        .copied()
        .filter(|t| *t > first && *t < last)
        .map(f64::ln)
        .collect();
    cuts.sort_by(f64::total_cmp);
    let mut at: Vec<f64> = values.iter().map(|v| v.ln()).collect();
    let gap_of = |x: f64| cuts.partition_point(|c| *c <= x);
    let edges = |gap: usize| {
        let low = if gap == 0 { first.ln() } else { cuts[gap - 1] };
        let high = cuts.get(gap).copied().unwrap_or(last.ln());
        (low, high)
    };
    // A gap without a value takes the nearest inner one whose own gap has another.
    for gap in 0..=cuts.len() {
        let held = |gap: usize, at: &[f64]| at.iter().filter(|x| gap_of(**x) == gap).count();
        let (low, high) = edges(gap);
        if held(gap, &at) > 0 || high - low < MARGIN {
            continue;
        }
        let middle = f64::midpoint(low, high);
        let spare = (1..at.len() - 1)
            .filter(|&i| held(gap_of(at[i]), &at) > 1)
            .min_by(|&a, &b| (at[a] - middle).abs().total_cmp(&(at[b] - middle).abs()));
        if let Some(index) = spare {
            at[index] = middle;
            at.sort_by(f64::total_cmp);
        }
    }
    let inner = 1..at.len() - 1;
    for x in &mut at[inner] {
        let (low, high) = edges(gap_of(*x));
        // In a narrow gap the margins meet in its middle.
        let margin = MARGIN.min((high - low) / 2.0);
        let bottom = if low > first.ln() { low + margin } else { low };
        let top = if high < last.ln() {
            high - margin
        } else {
            high
        };
        *x = x.clamp(bottom.min(top), top.max(bottom));
    }
    let mut moved: Vec<f64> = at.iter().map(|x| x.exp()).collect();
    // The ends exactly, not through a logarithm.
    let end = moved.len() - 1;
    (moved[0], moved[end]) = (first, last);
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_exact_and_ratios_equal() {
        let values = log_values(0.1, 1000.0, 5);
        assert_eq!((values[0], values[4]), (0.1, 1000.0));
        for (found, wanted) in values.iter().zip([0.1, 1.0, 10.0, 100.0, 1000.0]) {
            assert!((found / wanted - 1.0).abs() < 1e-12);
        }
        assert!(log_values(0.0, 1.0, 5).is_empty() && log_values(1.0, f64::NAN, 5).is_empty());
        assert_eq!(log_values(2.0, 3.0, 1), [2.0]);
    }

    #[test]
    fn every_gap_has_a_value_and_none_sits_on_a_threshold() {
        let thresholds = [9.0, 5.0, 2.0, 1.0, 0.3];
        for count in [7, 8, 12, 20] {
            let values = snapped(&log_values(0.15, 18.0, count), &thresholds);
            assert_eq!(values.len(), count);
            assert_eq!((values[0], values[count - 1]), (0.15, 18.0));
            assert!(values.windows(2).all(|w| w[0] <= w[1]), "{values:?}");
            for pair in [
                [0.3, 1.0],
                [1.0, 2.0],
                [2.0, 5.0],
                [5.0, 9.0],
                [9.0, 18.1],
                [0.1, 0.3],
            ] {
                assert!(
                    values.iter().any(|v| (pair[0]..pair[1]).contains(v)),
                    "{count}: none in {pair:?}: {values:?}"
                );
            }
            for t in thresholds {
                let nearest = values
                    .iter()
                    .map(|v| (v / t).ln().abs())
                    .fold(9.0, f64::min);
                assert!(nearest > 0.099, "{count}: {nearest} from {t}: {values:?}");
            }
        }
    }

    #[test]
    fn more_thresholds_than_values_change_no_count_and_no_order() {
        let thresholds: Vec<f64> = (1..200).map(|i| 1.0 + 0.05 * f64::from(i)).collect();
        let values = snapped(&log_values(0.5, 20.0, 6), &thresholds);
        assert_eq!(values.len(), 6);
        assert!(values.windows(2).all(|w| w[0] < w[1]), "{values:?}");
        assert_eq!(snapped(&[2.0], &thresholds), [2.0]);
        assert!(snapped(&[], &thresholds).is_empty());
    }
}
