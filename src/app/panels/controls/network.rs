//! Which network: the MLP with its depth and width, or one of the papers with its numbers.

use egui::Ui;

use crate::app::state::{AppState, outline};
use crate::config::{Estimator, Likelihood, NetConfig, PosteriorVariance, Preset};
use crate::text::thousands;

use super::model::Edit;
use super::parts::{Choice, menu, row};
use crate::app::widgets::label::name;

/// Deepest MLP of the depth slider.
const MAX_DEPTH: usize = 8;

/// How a network is called in the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Network {
    /// Widths fall geometrically on one side and rise on the other.
    Mlp,
    /// One of the papers.
    Preset(Preset),
    /// None of them: its layers were typed.
    Exact,
}

/// What the menu remembers.
pub(crate) struct Networks {
    /// The preset chosen last; an MLP may be the same network.
    chosen: Option<Preset>,
    /// Depth and width of the MLP, for the way back from a preset.
    depth: usize,
    width: usize,
    /// What the network seen last is called.
    known: Option<(NetConfig, [usize; 2], Network)>,
}

impl Default for Networks {
    fn default() -> Self {
        Self {
            chosen: None,
            depth: 2,
            width: 256,
            known: None,
        }
    }
}

/// The presets of every number the menu offers.
fn presets() -> impl Iterator<Item = Preset> {
    let dense = (1..=10).map(Preset::DaiDense);
    let conv = (1..=5).map(Preset::DaiConv);
    let residual = (1..=4).flat_map(|b| (2..=5).map(move |c| Preset::DaiResidual(b, c)));
    Preset::MENU
        .into_iter()
        .chain(dense)
        .chain(conv)
        .chain(residual)
}

/// Whether both have the same layers.
fn same_layers(a: &NetConfig, b: &NetConfig) -> bool {
    a.encoder == b.encoder && a.decoder == b.decoder
}

/// Depth and width, if that is what the network is made of.
fn mlp(net: &NetConfig) -> Option<(usize, Option<usize>)> {
    let (depth, width) = (net.encoder.len(), net.encoder.widths()?.first().copied());
    same_layers(&net.with_depth(depth, width.unwrap_or(1)), net).then_some((depth, width))
}

/// The analytic estimator where it still applies, else the sampled one.
pub(crate) fn settle_estimator(net: &mut NetConfig) {
    let linear = net.decoder.is_empty() && net.likelihood == Likelihood::Gaussian;
    if net.estimator == Estimator::Analytic && !linear {
        net.estimator = Estimator::Sampled;
    }
}

/// The preset's layers, latents and σ; the rest as in `net`.
fn with_preset(
    net: &NetConfig,
    preset: Preset,
    size: [usize; 2],
    latents: usize,
) -> Result<NetConfig, String> {
    let made = preset.net(size, latents).map_err(|e| e.to_string())?;
    let mut changed = NetConfig {
        encoder: made.encoder,
        decoder: made.decoder,
        latents: made.latents,
        activation: made.activation,
        variance: made.variance,
        ..net.clone()
    };
    settle_estimator(&mut changed);
    Ok(changed)
}

impl Networks {
    /// What the network is called, for images of this size.
    fn recognise(&mut self, net: &NetConfig, size: [usize; 2]) -> Network {
        if let Some((known, at, network)) = &self.known
            && *at == size
            && same_layers(known, net)
        {
            return *network;
        }
        let is = |preset: &Preset| {
            preset
                .net(size, net.latents)
                .is_ok_and(|made| same_layers(&made, net))
        };
        let chosen = self.chosen.filter(is);
        let network = match mlp(net) {
            _ if chosen.is_some() => chosen.map_or(Network::Exact, Network::Preset),
            Some(_) => Network::Mlp,
            None => presets().find(is).map_or(Network::Exact, Network::Preset),
        };
        if let Some((depth, width)) = mlp(net).filter(|_| network == Network::Mlp) {
            self.depth = depth;
            self.width = width.unwrap_or(self.width);
        }
        self.known = Some((net.clone(), size, network));
        network
    }

