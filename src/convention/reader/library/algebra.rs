//! Arithmetic and functions of one number.

use crate::convention::linear::Linear;
use crate::convention::reader::Reader;
use crate::convention::reader::call::Call;
use crate::convention::reader::expression::Operation;
use crate::convention::term::{Name, short};
use crate::convention::value::Value;

/// Functions that leave every number what it is.
const IDENTITIES: &[&str] = &[
    "view",
    "reshape",
    "flatten",
    "squeeze",
    "unsqueeze",
    "expand_dims",
    "cpu",
    "cuda",
    "to",
    "clone",
    "contiguous",
    "cast",
    "tensor",
    "constant",
    "as_tensor",
    "asarray",
    "array",
    "ravel",
    "type",
    "astype",
    "float",
    "double",
    "half",
    "permute",
    "transpose",
    "swapaxes",
    "moveaxis",
    "movedim",
    "view_as",
    "reshape_as",
    "identity",
    "requires_grad",
    "convert_to_tensor",
    "type_as",
    "float32",
    "float64",
    "rearrange",
    "copy",
    "batch_flatten",
    "pmean",
    "block_until_ready",
    "assert_all_finite",
    "check_numerics",
    "ensure_shape",
    "promote_types",
];

/// Functions that round numbers.
const ROUNDINGS: &[&str] = &[
    "round", "rint", "floor", "trunc", "fix", "int", "byte", "long",
];

/// Functions through which no gradient flows.
const DETACHING: &[&str] = &["item", "detach", "numpy", "stop_gradient", "tolist"];

/// Functions that only keep numbers within bounds.
const BOUNDS: &[&str] = &[
    "clamp",
    "clip",
    "clip_by_value",
    "hardtanh",
    "clamp_min",
    "clamp_max",
    "nan_to_num",
    "softclip",
];

impl<'t> Reader<'t> {
    /// Arithmetic by name, or a function of one number.
    pub(super) fn algebra(&mut self, call: &Call<'t>) -> Option<Value> {
        let name = call.name.as_str();
        let learned = call.keyword(&["requires_grad"]).and_then(Value::truth) == Some(true);
        match name {
            _ if learned => return Some(self.opaque(call.text)),
            "zeros_like" | "zeros" => return Some(Value::number(0.0)),
            "ones_like" | "ones" => return Some(Value::number(1.0)),
            "full" | "full_like" => {
                let filled = call.argument(1, &["fill_value"])?;
                return filled.as_number().map(Value::number);
            }
            _ => {}
        }
        let operands = call.operands();
        let keyword = |names: &[&str]| call.keyword(names).map(|v| (v.clone(), Name::from("self")));
        let first = operands
            .first()
            .cloned()
            .or_else(|| keyword(&["input", "x", "a", "tensor"]))?;
        let second = operands
            .get(1)
            .cloned()
            .or_else(|| keyword(&["other", "y", "b", "exponent", "value"]));
        if name == "logaddexp" {
            return Some(self.log_of_exponentials(&first, &second?, call.text));
        }
        if matches!(name, "dot" | "vdot" | "inner" | "matmul" | "mm") {
            let second = second?;
            return Some(self.dot(&first.0, &second.0, [&first.1, &second.1], call.text));
        }
        if let (Some(sign), Some((third @ Value::Linear(_), text))) =
            (operation(name), operands.get(2))
            && matches!(sign, Operation::Plus | Operation::Minus)
        {
            // PyTorch's old `add(a, alpha, b)`.
            let (alpha, alpha_text) = second?;
            let times = Operation::Times;
            let product = self.operate(times, third, &alpha, [&**text, &*alpha_text], call.text);
            return Some(self.operate(sign, &first.0, &product, [&*first.1, &**text], call.text));
        }
        if let Some(operation) = operation(name) {
            return Some(self.by_name(call, operation, &first, &second?));
        }
        // A number that is learned, or set from outside, is none.
        if name == "parameter" || name == "variable" && first.0.as_number().is_some() {
            return Some(self.opaque(call.text));
        }
        if IDENTITIES.contains(&name) || name == "variable" {
            return Some(first.0);
        }
        if DETACHING.contains(&name) {
            return Some(first.0.each(&mut |t| t.detached |= !t.is_constant()));
        }
        let (Value::Linear(_) | Value::Seq(_)) = &first.0 else {
            return None;
        };
        if let Value::Seq(seq) = &first.0
            && !seq.array
        {
            return None;
        }
        let input = self.linear(&first.0, self.operand_text(call, &first.1));
        let text = call.text;
        let inner = self.operand_text(call, &first.1);
        if BOUNDS.contains(&name) {
            // Of a term bounds are free bits, of a whole formula as well; of a quantity they only keep it finite.
            if input.is_term() || input.terms.len() > 1 {
                return Some(self.followed(None, &[input], text));
            }
            let note = format!("the bounds of `{}` are not reached", short(text));
            return Some(Value::Linear(noted(input, &note)));
        }
        if ROUNDINGS.contains(&name) && !input.is_term() && input.as_number().is_none() {
            let note = format!("`{name}` only rounds numbers");
            return Some(Value::Linear(noted(input, &note)));
        }
        let result = match name {
            "square" => input.to_the(2.0, inner),
            "sqrt" => input.to_the(0.5, inner),
            "rsqrt" => input.to_the(-0.5, inner),
            "reciprocal" => input.to_the(-1.0, inner),
            "neg" | "negative" => {
                Some(input.scaled(crate::convention::factor::Factor::number(-1.0)))
            }
            "exp" if !input.is_term() => input.exp(),
            "expm1" if !input.is_term() => input.exp().map(|e| e.minus(&Linear::number(1.0))),
            "log" if !input.is_term() => input.log(inner),
            "log1p" if !input.is_term() => input.plus(&Linear::number(1.0)).log(inner),
            "log2" | "log10" if !input.is_term() => {
                let base: f64 = if name == "log2" { 2.0 } else { 10.0 };
                let scale = crate::convention::factor::Factor::number(1.0 / base.ln());
                input.log(inner).map(|l| l.scaled(scale))
            }
            "softplus" if !input.is_term() => input
                .exp()
                .map(|e| e.plus(&Linear::number(1.0)))
                .and_then(|s| s.log(inner)),
            "log_sigmoid" | "logsigmoid" if !input.is_term() => self.log_sigmoid(&input, inner),
            "abs" | "absolute" | "fabs" => input.abs(inner),
            "where" => return self.where_(call),
            "lerp" => return self.lerp(call),
            _ => return None,
        };
        Some(self.followed(result, &[input], text))
    }

