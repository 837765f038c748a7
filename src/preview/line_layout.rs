//! The starts of the rows in the lines of a text or of JSON.

use std::sync::Arc;

use bytes::Bytes;

use super::fold::{Fold, Folds};
use super::index::Index;
use super::json;
use super::laid::Laid;
use super::line::Line;
use super::listed::Listed;
use super::source::Source;
use super::styled::{Pieces, Writer};
use super::text::{self, TextForm};
use super::wrap::Wrap;
use super::{Scroll, Viewport};
use crate::text::unit;

/// Deepest indentation without wrapping, in cells, so that deeper nesting stays within reach.
const DEEPEST: usize = 256;
/// Distance in rows beyond which a wrapped line counts as one row; no key goes that far.
const FAR: usize = 1000;

/// A value that is shown in lines.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) bytes: Bytes,
    pub(super) index: Arc<Index>,
    pub(super) format: Format,
    pub(super) folds: Folds,
    /// Colours of the text, where it is source.
    pub(super) source: Option<Source>,
    /// The source from which a page's text was made.
    pub(super) made_from: Option<Bytes>,
    /// Whether that page has links.
    pub(super) linked: bool,
    /// The archive whose entries the lines list.
    pub(super) archive: Option<Listed>,
}

/// The way of cutting the value into lines.
#[derive(Debug, Clone)]
pub(super) enum Format {
    Text(TextForm),
    Json,
    /// Source on long lines, laid out.
    Laid(Arc<Laid>),
    /// Text that larder has made of the value.
    Styled(Arc<Pieces>),
}

impl Lines {
    /// Lines of a value without folds.
    pub(super) fn new(bytes: Bytes, index: Index, format: Format) -> Self {
        Self {
            bytes,
            index: Arc::new(index),
            format,
            folds: Folds::default(),
            source: None,
            made_from: None,
            linked: false,
            archive: None,
        }
    }

    /// Lines of a text that larder has made.
    pub(super) fn made(writer: Writer) -> Self {
        let (bytes, index, pieces) = writer.finish();
        Self::new(bytes, index, Format::Styled(Arc::new(pieces)))
    }

    /// The same lines with only these objects and lists of JSON folded; `None` for text.
    pub(super) fn folded(&self, folds: &[Fold]) -> Option<Self> {
        matches!(self.format, Format::Json).then(|| Self {
            bytes: self.bytes.clone(),
            index: Arc::clone(&self.index),
            format: self.format.clone(),
            folds: Folds::new(folds),
            source: None,
            made_from: None,
            linked: false,
            archive: None,
        })
    }

    /// Number of lines.
    pub(super) fn len(&self) -> usize {
        self.index.lines() - self.folds.hidden()
    }

