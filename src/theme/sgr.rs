//! Styles as terminal sequences, for output outside the browser's screen.

use ratatui::style::{Color, Modifier, Style};

/// The sequence that ends every style.
pub const RESET: &str = "\x1b[0m";

/// The sequence that begins a style; empty for a plain one.
pub(super) fn begin(style: Style) -> String {
    let mut codes: Vec<String> = Vec::new();
    let modifiers = [
        (Modifier::BOLD, 1),
        (Modifier::DIM, 2),
        (Modifier::ITALIC, 3),
        (Modifier::UNDERLINED, 4),
        (Modifier::REVERSED, 7),
    ];
    for (modifier, code) in modifiers {
        if style.add_modifier.contains(modifier) {
            codes.push(code.to_string());
        }
    }
    codes.extend(style.fg.and_then(|color| code_of(color, 30)));
    codes.extend(style.bg.and_then(|color| code_of(color, 40)));
    if codes.is_empty() { String::new() } else { format!("\x1b[{}m", codes.join(";")) }
}

/// The code of a colour for text (`base` 30) or background (40).
fn code_of(color: Color, base: u8) -> Option<String> {
    let dark = |at: u8| Some((base + at).to_string());
    let light = |at: u8| Some((base + 60 + at).to_string());
    match color {
        Color::Reset => None,
        Color::Black => dark(0),
        Color::Red => dark(1),
        Color::Green => dark(2),
        Color::Yellow => dark(3),
        Color::Blue => dark(4),
        Color::Magenta => dark(5),
        Color::Cyan => dark(6),
        Color::Gray => dark(7),
        Color::DarkGray => light(0),
        Color::LightRed => light(1),
        Color::LightGreen => light(2),
        Color::LightYellow => light(3),
        Color::LightBlue => light(4),
        Color::LightMagenta => light(5),
        Color::LightCyan => light(6),
        Color::White => light(7),
        Color::Indexed(at) => Some(format!("{};5;{at}", base + 8)),
        Color::Rgb(red, green, blue) => Some(format!("{};2;{red};{green};{blue}", base + 8)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_is_one_sequence() {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        assert_eq!(begin(bold.fg(Color::Magenta)), "\x1b[1;35m");
        assert_eq!(
            begin(Style::new().fg(Color::Rgb(1, 2, 3)).bg(Color::Indexed(200))),
            "\x1b[38;2;1;2;3;48;5;200m"
        );
        assert_eq!(begin(Style::new().fg(Color::LightCyan)), "\x1b[96m");
        assert_eq!(begin(Style::new().fg(Color::Reset)), "");
    }
}
