//! Parts of values: attributes, items, slices, and the lengths of axes.

use tree_sitter::Node;

use crate::convention::factor::Factor;
use crate::convention::linear::Linear;
use crate::convention::syntax;
use crate::convention::term::{Base, Term, short};
use crate::convention::value::{Seq, Shape, Value};
use crate::convention::words;

use super::Reader;
use super::store::key;

impl<'t> Reader<'t> {
    pub(super) fn attribute(&mut self, node: Node<'t>, text: &'t str) -> Value {
        let (Some(of), Some(name)) = (
            syntax::field(node, "object"),
            syntax::field(node, "attribute"),
        ) else {
            return self.opaque(text);
        };
        let name = self.text(name);
        let object = self.value(of);
        self.attribute_of(&object, name, self.text(of), text)
    }

    /// A part of a value by its name.
    pub(super) fn attribute_of(
        &mut self,
        object: &Value,
        name: &str,
        object_text: &str,
        text: &str,
    ) -> Value {
        if let Some(value) = self.paths.get(&key(text)).cloned() {
            return self.settled_name(name, &value, text);
        }
        match object {
            Value::Object(object) => {
                if let Some(value) = self.member(object, name) {
                    return self.settled_name(name, &value, text);
                }
                self.opaque(text)
            }
            Value::Class(class) => match self.method(*class, name) {
                Some(method) => Value::Function(method, None),
                None => self
                    .class_field(*class, name)
                    .unwrap_or_else(|| self.opaque(text)),
            },
            Value::Dict(pairs) => match pairs.iter().find(|p| &*p.0 == name) {
                Some(pair) => pair.1.clone(),
                None => self.opaque(text),
            },
            Value::Dist(dist) => {
                let found = match name {
                    "loc" | "mean" => dist.loc.clone(),
                    "variance" => dist.variance.clone(),
                    "scale" | "stddev" => dist.variance.as_ref().and_then(|v| v.to_the(0.5, text)),
                    _ => None,
                };
                found.map_or_else(|| self.opaque(text), Value::Linear)
            }
            Value::Linear(linear) => match name {
                "shape" => Value::Shape(self.shape(linear, object_text)),
                "T" | "data" | "mT" => object.clone(),
                _ if linear.is_formula() && linear.as_sym().is_none() => {
                    self.followed(None, std::slice::from_ref(linear), text)
                }
                _ => {
                    // The name that was given stands for the thing; a library keeps its own.
                    let whole = match linear.as_sym() {
                        Some(sym) if !sym.name.contains(['(', '…']) => {
                            format!("{}.{name}", sym.name)
                        }
                        _ => text.to_owned(),
                    };
                    if let Some(value) = self.paths.get(&key(&whole)) {
                        return value.clone();
                    }
                    if let Some(number) = words::constant(&whole) {
                        return Value::number(number);
                    }
                    if let Some(value) = self.defaults.get(name).cloned()
                        && words::is_arguments(object_text)
                    {
                        return value;
                    }
                    self.opaque(&whole)
                }
            },
            _ => self.opaque(text),
        }
    }

    /// The shape of a tensor.
    pub(super) fn shape(&self, linear: &Linear, text: &str) -> Shape {
        let of = if linear.as_sym().is_some() {
            linear.name()
        } else {
            short(text)
        };
        let latents = [&*of, text]
            .iter()
            .any(|n| words::is_mean(n) || words::is_log_variance(n) || words::is_latent(n));
        Shape {
            of,
            latents,
            per_sample: self.is_per_sample(),
            from: 0,
        }
    }

    /// The length of an axis; `many` if the shape is known to have more than two.
    pub(super) fn axis(shape: &Shape, at: i64, many: bool) -> Value {
        let at = if at >= 0 {
            at + i64::from(shape.from)
        } else {
            at
        };
        if at == 0 && !shape.per_sample {
            return Value::Linear(Linear::factor(Factor::BATCH));
        }
        if !many && (at == -1 || shape.per_sample) || at < 0 {
            let factor = if shape.latents {
                Factor::LATENTS
            } else {
                Factor::PIXELS
            };
            let mut term = Term::of(factor);
            if !shape.latents {
                term.note(format!("the last axis of {} is all its pixels", shape.of).into());
            }
            return Value::Linear(term.into());
        }
        let index = u8::try_from(at).unwrap_or(u8::MAX);
        Value::Linear(
            Term::base(Base::Axis {
                of: shape.of.clone(),
                index,
                latents: shape.latents,
            })
            .into(),
        )
    }

