//! A fast digest of a figure: has it changed since it was laid out?
//!
//! It goes through the same description of a figure by which it is written to a file, so that nothing a figure holds
//! can be forgotten.

use std::fmt;

use serde::ser::{self, Serialize};

/// Accumulates 64-bit words. Not for untrusted use; a chance collision is one in 2⁶⁴.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Digest(u64);

/// The digest of anything that can be written.
pub(crate) fn digest(value: &impl Serialize) -> u64 {
    let mut digest = Digest(0x243f_6a88_85a3_08d3);
    // Writing into a number does not fail.
    let _ = value.serialize(&mut digest);
    digest.finish()
}

impl Digest {
    fn word(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            let word = chunk.iter().fold(0, |w, b| w << 8 | u64::from(*b));
            self.word(word);
        }
        let rest = chunks.remainder().iter();
        self.word(rest.fold(1, |w, b| w << 8 | u64::from(*b)));
        self.word(bytes.len() as u64);
    }

    fn finish(self) -> u64 {
        let product = u128::from(self.0) * 0xbf58_476d_1ce4_e5b9;
        (product as u64) ^ (product >> 64) as u64
    }
}

/// It never happens.
#[derive(Debug)]
pub(crate) struct Never;

impl fmt::Display for Never {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a digest does not fail")
    }
}

impl std::error::Error for Never {}

impl ser::Error for Never {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

macro_rules! words {
    ($($name:ident: $kind:ty),*) => {
        $(fn $name(self, v: $kind) -> Result<(), Never> {
            self.word(v.into());
            Ok(())
        })*
    };
}

macro_rules! signed_words {
    ($($name:ident: $kind:ty),*) => {
        $(fn $name(self, v: $kind) -> Result<(), Never> {
            self.word(i64::from(v).cast_unsigned());
            Ok(())
        })*
    };
}

type Compound<'a> = Result<&'a mut Digest, Never>;

impl<'a> ser::Serializer for &'a mut Digest {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = &'a mut Digest;
    type SerializeTuple = &'a mut Digest;
    type SerializeTupleStruct = &'a mut Digest;
    type SerializeTupleVariant = &'a mut Digest;
    type SerializeMap = &'a mut Digest;
    type SerializeStruct = &'a mut Digest;
    type SerializeStructVariant = &'a mut Digest;

    words! {
        serialize_bool: bool, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32,
        serialize_u64: u64, serialize_char: char
    }

    signed_words! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64
    }

    // By their bits, so that NaN and −0 count.
    fn serialize_f32(self, v: f32) -> Result<(), Never> {
        self.word(u64::from(v.to_bits()));
        Ok(())
    }

    fn serialize_f64(self, v: f64) -> Result<(), Never> {
        self.word(v.to_bits());
        Ok(())
    }

    fn serialize_str(self, v: &str) -> Result<(), Never> {
        self.bytes(v.as_bytes());
        Ok(())
    }

    fn serialize_bytes(self, v: &[u8]) -> Result<(), Never> {
        self.bytes(v);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Never> {
        self.word(0x6e6f_6e65);
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, v: &T) -> Result<(), Never> {
        self.word(1);
        v.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Never> {
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Never> {
        self.serialize_none()
    }

    fn serialize_unit_variant(self, _: &'static str, i: u32, _: &'static str) -> Result<(), Never> {
        self.serialize_u32(i)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        v: &T,
    ) -> Result<(), Never> {
        v.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        i: u32,
        _: &'static str,
        v: &T,
    ) -> Result<(), Never> {
        self.word(u64::from(i));
        v.serialize(self)
    }

    fn serialize_seq(self, length: Option<usize>) -> Compound<'a> {
        self.word(length.map_or(u64::MAX, |n| n as u64));
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Compound<'a> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Compound<'a> {
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        i: u32,
        _: &'static str,
        _: usize,
    ) -> Compound<'a> {
        self.word(u64::from(i));
        Ok(self)
    }

    fn serialize_map(self, length: Option<usize>) -> Compound<'a> {
        self.serialize_seq(length)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Compound<'a> {
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        i: u32,
        _: &'static str,
        _: usize,
    ) -> Compound<'a> {
        self.word(u64::from(i));
        Ok(self)
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

macro_rules! parts {
    ($($kind:ident: $part:ident ($($key:ty)?)),*) => {
        $(impl ser::$kind for &mut Digest {
            type Ok = ();
            type Error = Never;

            fn $part<T: Serialize + ?Sized>(&mut self, $(_: $key,)? v: &T) -> Result<(), Never> {
                v.serialize(&mut **self)
            }

            fn end(self) -> Result<(), Never> {
                Ok(())
            }
        })*
    };
}

parts! {
    SerializeSeq: serialize_element (),
    SerializeTuple: serialize_element (),
    SerializeTupleStruct: serialize_field (),
    SerializeTupleVariant: serialize_field (),
    SerializeStruct: serialize_field (&'static str),
    SerializeStructVariant: serialize_field (&'static str)
}

impl ser::SerializeMap for &mut Digest {
    type Ok = ();
    type Error = Never;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, v: &T) -> Result<(), Never> {
        v.serialize(&mut **self)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, v: &T) -> Result<(), Never> {
        v.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Never> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_changed_moved_or_added_number_changes_the_digest() {
        let base: Vec<f64> = (0..1003).map(|i| f64::from(i).sin()).collect();
        let own = digest(&base);
        assert_eq!(digest(&base.clone()), own);
        for i in [0, 1, 5, 999, 1000, 1002] {
            let mut other = base.clone();
            other[i] = f64::NAN;
            assert_ne!(digest(&other), own, "{i}");
            assert_eq!(digest(&other), digest(&other.clone()), "NaN is NaN");
        }
        let mut swapped = base.clone();
        swapped.swap(8, 12);
        assert_ne!(digest(&swapped), own);
        assert_ne!(digest(&&base[..1002]), own);
        assert_ne!(digest(&0.0), digest(&-0.0));
        assert_ne!(digest(&("ab", "c")), digest(&("a", "bc")));
        assert_ne!(digest(&Some(1_u8)), digest(&None::<u8>));
        assert_ne!(digest(&"12345678"), digest(&"12345678\0"));
    }
}
