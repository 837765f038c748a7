//! Differences between the contents of two values: of a gzip, of base64, of msgpack.

use std::ops::Range;

use crate::preview::{self, MadeLines};

use super::super::align::hunks;
use super::super::text_of::TypedValue;
use super::{Diff, LISTED, come};

impl Diff {
    /// The differences between two values, or between their contents where both are packed in the same way.
    pub fn of_contents(before: &TypedValue, after: &TypedValue) -> Self {
        match contents([before, after]) {
            Some((how, [from, to])) => {
                let Self { body, more, .. } = Self::of(Some(&from), Some(&to));
                let whole = [before, after]
                    .map(|typed| Some((typed.value.len() as u64, typed.content_type.clone())));
                let [before, after] = whole;
                Self { before, after, body, more, inside: Some(how) }
            }
            None => Self::of(Some(before), Some(after)),
        }
    }
}

/// Places of what is new in a change.
#[derive(Debug, Clone, Default)]
pub struct Come {
    /// Bytes of the value, or of its contents where these are compared.
    pub bytes: Vec<Range<usize>>,
    /// Lines of the text that is shown in place of the value, where there is one.
    pub shown: Option<Vec<Range<usize>>>,
}

impl Come {
    /// What is new in the second value.
    pub fn of(before: &TypedValue, after: &TypedValue) -> Self {
        let lines = |typed: &TypedValue| preview::made_lines(&typed.content_type, &typed.value);
        let shown = lines(after).and_then(|new| Some(come_in(&lines(before)?, &new)));
        Self { bytes: come_of_contents(before, after), shown }
    }
}

/// The lines of a text that are new.
fn come_in(before: &MadeLines, after: &MadeLines) -> Vec<Range<usize>> {
    let old: Vec<_> = before.lines().collect();
    let new: Vec<_> = after.lines().collect();
    let come = hunks(&old, &new).into_iter().map(|(_, come)| come);
    come.filter(|come| !come.is_empty())
        .map(|come| after.lines[come.start].start..after.lines[come.end - 1].end)
        .take(LISTED)
        .collect()
}

/// The new bytes in a change: those of the value, or of its contents where these are compared.
fn come_of_contents(before: &TypedValue, after: &TypedValue) -> Vec<Range<usize>> {
    match contents([before, after]) {
        Some((_, [from, to])) => come(&from, &to),
        None => come(before, after),
    }
}

/// The contents of two values, and how they are packed.
fn contents(typed: [&TypedValue; 2]) -> Option<(String, [TypedValue; 2])> {
    if typed[0].value == typed[1].value {
        return None;
    }
    let inside = |typed: &TypedValue| preview::inside(&typed.content_type, &typed.value);
    let (from, to) = (inside(typed[0])?, inside(typed[1])?);
    if from.how != to.how {
        return None;
    }
    let how = from.how;
    let value = |content_type, value| TypedValue { content_type, value };
    Some((how, [value(from.content_type, from.bytes), value(to.content_type, to.bytes)]))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::super::{DiffBody, LeafChange};
    use super::*;

    fn gzip(text: &str, level: u32) -> TypedValue {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
        encoder.write_all(text.as_bytes()).unwrap();
        let value = encoder.finish().unwrap().into();
        TypedValue { content_type: "application/json".into(), value }
    }

    #[test]
    fn packed_values_are_compared_by_what_they_hold() {
        let long = "x".repeat(3000);
        let (old, new) =
            (format!("{{\"a\": 1, \"b\": \"{long}\"}}"), format!("{{\"a\":2,\"b\":\"{long}\"}}"));
        let (before, after) = (gzip(&old, 9), gzip(&new, 9));
        let diff = Diff::of_contents(&before, &after);
        let change = LeafChange {
            path: "$.a".to_owned(),
            before: Some("1".to_owned()),
            after: Some("2".to_owned()),
        };
        assert_eq!(diff.body, DiffBody::Leaves(vec![change]));
        assert_eq!(diff.inside.as_deref(), Some("gzip"));
        assert_eq!(diff.after.as_ref().unwrap().0, after.value.len() as u64, "the stored size");
        let come = come_of_contents(&before, &after);
        assert_eq!(come.into_iter().map(|at| &new[at]).collect::<Vec<_>>(), ["\"a\":2"]);
    }

    #[test]
    fn lines_of_a_page_and_of_laid_out_source_come_one_by_one() {
        let typed = |content_type: &str, text: String| TypedValue {
            content_type: content_type.into(),
            value: text.into(),
        };
        let came = |before: &TypedValue, after: &TypedValue| {
            let made = preview::made_lines(&after.content_type, &after.value)?;
            let line = |at| String::from_utf8_lossy(&made.text[at]).trim().to_owned();
            Some(Come::of(before, after).shown?.into_iter().map(line).collect::<Vec<_>>())
        };
        let page = |word: &str| {
            let first = "<!doctype html><title>T</title><p>The first words, to be read.</p>";
            typed("text/html", format!("{first}<p>{word} words of a page.</p><p>The end.</p>"))
        };
        assert_eq!(came(&page("Some"), &page("Other")).unwrap(), ["Other words of a page."]);
        let map = |last: &str| {
            let urls = "<url><loc>1</loc></url>".repeat(40);
            typed("application/xml", format!("<urlset>{urls}<url><loc>{last}</loc></url></urlset>"))
        };
        assert_eq!(came(&map("2"), &map("7")).unwrap(), ["<loc>7</loc>"]);
        let text = |text: &str| typed("text/plain", text.to_owned());
        assert_eq!(came(&text("a\nb"), &text("a\nc")), None, "its own lines are shown");
    }

    #[test]
    fn what_is_packed_anew_is_the_same_inside_and_not_the_same_value() {
        let text = "some words and others ".repeat(99);
        let (before, after) = (gzip(&text, 0), gzip(&text, 9));
        let diff = Diff::of_contents(&before, &after);
        assert_eq!((&diff.body, diff.inside.as_deref()), (&DiffBody::Same, Some("gzip")));
        assert!(!diff.is_empty());
        assert_eq!(Diff::of_contents(&before, &before).inside, None);
        let plain = TypedValue { value: text.into(), ..before.clone() };
        assert_eq!(Diff::of_contents(&before, &plain).inside, None, "one of them is not packed");
    }
}
