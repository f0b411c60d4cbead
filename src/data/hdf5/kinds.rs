//! What the types of HDF5 say of values.

use hdf5_pure::{AttrValue, Dataset, Datatype, DatatypeByteOrder};

use crate::data::arrays::Value;

/// How values of this type are stored; the error says what they are instead of numbers.
pub(super) fn value(kind: &Datatype) -> Result<Value, String> {
    let what = match kind {
        Datatype::FixedPoint {
            size,
            byte_order,
            layout,
        } => {
            let bytes = *size as usize;
            let whole = layout.bit_offset == 0 && u32::from(layout.bit_precision) == 8 * size;
            let big = is_big(byte_order);
            if let (1 | 2 | 4 | 8, true, Some(big)) = (bytes, whole, big) {
                return Ok(Value::integer(bytes, layout.signed, big));
            }
            "whole numbers of an unusual number of bits; save them as int32"
        }
        Datatype::FloatingPoint {
            size,
            byte_order,
            layout,
        } => {
            let usual = matches!(
                (size, layout.exponent_size, layout.mantissa_size),
                (2, 5, 10) | (4, 8, 23) | (8, 11, 52)
            );
            if let (true, Some(big)) = (usual, is_big(byte_order)) {
                return Ok(Value::Float {
                    bytes: *size as usize,
                    big,
                });
            }
            "floats of an unusual number of bits; save them as float32"
        }
        Datatype::Enumeration {
            size,
            base_type,
            members,
        } => {
            let names: Vec<String> = members.iter().map(|m| m.name.to_uppercase()).collect();
            if *size == 1 && names.len() == 2 && names.contains(&"TRUE".into()) {
                return Ok(Value::Bool);
            }
            return match **base_type {
                Datatype::FixedPoint { .. } => value(base_type),
                _ => Err("its values are names, not numbers".into()),
            };
        }
        Datatype::Compound { members, .. } if members.len() == 2 && members[0].name == "r" => {
            "complex numbers; save their real part, or their absolute values"
        }
        Datatype::Compound { .. } => "records of several fields; save one of them as a plain array",
        Datatype::String { .. }
        | Datatype::VariableLength {
            is_string: true, ..
        } => "texts, not numbers",
        Datatype::VariableLength { .. } => "lists of different lengths",
        Datatype::Reference { .. } => "references to other arrays",
        _ => "not numbers",
    };
    Err(format!("its values are {what}"))
}

/// Whether the first byte is the most significant; `None` for other orders.
fn is_big(order: &DatatypeByteOrder) -> Option<bool> {
    match order {
        DatatypeByteOrder::LittleEndian => Some(false),
        DatatypeByteOrder::BigEndian => Some(true),
        DatatypeByteOrder::Vax => None,
    }
}

/// What MATLAB stored as numbers that are none.
pub(super) fn text_or_other(dataset: &Dataset) -> Option<String> {
    let attributes = dataset.attrs().ok()?;
    if attributes.contains_key("MATLAB_empty") {
        return Some("it holds no values".into());
    }
    let class = match attributes.get("MATLAB_class")? {
        AttrValue::String(class) | AttrValue::AsciiString(class) => class.clone(),
        _ => return None,
    };
    match class.as_str() {
        "char" => Some("it is text, not numbers".into()),
        "cell" => Some(
            "it is a cell array; save the array inside it: x = c{1}; save('x.mat', 'x')".into(),
        ),
        _ => None,
    }
}
