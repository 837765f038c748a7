//! Standard output: raw bytes, columns and JSON Lines.
//!
//! On a terminal, text from a store is made visible; elsewhere it is left as it is.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, BufWriter, IsTerminal as _, StdoutLock, Write};

use serde_json::Value;
use unicode_segmentation::UnicodeSegmentation as _;

use super::json_colors;
use super::pager::Pager;
use crate::config::environment::variable;
use crate::text::{Visible, cells, linked, takes_links, visible, visible_bytes};
use crate::theme::{RESET, Role, Theme};

/// Limit on the width that columns are padded to, in cells; longer cells stick out.
const WIDEST: usize = 48;

/// Where the output goes.
enum Sink {
    Stdout(StdoutLock<'static>),
    Pager(Pager),
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(stdout) => stdout.write(bytes),
            Self::Pager(pager) => pager.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(stdout) => stdout.flush(),
            Self::Pager(pager) => pager.flush(),
        }
    }
}

/// Standard output, buffered. [`Output::finish`] writes the rest of the buffer.
pub(super) struct Output {
    to: BufWriter<Sink>,
    /// Whether a person reads the output.
    pub terminal: bool,
    /// Whether `--json` was given.
    pub json: bool,
    /// The theme of the colours; `None` without colours.
    pub theme: Option<Theme>,
}

impl Output {
    pub(super) fn new(json: bool) -> Self {
        let stdout = io::stdout();
        let terminal = stdout.is_terminal();
        let to = BufWriter::with_capacity(1 << 16, Sink::Stdout(stdout.lock()));
        Self { to, terminal, json, theme: None }
    }

    /// Starts the user's pager, if there is one, for the following output.
    pub(super) fn page(&mut self) -> io::Result<()> {
        self.to.flush()?;
        if let Some(pager) = Pager::start() {
            self.to = BufWriter::with_capacity(1 << 16, Sink::Pager(pager));
        }
        Ok(())
    }

