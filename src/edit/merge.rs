//! Merge of two changes of one value: by leaf where it is JSON, by line where it is text.
//!
//! The outcome is joined from pieces of the three values: every byte of `theirs` that `mine` did not change
//! is there as it was, and every change of `mine` as it was typed.

mod conflict;
mod json;
mod lines;
mod members;
mod merged;
mod stand_in;
#[cfg(test)]
mod tests;

use bytes::Bytes;

use crate::model::ContentType;
use crate::preview::charset::Charset;
use crate::preview::json as syntax;

pub use conflict::{Choice, Conflict, Unresolved};
pub use merged::MergedText;

use super::leaves::Digests;
use super::text_of::TypedValue;
use json::JsonMerge;
use lines::LineMerge;
use stand_in::StandIns;

/// Two changes of one value: the value that was read, the typed one, and the one that someone else wrote
/// meanwhile.
#[derive(Debug, Clone)]
pub struct Merge {
    /// The value that was read.
    pub base: TypedValue,
    /// The value that was typed.
    pub mine: TypedValue,
    /// The value that is stored now.
    pub theirs: TypedValue,
    /// The places that both sides changed, in different ways.
    pub conflicts: Vec<Conflict>,
    /// Places that only `theirs` changed, in words; at most a few.
    pub theirs_at: Vec<String>,
    /// Whether `mine` also changed white space of JSON that is not in the outcome.
    pub is_spaced: bool,
    /// The way of joining.
    way: Way,
    /// Whether the content type itself is the first conflict.
    types: bool,
    /// The outcome, where there is nothing to decide.
    joined: Option<TypedValue>,
}

/// How two changes are joined.
#[derive(Debug, Clone)]
enum Way {
    /// One of them is the outcome, or both are the same.
    One(Bytes),
    /// By leaf.
    Json(Box<JsonMerge>, Charset),
    /// By line.
    Lines(LineMerge, Charset),
    /// Not at all: the outcome is one or the other.
    Either,
}

impl Merge {
    /// Merges the typed value with the one that someone else wrote, both made from `base`.
    pub fn of(base: &TypedValue, mine: &TypedValue, theirs: &TypedValue) -> Self {
        let mut merge = Self {
            base: base.clone(),
            mine: mine.clone(),
            theirs: theirs.clone(),
            conflicts: Vec::new(),
            theirs_at: Vec::new(),
            is_spaced: false,
            way: Way::Either,
            types: false,
            joined: None,
        };
        let spelled = |typed: &TypedValue| Bytes::from(typed.content_type.as_str().to_owned());
        let [old, own, other] = [base, mine, theirs].map(|typed| &typed.content_type);
        merge.types = own != old && other != old && own != other;
        if merge.types {
            let pieces = [base, mine, theirs].map(|typed| Some(spelled(typed)));
            merge.conflicts.push(Conflict::new("the content type".to_owned(), pieces));
        }
        if mine.value == base.value || mine.value == theirs.value {
            merge.way = Way::One(theirs.value.clone());
        } else if theirs.value == base.value {
            merge.way = Way::One(mine.value.clone());
        } else if !merge.by_leaf() && !merge.by_line() {
            let pieces = [base, mine, theirs].map(|typed| Some(typed.value.clone()));
            merge.conflicts.push(Conflict::new("the whole value".to_owned(), pieces));
        }
        merge.joined = merge.resolve(&[]).ok();
        merge
    }

    /// The three texts, if all are text of one charset.
    fn texts(&self) -> Option<([Bytes; 3], Charset)> {
        let (base, charset) = self.base.text()?;
        let (mine, of_mine) = self.mine.text()?;
        let (theirs, of_theirs) = self.theirs.text()?;
        let stored = |charset: Charset| (charset.name(), charset.is_plain());
        let same = [of_mine, of_theirs].map(stored) == [stored(charset); 2];
        same.then_some(([base, mine, theirs], of_theirs))
    }

    fn by_leaf(&mut self) -> bool {
        if ![&self.base, &self.mine, &self.theirs].iter().all(|typed| typed.content_type.is_json())
        {
            return false;
        }
        let Some((texts, charset)) = self.texts() else { return false };
        let [base, mine, _] = &texts;
        let own = JsonMerge::of([base, mine, base].map(Bytes::clone), &Digests::default());
        let Some(joined) = JsonMerge::of(texts.clone(), &Digests::default()) else { return false };
        self.is_spaced = own.is_some_and(|own| own.leaves_spacing());
        self.conflicts.extend(joined.conflicts.iter().cloned());
        self.theirs_at.clone_from(&joined.theirs_at);
        self.way = Way::Json(Box::new(joined), charset);
        true
    }

