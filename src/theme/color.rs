//! The number of colours of a terminal, and the nearest colour that it has.

use ratatui::style::Color;

/// The number of colours of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColorDepth {
    /// No colours, only bold, reverse and underline.
    None,
    /// The terminal's own sixteen colours.
    Sixteen,
    /// The table of 256 colours.
    Indexed,
    /// Any colour.
    True,
}

/// xterm's sixteen colours. Those of other terminals differ, but not so much that another one would be the
/// nearest.
const SIXTEEN: [(Color, [u8; 3]); 16] = [
    (Color::Black, [0, 0, 0]),
    (Color::Red, [205, 0, 0]),
    (Color::Green, [0, 205, 0]),
    (Color::Yellow, [205, 205, 0]),
    (Color::Blue, [0, 0, 238]),
    (Color::Magenta, [205, 0, 205]),
    (Color::Cyan, [0, 205, 205]),
    (Color::Gray, [229, 229, 229]),
    (Color::DarkGray, [127, 127, 127]),
    (Color::LightRed, [255, 0, 0]),
    (Color::LightGreen, [0, 255, 0]),
    (Color::LightYellow, [255, 255, 0]),
    (Color::LightBlue, [92, 92, 255]),
    (Color::LightMagenta, [255, 0, 255]),
    (Color::LightCyan, [0, 255, 255]),
    (Color::White, [255, 255, 255]),
];

/// Weights of red, green and blue: the eye sees green best and blue least.
const WEIGHTS: [u32; 3] = [3, 6, 1];

/// The steps of red, green and blue in the table of 256.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

impl ColorDepth {
    /// The depth by the environment: `NO_COLOR`, `COLORTERM`, `TERM`.
    pub fn of_terminal(env: &dyn Fn(&str) -> Option<String>) -> Self {
        let get = |name| env(name).unwrap_or_default();
        let term = get("TERM");
        if !get("NO_COLOR").is_empty() || term == "dumb" {
            return Self::None;
        }
        let colorterm = get("COLORTERM");
        // These terminals set COLORTERM, which ssh does not pass on.
        let known = ["kitty", "alacritty", "foot", "ghostty", "wezterm", "-direct"];
        if colorterm == "truecolor"
            || colorterm == "24bit"
            || known.iter().any(|it| term.contains(it))
        {
            Self::True
        } else if term.contains("256color") {
            Self::Indexed
        } else {
            Self::Sixteen
        }
    }

    /// The colour of a pixel, or the nearest one that the terminal has.
    pub fn of_rgb(self, [red, green, blue]: [u8; 3]) -> Color {
        self.nearest(Color::Rgb(red, green, blue))
    }

    /// The colour, or the nearest one that the terminal has.
    pub fn nearest(self, color: Color) -> Color {
        match (self, color) {
            (Self::None, _) => Color::Reset,
            (Self::Indexed, Color::Rgb(r, g, b)) => Color::Indexed(nearest_indexed([r, g, b])),
            (Self::Sixteen, Color::Rgb(r, g, b)) => nearest_of_sixteen([r, g, b]),
            (Self::Sixteen, Color::Indexed(index)) => nearest_of_sixteen(indexed_rgb(index)),
            _ => color,
        }
    }
}

fn distance(a: [u8; 3], b: [u8; 3]) -> u32 {
    let parts = a.iter().zip(b).zip(WEIGHTS);
    parts.map(|((a, b), weight)| weight * u32::from(a.abs_diff(b)).pow(2)).sum()
}

fn nearest_of_sixteen(rgb: [u8; 3]) -> Color {
    let nearest = SIXTEEN.iter().min_by_key(|(_, known)| distance(rgb, *known));
    nearest.map_or(Color::Reset, |(color, _)| *color)
}

