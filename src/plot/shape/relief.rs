//! A heat map tilted into a relief: what the window and the exporters draw in place of the flat map.
//!
//! Everything is worked out here, in shares of the plot (x to the right, y upwards), so that the picture
//! on screen and the one on paper are the same. Height is the position along the colour map, so the
//! relief, the colours and the colour bar always tell the same story.

use serde::{Deserialize, Serialize};

use crate::plot::axis::frame::{AxisMap, ticks_of};
use crate::plot::colour::map::Colouring;
use crate::plot::colour::{Palette, Rgb};
use crate::plot::spec::{FigureSpec, HeatMap, MarkerStyle, Series};

/// From where a relief is seen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Tilt {
    /// Degrees the map is turned about its vertical axis.
    pub azimuth: f64,
    /// Degrees above the horizon; 90 is the flat map seen from above.
    pub elevation: f64,
}

impl Default for Tilt {
    fn default() -> Self {
        Self {
            azimuth: 30.0,
            elevation: 38.0,
        }
    }
}

impl Tilt {
    /// The view after a drag by so many degrees; it never goes below the ground or over the top.
    #[must_use]
    pub fn turned(self, azimuth: f64, elevation: f64) -> Self {
        Self {
            azimuth: (self.azimuth + azimuth).rem_euclid(360.0),
            elevation: (self.elevation + elevation).clamp(8.0, 88.0),
        }
    }
}

/// Most vertices along a side; finer maps are thinned, which the eye does not see in a relief.
const VERTICES: usize = 72;
/// Height of the highest point relative to the side of the map.
const HEIGHT: f64 = 0.6;
/// Share of the plot left free on every side for the labels of the axes.
const ROOM: [f64; 2] = [0.07, 0.1];

/// A quadrilateral of the surface.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Face {
    pub(crate) corners: [[f64; 2]; 4],
    pub(crate) rgb: Rgb,
    /// The cell of the map it stands for.
    pub(crate) cell: usize,
    depth: f64,
}

/// A text beside an edge of the ground.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Note {
    /// The place on the edge.
    pub(crate) at: [f64; 2],
    pub(crate) text: String,
    /// An axis' name, to be written further out than a tick's number.
    pub(crate) name: bool,
}

/// Markers or a line lying on the surface.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Path {
    /// The series' machine name.
    pub(crate) id: String,
    /// NaN breaks the line.
    pub(crate) points: Vec<[f64; 2]>,
    pub(crate) rgb: Rgb,
    pub(crate) opacity: f64,
    pub(crate) width: Option<f64>,
    pub(crate) marker: Option<MarkerStyle>,
}

/// A relief, ready to be painted in this order: edges, faces, paths, notes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Relief {
    /// The edges of the ground and of the walls behind it.
    pub(crate) edges: Vec<[[f64; 2]; 2]>,
    /// From the farthest to the nearest.
    pub(crate) faces: Vec<Face>,
    pub(crate) paths: Vec<Path>,
    pub(crate) notes: Vec<Note>,
    /// The middle of the ground, from which notes keep away.
    pub(crate) centre: [f64; 2],
}

impl Relief {
    /// The relief of a figure that asks for one and has a heat map.
    pub(crate) fn of(figure: &FigureSpec, palette: &Palette) -> Option<Self> {
        let (tilt, map) = (figure.tilt?, figure.heat_map()?);
        if map.nx < 2 || map.ny < 2 || map.nx.checked_mul(map.ny) != Some(map.values.len()) {
            return None;
        }
        let view = Camera::new(tilt);
        let colouring = Colouring::of(map, palette);
        let ground = Ground::of(figure, map);
        Some(Self {
            edges: edges(&view),
            faces: faces(map, &colouring, &view),
            paths: paths(figure, map, &colouring, &view, &ground, palette),
            notes: notes(figure, &view, &ground),
            centre: view.see([0.0, 0.0, 0.0]),
        })
    }

    /// The cell of the map under a point of the plot: the nearest face that covers it.
    pub(crate) fn cell_at(&self, at: [f64; 2]) -> Option<usize> {
        let mut nearest_first = self.faces.iter().rev();
        nearest_first
            .find(|f| covers(&f.corners, at))
            .map(|f| f.cell)
    }
}

/// A view from a side, without perspective.
struct Camera {
    turn: [f64; 2],
    rise: [f64; 2],
    /// Half the height of everything there is to see.
    half: f64,
}

impl Camera {
    fn new(tilt: Tilt) -> Self {
        let (azimuth, elevation) = (tilt.azimuth.to_radians(), tilt.elevation.to_radians());
        let rise = [elevation.sin(), elevation.cos()];
        Self {
            turn: [azimuth.cos(), azimuth.sin()],
            rise,
            half: rise[0] * std::f64::consts::FRAC_1_SQRT_2 + rise[1] * HEIGHT / 2.0,
        }
    }