    /// Draws the menu and the numbers of the network chosen.
    pub(crate) fn ui(&mut self, ui: &mut Ui, state: &AppState, edit: &mut Edit) {
        let size = state.data.as_ref().map_or([28, 28], |d| {
            let shape = d.dataset.shape;
            [shape.height, shape.width]
        });
        let before = self.recognise(&edit.net, size);
        let mut network = before;
        let shown = match network {
            Network::Mlp => "MLP (depth, width)".to_owned(),
            Network::Preset(preset) => preset.title(),
            Network::Exact => "exact layers".to_owned(),
        };
        let changed = row(ui, "network", |ui| {
            menu(ui, "network", &mut network, &shown, || {
                entries(&edit.net, before, size, state)
            })
        });
        if changed {
            self.choose(network, size, edit);
        }
        match self.recognise(&edit.net, size) {
            Network::Mlp => self.depth_and_width(ui, edit),
            Network::Preset(preset) => self.numbers(ui, preset, size, edit),
            Network::Exact => {}
        }
    }

    fn choose(&mut self, network: Network, size: [usize; 2], edit: &mut Edit) {
        self.known = None;
        let net = match network {
            Network::Mlp => {
                self.chosen = None;
                // A preset that is an MLP stays the network it is.
                let same = mlp(&edit.net).map_or((self.depth, None), |is| is);
                let mut net = edit.net.with_depth(same.0, same.1.unwrap_or(self.width));
                settle_estimator(&mut net);
                Ok(net)
            }
            Network::Preset(preset) => {
                self.chosen = Some(preset);
                with_preset(&edit.net, preset, size, preset.latents())
            }
            Network::Exact => return,
        };
        if let Ok(net) = net {
            edit.changed |= net != edit.net;
            edit.net = net;
        }
    }

    fn depth_and_width(&mut self, ui: &mut Ui, edit: &mut Edit) {
        let mut depth = edit.net.encoder.len();
        row(ui, "depth, width", |ui| {
            let drag = egui::DragValue::new(&mut self.width)
                .range(1..=8192)
                .speed(2.0);
            let response = ui.add(drag).on_hover_text(
                "Width of the widest hidden layer; the others shrink towards the latents.",
            );
            name(&response, "width");
            if edit.take(&response) {
                edit.net = edit.net.with_depth(depth, self.width);
            }
            // What is left of the row, less the slider's own number.
            ui.spacing_mut().slider_width = (ui.available_width() - 46.0).max(30.0);
            let slider =
                egui::Slider::new(&mut depth, 0..=MAX_DEPTH).clamping(egui::SliderClamping::Edits);
            let response = ui.add(slider).on_hover_text(
                "Number of hidden layers on each side; 0 gives the linear VAE of the theory.",
            );
            name(&response, "depth");
            if edit.take(&response) {
                let was_linear = edit.net.encoder.is_empty();
                edit.net = edit.net.with_depth(depth, self.width);
                if depth == 0 {
                    edit.net.variance = PosteriorVariance::Global;
                } else if was_linear {
                    edit.net.variance = PosteriorVariance::PerSample;
                }
            }
        });
        settle_estimator(&mut edit.net);
    }

    /// The numbers a preset is made of, where it has any.
    fn numbers(&mut self, ui: &mut Ui, preset: Preset, size: [usize; 2], edit: &mut Edit) {
        let mut wanted = preset;
        let mut number = |ui: &mut Ui, label, value: &mut usize, least: usize, most: usize| {
            let drag = egui::DragValue::new(value).range(least..=most).speed(0.05);
            let response = ui.add(drag);
            name(&response, label);
            edit.dragging |= response.dragged();
            response.on_hover_text(format!("{label}: {least} to {most}"));
        };
        match &mut wanted {
            Preset::DaiDense(depth) => row(ui, "hidden layers", |ui| {
                number(ui, "hidden layers", depth, 1, 10);
            }),
            Preset::DaiConv(convs) => row(ui, "convolutions per scale", |ui| {
                number(ui, "convolutions per scale", convs, 1, 5);
            }),
            // The row fills from the right.
            Preset::DaiResidual(blocks, convs) => row(ui, "blocks × convolutions", |ui| {
                number(ui, "convolutions per block", convs, 2, 5);
                number(ui, "blocks per scale", blocks, 1, 4);
            }),
            _ => return,
        }
        if wanted == preset {
            return;
        }
        if let Ok(net) = with_preset(&edit.net, wanted, size, edit.net.latents) {
            self.chosen = Some(wanted);
            self.known = None;
            edit.net = net;
            edit.changed = true;
        }
    }
}

