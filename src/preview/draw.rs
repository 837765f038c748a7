//! Builds the visible rows.

use super::line::{Line, Placed};
use super::line_layout::Lines;
use super::listed::left_out;
use super::row::{Hit, Role, Row, Span};
use super::source::Painter;
use super::wrap::Wrap;
use super::{Matches, Scroll, Viewport};
use crate::text::{cells, fit};

/// The sign before the further rows of a wrapped line, with a gap behind it.
const GOES_ON: &str = "↪ ";

/// The rows of a text or of JSON.
pub(super) fn rows(
    lines: &Lines,
    scroll: Scroll,
    view: Viewport,
    marks: Option<&Matches>,
) -> Vec<Row> {
    let height = usize::from(view.height);
    let mut rows = Vec::with_capacity(height);
    if view.width == 0 {
        return rows;
    }
    let painter = lines.source.as_ref().map(|source| source.painter(&lines.bytes));
    let mut ink = Ink { marks, painter };
    let mut at = lines.settle(scroll, view);
    while rows.len() < height && at.line <= lines.last() {
        let line = lines.seen(at.line, view);
        let number = (at.sub == 0).then(|| lines.number(at.line));
        if view.wrap {
            wrapped(&line, at.sub, number, view, &mut ink, &mut rows);
        } else {
            rows.push(cut(&line, at.column, number, view, &mut ink));
        }
        (at.line, at.sub) = (at.line + 1, 0);
    }
    rows
}

/// Adds the rows of a line, from the row that begins at `sub`.
fn wrapped(
    line: &Line,
    sub: usize,
    number: Option<usize>,
    view: Viewport,
    ink: &mut Ink<'_>,
    rows: &mut Vec<Row>,
) {
    let indent = Lines::indent(line, view);
    let wrap = Wrap::new(Lines::room(line, view));
    let (mut units, mut first) = (line.units_from(sub), sub == 0);
    while rows.len() < usize::from(view.height) {
        let mut next = units.clone();
        let end = wrap.next_row(&mut next, first).map(|start| start.at);
        let mut row = Builder::new(number.filter(|_| first), indent);
        if !first && wrap.hang > 0 {
            row.push(GOES_ON, wrap.hang, Role::Wrapped, Hit::No);
        }
        let (room, before) = (wrap.room(first), row.used);
        for placed in units.by_ref().take_while(|placed| end.is_none_or(|end| placed.at < end)) {
            let left = room - (row.used - before);
            let hit = ink.hit_in(line, &placed);
            if placed.unit.cells <= left {
                row.push(&placed.unit.text, placed.unit.cells, ink.role(&placed), hit);
            } else if left > 0 {
                let text = fit(&placed.unit.text, left);
                row.push(&text, cells(&text), ink.role(&placed), hit);
            } else {
                row.row.spaced = true;
            }
        }
        rows.push(row.finish());
        if end.is_none() {
            return;
        }
        (units, first) = (next, false);
    }
}

/// The part of a line from `column` on that fits the width.
fn cut(
    line: &Line,
    column: usize,
    number: Option<usize>,
    view: Viewport,
    ink: &mut Ink<'_>,
) -> Row {
    let width = usize::from(view.width);
    let indent = Lines::indent(line, view);
    let mut row = Builder::new(number, indent.saturating_sub(column).min(width));
    let wanted = column.saturating_sub(indent);
    let (units, mut at) = line.units_from_column(wanted);
    for placed in units {
        let before = wanted.saturating_sub(at);
        at += placed.unit.cells;
        if at <= wanted {
            continue;
        }
        let room = width - row.used;
        let left = placed.unit.cells - before;
        row.row.more |= left > room;
        if room == 0 {
            break;
        }
        let hit = ink.hit(&placed);
        if before > 0 {
            let left = left.min(room);
            row.push(&" ".repeat(left), left, Role::Dim, hit);
        } else if left <= room {
            row.push(&placed.unit.text, left, ink.role(&placed), hit);
        } else {
            if placed.unit.symbol {
                let text = fit(&placed.unit.text, room);
                row.push(&text, cells(&text), Role::Symbol, hit);
            }
            break;
        }
    }
    row.finish()
}

/// Sources of the role and the highlighting of units: the matches of a search, and the colours of source.
struct Ink<'a> {
    marks: Option<&'a Matches>,
    painter: Option<Painter<'a>>,
}

impl Ink<'_> {
    fn role(&mut self, placed: &Placed) -> Role {
        match (placed.source, &mut self.painter) {
            _ if placed.unit.symbol => Role::Symbol,
            (Some(source), Some(painter)) if placed.role == Role::Plain => painter.role_at(source),
            _ => placed.role,
        }
    }

    /// The same, also for the sign in place of what is left out of a line.
    fn hit_in(&self, line: &Line<'_>, placed: &Placed) -> Hit {
        let left_out = (placed.source.is_none() && placed.role == Role::Wrapped)
            .then(|| left_out(line, placed.at))
            .flatten();
        match (self.marks, left_out) {
            (Some(marks), Some(left_out)) => marks.hit(left_out),
            _ => self.hit(placed),
        }
    }

    fn hit(&self, placed: &Placed) -> Hit {
        match (self.marks, placed.source) {
            (Some(marks), Some(source)) => marks.hit(source..source + placed.unit.len),
            _ => Hit::No,
        }
    }
}

/// Gathers units of one kind into spans.
struct Builder {
    row: Row,
    used: usize,
    text: String,
    cells: usize,
    /// Starts of the units of `text`.
    starts: Vec<usize>,
    kind: (Role, Hit),
}