    /// From the ground ([−½, ½]², height 0 to 1) to shares of the plot.
    fn see(&self, [x, y, z]: [f64; 3]) -> [f64; 2] {
        let across = x * self.turn[0] - y * self.turn[1];
        let away = x * self.turn[1] + y * self.turn[0];
        let up = away * self.rise[0] + (z - 0.5) * HEIGHT * self.rise[1];
        let fit = |v: f64, half: f64, room: f64| 0.5 + v / half * (0.5 - room);
        [
            fit(across, std::f64::consts::FRAC_1_SQRT_2, ROOM[0]),
            // A little higher than the middle: the labels are below.
            fit(up, self.half, ROOM[1]) + ROOM[1] * 0.45,
        ]
    }

    /// Distance from the viewer, up to a constant.
    fn depth(&self, [x, y, z]: [f64; 3]) -> f64 {
        let away = x * self.turn[1] + y * self.turn[0];
        away * self.rise[1] - z * HEIGHT * self.rise[0]
    }
}

/// The map's ranges on its axes.
struct Ground {
    x: AxisMap,
    y: AxisMap,
}

impl Ground {
    fn of(figure: &FigureSpec, map: &HeatMap) -> Self {
        Self {
            x: AxisMap::new(figure.x.scale, map.x_range.0, map.x_range.1),
            y: AxisMap::new(figure.y.scale, map.y_range.0, map.y_range.1),
        }
    }

    /// Shares of the two sides; none outside the map.
    fn shares(&self, point: [f64; 2]) -> Option<[f64; 2]> {
        let within = |u: f64| (-1e-9..=1.0 + 1e-9).contains(&u);
        let (x, y) = (self.x.to_unit(point[0])?, self.y.to_unit(point[1])?);
        (within(x) && within(y)).then_some([x, y])
    }
}

/// Indices of the cells kept along a side of `n`.
fn kept(n: usize) -> Vec<usize> {
    let count = n.min(VERTICES);
    (0..count)
        .map(|i| i * (n - 1) / (count - 1).max(1))
        .collect()
}

fn faces(map: &HeatMap, colouring: &Colouring, view: &Camera) -> Vec<Face> {
    let (columns, rows) = (kept(map.nx), kept(map.ny));
    let place = |k: usize, n: usize| (k as f64 + 0.5) / n as f64 - 0.5;
    let height = |i: usize, j: usize| colouring.position(map.values[j * map.nx + i]);
    let mut faces = Vec::with_capacity(columns.len() * rows.len());
    for pair_j in rows.windows(2) {
        for pair_i in columns.windows(2) {
            let around = [
                (pair_i[0], pair_j[0]),
                (pair_i[1], pair_j[0]),
                (pair_i[1], pair_j[1]),
                (pair_i[0], pair_j[1]),
            ];
            let heights = around.map(|(i, j)| height(i, j));
            // A hole lies on the ground, in the colour of what is no number.
            let whole = heights.iter().all(Option::is_some);
            let z = heights.map(|h| if whole { h.unwrap_or(0.0) } else { 0.0 });
            let mut corners = [[0.0; 2]; 4];
            let mut depth = 0.0;
            for (k, (i, j)) in around.into_iter().enumerate() {
                let point = [place(i, map.nx), place(j, map.ny), z[k]];
                corners[k] = view.see(point);
                depth += view.depth(point);
            }
            let rgb = if whole {
                let mean = z.iter().sum::<f64>() / 4.0;
                let sides = [
                    place(pair_i[1], map.nx) - place(pair_i[0], map.nx),
                    place(pair_j[1], map.ny) - place(pair_j[0], map.ny),
                ];
                let slope = [
                    (z[1] + z[2] - z[0] - z[3]) / 2.0 * HEIGHT / sides[0],
                    (z[2] + z[3] - z[0] - z[1]) / 2.0 * HEIGHT / sides[1],
                ];
                shaded(map.at(mean), slope, view)
            } else {
                colouring.rgb(f64::NAN)
            };
            faces.push(Face {
                corners,
                rgb,
                cell: pair_j[0] * map.nx + pair_i[0],
                depth,
            });
        }
    }
    faces.sort_by(|a, b| b.depth.total_cmp(&a.depth));
    faces
}