    /// Writes a value's bytes as they are, whatever they do to a terminal.
    pub(super) fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.to.write_all(bytes)
    }

    /// Writes a line of these parts.
    pub(super) fn line(&mut self, parts: &[Visible<'_>]) -> io::Result<()> {
        for text in parts {
            self.part(text)?;
        }
        self.raw_line("")
    }

    /// Writes a part of a line.
    pub(super) fn part(&mut self, text: &Visible<'_>) -> io::Result<()> {
        self.raw(text.as_bytes())
    }

    /// Writes a part of a line in its colour, if there are colours.
    pub(super) fn styled(&mut self, role: Role, text: &Visible<'_>) -> io::Result<()> {
        let style = self.style(role);
        if style.is_empty() || text.trim().is_empty() {
            return self.part(text);
        }
        self.raw(style.as_bytes())?;
        self.part(text)?;
        self.raw(RESET.as_bytes())
    }

    fn style(&self, role: Role) -> String {
        self.theme.as_ref().map(|theme| theme.begin(role)).unwrap_or_default()
    }

    fn raw_line(&mut self, text: &str) -> io::Result<()> {
        self.to.write_all(text.as_bytes())?;
        self.to.write_all(b"\n")
    }

    /// Writes bytes from a store in a line of their own, or at the end of a line. Coloured output may
    /// reach a terminal later, so it is made visible too.
    pub(super) fn last(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.terminal || self.theme.is_some() {
            return self.line(&[visible_bytes(bytes)]);
        }
        self.to.write_all(bytes)?;
        self.to.write_all(b"\n")
    }

    /// Writes bytes in a line of their own, as a link to this URL if the terminal takes links.
    pub(super) fn link(&mut self, bytes: &[u8], url: Option<&str>) -> io::Result<()> {
        match url.filter(|_| self.terminal && takes_links(&variable)) {
            Some(url) => {
                let text = linked(url, &visible_bytes(bytes));
                self.raw_line(&text)
            }
            None => self.last(bytes),
        }
    }

    /// Writes a text of several lines from a store, made visible line by line.
    pub(super) fn text(&mut self, text: &str) -> io::Result<()> {
        for line in text.split_inclusive('\n') {
            // A tab is harmless, and aligns text.
            for (at, part) in line.trim_end_matches('\n').split('\t').enumerate() {
                if at > 0 {
                    self.to.write_all(b"\t")?;
                }
                self.to.write_all(visible(part).as_bytes())?;
            }
            self.to.write_all(b"\n")?;
        }
        Ok(())
    }

    /// Writes a line of JSON.
    pub(super) fn json_line(&mut self, value: &Value) -> io::Result<()> {
        self.json_text(&value.to_string())
    }

    /// Writes a line of JSON that is serialised already.
    pub(super) fn json_text(&mut self, text: &str) -> io::Result<()> {
        let seen = self.terminal || self.theme.is_some();
        let text = if seen { escape_invisible(text) } else { Cow::Borrowed(text) };
        match &self.theme {
            Some(theme) => {
                let colored = json_colors::line(&text, theme);
                self.raw_line(&colored)
            }
            None => self.raw_line(&text),
        }
    }

    /// Writes rows with heads, as columns: the names are the heads; `>` before a name aligns its column to
    /// the right. The cell behind the last head is the row's problem.
    pub(super) fn table(
        &mut self,
        heads: &[&str],
        rows: &[Vec<Visible<'static>>],
    ) -> io::Result<()> {
        let mut head = Vec::with_capacity(heads.len());
        let mut right = Vec::with_capacity(heads.len());
        for name in heads {
            head.push(visible(name.trim_start_matches('>')).into_static());
            right.push(name.starts_with('>'));
        }
        let mut widths: Vec<usize> = head.iter().map(|cell| cells(cell)).collect();
        for row in rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cells(cell).min(WIDEST).max(*width);
            }
        }
        for (number, row) in std::iter::once(&head).chain(rows).enumerate() {
            let mut line = String::new();
            for (at, cell) in row.iter().enumerate() {
                let pad = widths.get(at).unwrap_or(&0).saturating_sub(cells(cell));
                let (before, after) =
                    if right.get(at) == Some(&true) { (pad, 0) } else { (0, pad) };
                let style = match number {
                    0 => self.style(Role::Header),
                    _ if at >= heads.len() => self.style(Role::Warning),
                    _ => String::new(),
                };
                let end = if style.is_empty() { "" } else { RESET };
                let _ = write!(line, "{:before$}{style}{cell}{end}{:after$}  ", "", "");
            }
            self.raw_line(line.trim_end())?;
        }
        Ok(())
    }

    /// Writes the buffer, for a reader that follows along.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }

    /// Writes the rest of the buffer, and waits for the pager.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        let written = self.to.flush();
        if let Sink::Pager(pager) = self.to.get_mut() {
            pager.wait()?;
        }
        written
    }
}

/// The same JSON with its invisible characters spelled as `\uXXXX`.
fn escape_invisible(json: &str) -> Cow<'_, str> {
    if visible(json).is_unchanged() {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len());
    for grapheme in json.graphemes(true) {
        if visible(grapheme).is_unchanged() {
            out.push_str(grapheme);
            continue;
        }
        // Only text in a JSON string can be invisible: ASCII controls are escaped already, except DEL.
        for unit in grapheme.encode_utf16() {
            let _ = match u8::try_from(unit) {
                Ok(ascii @ 0x20..0x7f) => write!(out, "{}", char::from(ascii)),
                _ => write!(out, "\\u{unit:04x}"),
            };
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_for_a_terminal_is_the_same_json() {
        let value = serde_json::json!({
            "key": "a\u{1b}[31m\u{7f}\u{9b}m \u{202e}gpj \u{200b} e\u{301} \u{1f600} \u{e0041} \"\\\n"
        });
        let text = value.to_string();
        let escaped = escape_invisible(&text);
        assert!(visible(&escaped).is_unchanged(), "{escaped}");
        assert_eq!(serde_json::from_str::<Value>(&escaped).unwrap(), value);
        assert!(escaped.contains("e\u{301} \u{1f600}"), "{escaped}");
    }
}
