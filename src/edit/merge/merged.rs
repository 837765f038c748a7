//! The text of a merge as it is decided so far, made once, where it is needed.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use super::Merge;
use super::conflict::Choice;

/// A text that is joined of two, perhaps not yet.
#[derive(Debug, Clone)]
pub struct MergedText(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    merge: Arc<Merge>,
    choices: Vec<Choice>,
    /// Whether JSON is laid out in lines.
    lays_out: bool,
    text: OnceLock<Bytes>,
}

impl MergedText {
    /// The text with these choices; `None` where a value is taken whole.
    pub fn new(merge: &Arc<Merge>, choices: Vec<Choice>, lays_out: bool) -> Option<Self> {
        let merge = merge.has_text().then(|| Arc::clone(merge))?;
        Some(Self(Arc::new(Parts { merge, choices, lays_out, text: OnceLock::new() })))
    }

    /// The text; made when it is first asked for, which takes its time where it is long.
    pub fn bytes(&self) -> &Bytes {
        let Parts { merge, choices, lays_out, text } = &*self.0;
        text.get_or_init(|| {
            let made = if *lays_out { merge.laid_out(choices) } else { merge.text(choices) };
            made.unwrap_or_default()
        })
    }

    /// Size of the values that it is made of, in bytes.
    pub fn made_of(&self) -> usize {
        self.0.merge.mine.value.len() + self.0.merge.theirs.value.len()
    }

    /// Whether it is made of the same with the same choices.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0.merge, &other.0.merge)
            && self.0.choices == other.0.choices
            && self.0.lays_out == other.0.lays_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::TypedValue;

    #[test]
    fn a_text_is_that_of_its_merge_and_the_same_for_the_same_choices() {
        let json = |value: &'static str| TypedValue {
            content_type: "application/json".into(),
            value: Bytes::from_static(value.as_bytes()),
        };
        let values = [r#"{"a": 1, "b": 1}"#, r#"{"a": 2, "b": 1}"#, r#"{"a": 3, "b": 2}"#];
        let [base, mine, theirs] = values.map(json);
        let merge = Arc::new(Merge::of(&base, &mine, &theirs));
        let text = |choice, lays_out| MergedText::new(&merge, vec![choice], lays_out).unwrap();
        let typed = || Choice::Edited("[".into());
        assert_eq!(text(typed(), false).bytes(), r#"{"a": [, "b": 2}"#);
        assert_eq!(text(typed(), true).bytes(), "{\n  \"a\": [,\n  \"b\": 2\n}");
        assert!(text(typed(), true).is_same(&text(typed(), true)));
        assert!(!text(typed(), true).is_same(&text(typed(), false)));
        assert!(!text(typed(), true).is_same(&text(Choice::Mine, true)));
        // Bytes are taken whole.
        let bytes = |value: &'static [u8]| TypedValue {
            content_type: "application/octet-stream".into(),
            value: Bytes::from_static(value),
        };
        let merge = Merge::of(&bytes(b"\xff1"), &bytes(b"\xff2"), &bytes(b"\xff3"));
        assert!(MergedText::new(&Arc::new(merge), vec![Choice::Mine], false).is_none());
    }
}