/// The colour of a face in a light that comes from the upper left of the viewer.
fn shaded(rgb: Rgb, [across, away]: [f64; 2], view: &Camera) -> Rgb {
    const LIGHT: [f64; 3] = [-0.45, -0.35, 0.82];
    let turned = [
        across * view.turn[0] - away * view.turn[1],
        across * view.turn[1] + away * view.turn[0],
    ];
    let length = (turned[0] * turned[0] + turned[1] * turned[1] + 1.0).sqrt();
    let lit = (-turned[0] * LIGHT[0] - turned[1] * LIGHT[1] + LIGHT[2]) / length;
    let factor = (0.62 + 0.46 * lit).clamp(0.4, 1.12);
    rgb.map(|c| (f64::from(c) * factor).round().clamp(0.0, 255.0) as u8)
}

/// The ground's outline, and the walls that stand behind it.
fn edges(view: &Camera) -> Vec<[[f64; 2]; 2]> {
    let corner = |k: usize| [[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]][k % 4];
    let at = |k: usize, z: f64| {
        let [x, y] = corner(k);
        view.see([x, y, z])
    };
    let far = (0..4)
        .max_by(|&a, &b| {
            let depth = |k| {
                let [x, y] = corner(k);
                view.depth([x, y, 0.0])
            };
            depth(a).total_cmp(&depth(b))
        })
        .unwrap_or(0);
    let mut edges: Vec<[[f64; 2]; 2]> = (0..4).map(|k| [at(k, 0.0), at(k + 1, 0.0)]).collect();
    for k in [far + 3, far, far + 1] {
        edges.push([at(k, 0.0), at(k, 1.0)]);
    }
    edges.push([at(far + 3, 1.0), at(far, 1.0)]);
    edges.push([at(far, 1.0), at(far + 1, 1.0)]);
    edges
}

fn paths(
    figure: &FigureSpec,
    map: &HeatMap,
    colouring: &Colouring,
    view: &Camera,
    ground: &Ground,
    palette: &Palette,
) -> Vec<Path> {
    let lift = |point: &[f64; 2]| -> [f64; 2] {
        let Some(shares) = ground.shares(*point) else {
            return [f64::NAN; 2];
        };
        let z = height_at(map, colouring, shares);
        view.see([shares[0] - 0.5, shares[1] - 0.5, z])
    };
    let path = |s: &Series| Path {
        id: s.id.clone(),
        points: s.points.iter().map(lift).collect(),
        rgb: palette.rgb(s.colour),
        opacity: s.opacity,
        width: s.style.line().map(|l| l.width),
        marker: s.style.marker(),
    };
    figure.series().map(path).collect()
}

/// The surface's height at shares of the two sides; 0 over a hole.
fn height_at(map: &HeatMap, colouring: &Colouring, shares: [f64; 2]) -> f64 {
    let split = |share: f64, n: usize| {
        let at = (share * n as f64 - 0.5).clamp(0.0, n as f64 - 1.0);
        let low = (at as usize).min(n - 2);
        (low, at - low as f64)
    };
    let ((i, s), (j, t)) = (split(shares[0], map.nx), split(shares[1], map.ny));
    let at = |i: usize, j: usize| {
        colouring
            .position(map.values[j * map.nx + i])
            .unwrap_or(0.0)
    };
    let row = |j: usize| at(i, j) * (1.0 - s) + at(i + 1, j) * s;
    row(j) * (1.0 - t) + row(j + 1) * t
}

/// Ticks and names along the two edges of the ground that are nearest to the viewer.
fn notes(figure: &FigureSpec, view: &Camera, ground: &Ground) -> Vec<Note> {
    let near = |a: [f64; 3], b: [f64; 3]| view.depth(a) < view.depth(b);
    let front = if near([0.0, -0.5, 0.0], [0.0, 0.5, 0.0]) {
        -0.5
    } else {
        0.5
    };
    let side = if near([-0.5, 0.0, 0.0], [0.5, 0.0, 0.0]) {
        -0.5
    } else {
        0.5
    };
    let mut notes = Vec::new();
    let mut axis =
        |spec: &crate::plot::spec::Axis, map: &AxisMap, along: &dyn Fn(f64) -> [f64; 3]| {
            for tick in ticks_of(spec, map, 4) {
                if let (Some(unit), false) = (map.to_unit(tick.value), tick.label.is_empty()) {
                    notes.push(Note {
                        at: view.see(along(unit - 0.5)),
                        text: tick.label,
                        name: false,
                    });
                }
            }
            notes.push(Note {
                at: view.see(along(0.0)),
                text: spec.text(),
                name: true,
            });
        };
    axis(&figure.x, &ground.x, &|u| [u, front, 0.0]);
    axis(&figure.y, &ground.y, &|u| [side, u, 0.0]);
    notes
}

