//! A picture's pixels, in the colours that the terminal has.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

use crate::app::Area;
use crate::preview::{Halves, Rgb};
use crate::theme::ColorDepth;

use super::Appearance;

/// Marks the cells of a picture, which are drawn after everything else. The terminal never gets it.
pub const PIXEL: Modifier = Modifier::HIDDEN;

/// Shades from dark to light, where there are no colours.
const SHADES: [&str; 5] = [" ", "░", "▒", "▓", "█"];
const ASCII_SHADES: [&str; 5] = [" ", ".", ":", "+", "#"];

/// Draws cells of pixels, two in each.
pub(super) fn pixels(buf: &mut Buffer, area: Area, cells: &[Halves], appearance: &Appearance) {
    let depth = appearance.theme.depth();
    let unicode = appearance.symbols.unicode;
    let mut last = Style::new();
    for (cell, x) in cells.iter().zip(area.x..area.x + area.width) {
        let (symbol, style) = match (depth, unicode) {
            (ColorDepth::None, unicode) => (shade(mean(*cell), unicode), Style::new()),
            (_, true) => halves(*cell, depth, last),
            // The terminal may lack the half block, so that both pixels become one.
            (_, false) => (" ", Style::new().bg(depth.of_rgb(mean(*cell)))),
        };
        // The cells are set one by one, as there are thousands; all symbols are larder's own.
        if let Some(drawn) = buf.cell_mut((x, area.y)) {
            drawn.set_symbol(symbol).set_style(style.add_modifier(PIXEL));
        }
        last = style;
    }
}

/// A cell of two colours, in few bytes after a cell of the style `last`.
fn halves(cell: Halves, depth: ColorDepth, last: Style) -> (&'static str, Style) {
    let upper = depth.of_rgb(cell.upper);
    let Some(lower) = cell.lower.map(|lower| depth.of_rgb(lower)) else {
        return ("▀", Style::new().fg(upper).bg(Color::Reset));
    };
    if upper == lower {
        // The foreground is not seen, and so need not change.
        let style = Style::new().bg(lower);
        return (" ", Style { fg: last.fg, ..style });
    }
    let changes =
        |front, behind| usize::from(last.fg != Some(front)) + usize::from(last.bg != Some(behind));
    if changes(lower, upper) < changes(upper, lower) {
        ("▄", Style::new().fg(lower).bg(upper))
    } else {
        ("▀", Style::new().fg(upper).bg(lower))
    }
}

/// The mean of both pixels.
fn mean(cell: Halves) -> Rgb {
    let lower = cell.lower.unwrap_or(cell.upper);
    std::array::from_fn(|at| cell.upper[at].midpoint(lower[at]))
}

/// The shade that is as light as a colour.
fn shade([red, green, blue]: Rgb, unicode: bool) -> &'static str {
    // The luminance as the eye sees it, out of 256.
    let light = (u32::from(red) * 77 + u32::from(green) * 150 + u32::from(blue) * 29) >> 8;
    let shades = if unicode { SHADES } else { ASCII_SHADES };
    shades[(light as usize * shades.len() / 256).min(shades.len() - 1)]
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use crate::theme::{Symbols, Theme};

    use super::super::Pictures;
    use super::*;

    const RED: Rgb = [255, 0, 0];
    const BLUE: Rgb = [0, 0, 255];

    /// The cells as they are drawn on a terminal with these variables.
    fn drawn(cells: &[Halves], variables: &[(&str, &str)], symbols: &Symbols) -> Buffer {
        let env = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let theme = Theme::from_settings("dark", &toml::Table::new(), &env).unwrap();
        let mut buf = Buffer::empty(Rect::new(0, 0, 4, 1));
        let area = Area { x: 0, y: 0, width: 4, height: 1 };
        pixels(
            &mut buf,
            area,
            cells,
            &Appearance { theme, symbols: *symbols, pictures: Pictures::Cells },
        );
        buf
    }

    fn seen(buf: &Buffer, x: u16) -> (&str, Color, Color) {
        let cell = &buf[(x, 0)];
        (cell.symbol(), cell.fg, cell.bg)
    }

    fn cell(upper: Rgb, lower: Option<Rgb>) -> Halves {
        Halves { upper, lower }
    }

    #[test]
    fn a_cell_holds_two_pixels_in_the_colours_there_are() {
        let cells = [cell(RED, Some(BLUE)), cell(BLUE, Some(RED)), cell(RED, None)];
        let cells = [&cells[..], &[cell(BLUE, Some(BLUE)), cell(RED, Some(RED))]].concat();
        let (red, blue) = (Color::Rgb(255, 0, 0), Color::Rgb(0, 0, 255));
        let buf = drawn(&cells, &[("COLORTERM", "truecolor")], &Symbols::UNICODE);
        assert_eq!(seen(&buf, 0), ("▀", red, blue));
        assert_eq!(seen(&buf, 1), ("▄", red, blue), "the same style costs nothing");
        assert_eq!(seen(&buf, 2), ("▀", red, Color::Reset));
        assert_eq!(seen(&buf, 3), (" ", red, blue), "and what is past the area is not drawn");
        let buf = drawn(&cells, &[("TERM", "xterm-256color")], &Symbols::UNICODE);
        assert_eq!(seen(&buf, 0), ("▀", Color::Indexed(196), Color::Indexed(21)));
        let buf = drawn(&cells, &[("TERM", "xterm")], &Symbols::UNICODE);
        assert_eq!(seen(&buf, 0), ("▀", Color::LightRed, Color::Blue));
        let buf = drawn(&cells[4..], &[("TERM", "linux")], &Symbols::ASCII);
        assert_eq!(seen(&buf, 0), (" ", Color::Reset, Color::LightRed));
    }

    #[test]
    fn without_colours_there_are_shades() {
        let cells = [[0; 3], [90; 3], [150; 3], [255; 3]].map(|grey| cell(grey, Some(grey)));
        let text = |symbols: &Symbols| {
            let buf = drawn(&cells, &[("NO_COLOR", "1")], symbols);
            (0..4).map(|x| seen(&buf, x).0.to_owned()).collect::<String>()
        };
        assert_eq!(
            (text(&Symbols::UNICODE), text(&Symbols::ASCII)),
            (" ░▒█".into(), " .:#".into())
        );
    }
}
