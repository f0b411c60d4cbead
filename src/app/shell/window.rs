//! Opening the window: which renderer, what to say where there is no display.

use std::path::PathBuf;
use std::time::Duration;

use crate::config::RunConfig;

use super::explorer::Explorer;

/// Time between pictures of a running net where the processor draws them: about 30 ms of both cores
/// each, so seven a second leave most of the machine to training.
const SOFTWARE_PACE: Duration = Duration::from_millis(140);

/// Why the window did not open.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// There is nowhere to show it.
    #[error(
        "there is no display to open a window on; run `collapse-explorer demo --out out` for figures, \
         or `collapse-explorer train --help`"
    )]
    NoDisplay,
    /// The window system refused.
    #[error("the window could not be opened: {0}")]
    Eframe(String),
}

/// Opens the window and returns when it is closed.
///
/// The window draws with wgpu on a real GPU and with OpenGL where every adapter is software, which
/// is four times as fast there; the compute device is its own in either case.
///
/// # Errors
/// [`WindowError`] without a display or if the window system refuses.
pub fn run(config: RunConfig, figures: PathBuf) -> Result<(), WindowError> {
    if !has_display() {
        return Err(WindowError::NoDisplay);
    }
    let (renderer, pace) = if crate::compute::has_real_gpu() {
        (eframe::Renderer::Wgpu, Duration::ZERO)
    } else {
        (eframe::Renderer::Glow, SOFTWARE_PACE)
    };
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("Collapse Explorer")
            .with_app_id("collapse-explorer")
            .with_inner_size([1440.0, 900.0])
            .with_min_inner_size([900.0, 600.0])
            .with_drag_and_drop(true),
        renderer,
        ..eframe::NativeOptions::default()
    };
    eframe::run_native(
        "Collapse Explorer",
        options,
        Box::new(move |cc| {
            let explorer = Explorer::new(&cc.egui_ctx, config, figures)?;
            explorer.set_pace(pace);
            Ok(Box::new(explorer))
        }),
    )
    .map_err(|error| match error {
        // A display that is named but does not answer is none.
        eframe::Error::WinitEventLoop(_) => WindowError::NoDisplay,
        error => WindowError::Eframe(error.to_string()),
    })
}

/// Whether a window system is announced; other systems than Linux always have one.
fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY") || set("WAYLAND_SOCKET")
}
