//! From layers as the user writes them to nodes with shapes.

use crate::config::{Activation, Layer, LayerKind, Window};

use super::node::{Node, NodeKind, Source};
use super::shape::{Geometry, Shape};
use super::spec::ModelError;

/// Builds the nodes of one side.
pub(super) struct Lowering {
    /// `encoder` or `decoder`.
    side: &'static str,
    /// The network's activation.
    activation: Activation,
    /// Channels of a [`Layer::OUT`] convolution, on the decoder's side.
    out_channels: Option<usize>,
    nodes: Vec<Node>,
    /// The output so far: the input of the next layer.
    at: Source,
    shape: Shape,
}

impl Lowering {
    pub(super) fn new(
        side: &'static str,
        input: Shape,
        activation: Activation,
        out_channels: Option<usize>,
    ) -> Self {
        Self {
            side,
            activation,
            out_channels,
            nodes: Vec::new(),
            at: Source::Input,
            shape: input,
        }
    }

    /// Appends all layers.
    pub(super) fn stack(&mut self, layers: &[Layer]) -> Result<(), ModelError> {
        let last = layers.len().saturating_sub(1);
        for (index, layer) in layers.iter().enumerate() {
            let name = format!("{}.{index}", self.side);
            self.layer(layer, &name, index == last)?;
        }
        Ok(())
    }

    /// Appends the dense layer that ends the side.
    pub(super) fn end(mut self, last: &str, outputs: usize) -> Vec<Node> {
        let name = format!("{}.{last}", self.side);
        let kind = NodeKind::Dense { bias: true };
        self.push(name, kind, Shape::vector(outputs), Activation::Identity);
        self.nodes
    }

    /// The nodes as they are, for a decoder that ends in a convolution, if its shape is `output`.
    pub(super) fn end_as(self, output: Shape) -> Result<Vec<Node>, ModelError> {
        if self.shape == output || (self.shape.is_vector() && self.shape.len() == output.len()) {
            return Ok(self.nodes);
        }
        Err(ModelError::Output {
            got: self.shape,
            wanted: output,
        })
    }

    fn error(name: &str, layer: &Layer, reason: impl Into<String>) -> ModelError {
        ModelError::Layer {
            name: name.to_owned(),
            layer: layer.to_string(),
            reason: reason.into(),
        }
    }

    fn push(&mut self, name: String, kind: NodeKind, output: Shape, activation: Activation) {
        self.nodes.push(Node {
            name,
            kind,
            input: self.at,
            skip: None,
            input_shape: self.shape,
            output,
            activation,
        });
        self.at = Source::Node(self.nodes.len() - 1);
        self.shape = output;
    }

