//! A grid of small pictures in labelled rows.

use super::item::{Align, Canvas, Label, Paint, Rect, Stroke};
use super::layout::{LINE, MARGIN, headings, note_lines};
use super::pictures::{Picture, Source};
use super::text::shorten;
use super::{FONT, Page, Scene};
use crate::plot::spec::{FigureSpec, ImageCell, ImageRow, Layer};

/// Size of captions relative to the text's.
const CAPTION: f64 = 0.85;
/// Rows from which pictures stand close together, as one grid rather than as rows.
const MANY: usize = 6;
/// On screen a picture smaller than this says nothing; rather fewer are shown.
const LEAST: f64 = 10.0;
/// Height of a tile from which it has room for notes, and of a row from which it has room for captions.
const NOTES_FROM: f64 = 73.0;
const CAPTIONS_FROM: f64 = 32.0;

/// The place of one picture.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cell {
    pub(crate) rect: Rect,
    /// The label of its row.
    pub(crate) row: String,
    /// Its number in the row.
    pub(crate) column: usize,
    pub(crate) caption: String,
    /// Whether there is something to see.
    pub(crate) filled: bool,
}

/// Sizes of the grid.
struct Grid {
    left: f64,
    columns: usize,
    cell: [f64; 2],
    pitch: [f64; 2],
    captions: bool,
}

/// Draws a figure of nothing but pictures. On paper the page becomes as low as it can be.
pub(crate) fn draw(canvas: &mut Canvas<'_>, figure: &FigureSpec, scene: &mut Scene) {
    let page = canvas.page;
    let mut texts = Vec::new();
    let rows = rows(figure);
    let (edge, top, notes) = if page.is_screen() {
        let has_notes = !figure.notes.is_empty() && page.height > NOTES_FROM;
        let notes = has_notes.then(|| figure.notes.join(" · "));
        (0.0, 0.0, notes.into_iter().collect())
    } else {
        let top = headings(figure, page, &mut texts) + FONT * 0.4;
        let notes = note_lines(figure, page, page.width - 2.0 * MARGIN);
        (MARGIN, top, notes)
    };
    let under = notes.len() as f64 * LINE + if notes.is_empty() { 0.0 } else { FONT * 0.4 };
    let bottom = page.height - edge - under;
    let grid = Grid::fit(page, &rows, edge, (bottom - top).max(1.0));
    let used = grid.pitch[1] * rows.len() as f64;
    let above = if page.is_screen() {
        ((bottom - top - used) / 2.0).clamp(0.0, FONT)
    } else {
        0.0
    };
    let mut y = top + above;
    for (layer, number, row) in &rows {
        if page.is_screen() && y + grid.cell[1] > bottom + 1.0 {
            break;
        }
        draw_row(
            canvas,
            scene,
            &grid,
            row,
            (*layer, *number),
            snapped(page, y),
        );
        y += grid.pitch[1];
    }
    scene.plot = Rect {
        x: grid.left,
        y: top,
        width: (page.width - edge - grid.left).max(1.0),
        height: (y - top).max(1.0),
    };
    if page.is_screen() {
        let text = shorten(page.measure, &notes.join(""), FONT, page.width);
        let at = [page.width, page.height - FONT * 0.4];
        if !notes.is_empty() && text != notes[0] {
            let from = [0.0, page.height - LINE];
            scene.notes_cut = Some(Rect::between(from, [page.width, page.height]));
        }
        texts.push(Label::new(
            at,
            &text,
            FONT,
            page.palette.foreground,
            Align::End,
        ));
    } else {
        for (i, note) in notes.iter().enumerate() {
            let at = [MARGIN, y + FONT * (1.2 + 1.3 * i as f64)];
            texts.push(Label::new(
                at,
                note,
                FONT,
                page.palette.foreground,
                Align::Start,
            ));
        }
        scene.height = y + under + MARGIN;
    }
    for text in texts {
        canvas.text(text);
    }
}

fn rows(figure: &FigureSpec) -> Vec<(usize, usize, &ImageRow)> {
    let layers = figure.layers.iter().enumerate();
    layers
        .filter_map(|(index, layer)| match layer {
            Layer::Images(images) => Some((index, &images.rows)),
            _ => None,
        })
        .flat_map(|(layer, rows)| rows.iter().enumerate().map(move |(k, r)| (layer, k, r)))
        .collect()
}

/// A position at which a picture's pixels begin with the screen's.
fn snapped(page: &Page<'_>, at: f64) -> f64 {
    if page.is_screen() {
        (at * page.density).round() / page.density
    } else {
        at
    }
}

