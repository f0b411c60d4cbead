//! The amounts of variation: `datasets/digits/recipe.txt` as data.

use crate::data::error::Error;

/// The file, part of the program.
const TEXT: &str = include_str!("../../../datasets/digits/recipe.txt");
/// Its name in errors.
const FILE: &str = "digits/recipe.txt";

/// A quantity that differs between writers and between the digits of one writer.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Varied {
    pub(super) mean: f32,
    /// Standard deviation between writers.
    pub(super) writer: f32,
    /// Standard deviation between one writer's digits.
    pub(super) item: f32,
}

macro_rules! quantities {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// Every quantity of the recipe; the comments in the file say what each means.
        #[derive(Debug, Clone, Copy, PartialEq, Default)]
        pub(super) struct Quantities<T> {
            $(pub(super) $name: T),+
        }

        impl<T: Copy> Quantities<T> {
            /// The same quantities after `f`, which is told each one's number.
            pub(super) fn map<U>(&self, mut f: impl FnMut(u32, T) -> U) -> Quantities<U> {
                let mut number = 0..;
                let mut next = || number.next().unwrap_or(0);
                Quantities { $($name: f(next(), self.$name)),+ }
            }

            fn field_mut(&mut self, name: &str) -> Option<&mut T> {
                match name {
                    $(stringify!($name) => Some(&mut self.$name),)+
                    _ => None,
                }
            }

            const NAMES: &[&str] = &[$(stringify!($name)),+];
        }
    };
}

quantities! {
    writers, jitter, slant, width, rotation, bend, balance, waist, tremor, radius, pressure,
    taper, softness, size, shift,
}

/// The recipe as the file gives it.
pub(super) type Recipe = Quantities<Varied>;

impl Recipe {
    /// Reads the built-in file.
    pub(super) fn read() -> Result<Self, Error> {
        Self::parse(TEXT)
    }

    fn parse(text: &str) -> Result<Self, Error> {
        let mut found: Quantities<Option<Varied>> = Quantities::default();
        let mut last = 0;
        for (index, line) in text.lines().enumerate() {
            last = index + 1;
            let line = line.split('#').next().unwrap_or("").trim();
            if line.is_empty() {
                continue;
            }
            let bad = |reason: String| Error::Recipe {
                file: FILE,
                line: index + 1,
                reason,
            };
            let mut words = line.split_whitespace();
            let name = words.next().unwrap_or("");
            let numbers: Vec<f32> = words.map_while(|w| w.parse().ok()).collect();
            let &[mean, writer, item] = numbers.as_slice() else {
                return Err(bad("a line is 'name mean writer item'".into()));
            };
            let slot = found
                .field_mut(name)
                .ok_or_else(|| bad(format!("there is no quantity '{name}'")))?;
            *slot = Some(Varied { mean, writer, item });
        }
        for &name in Quantities::<Option<Varied>>::NAMES {
            if found.field_mut(name).is_some_and(|v| v.is_none()) {
                return Err(Error::Recipe {
                    file: FILE,
                    line: last,
                    reason: format!("the quantity '{name}' is missing"),
                });
            }
        }
        Ok(found.map(|_, varied| varied.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_recipe_is_complete() {
        let recipe = Recipe::read().expect("a result");
        assert!(recipe.writers.mean >= 100.0 && recipe.radius.mean > 0.5);
    }

    #[test]
    fn a_wrong_line_is_named() {
        for (text, line, part) in [
            ("# c\nslant 0 1", 2, "mean writer item"),
            ("slope 0 1 2", 1, "'slope'"),
            ("slant 0 1 2\n", 1, "'writers' is missing"),
        ] {
            let error = Recipe::parse(text).expect_err("a refusal").to_string();
            assert!(
                error.contains(&format!("line {line}")) && error.contains(part),
                "{error}"
            );
        }
    }
}