    #[expect(
        clippy::too_many_lines,
        reason = "the table from layer to node, one arm each"
    )]
    /// Appends one layer; `last` of its side allows a convolution to the data's channels.
    fn layer(&mut self, layer: &Layer, name: &str, last: bool) -> Result<(), ModelError> {
        let weighted = matches!(
            layer.kind,
            LayerKind::Dense { .. } | LayerKind::Conv { .. } | LayerKind::ConvTranspose { .. }
        );
        let mut activation = match (layer.activation, weighted) {
            (Some(activation), _) => activation,
            (None, true) => self.activation,
            (None, false) => Activation::Identity,
        };
        // The activation waits for the normalisation.
        let inner = if layer.norm {
            Activation::Identity
        } else {
            activation
        };
        let image = self.shape;
        let need_image = |what: &str| {
            if image.is_vector() {
                let reason = format!(
                    "{what} needs an image, and {} numbers come in",
                    image.channels
                );
                return Err(Self::error(name, layer, reason));
            }
            Ok(())
        };
        match &layer.kind {
            LayerKind::Dense { outputs } => {
                let kind = NodeKind::Dense { bias: layer.bias };
                self.push(name.into(), kind, Shape::vector(*outputs), inner);
            }
            LayerKind::Conv { channels, window }
            | LayerKind::ConvTranspose { channels, window } => {
                if *channels == Layer::OUT {
                    activation = Activation::Identity;
                }
                let inner = if *channels == Layer::OUT {
                    activation
                } else {
                    inner
                };
                self.convolution(layer, name, *channels, *window, inner, last)?;
            }
            LayerKind::MaxPool => {
                need_image("pooling")?;
                if image.height < 2 || image.width < 2 {
                    let reason = format!("{image} is too small to be halved");
                    return Err(Self::error(name, layer, reason));
                }
                let output = Shape {
                    height: image.height / 2,
                    width: image.width / 2,
                    ..image
                };
                self.push(name.into(), NodeKind::MaxPool, output, Activation::Identity);
            }
            LayerKind::Nearest | LayerKind::Bilinear => {
                need_image("upsampling")?;
                let kind = match layer.kind {
                    LayerKind::Nearest => NodeKind::Nearest,
                    _ => NodeKind::Bilinear,
                };
                let output = Shape {
                    height: 2 * image.height,
                    width: 2 * image.width,
                    ..image
                };
                self.push(name.into(), kind, output, Activation::Identity);
            }
            LayerKind::Bias => {
                let kind = NodeKind::Pointwise { bias: true };
                self.push(name.into(), kind, image, inner);
                if !layer.norm {
                    return Ok(());
                }
            }
            LayerKind::Reshape {
                height,
                width,
                channels,
            } => {
                let shape = Shape {
                    height: *height,
                    width: *width,
                    channels: *channels,
                };
                if shape.len() != image.len() {
                    let reason = format!("{} numbers come in, not {}", image.len(), shape.len());
                    return Err(Self::error(name, layer, reason));
                }
                self.shape = shape;
            }
            LayerKind::Residual(block) => return self.residual(layer, block, name),
        }
        let shape = self.shape;
        if layer.norm {
            self.push(format!("{name}.norm"), NodeKind::Norm, shape, activation);
        } else if !weighted && activation != Activation::Identity {
            let kind = NodeKind::Pointwise { bias: false };
            self.push(format!("{name}.activation"), kind, shape, activation);
        }
        Ok(())
    }

    fn convolution(
        &mut self,
        layer: &Layer,
        name: &str,
        channels: usize,
        window: Window,
        activation: Activation,
        last: bool,
    ) -> Result<(), ModelError> {
        let channels = match (channels, self.out_channels) {
            (Layer::OUT, Some(out)) if last => out,
            (Layer::OUT, _) => {
                let reason = "only the decoder's last layer can take the data's channels";
                return Err(Self::error(name, layer, reason));
            }
            (channels, _) => channels,
        };
        let bias = layer.bias;
        let transposed = matches!(layer.kind, LayerKind::ConvTranspose { .. });
        let geometry = if transposed {
            Geometry::transposed(self.shape, channels, window)
        } else {
            Geometry::convolution(self.shape, channels, window)
        };
        let Some(geometry) = geometry else {
            let reason = format!("its kernel does not fit {}", self.shape);
            return Err(Self::error(name, layer, reason));
        };
        let (kind, output) = if transposed {
            (NodeKind::ConvTranspose { geometry, bias }, geometry.large)
        } else {
            (NodeKind::Conv { geometry, bias }, geometry.small)
        };
        if output.len() > super::NetSpec::MAX_ACTIVATIONS {
            let reason = format!("its output of {output} is too large");
            return Err(Self::error(name, layer, reason));
        }
        self.push(name.into(), kind, output, activation);
        Ok(())
    }

    /// f(x + block(x)).
    fn residual(&mut self, layer: &Layer, block: &[Layer], name: &str) -> Result<(), ModelError> {
        let (start, before) = (self.at, self.shape);
        let first_node = self.nodes.len();
        for (index, inner) in block.iter().enumerate() {
            self.layer(inner, &format!("{name}.{index}"), false)?;
        }
        let activation = layer.activation.unwrap_or(self.activation);
        let (end, after) = (self.at, self.shape);
        let skip = if before == after {
            start
        } else {
            self.at = start;
            self.shape = before;
            self.projection(layer, name, after)?;
            self.at
        };
        self.at = end;
        self.shape = after;
        // The block's last layer adds the skip itself unless it was given an activation of its own.
        let own = block.last().is_some_and(|last| {
            last.activation.is_some() || matches!(last.kind, LayerKind::Residual(_))
        });
        let fused = match end {
            Source::Node(index) if index >= first_node && !own => {
                let node = &mut self.nodes[index];
                let adds = matches!(
                    node.kind,
                    NodeKind::Dense { .. }
                        | NodeKind::Conv { .. }
                        | NodeKind::ConvTranspose { .. }
                        | NodeKind::Norm
                ) && node.skip.is_none()
                    && node.output == after;
                if adds {
                    node.skip = Some(skip);
                    // With a norm of its own the block is activated after it.
                    node.activation = if layer.norm {
                        Activation::Identity
                    } else {
                        activation
                    };
                }
                adds
            }
            _ => false,
        };
        if !fused {
            let kind = NodeKind::Pointwise { bias: false };
            let inner = if layer.norm {
                Activation::Identity
            } else {
                activation
            };
            self.push(format!("{name}.add"), kind, after, inner);
            if let Some(node) = self.nodes.last_mut() {
                node.skip = Some(skip);
            }
        }
        if layer.norm {
            self.push(format!("{name}.norm"), NodeKind::Norm, after, activation);
        }
        // A projection was pushed after the node that adds it: order by dependence.
        self.order();
        Ok(())
    }

    /// The linear map that brings the skip to another shape.
    fn projection(&mut self, layer: &Layer, name: &str, to: Shape) -> Result<(), ModelError> {
        let from = self.shape;
        let name_of = format!("{name}.skip");
        if to.is_vector() {
            let kind = NodeKind::Dense { bias: true };
            self.push(name_of, kind, to, Activation::Identity);
            return Ok(());
        }
        let window = Window {
            kernel: 1,
            stride: from.height.div_ceil(to.height),
            padding: 0,
            extra: 0,
        };
        match Geometry::convolution(from, to.channels, window) {
            Some(geometry) if geometry.small == to && window.stride > 0 => {
                let kind = NodeKind::Conv {
                    geometry,
                    bias: true,
                };
                self.push(name_of, kind, to, Activation::Identity);
                Ok(())
            }
            _ => {
                let reason = format!("{from} goes into the block and {to} comes out");
                Err(Self::error(name, layer, reason))
            }
        }
    }

    /// Moves a projection before the node that uses it.
    fn order(&mut self) {
        let Some(user) = self
            .nodes
            .iter()
            .enumerate()
            .position(|(at, n)| matches!(n.skip, Some(Source::Node(skip)) if skip > at))
        else {
            return;
        };
        let Some(Source::Node(projection)) = self.nodes[user].skip else {
            return;
        };
        let node = self.nodes.remove(projection);
        self.nodes.insert(user, node);
        let moved = |source: Source| match source {
            Source::Node(at) if at == projection => Source::Node(user),
            Source::Node(at) if (user..projection).contains(&at) => Source::Node(at + 1),
            other => other,
        };
        for node in &mut self.nodes {
            node.input = moved(node.input);
            node.skip = node.skip.map(moved);
        }
        self.at = moved(self.at);
    }
}