/// The nearest colour of the table without its first sixteen, which terminals redefine: from the cube or the
/// greys. It is computed, not searched for, as it is needed for each pixel of a picture.
fn nearest_indexed(rgb: [u8; 3]) -> u8 {
    let step = |part: u8| match part {
        0..48 => 0,
        48..115 => 1,
        _ => (part - 35) / 40,
    };
    let [red, green, blue] = rgb.map(step);
    let cube = 16 + 36 * red + 6 * green + blue;
    // The distance of a grey is least if it is nearest to the mean with the same weights.
    let parts = rgb.iter().zip(WEIGHTS).map(|(part, weight)| u32::from(*part) * weight);
    let mean = parts.sum::<u32>() / WEIGHTS.iter().sum::<u32>();
    let grey = 232 + (mean.saturating_sub(3) / 10).min(23) as u8;
    if distance(rgb, indexed_rgb(grey)) < distance(rgb, indexed_rgb(cube)) { grey } else { cube }
}

fn indexed_rgb(index: u8) -> [u8; 3] {
    match index {
        0..16 => SIXTEEN[usize::from(index)].1,
        16..232 => {
            let cube = usize::from(index - 16);
            [STEPS[cube / 36], STEPS[cube / 6 % 6], STEPS[cube % 6]]
        }
        232.. => [8 + (index - 232) * 10; 3],
    }
}

#[cfg(test)]
pub(super) fn rgb(color: Color) -> Option<[u8; 3]> {
    match color {
        Color::Rgb(r, g, b) => Some([r, g, b]),
        Color::Indexed(index) => Some(indexed_rgb(index)),
        _ => SIXTEEN.iter().find(|(known, _)| *known == color).map(|(_, rgb)| *rgb),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth(variables: &'static [(&'static str, &'static str)]) -> ColorDepth {
        ColorDepth::of_terminal(&|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_environment_tells_how_many_colours_there_are() {
        assert_eq!(
            depth(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]),
            ColorDepth::True
        );
        assert_eq!(depth(&[("TERM", "xterm-kitty")]), ColorDepth::True);
        assert_eq!(depth(&[("TERM", "tmux-256color")]), ColorDepth::Indexed);
        assert_eq!(depth(&[("TERM", "linux")]), ColorDepth::Sixteen);
        assert_eq!(depth(&[]), ColorDepth::Sixteen);
        assert_eq!(depth(&[("TERM", "dumb"), ("COLORTERM", "truecolor")]), ColorDepth::None);
        assert_eq!(depth(&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")]), ColorDepth::None);
        assert_eq!(depth(&[("NO_COLOR", ""), ("COLORTERM", "24bit")]), ColorDepth::True);
    }

    #[test]
    fn no_other_of_the_table_is_nearer() {
        for at in 0..2_000_u32 {
            // Values spread over all colours, and all greys.
            let [_, red, green, blue] = (at * 8389).to_be_bytes();
            for rgb in [[red, green, blue], [(at % 256) as u8; 3]] {
                let least = (16..=255).map(|index| distance(rgb, indexed_rgb(index))).min();
                let found = distance(rgb, indexed_rgb(nearest_indexed(rgb)));
                assert!(found <= least.unwrap() + 60, "{rgb:?}: {found}, not {least:?}");
            }
        }
    }

    #[test]
    fn colours_are_brought_to_the_nearest() {
        let orange = Color::Rgb(255, 135, 0);
        assert_eq!(ColorDepth::True.nearest(orange), orange);
        assert_eq!(ColorDepth::Indexed.nearest(orange), Color::Indexed(208));
        assert_eq!(ColorDepth::Indexed.nearest(Color::Rgb(8, 8, 8)), Color::Indexed(232));
        assert_eq!(ColorDepth::Sixteen.nearest(Color::Rgb(250, 250, 250)), Color::White);
        assert_eq!(ColorDepth::Sixteen.nearest(Color::Indexed(196)), Color::LightRed);
        assert_eq!(ColorDepth::Sixteen.nearest(Color::Cyan), Color::Cyan);
        assert_eq!(ColorDepth::None.nearest(orange), Color::Reset);
    }
}
