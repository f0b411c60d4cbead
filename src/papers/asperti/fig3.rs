//! Figure 3: generated digits do not change when the inactive latents are zeroed.

use crate::config::Preset;
use crate::data::ImageShape;
use crate::figures::pictures::zeroed::{ZeroedSamples, zeroed_samples};
use crate::papers::{Check, Context, Cost, DataSet, Error, Experiment, Paper, Results};
use crate::plot::Provenance;

use super::dense_run::{LATENTS, Zeroed, config, dense, shrunk};

pub(in crate::papers) const EXPERIMENT: Experiment = Experiment {
    id: "asperti-fig3",
    paper: Paper::Asperti2019,
    title: "Figure 3: digits with the inactive latents zeroed",
    claim: "Digits generated from 16 normally sampled latents and the result when the inactive ones have been zeroed out are \
            indistinguishable.",
    data: Some(DataSet::Mnist),
    cost: Cost::new(31, 150, 500),
    make,
};

const SHAPE: ImageShape = ImageShape {
    width: 28,
    height: 28,
    channels: 1,
};
/// Least difference in brightness the eye sees between neighbours (Weber's fraction), where white is 1.
const VISIBLE: f64 = 0.02;

fn make(context: &Context<'_>) -> Result<Results, Error> {
    let run = dense(context)?;
    let latents = run.which(true);
    let checks = vec![
        Check::at_most(
            "root mean square change when the inactive latents are zeroed",
            VISIBLE,
            rms(&run.inactive),
            0.0,
            "the eye does not see 2 % between neighbours; white is 1",
        ),
        Check::at_least(
            "the same for the active latents",
            5.0 * VISIBLE,
            rms(&run.active),
            0.0,
            "as a control: far beyond what the eye sees",
        ),
    ];
    let mut figure = zeroed_samples(&ZeroedSamples {
        shape: SHAPE,
        which: "inactive",
        latents: &latents,
        of: LATENTS,
        samples: &run.inactive.samples,
        without: &run.inactive.without,
        difference: &run.inactive.difference,
        provenance: &Provenance::default(),
    });
    figure.id = "zeroed".into();
    figure.subtitle = "the paper's lower line, and what it differs by".into();
    Ok(Results {
        figures: vec![figure],
        checks,
        shrunk: shrunk(context),
        live: Some(config(Preset::Asperti)?),
    })
}

fn rms(pictures: &Zeroed) -> f64 {
    let values = || pictures.difference.iter().flatten().map(|v| f64::from(*v));
    let count = values().count();
    if count == 0 {
        return f64::NAN;
    }
    (values().map(|v| v * v).sum::<f64>() / count as f64).sqrt()
}
