//! The backward ops: the forward in reverse.
//!
//! A gradient buffer belongs to a node and holds the gradient with respect to what the node's activation was
//! applied to. A value used several times (a residual connection) collects its gradients through the
//! epilogues of the ops that produce them; the last one applies the slope.

use crate::compute::op::{DenseOp, Epilogue, Finish, ImageOp, NormOp, Op, Slice};
use crate::config::Activation;
use crate::model::{Node, NodeKind, Source};

use super::buffers::Buffers;
use super::forward::Builder;

/// One stack's buffers.
pub(super) struct Stack<'a> {
    pub nodes: &'a [Node],
    /// What enters it.
    pub input: Slice,
    /// The nodes' outputs.
    pub values: &'a [Slice],
    /// The nodes' gradients.
    pub gradients: &'a [Slice],
    /// Where the gradient of the input goes, if somebody needs it.
    pub d_input: Option<Slice>,
    /// B.
    pub rows: usize,
}

/// The gradients of one value still to come and so far.
#[derive(Debug, Clone, Default)]
struct Terms {
    /// Ops that will still contribute.
    ops: usize,
    /// The sum so far.
    sum: Option<Slice>,
    /// Later nodes that add the value as it is: their gradient is also its.
    aliases: Vec<usize>,
}

impl Builder<'_> {
    /// Emits the gradients of a stack's parameters and of its input.
    pub(super) fn backward(&self, ops: &mut Vec<Op>, buffers: &mut Buffers, stack: &Stack<'_>) {
        // One entry per node, the last for the input.
        let count = stack.nodes.len();
        let slot = |source: Source| match source {
            Source::Input => count,
            Source::Node(at) => at,
        };
        let mut terms = vec![Terms::default(); count + 1];
        for (at, node) in stack.nodes.iter().enumerate() {
            terms[slot(node.input)].ops += 1;
            if let Some(skip) = node.skip {
                terms[slot(skip)].aliases.push(at);
            }
        }
        let mut gradients = stack.gradients.to_vec();
        for (at, node) in stack.nodes.iter().enumerate().rev() {
            Self::added_only(ops, stack, &mut gradients, &terms[at], at);
            let dy = gradients[at];
            if node.kind == NodeKind::Norm {
                ops.push(self.affine_gradient(stack, node, dy));
            }
            let source = slot(node.input);
            if source < count || stack.d_input.is_some() {
                self.input_gradient(ops, buffers, stack, &mut terms[source], at, &gradients);
            }
            self.parameter_gradients(ops, stack, node, dy);
        }
    }

    /// The gradient of a value that no op reads, only additions: theirs.
    fn added_only(
        ops: &mut Vec<Op>,
        stack: &Stack<'_>,
        gradients: &mut [Slice],
        terms: &Terms,
        at: usize,
    ) {
        let used = stack.nodes.iter().any(|n| n.input == Source::Node(at));
        let [first, rest @ ..] = &terms.aliases[..] else {
            return;
        };
        if used {
            return;
        }
        let node = &stack.nodes[at];
        if rest.is_empty() && node.activation == Activation::Identity {
            gradients[at] = gradients[*first];
            return;
        }
        debug_assert!(rest.len() < 2, "a projection is added once");
        ops.push(Op::Image(ImageOp::Pointwise {
            x: gradients[*first],
            y: gradients[at],
            rows: stack.rows * node.output.pixels(),
            channels: node.output.channels,
            epilogue: Epilogue {
                bias: None,
                add: rest.first().map(|&alias| gradients[alias]),
                finish: Finish::Slope {
                    of: stack.values[at],
                    activation: node.activation,
                },
            },
        }));
    }

    fn value_of(stack: &Stack<'_>, source: Source) -> Slice {
        match source {
            Source::Input => stack.input,
            Source::Node(at) => stack.values[at],
        }
    }

    /// The gradient of node `at`'s input, added to what is there.
    fn input_gradient(
        &self,
        ops: &mut Vec<Op>,
        buffers: &mut Buffers,
        stack: &Stack<'_>,
        terms: &mut Terms,
        at: usize,
        gradients: &[Slice],
    ) {
        let node = &stack.nodes[at];
        let dy = gradients[at];
        let x = Self::value_of(stack, node.input);
        let (target, activation) = match node.input {
            Source::Input => (stack.d_input.unwrap_or(dy), Activation::Identity),
            Source::Node(from) => (gradients[from], stack.nodes[from].activation),
        };
        terms.ops -= 1;
        // An epilogue adds one array: further aliases are summed before the last op.
        while terms.ops == 0 && terms.aliases.len() + usize::from(terms.sum.is_some()) > 1 {
            let Some(alias) = terms.aliases.pop() else {
                break;
            };
            let add = terms
                .sum
                .take()
                .or_else(|| terms.aliases.pop().map(|alias| gradients[alias]));
            let sum = buffers.add(
                &format!("train.sum_{}.{}", node.name, terms.aliases.len()),
                x.len,
            );
            ops.push(Op::Image(ImageOp::Pointwise {
                x: gradients[alias],
                y: sum,
                rows: stack.rows * node.input_shape.pixels(),
                channels: node.input_shape.channels,
                epilogue: Epilogue {
                    add,
                    ..Epilogue::PLAIN
                },
            }));
            terms.sum = Some(sum);
        }
        let last = terms.ops == 0;
        let add = terms
            .sum
            .take()
            .or_else(|| terms.aliases.pop().map(|alias| gradients[alias]));
        let dx = if last {
            target
        } else {
            let partial = buffers.add(&format!("train.d_input_{}", node.name), x.len);
            terms.sum = Some(partial);
            partial
        };
        let epilogue = Epilogue {
            bias: None,
            add,
            finish: if last {
                Finish::Slope { of: x, activation }
            } else {
                Finish::Activate(Activation::Identity)
            },
        };
        ops.push(self.input_op(stack, node, x, dy, dx, epilogue));
    }

    fn input_op(
        &self,
        stack: &Stack<'_>,
        node: &Node,
        x: Slice,
        dy: Slice,
        dx: Slice,
        epilogue: Epilogue,
    ) -> Op {
        let rows = stack.rows;
        let shape = node.input_shape;
        let (pixels, channels) = (rows * shape.pixels(), shape.channels);
        match node.kind {
            NodeKind::Dense { .. } => Op::Dense(DenseOp::BackwardInput {
                dy,
                weight: self.part(self.parameters, node, "weight"),
                dx,
                rows,
                inputs: shape.len(),
                outputs: node.output.len(),
                epilogue,
            }),
            NodeKind::Conv { geometry, .. } => Op::Image(ImageOp::ConvolveTransposed {
                small: dy,
                weight: self.part(self.parameters, node, "weight"),
                large: dx,
                rows,
                geometry,
                epilogue,
            }),
            NodeKind::ConvTranspose { geometry, .. } => Op::Image(ImageOp::Convolve {
                large: dy,
                weight: self.part(self.parameters, node, "weight"),
                small: dx,
                rows,
                geometry,
                epilogue,
            }),
            NodeKind::Norm => Op::Norm(NormOp::NormBackwardInput {
                dy,
                x,
                moments: self.batch_moments(node),
                affine: self.part(self.parameters, node, "affine"),
                daffine: self.part(self.gradients, node, "affine"),
                dx,
                rows: pixels,
                channels,
                epilogue,
            }),
            NodeKind::MaxPool => Op::Image(ImageOp::MaxPoolBackward {
                dy,
                x,
                dx,
                rows,
                shape,
                epilogue,
            }),
            NodeKind::Nearest | NodeKind::Bilinear => Op::Image(ImageOp::UpsampleBackward {
                dy,
                dx,
                rows,
                shape,
                bilinear: node.kind == NodeKind::Bilinear,
                epilogue,
            }),
            NodeKind::Pointwise { .. } => Op::Image(ImageOp::Pointwise {
                x: dy,
                y: dx,
                rows: pixels,
                channels,
                epilogue,
            }),
        }
    }

    /// Gradients of a normalisation's gain and bias, which its input's gradient needs.
    fn affine_gradient(&self, stack: &Stack<'_>, node: &Node, dy: Slice) -> Op {
        Op::Norm(NormOp::NormBackwardAffine {
            dy,
            x: Self::value_of(stack, node.input),
            moments: self.batch_moments(node),
            daffine: self.part(self.gradients, node, "affine"),
            rows: stack.rows * node.output.pixels(),
            channels: node.output.channels,
        })
    }

    /// The gradients of a node's own weight and bias.
    fn parameter_gradients(&self, ops: &mut Vec<Op>, stack: &Stack<'_>, node: &Node, dy: Slice) {
        let x = Self::value_of(stack, node.input);
        let rows = stack.rows;
        let (pixels, channels) = (rows * node.output.pixels(), node.output.channels);
        match node.kind {
            NodeKind::Dense { .. } => {
                ops.push(Op::Dense(DenseOp::BackwardWeight {
                    x,
                    dy,
                    dweight: self.part(self.gradients, node, "weight"),
                    dbias: self.bias(self.gradients, node),
                    rows,
                    inputs: node.input_shape.len(),
                    outputs: node.output.len(),
                }));
                return;
            }
            NodeKind::Conv { geometry, .. } => ops.push(Op::Image(ImageOp::ConvolveWeight {
                large: x,
                small: dy,
                dweight: self.part(self.gradients, node, "weight"),
                rows,
                geometry,
            })),
            NodeKind::ConvTranspose { geometry, .. } => {
                ops.push(Op::Image(ImageOp::ConvolveWeight {
                    large: dy,
                    small: x,
                    dweight: self.part(self.gradients, node, "weight"),
                    rows,
                    geometry,
                }));
            }
            // Of these only the bias is trained here, if there is one.
            NodeKind::Norm
            | NodeKind::MaxPool
            | NodeKind::Nearest
            | NodeKind::Bilinear
            | NodeKind::Pointwise { .. } => {}
        }
        if let Some(output) = self.bias(self.gradients, node) {
            ops.push(Op::Norm(NormOp::SumRows {
                input: dy,
                output,
                rows: pixels,
                columns: channels,
            }));
        }
    }
}