    /// Line `number`, from 0.
    pub(super) fn line(&self, number: usize) -> Line<'_> {
        let number = self.folds.source(number);
        match &self.format {
            Format::Text(style) => text::line(&self.bytes, &self.index, number, *style),
            Format::Laid(laid) => laid.line(&self.bytes, &self.index, number),
            Format::Styled(pieces) => pieces.line(&self.bytes, &self.index, number),
            Format::Json => {
                let fold = self.folds.begins(number);
                json::lines::line(&self.bytes, &self.index, number, fold)
            }
        }
    }

    /// Line `number`, from 0, as it is shown in a viewport.
    pub(super) fn seen(&self, number: usize, view: Viewport) -> Line<'_> {
        let line = self.line(number);
        match &self.archive {
            Some(listed) if view.wrap => listed.narrowed(line, number, self.len(), view.width),
            _ => line,
        }
    }

    /// The number of a line, from 1, where nothing is folded.
    pub(super) fn number(&self, line: usize) -> usize {
        self.folds.source(line) + 1
    }

    /// The line that holds a byte of the value.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.folds.shown(match &self.format {
            Format::Text(_) => text::line_of(&self.bytes, &self.index, offset),
            Format::Json => json::lines::line_of(&self.bytes, &self.index, offset),
            Format::Laid(laid) => laid.line_of(offset),
            Format::Styled(pieces) => pieces.line_of(offset),
        })
    }

    /// The byte of the value at or after the beginning of a row.
    pub(super) fn source_of(&self, scroll: Scroll) -> usize {
        if scroll.sub > 0
            && let Some(source) = self.line(scroll.line).source_of(scroll.sub)
        {
            return source;
        }
        let line = self.folds.source(scroll.line);
        match &self.format {
            Format::Text(_) => text::line_start(&self.bytes, &self.index, line),
            Format::Json => json::lines::line_start(&self.bytes, &self.index, line),
            Format::Laid(laid) => laid.line_start(line),
            Format::Styled(pieces) => pieces.line_start(line),
        }
    }

    pub(super) fn last(&self) -> usize {
        self.len().saturating_sub(1)
    }

    /// Indentation of a line, in cells, also of its further rows where it is wrapped.
    pub(super) fn indent(line: &Line, view: Viewport) -> usize {
        let most = if view.wrap { usize::from(view.width) / 3 } else { DEEPEST };
        line.depth.saturating_mul(2).min(most)
    }

    /// Width of a row for text, in cells.
    pub(super) fn room(line: &Line, view: Viewport) -> usize {
        usize::from(view.width).saturating_sub(Self::indent(line, view)).max(1)
    }

    /// Starts of the rows between the start of a page and the next page.
    fn row_starts(line: &Line, page: usize, view: Viewport) -> Vec<usize> {
        let wrap = Wrap::new(Self::room(line, view));
        let mut starts = vec![page];
        let mut units = line.units_from(page);
        let mut first = page == 0;
        while let Some(start) = wrap.next_row(&mut units, first) {
            if start.page {
                break;
            }
            starts.push(start.at);
            first = false;
        }
        starts
    }

    /// The row that holds an offset of a line.
    pub(super) fn row_of(line: &Line, offset: usize, view: Viewport) -> usize {
        if !view.wrap {
            return 0;
        }
        let starts = Self::row_starts(line, line.page_start(offset), view);
        let after = starts.partition_point(|&start| start <= offset);
        starts[after.saturating_sub(1)]
    }

    /// The nearest position at which there is a row.
    pub(super) fn settle(&self, scroll: Scroll, view: Viewport) -> Scroll {
        if scroll.line > self.last() {
            return self.end(scroll, view);
        }
        if !view.wrap || scroll.sub == 0 {
            return Scroll { sub: 0, ..scroll };
        }
        let line = self.seen(scroll.line, view);
        Scroll { sub: Self::row_of(&line, scroll.sub.min(line.len()), view), ..scroll }
    }

    /// The last row.
    fn end(&self, scroll: Scroll, view: Viewport) -> Scroll {
        let line = self.seen(self.last(), view);
        Scroll { line: self.last(), sub: Self::row_of(&line, line.len(), view), ..scroll }
    }

    /// Whether there is surely more than a page below a position. Cheap; says no near the end.
    pub(super) fn is_far_from_end(&self, scroll: Scroll, view: Viewport) -> bool {
        let height = usize::from(view.height);
        if scroll.line + height <= self.last() {
            return true;
        }
        // A cell shows one unit at most.
        let most = height * usize::from(view.width.max(1)) * unit::MOST_BYTES;
        view.wrap && self.seen(scroll.line, view).len().saturating_sub(scroll.sub) > most
    }

    /// The first row of the last full page.
    pub(super) fn bottom(&self, view: Viewport) -> Scroll {
        let end = self.end(Scroll::default(), view);
        self.back(end, usize::from(view.height).saturating_sub(1), view)
    }

    /// `rows` rows further down, at most to the last one. Starts from a settled position.
    pub(super) fn forward(&self, scroll: Scroll, rows: usize, view: Viewport) -> Scroll {
        if !view.wrap || rows > FAR {
            let line = scroll.line.saturating_add(rows).min(self.last());
            return if line > scroll.line {
                Scroll { line, sub: 0, ..scroll }
            } else {
                self.clip(scroll, view)
            };
        }
        let (mut at, mut left) = (scroll, rows);
        while left > 0 {
            let line = self.seen(at.line, view);
            let wrap = Wrap::new(Self::room(&line, view));
            let mut units = line.units_from(at.sub);
            while let Some(start) = wrap.next_row(&mut units, at.sub == 0) {
                at.sub = start.at;
                left -= 1;
                if left == 0 {
                    return at;
                }
            }
            if at.line >= self.last() {
                return at;
            }
            (at.line, at.sub, left) = (at.line + 1, 0, left - 1);
        }
        at
    }

    /// Target of a far move down within the last line: that line's end, if lines are wrapped.
    fn clip(&self, scroll: Scroll, view: Viewport) -> Scroll {
        if view.wrap { self.end(scroll, view) } else { scroll }
    }

    /// `rows` rows further up, at most to the first one. Starts from a settled position.
    pub(super) fn back(&self, scroll: Scroll, rows: usize, view: Viewport) -> Scroll {
        if !view.wrap || rows > FAR {
            return Scroll { line: scroll.line.saturating_sub(rows), sub: 0, ..scroll };
        }
        let (mut at, mut left) = (scroll, rows);
        let mut line = self.seen(at.line, view);
        while left > 0 {
            let offset = if at.sub > 0 {
                at.sub - 1
            } else if at.line > 0 {
                at.line -= 1;
                line = self.seen(at.line, view);
                at.sub = usize::MAX;
                line.len()
            } else {
                break;
            };
            let mut starts = Self::row_starts(&line, line.page_start(offset), view);
            starts.retain(|&start| start < at.sub);
            let taken = left.min(starts.len()).max(1);
            at.sub = starts[starts.len() - taken];
            left -= taken;
        }
        at
    }
}