    fn by_line(&mut self) -> bool {
        let Some((texts, charset)) = self.texts() else { return false };
        let joined = LineMerge::of(texts);
        self.conflicts.extend(joined.conflicts.iter().cloned());
        self.theirs_at.clone_from(&joined.theirs_at);
        self.way = Way::Lines(joined, charset);
        true
    }

    /// Whether there is nothing to decide.
    pub fn is_clean(&self) -> bool {
        self.conflicts.is_empty()
    }

    /// Whether the outcome is made of parts, and has a text.
    pub fn has_text(&self) -> bool {
        matches!(self.way, Way::Json(..) | Way::Lines(..))
    }

    /// Whether the outcome can only be one or the other value.
    pub fn is_whole(&self) -> bool {
        matches!(self.way, Way::Either)
    }

    /// Whether a conflict can be decided by a typed text.
    pub fn can_edit(&self, at: usize) -> bool {
        (self.types && at == 0) || !self.is_whole()
    }

    /// Checks a text that was typed for a conflict.
    ///
    /// # Errors
    /// Why the text cannot stand there.
    pub fn check(&self, at: usize, text: &[u8]) -> Result<(), String> {
        let is_type = self.types && at == 0;
        match &self.way {
            Way::Json(..) if !is_type => {
                syntax::check(text).map_err(|fault| format!("not JSON: {fault}"))
            }
            _ => Ok(()),
        }
    }

    /// The outcome, and its content type; `choices` are for the conflicts, in order.
    ///
    /// # Errors
    /// A choice is missing, or the outcome cannot be stored.
    pub fn resolve(&self, choices: &[Choice]) -> Result<TypedValue, Unresolved> {
        if choices.len() < self.conflicts.len() {
            return Err(Unresolved::Undecided(choices.len()));
        }
        if let Some(joined) = &self.joined {
            return Ok(joined.clone());
        }
        let (for_type, choices) = choices.split_at(usize::from(self.types));
        let content_type = self.content_type(for_type.first());
        let encode = |text: Bytes, charset: &Charset| {
            if charset.is_plain() {
                return Ok(text);
            }
            let text = std::str::from_utf8(&text).map_err(|_| Unresolved::NotText)?;
            let encoded = charset.encode(text);
            encoded.map(Bytes::from).map_err(|why| Unresolved::Fault(why.to_string()))
        };
        let value = match &self.way {
            Way::One(value) => value.clone(),
            Way::Json(joined, charset) => {
                let text = joined.resolve(choices);
                // Only a text that was typed for a conflict could make it something other than JSON.
                syntax::check(&text)
                    .map_err(|fault| Unresolved::Fault(format!("not JSON: {fault}")))?;
                encode(text, charset)?
            }
            Way::Lines(joined, charset) => encode(joined.resolve(choices), charset)?,
            Way::Either => match choices.first() {
                Some(Choice::Mine) => self.mine.value.clone(),
                Some(Choice::Edited(value)) => value.clone(),
                _ => self.theirs.value.clone(),
            },
        };
        Ok(TypedValue { content_type, value })
    }

    /// The outcome as text, even where it cannot be stored; `None` where a value is taken whole.
    pub fn text(&self, choices: &[Choice]) -> Option<Bytes> {
        let choices = choices.get(usize::from(self.types)..).unwrap_or_default();
        match &self.way {
            Way::Json(joined, _) => Some(joined.resolve(choices)),
            Way::Lines(joined, _) => Some(joined.resolve(choices)),
            Way::One(_) | Way::Either => None,
        }
    }

    /// The outcome as text, with its JSON laid out in lines; typed texts stay as they were typed, whether
    /// they are JSON or not.
    pub fn laid_out(&self, choices: &[Choice]) -> Option<Bytes> {
        let text = self.text(choices)?;
        let Way::Json(joined, _) = &self.way else {
            let is_json = syntax::check(&text).is_ok();
            let lines = if is_json { syntax::pretty(&text) } else { None };
            return Some(lines.map_or(text, Bytes::from));
        };
        let choices = choices.get(usize::from(self.types)..).unwrap_or_default();
        let stand_ins = StandIns::new([&joined.theirs, &joined.mine]);
        let lines = syntax::pretty(&joined.resolve(&stand_ins.instead_of(choices)));
        Some(lines.map_or(text, |lines| stand_ins.give_way(lines.as_bytes(), choices)))
    }

    fn content_type(&self, choice: Option<&Choice>) -> ContentType {
        match choice {
            Some(Choice::Edited(text)) => ContentType::from(&*String::from_utf8_lossy(text)),
            Some(Choice::Theirs) => self.theirs.content_type.clone(),
            None if self.mine.content_type == self.base.content_type => {
                self.theirs.content_type.clone()
            }
            Some(Choice::Mine) | None => self.mine.content_type.clone(),
        }
    }
}