    pub(super) fn subscript(&mut self, node: Node<'t>, text: &'t str) -> Value {
        if let Some(value) = self.paths.get(&key(text)) {
            return value.clone();
        }
        let Some(of) = syntax::field(node, "value") else {
            return self.opaque(text);
        };
        let object = self.value(of);
        let index = syntax::fields(node, "subscript");
        let [index] = index.as_slice() else {
            return self.sliced(&object, text);
        };
        if index.kind() == "slice" {
            return self.slice(&object, *index, text);
        }
        let place = self.value(*index);
        match (&object, &place) {
            (Value::Dict(pairs), Value::Text(name)) => match pairs.iter().find(|p| p.0 == *name) {
                Some(pair) => pair.1.clone(),
                None => self.opaque(text),
            },
            (Value::Seq(seq), place) if place.as_number().is_some() => {
                let at = place.as_number().unwrap_or(0.0);
                let at = if at < 0.0 {
                    at + seq.items.len() as f64
                } else {
                    at
                };
                match seq.items.get(at as usize) {
                    Some(item) if at >= 0.0 => item.clone(),
                    _ => self.opaque(text),
                }
            }
            (Value::Shape(shape), place) => match place.as_number() {
                Some(at) => Self::axis(shape, at as i64, false),
                None => self.opaque(text),
            },
            _ => self.sliced(&object, text),
        }
    }

    /// A part of a tensor whose place does not matter, or an entry of something unknown.
    fn sliced(&mut self, object: &Value, text: &str) -> Value {
        match object {
            Value::Linear(linear) if linear.is_term() => {
                if linear.terms.iter().all(|t| t.known().is_none()) {
                    return self.opaque(text);
                }
                self.followed(None, std::slice::from_ref(linear), text)
            }
            // A part of a formula is not the formula; which part of a quantity it is does not matter.
            Value::Linear(linear) if linear.terms.len() > 1 && !is_whole(text) => {
                self.followed(None, std::slice::from_ref(linear), text)
            }
            Value::Linear(linear) if linear.is_formula() => object.clone(),
            Value::Seq(_) | Value::Dict(_) if object.is_term() => {
                let mut all = Vec::new();
                object.tensors(&mut all);
                Value::Linear(self.acted(&all, text))
            }
            _ => {
                let sym = self.symbol(text);
                if let Some(samples) = is_part(text) {
                    self.uses.parts.insert(sym.id, (sym.name.clone(), samples));
                }
                Value::Linear(Linear::sym(sym))
            }
        }
    }

    fn slice(&mut self, object: &Value, index: Node<'t>, text: &str) -> Value {
        let bounds = self.text(index);
        let start = bounds.split(':').next().unwrap_or_default().trim();
        let open = bounds.trim_end().ends_with(':') && bounds.matches(':').count() == 1;
        match object {
            Value::Shape(shape) if open => Value::Shape(Shape {
                from: shape.from + start.parse::<u8>().unwrap_or(0).min(8),
                ..shape.clone()
            }),
            Value::Seq(seq) if open => {
                let skip = start.parse::<usize>().unwrap_or(0);
                let items = seq.items.iter().skip(skip).cloned().collect();
                Seq::new(items, seq.array).map_or(Value::None, Value::Seq)
            }
            _ => self.sliced(object, text),
        }
    }
}

/// Whether the brackets at the end of a subscript take a part of a tensor, and whether it is some of its samples:
/// `[:, :, 2:-2]`, `[:8]`, `[mask]`. A number, a text, or a name of one may be an entry of a list.
fn is_part(text: &str) -> Option<bool> {
    if is_whole(text) {
        return None;
    }
    let (_, inside) = text.rsplit_once('[')?;
    let inside = inside.trim_end().trim_end_matches(']');
    let parts: Vec<&str> = inside.split(',').map(str::trim).collect();
    let whole = |part: &str| matches!(part, ":" | "::" | "..." | "None" | "");
    let rest = parts.iter().skip(1).any(|part| !whole(part));
    let first = parts.first().copied().unwrap_or_default();
    if rest {
        return Some(false);
    }
    let of_samples = first.contains(':') && !whole(first);
    let masked = [
        "mask", "valid", "==", "!=", "<", ">", "~", "idx", "index", "keep",
    ];
    if masked.iter().any(|mark| first.contains(mark)) {
        return Some(false);
    }
    of_samples.then_some(true)
}

/// Whether the brackets at the end of a subscript take all of an array: `[:, None]`, `[...]`.
fn is_whole(text: &str) -> bool {
    let inside = text.rsplit_once('[').map_or("", |(_, inside)| inside);
    let parts = inside.trim_end().trim_end_matches(']').split(',');
    parts
        .map(str::trim)
        .all(|part| matches!(part, ":" | "::" | "..." | "None" | "") || part.ends_with("newaxis"))
}
