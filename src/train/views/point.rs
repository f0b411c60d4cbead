//! Where a net is on the loss surface of one principal mode of the data.

/// A net projected on one principal mode of the data.
///
/// With t the mode's coordinate of x scaled to unit variance, v = ‖E[μ t]‖ is the encoder's
/// response, and u = E[(pᵀx̂) t]/v the decoder's answer to it. On a linear net they are the u and v
/// of the mode's loss surface; on another they are its linear part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModePoint {
    /// The mode, from 0.
    pub mode: usize,
    /// Decoder strength, in the data's units.
    pub u: f64,
    /// Encoder strength, in the latent's units: θ of the linear model.
    pub v: f64,
}

/// Projects a net on a mode from the mode's coordinate of every x and x̂ and the encoder's heads.
pub(super) fn mode_point(
    mode: usize,
    x: &[f64],
    xhat: &[f64],
    head: &[f32],
    stride: usize,
    latents: usize,
) -> Option<ModePoint> {
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    let variance = x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
    if !variance.is_finite() || variance <= 0.0 {
        return None;
    }
    let scale = 1.0 / variance.sqrt();
    let t: Vec<f64> = x.iter().map(|v| (v - mean) * scale).collect();
    let v2: f64 = (0..latents)
        .map(|j| {
            let response: f64 = t
                .iter()
                .enumerate()
                .map(|(row, t)| t * f64::from(head[row * stride + j]))
                .sum::<f64>()
                / n;
            response * response
        })
        .sum();
    let answer = xhat.iter().zip(&t).map(|(a, t)| a * t).sum::<f64>() / n;
    let v = v2.sqrt();
    // Below the sampling noise of `n` rows the encoder does not respond, and an answer to nothing is
    // no decoder strength.
    let noise = (latents as f64 / n).sqrt().min(0.2);
    let u = if v > noise { answer / v } else { 0.0 };
    (u.is_finite() && v.is_finite()).then_some(ModePoint { mode, u, v })
}

#[cfg(test)]
mod tests {
    use super::mode_point;

    #[test]
    fn a_linear_net_projects_on_its_own_strengths() {
        // z = 0.8 t along one latent, x̂ = 2 z: u must be 2 and v 0.8, whatever the scale of x.
        let t: Vec<f64> = (0..400).map(|i| f64::from(i) / 100.0 - 1.995).collect();
        let rms = (t.iter().map(|v: &f64| v * v).sum::<f64>() / 400.0).sqrt();
        let x: Vec<f64> = t.iter().map(|v| 3.0 * v).collect();
        let head: Vec<f32> = t
            .iter()
            .flat_map(|v| [(0.8 * v / rms) as f32, 0.0])
            .collect();
        let xhat: Vec<f64> = t.iter().map(|v| 1.6 * v / rms).collect();
        let point = mode_point(0, &x, &xhat, &head, 2, 1).expect("a point");
        assert!((point.u - 2.0).abs() < 1e-6, "{point:?}");
        assert!((point.v - 0.8).abs() < 1e-6, "{point:?}");
    }
}
