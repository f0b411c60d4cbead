//! The look of the window: two calm themes, the text sizes, the fonts, and the figure palette that
//! belongs to each theme. Small widgets that every panel uses are in [`style`](super::style).

use egui::{
    Color32, CornerRadius, FontFamily, FontId, Margin, Shadow, Stroke, Style, TextStyle, Vec2,
    Visuals, style::WidgetVisuals,
};

use crate::plot::{Palette, Rgb};

pub use super::style::{
    chip, foldable, muted, section_heading, segmented, tile_frame, tile_heading,
};

/// Dark or light.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// Light text on dark panels.
    #[default]
    Dark,
    /// Dark text on white panels.
    Light,
}

impl Theme {
    /// The theme a piece of the window is drawn in.
    pub fn of(ui: &egui::Ui) -> Self {
        if ui.visuals().dark_mode {
            Self::Dark
        } else {
            Self::Light
        }
    }

    /// The other theme.
    #[must_use]
    pub fn toggled(self) -> Self {
        match self {
            Self::Dark => Self::Light,
            Self::Light => Self::Dark,
        }
    }
}

/// The colours figures take in a theme; their background is the tiles'.
pub fn palette(theme: Theme) -> Palette {
    match theme {
        Theme::Dark => Palette::dark(),
        Theme::Light => Palette::light(),
    }
}

/// A palette's RGB as egui's colour.
pub fn colour(rgb: Rgb) -> Color32 {
    Color32::from_rgb(rgb[0], rgb[1], rgb[2])
}

/// The window's own colours, beside those of the palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chrome {
    /// Behind the panels.
    pub window: Color32,
    /// Panels and tiles.
    pub panel: Color32,
    /// The hairline around panels and tiles.
    pub outline: Color32,
    /// A button at rest.
    pub control: Color32,
    /// A button under the pointer.
    pub hovered: Color32,
    /// A button being pressed.
    pub pressed: Color32,
    /// The chosen one of several, behind its text.
    pub selected: Color32,
    /// Selected text and the filled part of a slider.
    pub trail: Color32,
    /// The accent: focus, links.
    pub accent: Color32,
    /// Text.
    pub text: Color32,
    /// The most important text.
    pub strong: Color32,
    /// Secondary text.
    pub muted: Color32,
    /// Wells: text fields, slider rails.
    pub well: Color32,
    /// Warnings and the threshold.
    pub warn: Color32,
    /// Errors.
    pub error: Color32,
    /// Success.
    pub good: Color32,
}

/// The colours of a theme's chrome.
pub fn chrome(theme: Theme) -> Chrome {
    let palette = palette(theme);
    let grey = |r, g, b| Color32::from_rgb(r, g, b);
    match theme {
        Theme::Dark => Chrome {
            window: grey(17, 19, 23),
            panel: colour(palette.background),
            outline: grey(38, 42, 51),
            control: grey(38, 43, 53),
            hovered: grey(48, 55, 68),
            pressed: grey(58, 68, 86),
            selected: grey(56, 74, 104),
            trail: grey(58, 108, 160),
            accent: colour(palette.active),
            text: grey(210, 214, 221),
            strong: grey(240, 242, 245),
            muted: colour(palette.muted),
            well: grey(19, 22, 27),
            warn: colour(palette.threshold),
            error: grey(255, 110, 100),
            good: grey(46, 190, 140),
        },
        Theme::Light => Chrome {
            window: grey(238, 240, 244),
            panel: colour(palette.background),
            outline: grey(219, 223, 230),
            control: grey(229, 233, 239),
            hovered: grey(217, 223, 232),
            pressed: grey(202, 211, 224),
            selected: grey(200, 219, 243),
            trail: grey(132, 184, 228),
            accent: grey(0, 114, 178),
            text: grey(44, 50, 60),
            strong: grey(16, 19, 24),
            muted: colour(palette.muted),
            well: grey(244, 246, 249),
            warn: colour(palette.threshold),
            error: grey(196, 36, 30),
            good: grey(0, 128, 92),
        },
    }
}

