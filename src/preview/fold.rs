//! Folded lines of JSON: the line of an opening bracket stands for all lines to its closing one.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::text;

/// An object or a list that is shown as one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fold {
    /// Line of the opening bracket where nothing is folded, from 0.
    pub open: usize,
    /// Line of the closing bracket, counted as `open`.
    pub close: usize,
    /// Number of members or items in it.
    pub len: usize,
    /// Whether it is a list.
    pub list: bool,
}

/// A fold and the lines that it hides.
#[derive(Debug, Clone)]
struct Folded {
    open: usize,
    close: usize,
    /// Number of lines that this fold and those before it hide.
    hidden: usize,
    /// The text between the brackets.
    words: Arc<str>,
}

/// The folds of a value, in order; none is inside another.
#[derive(Debug, Clone, Default)]
pub(super) struct Folds(Vec<Folded>);

impl Folds {
    /// The folds, in the order in which they begin, none inside another.
    pub(super) fn new(folds: &[Fold]) -> Self {
        let mut words = BTreeMap::new();
        let mut hidden = 0;
        let folded = folds.iter().filter(|fold| fold.open < fold.close).map(|fold| {
            hidden += fold.close - fold.open;
            let words = words.entry((fold.list, fold.len)).or_insert_with(|| {
                let what = if fold.list { "item" } else { "member" };
                let many = if fold.len == 1 { "" } else { "s" };
                format!("… {} {what}{many}", text::count(fold.len as u64)).into()
            });
            Folded { open: fold.open, close: fold.close, hidden, words: Arc::clone(words) }
        });
        Self(folded.collect())
    }

    /// Number of hidden lines.
    pub(super) fn hidden(&self) -> usize {
        self.0.last().map_or(0, |last| last.hidden)
    }

    /// The line of the value that is shown as this one, both from 0.
    pub(super) fn source(&self, shown: usize) -> usize {
        // Each earlier fold is shown as the line of its opening bracket.
        let before = |fold: &Folded| fold.close - fold.hidden < shown;
        let after = self.0.partition_point(before);
        shown + after.checked_sub(1).map_or(0, |last| self.0[last].hidden)
    }

    /// The shown line that contains a line of the value, both from 0.
    pub(super) fn shown(&self, source: usize) -> usize {
        let after = self.0.partition_point(|fold| fold.open < source);
        match after.checked_sub(1).map(|last| &self.0[last]) {
            None => source,
            Some(last) => source.max(last.close) - last.hidden,
        }
    }

    /// Where a fold begins in this line: the line of its closing bracket and the text between the brackets.
    pub(super) fn begins(&self, source: usize) -> Option<(usize, &str)> {
        let at = self.0.binary_search_by_key(&source, |fold| fold.open).ok()?;
        Some((self.0[at].close, &self.0[at].words))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{preview, view};
    use super::super::{Preview, Row, Viewport};
    use super::*;

    const TEXT: &str = r#"{"a":[1,{"b":2,"c":[3]},[]],"d":{"e":null},"f":"g"}"#;

    fn texts(preview: &Preview) -> Vec<(Option<usize>, String)> {
        let rows = preview.rows(preview.top(), view(40, 50, true), None);
        rows.iter().map(|row| (row.number, row.text())).collect()
    }

    #[test]
    fn a_fold_is_one_line_and_the_others_keep_their_numbers() {
        let whole = preview(TEXT, "application/json");
        assert_eq!(whole.lines(), 16);
        let folds = [
            Fold { open: 3, close: 8, len: 2, list: false },
            Fold { open: 11, close: 13, len: 1, list: false },
        ];
        let folded = whole.with_folds(&folds).unwrap();
        let expected = [
            (1, "{"),
            (2, "  \"a\": ["),
            (3, "    1,"),
            (4, "    {… 2 members},"),
            (10, "    []"),
            (11, "  ],"),
            (12, "  \"d\": {… 1 member},"),
            (15, "  \"f\": \"g\""),
            (16, "}"),
        ];
        let expected = expected.map(|(number, text)| (Some(number), text.to_owned()));
        assert_eq!(texts(&folded), expected);
        assert_eq!(folded.lines(), 9);
        let list = [Fold { open: 1, close: 10, len: 3, list: true }];
        assert_eq!(texts(&whole.with_folds(&list).unwrap())[1].1, "  \"a\": [… 3 items],");
        assert!(preview("text", "text/plain").with_folds(&folds).is_none());
    }

    proptest! {
        #[test]
        fn every_line_is_shown_once_or_in_its_fold(
            lengths in prop::collection::vec((0_usize..4, 0_usize..4), 0..8), more in 0_usize..4,
        ) {
            let mut open = 0;
            let folds = lengths.iter().map(|(before, hidden)| {
                let fold = Fold { open: open + before, close: open + before + hidden, len: 1, list: true };
                open = fold.close + 1;
                fold
            });
            let given: Vec<_> = folds.collect();
            let folds = Folds::new(&given);
            let lines = open + more;
            let inside = |line: usize| given.iter().find(|fold| fold.open < line && line <= fold.close);
            let seen: Vec<_> = (0..lines).filter(|line| inside(*line).is_none()).collect();
            prop_assert_eq!(lines - folds.hidden(), seen.len());
            for (shown, source) in seen.iter().enumerate() {
                prop_assert_eq!(folds.source(shown), *source);
            }
            for line in 0..lines {
                let at = inside(line).map_or(line, |fold| fold.open);
                prop_assert_eq!(seen[folds.shown(line)], at);
            }
        }

        #[test]
        fn what_is_folded_scrolls_to_its_end(height in 1_u16..12, wrap in any::<bool>(), width in 3_u16..40) {
            let whole = preview(TEXT, "application/json");
            let folded = whole.with_folds(&[Fold { open: 1, close: 10, len: 3, list: true }]).unwrap();
            let view = Viewport { width, height, wrap };
            let all = folded.rows(folded.top(), Viewport { height: 200, ..view }, None);
            let last = folded.rows(folded.scroll_by(folded.top(), isize::MAX, view), view, None);
            let from = all.len().saturating_sub(usize::from(height));
            prop_assert_eq!(last.iter().map(Row::text).collect::<Vec<_>>(),
                all[from..].iter().map(Row::text).collect::<Vec<_>>());
        }
    }
}