impl Builder {
    fn new(number: Option<usize>, indent: usize) -> Self {
        let kind = (Role::Plain, Hit::No);
        let row = Row { number, ..Row::default() };
        let mut builder =
            Self { row, used: 0, text: String::new(), cells: 0, starts: Vec::new(), kind };
        if indent > 0 {
            builder.push(&" ".repeat(indent), indent, Role::Dim, Hit::No);
        }
        builder
    }

    fn push(&mut self, text: &str, cells: usize, role: Role, hit: Hit) {
        if self.kind != (role, hit) {
            self.flush();
            self.kind = (role, hit);
        }
        self.starts.push(self.text.len());
        self.text.push_str(text);
        self.cells += cells;
        self.used += cells;
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        let starts = std::mem::take(&mut self.starts);
        let width = std::mem::take(&mut self.cells);
        let (role, hit) = self.kind;
        if text.is_empty() {
        } else if cells(&text) == width {
            self.row.spans.push(Span { text, role, hit });
        } else {
            // Units that would join when drawn side by side stay apart.
            let ends = starts.iter().skip(1).copied().chain([text.len()]);
            for (&start, end) in starts.iter().zip(ends) {
                self.row.spans.push(Span { text: text[start..end].to_owned(), role, hit });
            }
        }
    }

    fn finish(mut self) -> Row {
        self.flush();
        self.row
    }
}

#[cfg(test)]
mod tests {
    use super::super::Preview;
    use super::super::tests::preview;
    use super::*;

    fn rows(preview: &Preview, width: u16, wrap: bool, marks: Option<&Matches>) -> Vec<Row> {
        preview.rows(preview.top(), Viewport { width, height: 50, wrap }, marks)
    }

    fn texts(rows: &[Row]) -> Vec<String> {
        rows.iter().map(Row::text).collect()
    }

    #[test]
    fn json_is_pretty_and_keeps_its_spelling() {
        let text = "{\"b\":1E5,\"a\":[NaN,-0,\"\\u00e9é\\n\"],\"b\":{ }, \"n\":null}";
        let preview = preview(text, "application/json");
        let rows = rows(&preview, 80, true, None);
        assert_eq!(
            texts(&rows),
            [
                "{",
                "  \"b\": 1E5,",
                "  \"a\": [",
                "    NaN,",
                "    -0,",
                "    \"\\u00e9é\\n\"",
                "  ],",
                "  \"b\": {},",
                "  \"n\": null",
                "}",
            ]
        );
        let roles: Vec<_> = rows[1].spans.iter().map(|span| span.role).collect();
        assert_eq!(
            roles,
            [Role::Dim, Role::Key, Role::Punctuation, Role::Number, Role::Punctuation]
        );
        assert_eq!(rows[3].spans[1].role, Role::Literal);
        assert_eq!(rows[5].spans[1].role, Role::String);
        assert_eq!(rows[5].number, Some(6));
    }

    #[test]
    fn long_lines_wrap_below_their_beginning() {
        let preview = preview("[{\"key\": \"0123456789abcdef\"}]", "application/json");
        let rows = rows(&preview, 16, true, None);
        assert_eq!(
            texts(&rows),
            ["[", "  {", "    \"key\": ", "    \"0123456789a", "    bcdef\"", "  }", "]"]
        );
        assert_eq!(rows[2].number, Some(3));
        assert_eq!(rows[3].number, None);
    }

    #[test]
    fn without_wrapping_lines_are_cut() {
        let preview = preview("日本語\nabcdef\n", "text/plain");
        let rows = rows(&preview, 5, false, None);
        assert_eq!(texts(&rows), ["日本", "abcde"]);
        assert!(rows.iter().all(|row| row.more), "and they say that they go on");
        let preview = super::super::tests::preview("日本語\nabcdef\n", "text/plain");
        let rows = super::tests::rows(&preview, 6, false, None);
        assert!(rows.iter().all(|row| !row.more));
    }

    #[test]
    fn what_is_hidden_becomes_a_symbol() {
        let preview = preview("a\u{1b}[2J\u{202e}b\tc\rd", "text/plain");
        let rows = rows(&preview, 80, true, None);
        assert_eq!(texts(&rows), ["a␛[2J⟨U+202E⟩b  c␍d"]);
        let symbols = rows[0].spans.iter().filter(|span| span.role == Role::Symbol);
        let symbols: Vec<_> = symbols.map(|span| &*span.text).collect();
        assert_eq!(symbols, ["␛", "⟨U+202E⟩", "␍"]);
    }

    #[test]
    fn a_symbol_wider_than_the_view_is_cut() {
        let preview = preview("\u{202e}", "text/plain");
        assert_eq!(texts(&rows(&preview, 4, true, None)), ["⟨U+…"]);
        assert_eq!(texts(&rows(&preview, 4, false, None)), ["⟨U+…"]);
    }

    #[test]
    fn matches_are_marked_and_the_current_one_apart() {
        let preview = preview("{\"price\": 1, \"Price\": 2}", "application/json");
        let mut matches = preview.find("price");
        matches.set_current(Some(1));
        let rows = rows(&preview, 80, true, Some(&matches));
        let hits = rows.iter().flat_map(|row| &row.spans).filter(|span| span.hit != Hit::No);
        let hits: Vec<_> = hits.map(|span| (&*span.text, span.hit)).collect();
        assert_eq!(hits, [("price", Hit::Match), ("Price", Hit::Current)]);
    }
}
