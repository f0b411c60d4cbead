//! Reads the text of a stack of layers; [`super::Stack`] says what it may hold.

use super::layer::{Activation, Layer, LayerKind, Stack, Window};
use super::{ConfigError, in_range};

/// Deepest nesting of parentheses worth reading.
const MAX_DEPTH: usize = 8;

/// Parses a comma-separated list of layers.
pub(super) fn parse(text: &str) -> Result<Vec<Layer>, ConfigError> {
    list(text, 0)
}

fn unreadable(reason: String) -> ConfigError {
    ConfigError::Unreadable {
        name: "layers",
        reason,
    }
}

fn list(text: &str, depth: usize) -> Result<Vec<Layer>, ConfigError> {
    if depth > MAX_DEPTH {
        return Err(unreadable("residual blocks are nested too deeply".into()));
    }
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let mut layers = Vec::new();
    for item in items(text)? {
        let item = item.trim();
        if item.is_empty() {
            return Err(unreadable("a layer between two commas is empty".into()));
        }
        let (count, item) = match item.split_once('*') {
            Some((count, rest)) if count.trim().chars().all(|c| c.is_ascii_digit()) => {
                (number(count.trim(), item)?, rest.trim())
            }
            _ => (1, item),
        };
        in_range("repetitions of a layer", count, 1, Stack::MAX_LAYERS)?;
        let layer = layer(item, depth)?;
        in_range("layers", layers.len() + count, 0, Stack::MAX_LAYERS)?;
        layers.extend(std::iter::repeat_n(layer, count));
    }
    Ok(layers)
}

/// Splits at the commas outside parentheses.
fn items(text: &str) -> Result<Vec<&str>, ConfigError> {
    let mut items = Vec::new();
    let (mut open, mut start) = (0_usize, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' => open += 1,
            ')' if open == 0 => {
                return Err(unreadable(
                    "a parenthesis closes that was not opened".into(),
                ));
            }
            ')' => open -= 1,
            ',' if open == 0 => {
                items.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if open > 0 {
        return Err(unreadable("a parenthesis is not closed".into()));
    }
    items.push(&text[start..]);
    Ok(items)
}

fn number(digits: &str, item: &str) -> Result<usize, ConfigError> {
    digits
        .parse()
        .map_err(|_| unreadable(format!("'{item}' is not a layer")))
}

fn layer(item: &str, depth: usize) -> Result<Layer, ConfigError> {
    let (body, suffixes) = match item.rfind(')') {
        Some(end) => item.split_at(end + 1),
        None => item.split_at(item.find(':').unwrap_or(item.len())),
    };
    let mut layer = Layer::of(kind(body.trim(), item, depth)?);
    for suffix in suffixes.split(':').map(str::trim) {
        match suffix {
            "" => {}
            "bn" => layer.norm = true,
            "nobias" => layer.bias = false,
            word => {
                let known = Activation::ALL.into_iter().find(|a| a.word() == word);
                layer.activation = Some(known.ok_or_else(|| {
                    unreadable(format!(
                        "'{word}' is not one of bn, nobias, linear, relu, leaky, tanh, sigmoid, elu, soft"
                    ))
                })?);
            }
        }
    }
    Ok(layer)
}

fn kind(body: &str, item: &str, depth: usize) -> Result<LayerKind, ConfigError> {
    if let Some(rest) = body.strip_prefix("res(") {
        let inside = rest.strip_suffix(')').unwrap_or(rest);
        return Ok(LayerKind::Residual(list(inside, depth + 1)?));
    }
    Ok(match body {
        "pool" => LayerKind::MaxPool,
        "nearest" => LayerKind::Nearest,
        "bilinear" => LayerKind::Bilinear,
        "bias" => LayerKind::Bias,
        _ => {
            if let Some(rest) = body.strip_prefix("deconv") {
                let (channels, window) = convolution(rest, item, [4, 2])?;
                LayerKind::ConvTranspose { channels, window }
            } else if let Some(rest) = body.strip_prefix("conv") {
                let (channels, window) = convolution(rest, item, [3, 1])?;
                LayerKind::Conv { channels, window }
            } else if body.contains('x') {
                let sides: Vec<usize> = body
                    .split('x')
                    .map(|side| number(side, item))
                    .collect::<Result<_, _>>()?;
                let [height, width, channels] = sides[..] else {
                    return Err(unreadable(format!(
                        "'{item}' is not height x width x channels"
                    )));
                };
                LayerKind::Reshape {
                    height,
                    width,
                    channels,
                }
            } else {
                LayerKind::Dense {
                    outputs: number(body, item)?,
                }
            }
        }
    })
}

/// Channels and window of a convolution's text, `32k4s2p1e1`.
fn convolution(
    text: &str,
    item: &str,
    [kernel, stride]: [usize; 2],
) -> Result<(usize, Window), ConfigError> {
    let (channels, mut rest) = if let Some(rest) = text.strip_prefix("out") {
        (Layer::OUT, rest)
    } else {
        let (digits, rest) = leading_digits(text);
        let channels = number(digits, item)?;
        in_range("channels", channels, 1, super::NetConfig::MAX_WIDTH)?;
        (channels, rest)
    };
    let mut window = Window {
        kernel,
        stride,
        padding: 0,
        extra: 0,
    };
    let mut padding = None;
    while let Some(letter) = rest.chars().next() {
        let (digits, after) = leading_digits(&rest[letter.len_utf8()..]);
        let value = number(digits, item)?;
        match letter {
            'k' => window.kernel = value,
            's' => window.stride = value,
            'p' => padding = Some(value),
            'e' => window.extra = value,
            _ => return Err(unreadable(format!("'{item}' is not a layer"))),
        }
        rest = after;
    }
    window.padding = padding.unwrap_or(window.kernel.saturating_sub(1) / 2);
    Ok((channels, window))
}

fn leading_digits(text: &str) -> (&str, &str) {
    text.split_at(
        text.find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len()),
    )
}