    /// log(eᵃ + eᵇ).
    fn log_of_exponentials(&mut self, a: &(Value, Name), b: &(Value, Name), text: &str) -> Value {
        let inputs = [a, b].map(|(value, text)| self.linear(value, text));
        let sum = inputs[0].exp().zip(inputs[1].exp());
        let result = sum.and_then(|(a, b)| a.plus(&b).log(text));
        self.followed(result, &inputs, text)
    }

    fn operand_text<'a>(&self, call: &'a Call<'t>, text: &'a str) -> &'a str
    where
        't: 'a,
    {
        match &call.receiver {
            Some((_, node)) => self.text(*node),
            None => text,
        }
    }

    /// `torch.add(a, b, alpha=4)` and its like.
    fn by_name(
        &mut self,
        call: &Call<'t>,
        operation: Operation,
        first: &(Value, Name),
        second: &(Value, Name),
    ) -> Value {
        let texts = [&*first.1, &*second.1];
        let (mut a, mut b) = (first.0.clone(), second.0.clone());
        if let Some(alpha) = call.keyword(&["alpha"]).cloned() {
            b = self.operate(Operation::Times, &b, &alpha, [texts[1], "alpha"], call.text);
        }
        if call.name == "rsub" {
            std::mem::swap(&mut a, &mut b);
        }
        self.operate(operation, &a, &b, texts, call.text)
    }

    /// log σ(l), with σ(−l) = 1 − σ(l).
    fn log_sigmoid(&mut self, input: &Linear, text: &str) -> Option<Linear> {
        let negative = input.terms.len() == 1 && input.terms[0].factor.number < 0.0;
        if negative {
            let logits = input.scaled(crate::convention::factor::Factor::number(-1.0));
            let name = logits.name();
            let sigmoid = Linear::sym(self.symbol(&format!("sigmoid({name})")));
            return Linear::number(1.0).minus(&sigmoid).log(text);
        }
        let name = input.name();
        Linear::sym(self.symbol(&format!("sigmoid({name})"))).log(text)
    }

    fn where_(&mut self, call: &Call<'t>) -> Option<Value> {
        let operands = call.operands();
        let [_, a, b] = operands.as_slice() else {
            return None;
        };
        if !a.0.is_term() && !b.0.is_term() {
            return None;
        }
        Some(self.either(&b.0, a.0.clone(), call.text, true))
    }

    /// a + w (b − a).
    fn lerp(&mut self, call: &Call<'t>) -> Option<Value> {
        let operands = call.operands();
        let [a, b, weight] = operands.as_slice() else {
            return None;
        };
        let texts = [&*a.1, &*b.1];
        let one = Value::number(1.0);
        let rest = self.operate(
            Operation::Minus,
            &one,
            &weight.0,
            ["1", &weight.1],
            call.text,
        );
        let left = self.operate(Operation::Times, &a.0, &rest, texts, call.text);
        let right = self.operate(Operation::Times, &b.0, &weight.0, texts, call.text);
        Some(self.operate(Operation::Plus, &left, &right, texts, call.text))
    }
}

/// The same with a remark.
fn noted(mut linear: Linear, note: &str) -> Linear {
    linear.terms.iter_mut().for_each(|t| t.note(note.into()));
    linear
}

fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "add" => Operation::Plus,
        "sub" | "subtract" | "rsub" => Operation::Minus,
        "mul" | "multiply" | "scalar_mul" => Operation::Times,
        "div" | "divide" | "true_divide" | "truediv" => Operation::Over,
        "pow" | "power" | "float_power" => Operation::Power,
        _ => return None,
    })
}
