//! What each column of a table is: a value, the label, or a number of the line that says nothing of the item.

use crate::data::dataset::ImageShape;

use super::text::Separator;

/// Smallest side of a grey picture.
const GREY_SIDE: usize = 4;
/// Smallest side of a picture in colour.
const COLOUR_SIDE: usize = 8;
/// What a label column is called, and nothing else.
const LABELS: [&str; 3] = ["label", "labels", "class"];
/// What a label column is called, and sometimes a quantity: it must hold a class in the first line unless it is first.
const PERHAPS_LABELS: [&str; 2] = ["target", "y"];
/// What the number of a line is called.
const IDS: [&str; 7] = [
    "id",
    "index",
    "idx",
    "image_id",
    "imageid",
    "row_id",
    "unnamed: 0",
];

/// What a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// One of the item's values.
    Value,
    /// The item's class.
    Label,
    /// The number of the line, which is left out.
    LeftOut,
}

/// How the columns are used.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) separator: Separator,
    pub(super) roles: Vec<Role>,
}

impl Table {
    /// The use of columns with these names, whose first line of numbers is `first`.
    pub(super) fn named(separator: Separator, names: &[String], first: &[Option<f32>]) -> Self {
        let label = label_column(names, first);
        let role = |(column, name): (usize, &String)| {
            // The index that pandas writes has no name.
            let number = IDS.contains(&name.as_str()) || (column == 0 && name.is_empty());
            match label {
                Some(label) if label == column => Role::Label,
                _ if number => Role::LeftOut,
                _ => Role::Value,
            }
        };
        Self {
            separator,
            roles: names.iter().enumerate().map(role).collect(),
        }
    }

    /// The use of columns without names: the first is the label if it holds a class and the columns beside it, but not
    /// all of them, are a picture.
    pub(super) fn bare(separator: Separator, first: &[Option<f32>]) -> Self {
        let columns = first.len();
        let mut roles = vec![Role::Value; columns];
        let picture = |d: usize| picture(d).is_some();
        if columns > 1 && picture(columns - 1) && !picture(columns) && is_class(first[0]) {
            roles[0] = Role::Label;
        }
        Self { separator, roles }
    }

    /// Values of an item.
    pub(super) fn values(&self) -> usize {
        self.count(Role::Value)
    }

    /// Whether there is a label.
    pub(super) fn labelled(&self) -> bool {
        self.count(Role::Label) > 0
    }

    fn count(&self, wanted: Role) -> usize {
        self.roles.iter().filter(|&&role| role == wanted).count()
    }
}

/// The column that is called as labels are.
fn label_column(names: &[String], first: &[Option<f32>]) -> Option<usize> {
    let at = |wanted: &str| names.iter().position(|name| name == wanted);
    let certain = LABELS.iter().find_map(|name| at(name));
    certain.or_else(|| {
        PERHAPS_LABELS.iter().find_map(|&name| {
            let column = at(name)?;
            // Beside x, y is a coordinate.
            let coordinate = name == "y" && at("x").is_some();
            let class = column == 0 || first.get(column).is_some_and(|&v| is_class(v));
            (class && !coordinate).then_some(column)
        })
    })
}

fn is_class(value: Option<f32>) -> bool {
    value.is_some_and(|v| f32::from(v as u8) == v)
}

/// Side and channels of a picture of `d` values: a square number of them, or three times one.
fn picture(d: usize) -> Option<(usize, usize)> {
    [(1, GREY_SIDE), (3, COLOUR_SIDE)]
        .into_iter()
        .find_map(|(channels, least)| {
            let side = (d / channels).isqrt();
            (side >= least && channels * side * side == d).then_some((side, channels))
        })
}

/// The shape of items of `d` values: what can be a square picture is one, anything else a vector.
pub(super) fn shape(d: usize) -> ImageShape {
    let (height, width, channels) = picture(d).map_or((1, d, 1), |(side, c)| (side, side, c));
    ImageShape {
        height,
        width,
        channels,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(names: &str, first: &[f32]) -> String {
        let names: Vec<String> = names.split(',').map(str::to_owned).collect();
        let first: Vec<Option<f32>> = first.iter().map(|&v| Some(v)).collect();
        let letter = |role: &Role| match role {
            Role::Value => 'v',
            Role::Label => 'l',
            Role::LeftOut => '-',
        };
        let table = Table::named(Separator::Spaces, &names, &first);
        table.roles.iter().map(letter).collect()
    }

    #[test]
    fn names_decide_in_any_place() {
        for (names, first, wanted) in [
            ("label,a,b", [1.0, 2.0, 3.0], "lvv"),
            ("a,b,label", [1.0, 2.0, 3.0], "vvl"),
            ("id,class,a", [1.0, 2.0, 3.0], "-lv"),
            (",a,target", [0.0, 2.0, 3.0], "-vl"),
            ("a,,target", [0.0, 2.0, 3.0], "vvl"),
            // Numbers of a regression are values.
            ("a,b,target", [1.0, 2.0, 3.5], "vvv"),
            ("a,b,y", [1.0, 2.0, 300.0], "vvv"),
            ("y,a,b", [300.0, 2.0, 3.0], "lvv"),
            ("x,y,z", [1.0, 2.0, 3.0], "vvv"),
            ("y,class,a", [1.0, 2.0, 3.0], "vlv"),
            ("idle,labels2,why", [1.0, 2.0, 3.0], "vvv"),
        ] {
            assert_eq!(roles(names, &first), wanted, "{names} {first:?}");
        }
    }

    #[test]
    fn squares_and_three_squares_are_pictures() {
        let of = |d| {
            let s = shape(d);
            [s.height, s.width, s.channels]
        };
        assert_eq!(of(784), [28, 28, 1]);
        assert_eq!(of(3072), [32, 32, 3]);
        assert_eq!(of(192), [8, 8, 3]);
        // Too small for colour, no square, nearly one.
        for vector in [1, 9, 48, 65, 785, 3073] {
            assert_eq!(of(vector), [1, vector, 1]);
        }
    }

    #[test]
    fn without_names_a_class_beside_a_picture_is_a_label() {
        let labelled = |columns: usize, first: f32| {
            let mut line = vec![Some(7.0); columns];
            line[0] = Some(first);
            Table::bare(Separator::Spaces, &line).labelled()
        };
        assert!(labelled(785, 9.0) && labelled(3073, 0.0));
        assert!(!labelled(784, 9.0) && !labelled(3072, 9.0) && !labelled(786, 9.0));
        assert!(!labelled(3073, 0.5) && !labelled(785, 256.0) && !labelled(785, -1.0));
    }
}
