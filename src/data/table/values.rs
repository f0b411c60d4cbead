//! The numbers of a table, row by row, as bytes while all of them are whole numbers from 0 to 255.

/// The values read so far.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Values {
    Bytes(Vec<u8>),
    Floats(Vec<f32>),
}

/// What the values of a column have in common.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Range {
    pub(super) low: f32,
    pub(super) high: f32,
    pub(super) whole: bool,
}

impl Range {
    /// Whether all values are the same.
    pub(super) fn is_constant(self) -> bool {
        self.low >= self.high
    }

    /// Whether the values are whole numbers that fit a byte.
    pub(super) fn is_of_bytes(self) -> bool {
        self.whole && self.low >= 0.0 && self.high <= 255.0
    }
}

impl Values {
    /// Appends a value, which is NaN where one is missing.
    #[inline]
    pub(super) fn push(&mut self, value: f32) {
        if let Self::Bytes(bytes) = self {
            let byte = value as u8;
            if f32::from(byte) == value {
                bytes.push(byte);
                return;
            }
            // The first value that is no byte: all of them are real values, then.
            *self = Self::Floats(bytes.iter().map(|&b| f32::from(b)).collect());
        }
        if let Self::Floats(floats) = self {
            floats.push(value);
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Floats(floats) => floats.len(),
        }
    }

    /// Takes back what was appended beyond a length.
    pub(super) fn truncate(&mut self, len: usize) {
        match self {
            Self::Bytes(bytes) => bytes.truncate(len),
            Self::Floats(floats) => floats.truncate(len),
        }
    }

    /// Bytes of memory.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Floats(floats) => 4 * floats.len() as u64,
        }
    }

    /// The value at a place.
    pub(super) fn at(&self, index: usize) -> f32 {
        match self {
            Self::Bytes(bytes) => bytes[index].into(),
            Self::Floats(floats) => floats[index],
        }
    }

    /// One column of rows that are `width` long.
    pub(super) fn column(&self, column: usize, width: usize) -> impl Iterator<Item = f32> + '_ {
        (column..self.len())
            .step_by(width.max(1))
            .map(|index| self.at(index))
    }

    /// Puts the mean of the values that are there in place of each that is missing; the number of those, by column,
    /// or `None` for a column without a value, which stays as it is.
    pub(super) fn fill(&mut self, width: usize) -> Vec<Option<usize>> {
        let mut missing = vec![Some(0); width];
        let Self::Floats(floats) = self else {
            return missing;
        };
        let mut sums = vec![(0.0_f64, 0_usize); width];
        for row in floats.chunks_exact(width) {
            for ((sum, count), &v) in sums.iter_mut().zip(row) {
                if !v.is_nan() {
                    *sum += f64::from(v);
                    *count += 1;
                }
            }
        }
        let rows = floats.len() / width;
        for (gaps, (_, count)) in missing.iter_mut().zip(&sums) {
            *gaps = (*count > 0).then(|| rows - count);
        }
        for row in floats.chunks_exact_mut(width) {
            for (v, (sum, count)) in row.iter_mut().zip(&sums) {
                if v.is_nan() && *count > 0 {
                    *v = (sum / *count as f64) as f32;
                }
            }
        }
        missing
    }

    /// The range of every column.
    pub(super) fn ranges(&self, width: usize) -> Vec<Range> {
        match self {
            Self::Bytes(bytes) => ranges(bytes, width),
            Self::Floats(floats) => {
                let mut ranges = ranges(floats, width);
                for row in floats.chunks_exact(width) {
                    for (range, v) in ranges.iter_mut().zip(row) {
                        range.whole &= v.fract() == 0.0;
                    }
                }
                ranges
            }
        }
    }

    /// Leaves only the columns that are `kept`.
    pub(super) fn keep_columns(&mut self, kept: &[bool]) {
        match self {
            Self::Bytes(bytes) => keep_columns(bytes, kept),
            Self::Floats(floats) => {
                keep_columns(floats, kept);
                // What was no byte may be gone.
                if floats.iter().all(|&v| f32::from(v as u8) == v) {
                    *self = Self::Bytes(floats.iter().map(|&v| v as u8).collect());
                }
            }
        }
    }

    /// Leaves only the rows that are `kept`.
    pub(super) fn keep_rows(&mut self, kept: &[bool], width: usize) {
        fn keep<T: Copy>(values: &mut Vec<T>, kept: &[bool], width: usize) {
            let mut to = 0;
            for (row, _) in kept.iter().enumerate().filter(|(_, k)| **k) {
                values.copy_within(row * width..(row + 1) * width, to * width);
                to += 1;
            }
            values.truncate(to * width);
        }
        match self {
            Self::Bytes(bytes) => keep(bytes, kept, width),
            Self::Floats(floats) => keep(floats, kept, width),
        }
    }

    /// Makes columns of rows that are `width` long.
    pub(super) fn transpose(&mut self, width: usize) {
        fn turned<T: Copy>(values: &[T], width: usize) -> Vec<T> {
            let columns = (0..width).flat_map(|c| values.iter().skip(c).step_by(width));
            columns.copied().collect()
        }
        match self {
            Self::Bytes(bytes) => *bytes = turned(bytes, width),
            Self::Floats(floats) => *floats = turned(floats, width),
        }
    }
}

