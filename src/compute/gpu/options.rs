//! What can be set about the backend beside its adapter, mostly to compare one way of working with another.

use crate::compute::backend::DeviceKind;

use super::calls::Choice;
use super::shader::Tile;

/// How a [`super::GpuBackend`] works; the default suits the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Divide products by one fixed table whatever the kind of device, so that devices that compute alike agree.
    pub reproducible: bool,
    /// One tile for all products.
    pub tile: Option<Tile>,
    /// About as many parts for all contractions.
    pub splits: Option<usize>,
    /// Most multiply-adds of a dispatch.
    pub dispatch_work: Option<u64>,
    /// Most multiply-adds of a submission.
    pub submission_work: Option<u64>,
    /// Most bytes of a buffer of samples.
    pub shard_bytes: Option<u64>,
    /// Most bytes of streamed samples sent at a time.
    pub stream_bytes: Option<usize>,
    /// Most bytes to allocate in all.
    pub memory: Option<u64>,
    /// Floats behind every buffer of the plan, bound with it, so that a kernel which writes too far can be seen.
    pub red_zone: usize,
}

impl Options {
    /// How products are divided on a kind of device.
    pub(super) fn choice(&self, kind: DeviceKind) -> Choice {
        Choice {
            kind: if self.reproducible {
                DeviceKind::DiscreteGpu
            } else {
                kind
            },
            tile: self.tile,
            splits: self.splits,
        }
    }

    /// Multiply-adds that take a few hundredths of a second, so that no driver takes the device for hung.
    pub(super) fn dispatch_budget(&self, kind: DeviceKind) -> u64 {
        self.dispatch_work.unwrap_or(match kind {
            DeviceKind::Cpu | DeviceKind::Software => 1 << 26,
            DeviceKind::IntegratedGpu => 1 << 32,
            DeviceKind::DiscreteGpu => 1 << 37,
        })
    }

    /// Multiply-adds that take about a tenth of a second, which is how long a command may wait for an answer.
    pub(super) fn submission_budget(&self, kind: DeviceKind) -> u64 {
        self.submission_work.unwrap_or(match kind {
            DeviceKind::Cpu | DeviceKind::Software => 1 << 27,
            DeviceKind::IntegratedGpu => 1 << 34,
            DeviceKind::DiscreteGpu => 1 << 38,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_reproducible_table_is_the_same_everywhere() {
        let choices = |reproducible: bool| {
            let options = Options {
                reproducible,
                ..Options::default()
            };
            let kinds = [
                DeviceKind::Software,
                DeviceKind::IntegratedGpu,
                DeviceKind::DiscreteGpu,
            ];
            kinds.map(|kind| options.choice(kind))
        };
        let [first, second, third] = choices(true);
        assert!(first == second && second == third);
        let [first, second, third] = choices(false);
        assert!(first != second && second != third);
    }
}