/// Whether a quadrilateral covers a point.
fn covers(corners: &[[f64; 2]; 4], at: [f64; 2]) -> bool {
    let mut inside = false;
    for k in 0..4 {
        let (a, b) = (corners[k], corners[(k + 1) % 4]);
        if (a[1] > at[1]) != (b[1] > at[1])
            && at[0] < (b[0] - a[0]) * (at[1] - a[1]) / (b[1] - a[1]) + a[0]
        {
            inside = !inside;
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::{Axis, Colour, ColourMap, ColourScale, Layer, Shape};

    /// A plane that rises along x, with one hole.
    fn figure(tilt: Tilt) -> FigureSpec {
        let (nx, ny) = (20, 10);
        let mut values: Vec<f64> = (0..nx * ny).map(|k| (k % nx) as f64).collect();
        values[3 * nx + 7] = f64::NAN;
        let mut figure = FigureSpec::new("plane", "Plane");
        figure.x = Axis::linear("u").with_range(-2.0, 2.0);
        figure.y = Axis::linear("v").with_range(0.0, 1.0);
        figure.tilt = Some(tilt);
        figure.layers.push(Layer::HeatMap(HeatMap {
            id: "m".into(),
            x_range: (-2.0, 2.0),
            y_range: (0.0, 1.0),
            nx,
            ny,
            values,
            colour_map: ColourMap::Viridis,
            categories: Vec::new(),
            scale: ColourScale::Linear,
            range: None,
            contours: vec![],
            label: String::new(),
            smooth: true,
        }));
        let marker = MarkerStyle::new(Shape::Circle, true);
        let points = vec![[1.9, 0.5], [5.0, 0.5]];
        let colour = Colour::Rgb([1, 2, 3]);
        figure.layers.push(Layer::Series(Series::markers(
            "p", "", points, marker, colour,
        )));
        figure
    }

    #[test]
    fn everything_lies_in_the_plot_from_wherever_it_is_seen() {
        for azimuth in (0..360).step_by(23) {
            for elevation in [8.0, 38.0, 88.0] {
                let tilt = Tilt {
                    azimuth: f64::from(azimuth),
                    elevation,
                };
                let relief = Relief::of(&figure(tilt), &Palette::light()).expect("a relief");
                let corners = relief.faces.iter().flat_map(|f| f.corners);
                for [x, y] in corners.chain(relief.edges.iter().flatten().copied()) {
                    assert!(
                        (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y),
                        "{tilt:?} {x} {y}"
                    );
                }
                assert_eq!(relief.faces.len(), 19 * 9);
            }
        }
    }

    #[test]
    fn seen_from_above_it_is_the_flat_map_and_a_pointer_finds_its_cell() {
        let tilt = Tilt {
            azimuth: 0.0,
            elevation: 90.0,
        };
        let relief = Relief::of(&figure(tilt), &Palette::light()).expect("a relief");
        let face = relief
            .faces
            .iter()
            .find(|f| f.cell == 5 * 20 + 12)
            .expect("the cell");
        let mean = |k: usize| face.corners.iter().map(|c| c[k]).sum::<f64>() / 4.0;
        assert_eq!(relief.cell_at([mean(0), mean(1)]), Some(5 * 20 + 12));
        // x grows to the right and y away from the viewer, upwards.
        let other = relief
            .faces
            .iter()
            .find(|f| f.cell == 7 * 20 + 15)
            .expect("the cell");
        assert!(
            other.corners[0][0] > face.corners[0][0] && other.corners[0][1] > face.corners[0][1]
        );
        assert_eq!(relief.cell_at([0.0, 0.0]), None);
    }

    #[test]
    fn higher_is_higher_nearer_hides_farther_and_holes_show() {
        let palette = Palette::light();
        let relief = Relief::of(&figure(Tilt::default()), &palette).expect("a relief");
        let depths: Vec<f64> = relief.faces.iter().map(|f| f.depth).collect();
        assert!(depths.windows(2).all(|w| w[0] >= w[1]));
        let holes = relief
            .faces
            .iter()
            .filter(|f| f.rgb == palette.not_a_number)
            .count();
        assert_eq!(holes, 4);
        // With no turn, equal y is equally far: what rises along x is higher on screen.
        let level = Tilt {
            azimuth: 0.0,
            elevation: 20.0,
        };
        let relief = Relief::of(&figure(level), &palette).expect("a relief");
        let top = |cell: usize| {
            let face = relief
                .faces
                .iter()
                .find(|f| f.cell == cell)
                .expect("the cell");
            face.corners[0][1]
        };
        assert!(top(18) > top(1) + 0.1);
        // The marker on the map is lifted onto it; the one outside has no place.
        let path = &relief.paths[0];
        assert!(path.points[0][1].is_finite() && path.points[1][1].is_nan());
    }
}