/// The menu's entries; one that does not fit the data says why.
fn entries(
    net: &NetConfig,
    current: Network,
    size: [usize; 2],
    state: &AppState,
) -> Vec<Choice<Network>> {
    let mut entries = vec![Choice::new(
        Network::Mlp,
        "MLP (depth, width)",
        "Dense layers with widths that fall geometrically towards the latents.",
    )];
    for preset in Preset::MENU {
        // The numbered ones keep their numbers.
        let preset = match current {
            Network::Preset(now)
                if std::mem::discriminant(&now) == std::mem::discriminant(&preset) =>
            {
                now
            }
            _ => preset,
        };
        let spec = with_preset(net, preset, size, preset.latents()).and_then(|net| {
            let data = state.data.as_ref();
            let spec = data.map(|data| outline::resolve(&net, data));
            spec.transpose().map_err(|e| e.to_string())
        });
        let (help, reason) = match spec {
            Ok(Some(spec)) => (
                format!(
                    "{}\n{} parameters",
                    spec.shape_text(),
                    thousands(spec.parameter_count() as u64)
                ),
                None,
            ),
            Ok(None) => (String::new(), None),
            Err(reason) => (String::new(), Some(reason)),
        };
        let entry = Choice::new(Network::Preset(preset), preset.title(), help);
        entries.push(entry.unless(reason));
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_network_of_the_menu_is_recognised_by_its_layers() {
        for preset in presets() {
            let size = [preset.side(); 2];
            let net = preset.net(size, 7).expect("a net");
            let mut networks = Networks::default();
            let found = networks.recognise(&net, size);
            // Some of the papers' networks are MLPs; without a choice they are called that.
            if mlp(&net).is_some() {
                assert_eq!(found, Network::Mlp, "{preset}");
                networks.chosen = Some(preset);
                networks.known = None;
            }
            let found = networks.recognise(&net, size);
            assert_eq!(found, Network::Preset(preset), "{preset}");
        }
        let typed = NetConfig {
            encoder: vec![100, 3].into(),
            decoder: vec![9].into(),
            ..NetConfig::default()
        };
        let mut networks = Networks::default();
        assert_eq!(networks.recognise(&typed, [28, 28]), Network::Exact);
        let default = NetConfig::default();
        assert_eq!(networks.recognise(&default, [28, 28]), Network::Mlp);
        assert_eq!((networks.depth, networks.width), (2, 256));
    }

    #[test]
    fn a_preset_keeps_target_and_likelihood_and_leaves_an_estimator_that_no_longer_applies() {
        let net = NetConfig {
            estimator: Estimator::Analytic,
            target: crate::config::Target::Labels,
            ..NetConfig::linear(5)
        };
        let lucas = with_preset(&net, Preset::Lucas, [28, 28], 200).expect("a net");
        assert_eq!(lucas.estimator, Estimator::Sampled);
        assert_eq!(lucas.target, crate::config::Target::Labels);
        assert_eq!((lucas.latents, lucas.encoder.len()), (200, 2));
        let linear = with_preset(&net, Preset::Linear, [28, 28], 5).expect("a net");
        assert_eq!(linear.estimator, Estimator::Analytic);
        let other = with_preset(&net, Preset::BetaVaeConv, [28, 28], 5);
        assert!(other.expect_err("another size").contains("64 × 64"));
    }
}