/// Dresses `ctx` in a theme: colours, spacing, text sizes. Cheap enough to call on every change of
/// theme, not meant for every frame. The fonts are installed once, by [`install_fonts`].
pub fn apply(ctx: &egui::Context, theme: Theme) {
    let egui_theme = match theme {
        Theme::Dark => egui::Theme::Dark,
        Theme::Light => egui::Theme::Light,
    };
    ctx.set_theme(egui_theme);
    ctx.style_mut_of(egui_theme, |style| dress(style, theme));
}

/// Lets the proportional text font fall back on the monospaced one, which has the geometric signs
/// (`△`, `✕`, `◐`, `▸`) the text font lacks.
pub fn install_fonts(ctx: &egui::Context) {
    let mut fonts = egui::FontDefinitions::default();
    if let Some(family) = fonts.families.get_mut(&FontFamily::Proportional)
        && !family.iter().any(|f| f == "Hack")
    {
        family.push("Hack".to_owned());
    }
    ctx.set_fonts(fonts);
}

fn dress(style: &mut Style, theme: Theme) {
    let c = chrome(theme);
    style.visuals = visuals(theme, &c);
    let proportional = |size| FontId::new(size, FontFamily::Proportional);
    style.text_styles = [
        (TextStyle::Heading, proportional(15.0)),
        (TextStyle::Body, proportional(13.0)),
        (TextStyle::Button, proportional(13.0)),
        (TextStyle::Small, proportional(11.0)),
        (
            TextStyle::Monospace,
            FontId::new(12.0, FontFamily::Monospace),
        ),
    ]
    .into();
    let s = &mut style.spacing;
    s.item_spacing = Vec2::new(8.0, 6.0);
    s.button_padding = Vec2::new(9.0, 3.5);
    s.interact_size = Vec2::new(36.0, 22.0);
    s.slider_width = 150.0;
    s.slider_rail_height = 4.0;
    s.window_margin = Margin::same(12);
    s.menu_margin = Margin::same(6);
    s.icon_width = 15.0;
    s.tooltip_width = 360.0;
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.35;
    style.animation_time = 0.08;
}

fn visuals(theme: Theme, c: &Chrome) -> Visuals {
    let mut v = match theme {
        Theme::Dark => Visuals::dark(),
        Theme::Light => Visuals::light(),
    };
    let round = CornerRadius::same(4);
    let control = |fill: Color32, text: Color32, outline: Stroke| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: outline,
        corner_radius: round,
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    let w = &mut v.widgets;
    w.noninteractive = control(c.panel, c.text, Stroke::new(1.0, c.outline));
    w.inactive = control(c.control, c.text, Stroke::NONE);
    w.hovered = control(c.hovered, c.strong, Stroke::NONE);
    w.active = control(c.pressed, c.strong, Stroke::new(1.0, c.accent));
    w.open = control(c.hovered, c.strong, Stroke::NONE);
    v.selection.bg_fill = c.trail;
    v.selection.stroke = Stroke::new(1.0, c.strong);
    v.hyperlink_color = c.accent;
    v.weak_text_color = Some(c.muted);
    v.warn_fg_color = c.warn;
    v.error_fg_color = c.error;
    v.panel_fill = c.panel;
    v.window_fill = c.panel;
    v.window_stroke = Stroke::new(1.0, c.outline);
    v.extreme_bg_color = c.well;
    v.faint_bg_color = c.panel.lerp_to_gamma(c.control, 0.45);
    v.code_bg_color = c.control;
    v.slider_trailing_fill = true;
    v.handle_shape = egui::style::HandleShape::Circle;
    v.window_corner_radius = CornerRadius::same(8);
    v.menu_corner_radius = CornerRadius::same(6);
    let shade = if theme == Theme::Dark { 90 } else { 28 };
    v.popup_shadow = Shadow {
        offset: [0, 4],
        blur: 14,
        spread: 0,
        color: Color32::from_black_alpha(shade),
    };
    v.window_shadow = v.popup_shadow;
    v
}
