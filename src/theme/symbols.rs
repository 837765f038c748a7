//! Symbols, for terminals that have them and for those that do not.

use ratatui::symbols::border;

/// The symbols of the screen. All of `UNICODE` are one column wide, as are those of `ASCII`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Symbols {
    /// Whether the symbols go beyond ASCII; also for labels of keys.
    pub unicode: bool,
    /// Before the row under the cursor, in the pane that keys go to and in the others.
    pub marker: [&'static str; 2],
    /// Before a record that has just come.
    pub new: &'static str,
    /// Before a record that has just changed.
    pub changed: &'static str,
    /// Before a record that the user marked.
    pub mark: &'static str,
    /// Before a record of which there is a draft.
    pub draft: &'static str,
    /// Before a record that has a staged edit.
    pub staged: &'static str,
    /// Before a record that is pinned.
    pub pinned: &'static str,
    /// Before what cannot be done now.
    pub impossible: &'static str,
    /// Before what is damaged.
    pub damaged: &'static str,
    /// For what was cut off.
    pub ellipsis: &'static str,
    /// Sorted upwards.
    pub ascending: &'static str,
    /// Sorted downwards.
    pub descending: &'static str,
    /// Between facts on a line.
    pub separator: &'static str,
    /// Before a number that is not exceeded.
    pub at_most: &'static str,
    /// Where a wrapped line goes on.
    pub wrapped: &'static str,
    /// Where a line goes on that is cut.
    pub more: &'static str,
    /// Where a line begins whose beginning is cut.
    pub less: &'static str,
    /// Done or left of a bar.
    pub bar: [&'static str; 2],
    /// Eight heights of a small chart.
    pub spark: [&'static str; 8],
    /// While something loads, one after the other.
    pub spinner: [&'static str; 4],
    /// Frames of panes.
    pub border: border::Set<'static>,
    /// Frame of the pane that keys go to, where no colour tells which one it is.
    pub focus_border: border::Set<'static>,
    /// Top and bottom of the line between two panes: of neither, of the left one, of the right one.
    pub joints: [[&'static str; 2]; 3],
}

impl Symbols {
    /// Symbols for terminals that show Unicode.
    pub const UNICODE: Self = Self {
        unicode: true,
        marker: ["▌", "▏"],
        new: "+",
        changed: "~",
        mark: "•",
        draft: "✎",
        staged: "≡",
        pinned: "◆",
        impossible: "×",
        damaged: "!",
        ellipsis: "…",
        ascending: "▲",
        descending: "▼",
        separator: "·",
        at_most: "≤",
        wrapped: "↪",
        more: "›",
        less: "‹",
        bar: ["━", "─"],
        spark: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
        spinner: ["◐", "◓", "◑", "◒"],
        border: border::ROUNDED,
        focus_border: border::THICK,
        joints: [["┬", "┴"], ["┱", "┹"], ["┲", "┺"]],
    };

    /// Symbols for terminals that show only ASCII.
    pub const ASCII: Self = Self {
        unicode: false,
        marker: [">", "|"],
        new: "+",
        changed: "~",
        mark: "*",
        draft: "%",
        staged: "=",
        pinned: "^",
        impossible: "-",
        damaged: "!",
        ellipsis: "~",
        ascending: "^",
        descending: "v",
        separator: "-",
        at_most: "<",
        wrapped: "\\",
        more: ">",
        less: "<",
        bar: ["#", "-"],
        spark: [".", ".", ":", ":", "|", "|", "#", "#"],
        spinner: ["|", "/", "-", "\\"],
        border: border::Set {
            top_left: "+",
            top_right: "+",
            bottom_left: "+",
            bottom_right: "+",
            vertical_left: "|",
            vertical_right: "|",
            horizontal_top: "-",
            horizontal_bottom: "-",
        },
        focus_border: border::Set {
            top_left: "#",
            top_right: "#",
            bottom_left: "#",
            bottom_right: "#",
            vertical_left: "#",
            vertical_right: "#",
            horizontal_top: "=",
            horizontal_bottom: "=",
        },
        joints: [["+", "+"], ["#", "#"], ["#", "#"]],
    };

    /// The symbols that the terminal shows, by `TERM`: the Linux console and `dumb` get ASCII.
    pub fn for_terminal(env: &dyn Fn(&str) -> Option<String>) -> Self {
        match env("TERM").as_deref() {
            Some("linux" | "dumb") => Self::ASCII,
            _ => Self::UNICODE,
        }
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    fn all(symbols: &Symbols) -> Vec<&'static str> {
        let mut all = vec![
            symbols.new,
            symbols.changed,
            symbols.mark,
            symbols.draft,
            symbols.staged,
            symbols.impossible,
            symbols.damaged,
            symbols.ellipsis,
            symbols.ascending,
            symbols.descending,
            symbols.separator,
            symbols.at_most,
            symbols.wrapped,
            symbols.more,
            symbols.less,
            symbols.border.top_left,
            symbols.border.vertical_left,
            symbols.border.horizontal_top,
            symbols.focus_border.top_left,
            symbols.focus_border.vertical_left,
            symbols.focus_border.horizontal_top,
        ];
        all.extend(symbols.joints.concat());
        all.extend(symbols.marker);
        all.extend(symbols.bar);
        all.extend(symbols.spark);
        all.extend(symbols.spinner);
        all
    }

    #[test]
    fn every_symbol_is_one_column_wide() {
        for symbol in all(&Symbols::UNICODE).into_iter().chain(all(&Symbols::ASCII)) {
            assert_eq!(symbol.width(), 1, "{symbol}");
        }
        assert!(all(&Symbols::ASCII).iter().all(|symbol| symbol.is_ascii()));
    }

    #[test]
    fn the_linux_console_gets_ascii() {
        let term = |name: &'static str| Symbols::for_terminal(&move |_| Some(name.to_owned()));
        assert!(!term("linux").unicode);
        assert!(!term("dumb").unicode);
        assert!(term("xterm-256color").unicode);
    }
}
