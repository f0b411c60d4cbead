//! Basin maps on whatever device the user chose, coarse to fine.
//!
//! A map has no plan and holds no data, so it opens a device of its own, once, and keeps it. To be
//! called from a thread that may wait.

use std::sync::atomic::AtomicBool;

use crate::config::DeviceChoice;
use crate::theory::{BasinMap, BasinRequest};

use super::backend::DeviceKind;
use super::gpu::GpuBasins;
use super::select::open_device;

/// A map and what made it.
#[derive(Debug, Clone, PartialEq)]
pub struct BasinPicture {
    /// The map.
    pub map: BasinMap,
    /// The device that computed it: `CPU · 2 threads · f32`, `NVIDIA H200 · Vulkan · WGSL`.
    pub device: String,
    /// Why it was not the chosen device, in one sentence.
    pub fallback: Option<String>,
}

/// Where descents are computed.
enum Place {
    Cpu,
    Gpu(GpuBasins),
}

/// Computes basin maps; holds the device of the last choice.
#[derive(Default)]
pub struct BasinComputer {
    opened: Option<(DeviceChoice, Place, Option<String>)>,
}

impl BasinComputer {
    /// Computes the map at the levels from the coarsest to `cells` and hands each over as soon as it
    /// is there; false if `cancel` was raised before the last. The coarsest is always finished, so
    /// that somebody who keeps changing the request sees something.
    ///
    /// A device that cannot be opened, or fails, is replaced by the CPU, and the pictures say so.
    pub fn compute(
        &mut self,
        request: &BasinRequest,
        choice: &DeviceChoice,
        cells: usize,
        cancel: &AtomicBool,
        progress: &mut dyn FnMut(BasinPicture),
    ) -> bool {
        self.open(choice);
        let coarser = BasinMap::LEVELS.into_iter().filter(|level| *level < cells);
        let never = AtomicBool::new(false);
        for (index, level) in coarser.chain([cells]).enumerate() {
            let cancel = if index == 0 { &never } else { cancel };
            match self.level(request, level, cancel) {
                Some(picture) => progress(picture),
                None => return false,
            }
        }
        true
    }

    /// One map on the device at hand.
    fn level(
        &mut self,
        request: &BasinRequest,
        cells: usize,
        cancel: &AtomicBool,
    ) -> Option<BasinPicture> {
        if let Some((_, place, fallback)) = &mut self.opened
            && let Place::Gpu(basins) = place
        {
            match basins.compute(request, cells, cancel) {
                Ok(map) => {
                    let device = format!("{} · WGSL", basins.device());
                    let fallback = fallback.clone();
                    return map.map(|map| BasinPicture {
                        map,
                        device,
                        fallback,
                    });
                }
                Err(error) => {
                    *place = Place::Cpu;
                    *fallback = Some(format!("the CPU took over: {error}"));
                }
            }
        }
        let fallback = self.opened.as_ref().and_then(|(_, _, f)| f.clone());
        let map = request.compute::<f32>(cells, cancel)?;
        Some(BasinPicture {
            map,
            device: format!("CPU · {} threads · f32", rayon::current_num_threads()),
            fallback,
        })
    }

    fn open(&mut self, choice: &DeviceChoice) {
        if self.opened.as_ref().is_some_and(|(c, _, _)| c == choice) {
            return;
        }
        let opened = open_device(choice).and_then(|gpu| gpu.map(GpuBasins::new).transpose());
        let (place, fallback) = match opened {
            Ok(Some(basins)) => {
                debug_assert_ne!(basins.device().kind, DeviceKind::Cpu);
                (Place::Gpu(basins), None)
            }
            Ok(None) => (Place::Cpu, None),
            Err(error) => (Place::Cpu, Some(format!("the CPU took over: {error}"))),
        };
        self.opened = Some((choice.clone(), place, fallback));
    }
}