fn ranges<T: Copy + PartialOrd + Into<f32>>(values: &[T], width: usize) -> Vec<Range> {
    let Some(first) = values.get(..width) else {
        return Vec::new();
    };
    let (mut low, mut high) = (first.to_vec(), first.to_vec());
    for row in values.chunks_exact(width) {
        for ((low, high), &v) in low.iter_mut().zip(&mut high).zip(row) {
            *low = if v < *low { v } else { *low };
            *high = if v > *high { v } else { *high };
        }
    }
    let range = |(&low, &high): (&T, &T)| Range {
        low: low.into(),
        high: high.into(),
        whole: true,
    };
    low.iter().zip(&high).map(range).collect()
}

fn keep_columns<T: Copy>(values: &mut Vec<T>, kept: &[bool]) {
    let width = kept.len();
    // Runs of columns move together.
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for (column, _) in kept.iter().enumerate().filter(|(_, k)| **k) {
        match runs.last_mut() {
            Some(run) if run.end == column => run.end += 1,
            _ => runs.push(column..column + 1),
        }
    }
    let mut to = 0;
    for start in (0..values.len()).step_by(width.max(1)) {
        for run in &runs {
            values.copy_within(start + run.start..start + run.end, to);
            to += run.len();
        }
    }
    values.truncate(to);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(values: &[f32]) -> Values {
        let mut table = Values::Bytes(Vec::new());
        for &v in values {
            table.push(v);
        }
        table
    }

    #[test]
    fn values_are_bytes_while_all_are() {
        assert_eq!(table(&[0.0, 255.0]), Values::Bytes(vec![0, 255]));
        for other in [256.0, -1.0, 0.5] {
            assert_eq!(table(&[7.0, other]), Values::Floats(vec![7.0, other]));
        }
    }

    #[test]
    fn columns_and_rows_are_left_out_and_turned() {
        let mut t = table(&[300.0, 1.0, 2.0, 301.0, 3.0, 4.0]);
        t.keep_columns(&[false, true, true]);
        assert_eq!(t, Values::Bytes(vec![1, 2, 3, 4]));
        t.transpose(2);
        assert_eq!(t, Values::Bytes(vec![1, 3, 2, 4]));
        t.keep_rows(&[false, true], 2);
        assert_eq!(t, Values::Bytes(vec![2, 4]));
    }

    #[test]
    fn gaps_become_means_and_ranges_are_of_columns() {
        let mut t = table(&[1.0, f32::NAN, 2.5, 8.0, f32::NAN, 9.0]);
        assert_eq!(t.fill(2), [Some(1), Some(1)]);
        assert_eq!(table(&[1.0, f32::NAN]).fill(2), [Some(0), None]);
        // Means of 1, 2.5 and of 8, 9.
        assert_eq!(t, Values::Floats(vec![1.0, 8.5, 2.5, 8.0, 1.75, 9.0]));
        let ranges = t.ranges(2);
        assert_eq!(
            (ranges[0].low, ranges[0].high, ranges[0].whole),
            (1.0, 2.5, false)
        );
    }
}
