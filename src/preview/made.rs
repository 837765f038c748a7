//! The lines of text that larder shows in place of a value's own: a page's text, the list of an archive, source
//! that is laid out.

use std::ops::Range;

use bytes::Bytes;

use super::line_layout::Format;
use super::picture::Kind as PictureKind;
use super::{Body, Preview, PreviewKind};
use crate::model::{ContentType, Family, Record, RecordMeta};

/// Limit on a value whose lines are compared, in bytes.
const MOST: usize = 16 << 20;

/// Text that is shown in place of a value, and its lines.
#[derive(Debug)]
pub(crate) struct MadeLines {
    /// The text.
    pub(crate) text: Bytes,
    /// Places of its lines.
    pub(crate) lines: Vec<Range<usize>>,
}

impl MadeLines {
    /// The lines without white space around them.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.lines.iter().map(|at| self.text[at.clone()].trim_ascii())
    }
}

impl Preview {
    /// Whether lines are shown that are not those of the value, or of its contents.
    pub fn has_made_lines(&self) -> bool {
        matches!(self.kind, PreviewKind::Page | PreviewKind::Listing) || self.is_laid_out()
    }

    fn made_lines(&self) -> Option<MadeLines> {
        let Body::Lines(lines) = &self.body else { return None };
        if !self.has_made_lines() {
            return None;
        }
        let text = lines.bytes.clone();
        let starts: Vec<usize> = match &lines.format {
            Format::Text(_) => {
                let ends = memchr::memchr_iter(b'\n', &text).map(|end| end + 1);
                std::iter::once(0).chain(ends).collect()
            }
            Format::Laid(laid) => (0..lines.len()).map(|line| laid.line_start(line)).collect(),
            Format::Styled(made) => (0..lines.len()).map(|line| made.line_start(line)).collect(),
            Format::Json => return None,
        };
        let ends = starts.iter().skip(1).copied().chain([text.len()]);
        let lines = starts.iter().zip(ends).map(|(start, end)| *start..end).collect();
        Some(MadeLines { text, lines })
    }
}

/// The text that is shown in place of a value of this type; `None` where its own lines are.
pub(crate) fn made_lines(content_type: &ContentType, value: &Bytes) -> Option<MadeLines> {
    let own = content_type.family() == Family::Json || PictureKind::of(value).is_some();
    if own || value.len() > MOST {
        return None;
    }
    let meta = RecordMeta { content_type: content_type.clone(), ..RecordMeta::default() };
    Preview::build(&Record { meta, value: value.clone() }).made_lines()
}
