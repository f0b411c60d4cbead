//! The tile of two latents of every evaluated sample.

use egui::Ui;

use super::content::Content;
use crate::app::action::Action;
use crate::app::controls::name;
use crate::app::state::AppState;
use crate::figure::FigureSpec;
use crate::figure::tiles::{LatentSpace, Place, latent_space};

/// Samples whose circle is drawn at the start.
const CIRCLES: usize = 100;

/// The posterior in two of its dimensions.
pub(super) struct Space {
    /// The latents the user chose; else those of the largest KL.
    chosen: Option<[usize; 2]>,
    circles: usize,
    trails: bool,
}

impl Default for Space {
    fn default() -> Self {
        Self {
            chosen: None,
            circles: CIRCLES,
            trails: true,
        }
    }
}

impl Space {
    /// The two latents on screen; none while there is no network with two.
    fn latents(&self, state: &AppState) -> Option<[usize; 2]> {
        let count = state.usage.latents.len();
        if count < 2 {
            return None;
        }
        match self.chosen {
            Some(pair) if pair.iter().all(|j| *j < count) => Some(pair),
            _ => {
                let order = state.usage.by_kl();
                Some([order[0], order[1]])
            }
        }
    }
}

impl Content for Space {
    fn subtitle(&self, _state: &AppState) -> String {
        "mean and σ of q(z|x)".into()
    }

    fn help(&self) -> &'static str {
        "The posterior's mean of every evaluated sample in two latents, with a circle of the posterior's size for some \
         (Asperti 2019, figure 1). The dashed circle is two σ of the prior. In a collapsed direction all means are at \
         zero and every circle is the prior's. Lines show where the first ten samples have been."
    }

    fn controls(&mut self, ui: &mut Ui, state: &AppState, _actions: &mut Vec<Action>) -> bool {
        let Some(mut pair) = self.latents(state) else {
            return false;
        };
        let before = pair;
        let most = state.usage.latents.len() - 1;
        let mut changed = false;
        ui.horizontal(|ui| {
            for (value, label) in pair.iter_mut().zip(["first latent", "second latent"]) {
                let entry = egui::DragValue::new(value)
                    .range(0..=most)
                    .prefix("z")
                    .speed(0.05);
                let response = ui.add(entry);
                name(&response, label);
            }
            let top = ui.add_enabled(self.chosen.is_some(), egui::Button::new("largest KL"));
            if top
                .on_hover_text("Follows the two latents that say most")
                .clicked()
            {
                self.chosen = None;
                changed = true;
            }
            let circles = egui::DragValue::new(&mut self.circles)
                .range(0..=1000)
                .suffix(" circles");
            changed |= ui.add(circles).changed();
            changed |= ui.checkbox(&mut self.trails, "trails").changed();
        });
        if pair != before {
            self.chosen = Some(pair);
            changed = true;
        }
        changed
    }

    fn figure(&mut self, state: &AppState) -> Option<FigureSpec> {
        let [a, b] = self.latents(state)?;
        let evaluation = state.snapshot.as_ref()?.evaluation.as_ref()?;
        let posterior = &evaluation.posterior;
        let data = state.data.as_ref()?;
        let labels = data.dataset.labels.as_deref().unwrap_or(&[]);
        let places: Vec<Place> = (0..posterior.samples())
            .map(|i| {
                let (mu, sigma2) = (posterior.mu(i), posterior.sigma2(i));
                Place {
                    mu: [mu[a], mu[b]].map(f64::from),
                    radius: (f64::from(sigma2[a]) * f64::from(sigma2[b])).powf(0.25),
                    class: labels.get(i).copied(),
                }
            })
            .collect();
        let trails = if self.trails {
            state.mean_trails(a, b)
        } else {
            Vec::new()
        };
        Some(latent_space(&LatentSpace {
            latents: [a, b],
            places: &places,
            circles: self.circles,
            classes: &data.dataset.classes,
            trails: &trails,
            prior: evaluation.prior_variance().sqrt(),
            provenance: &state.provenance(),
        }))
    }

    fn empty(&self, state: &AppState) -> String {
        if state.config.net.latents < 2 {
            "a plane needs two latents".into()
        } else {
            "no statistics yet: press Play".into()
        }
    }
}
