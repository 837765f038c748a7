//! Columns before a key.

use std::io;

use crate::cli::output::Output;
use crate::model::{RecordMeta, RecordState};
use crate::text::{self, Visible, cells, visible};
use crate::theme::Role;

/// Width of the content type for a script, in cells: that of `application/json; charset=utf-8`.
const TYPE_WIDTH: usize = 31;
/// Widths for a person, in cells: of a size such as `999 KB`, and of a type such as `octet-stream`.
const SHORT_WIDTHS: (usize, usize) = (8, 14);
/// Blanks for the widest column.
const BLANKS: &str = "                                             ";

/// Columns before a key: size and content type. A script gets them whole; a person gets them in few cells and
/// under heads.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Columns {
    for_person: bool,
}

impl Columns {
    /// The columns for whoever reads this output.
    pub(in crate::cli) fn of(output: &Output) -> Self {
        Self { for_person: output.terminal }
    }

    /// The heads that a person sees over the columns and the key.
    pub(in crate::cli) fn heads(self) -> Option<String> {
        let (size, kind) = SHORT_WIDTHS;
        self.for_person.then(|| format!("{:>size$}  {:<kind$}  key", "size", "type"))
    }

    /// A remark on a record in place of its columns, as wide as they are.
    pub(in crate::cli) fn note(self, text: &str) -> Visible<'static> {
        let (size, kind) = if self.for_person { SHORT_WIDTHS } else { (10, TYPE_WIDTH) };
        visible(&format!("{text:<width$}", width = size + kind + 4)).into_static()
    }

    /// Prints the size and the content type of a record, padded; a problem in the colour of problems.
    pub(in crate::cli) fn print(self, meta: &RecordMeta, output: &mut Output) -> io::Result<()> {
        let [size, kind, pad] = self.row(meta);
        let of_kind = if problem(&meta.state).is_some() { Role::Warning } else { Role::Dim };
        output.part(&size)?;
        output.styled(of_kind, &kind)?;
        output.part(&pad)
    }

    /// Size and content type of a record, padded.
    fn row(self, meta: &RecordMeta) -> [Visible<'_>; 3] {
        let kind = match problem(&meta.state) {
            Some(problem) => problem,
            None if self.for_person => meta.content_type.short(),
            None => meta.content_type.as_str(),
        };
        // In damaged metadata, no size is found.
        let is_known = meta.size > 0 || !matches!(meta.state, RecordState::BadMetadata(_));
        let (least, width) = if self.for_person { SHORT_WIDTHS } else { (10, TYPE_WIDTH) };
        let size = match (is_known, self.for_person) {
            (false, _) => "-".to_owned(),
            (true, true) => text::size(meta.size),
            (true, false) => meta.size.to_string(),
        };
        let size = format!("{size:>least$}  ");
        let kind = visible(kind);
        let pad = width.saturating_sub(cells(&kind));
        [visible(&size).into_static(), kind, visible(BLANKS.get(..pad + 2).unwrap_or(BLANKS))]
    }
}

/// The problem of a record, which stands in place of its type.
fn problem(state: &RecordState) -> Option<&'static str> {
    Some(match state {
        RecordState::NoMetadata => "(no metadata)",
        RecordState::NoValue => "(no value)",
        RecordState::BadMetadata(_) => "(malformed metadata)",
        RecordState::Unreadable(_) => "(not readable)",
        RecordState::SeveralFiles(_) => "(several files)",
        RecordState::Whole
        | RecordState::WrongSize(_)
        | RecordState::BareFile
        | RecordState::NotRead => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ContentType;

    #[test]
    fn columns_line_up_whatever_the_type_holds() {
        let row = |for_person: bool, content_type: &str| {
            let content_type = ContentType::from(content_type);
            let meta = RecordMeta { content_type, size: 12, ..RecordMeta::default() };
            Visible::concat(&Columns { for_person }.row(&meta))
        };
        for text in
            ["application/json; charset=utf-8", "text/html", "a\u{1b}b\n", "文字/プレーン", ""]
        {
            let line = row(false, text);
            assert_eq!(cells(&line), 10 + 2 + TYPE_WIDTH + 2, "{text:?}");
            assert!(!line.contains(['\u{1b}', '\n']));
            let line = row(true, text);
            let columns = Columns { for_person: true };
            let heads = columns.heads().unwrap();
            assert_eq!(cells(&line), heads.find("key").unwrap(), "{text:?}");
            assert_eq!(cells(&line), cells(&columns.note("gone")));
            assert!(!line.contains(['\u{1b}', '\n']));
        }
    }
}