impl Grid {
    fn fit(page: &Page<'_>, rows: &[(usize, usize, &ImageRow)], edge: f64, height: f64) -> Self {
        let room = page.width - 2.0 * edge;
        let images = || rows.iter().flat_map(|(_, _, row)| &row.images);
        let widest = rows.iter().map(|(_, _, r)| page.width_of(&r.label));
        let names = match widest.fold(0.0, f64::max).min(room * 0.35) {
            names if names > 0.0 && room > 87.0 => names + FONT * 0.6,
            _ => 0.0,
        };
        let count = rows.len().max(1);
        let most = rows.iter().map(|(_, _, r)| r.images.len()).max();
        let mut columns = most.unwrap_or(0).max(1);
        let first = images().find(|i| i.width > 0 && i.height > 0);
        let aspect = first.map_or(1.0, |i| (i.height as f64 / i.width as f64).clamp(0.1, 10.0));
        let (gap, spread) = if count < MANY { (2.9, 3.0) } else { (1.5, 1.0) };
        let row = height / count as f64;
        let captions =
            images().any(|i| !i.caption.is_empty()) && (row > CAPTIONS_FROM || !page.is_screen());
        let below = gap + if captions { FONT * 1.15 } else { 0.0 };
        let tall = ((row - below) / aspect).max(2.9);
        let across = room - names;
        let fit = |n: usize| (across + gap) / n as f64 - gap;
        // As many columns as stay legible.
        while page.is_screen() && columns > 1 && fit(columns) < LEAST.min(tall) {
            columns -= 1;
        }
        let mut width = fit(columns).min(tall).max(2.0);
        if let (Some(image), true) = (first, page.is_screen()) {
            // Every pixel of a picture equally large, where that costs little.
            let scale = width * page.density / image.width as f64;
            if scale >= 3.0 {
                width = scale.floor() * image.width as f64 / page.density;
            }
        }
        let cell = [width, width * aspect];
        // Pictures spread over the width of a wide tile, but not so far that rows fall apart.
        let pitch = [
            (fit(columns) + gap).min(width + spread * gap),
            (cell[1] + below + if page.is_screen() { FONT } else { gap }).min(row.max(2.9)),
        ];
        Self {
            left: edge + names,
            columns,
            cell,
            pitch,
            captions,
        }
    }
}

fn draw_row(
    canvas: &mut Canvas<'_>,
    scene: &mut Scene,
    grid: &Grid,
    row: &ImageRow,
    (layer, number): (usize, usize),
    y: f64,
) {
    let page = canvas.page;
    let room = grid.left - FONT * 0.6 - if page.is_screen() { 0.0 } else { MARGIN };
    if room > 0.0 {
        let label = shorten(page.measure, &row.label, FONT, room);
        let at = [grid.left - FONT * 0.6, y + grid.cell[1] / 2.0 + FONT * 0.35];
        canvas.label(at, &label, page.ink(), Align::End);
    }
    for (column, image) in row.images.iter().enumerate().take(grid.columns) {
        let x = snapped(page, grid.left + column as f64 * grid.pitch[0]);
        let rect = Rect {
            x,
            y,
            width: grid.cell[0],
            height: grid.cell[1],
        };
        match picture(image, &rect, (layer, number, column)) {
            Some(picture) => scene.pictures.push(picture),
            // A picture that is none, unless the place was left free.
            None if image.width > 0 || image.height > 0 => {
                let stroke = Stroke::solid(page.palette.not_a_number, 0.7);
                canvas.path(rect.corners(), true, Paint::stroke(stroke), false);
            }
            None => {}
        }
        if grid.captions {
            let size = FONT * CAPTION;
            let room = grid.pitch[0] - 1.0;
            let caption = shorten(page.measure, &image.caption, size, room);
            let at = [x + grid.cell[0] / 2.0, y + grid.cell[1] + size * 1.05];
            let muted = page.palette.muted;
            canvas.text(Label::new(at, &caption, size, muted, Align::Middle));
        }
        scene.cells.push(Cell {
            rect,
            row: row.label.clone(),
            column,
            caption: image.caption.clone(),
            filled: image.width > 0 || image.height > 0,
        });
    }
}

/// A picture, as large as fits its cell; nothing if its pixels do not match its size.
fn picture(
    image: &ImageCell,
    cell: &Rect,
    (layer, row, column): (usize, usize, usize),
) -> Option<Picture> {
    let count = image.width.checked_mul(image.height)?;
    let sound = count > 0 && matches!(image.channels, 1 | 3);
    if !sound || image.pixels.len() != count.checked_mul(image.channels)? {
        return None;
    }
    let scale = (cell.width / image.width as f64).min(cell.height / image.height as f64);
    let (w, h) = (image.width as f64 * scale, image.height as f64 * scale);
    Some(Picture {
        rect: Rect {
            x: cell.x + (cell.width - w) / 2.0,
            y: cell.y + (cell.height - h) / 2.0,
            width: w,
            height: h,
        },
        columns: image.width,
        rows: image.height,
        source: Source::Image { layer, row, column },
        smooth: false,
    })
}
