//! Questions and lines to type, as data: what a dialog is about, and what it does when confirmed.

mod kind;

use std::borrow::Cow;
use std::path::PathBuf;

use bytes::Bytes;

use crate::edit::draft::DraftId;
use crate::model::{ContentType, Error, Expect, Key, Record, RecordMeta, StoreInfo, StoreName};
use crate::ops::journal::{Step, StepId};
use crate::ops::{Plan, Turn, Weight, words};
use crate::text::{self, visible};

use super::input::LineInput;

pub use kind::PromptKind;

/// A question whose default is No.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Confirm {
    /// What the question is about, like `Drop the store`.
    pub title: String,
    /// What will happen, line by line; may hold hostile text.
    pub lines: Vec<String>,
    /// Names of the first records, of several, shown behind the first line, and the number of the others; may
    /// hold hostile text.
    pub names: Option<(Vec<String>, usize)>,
    /// The word on the button for Yes.
    pub verb: &'static str,
    /// What Yes does.
    pub confirmed: Confirmed,
    /// Whether Yes is chosen.
    pub yes: bool,
    /// The text that must be typed before Yes can be chosen, and what has been typed.
    pub typed: Option<(String, LineInput)>,
    /// Whether Enter was pressed before the whole text had been typed.
    pub entered: bool,
    /// Whether what Yes removes can be set aside instead of freed.
    pub sets_aside: bool,
    /// Whether what was typed can be kept as a draft instead.
    pub keeps: bool,
}

/// What a dialog does when it is confirmed.
#[derive(Debug, Clone)]
pub enum Confirmed {
    /// Carry out this plan, as it was shown.
    Plan(Box<Plan>),
    /// Give up what is in the editor, or in the line of a value.
    DiscardEdit,
    /// Give up what was typed to join a save with what someone else wrote.
    LeaveMerge,
    /// Throw this draft away.
    DropDraft(DraftId),
    /// Throw this staged edit away.
    DropStaged(DraftId),
    /// Undo this step, or do it again, by this plan.
    Turn(Turn, StepId, Box<Plan>),
    /// Write what is in the editor over what someone else wrote: over this version, and no later one. `None`
    /// until it has been read.
    OverwriteRecord(Option<Expect>),
    /// Save these bytes over this file.
    OverwriteFile(PathBuf, Bytes),
    /// Open these bytes, in a file of this name, in the user's program.
    OpenExternal(String, Bytes),
    /// Remove the value under the cursor from its record.
    RemoveLeaf,
    /// End although what is in the editor has not been saved.
    Quit,
}

/// The word on the button that waits for writes, then ends larder.
pub(super) const WAIT: &str = "wait and quit";
/// Part of the width that a store's name may take before a line: one column in this number.
const STORE_SHARE: usize = 3;
/// Width from which the label of a line also says how it is written, in columns.
const ROOMY: usize = 60;
/// Beginning of the line that describes the record in the way.
const NOW: &str = "Now: ";

impl Confirm {
    /// A question that a `y` answers.
    pub fn new(title: impl Into<String>, verb: &'static str, confirmed: Confirmed) -> Self {
        let (title, lines) = (title.into(), Vec::new());
        let (yes, typed, entered, names) = (false, None, false, None);
        let (sets_aside, keeps) = (false, false);
        Self { title, lines, names, verb, confirmed, yes, typed, entered, sets_aside, keeps }
    }

    /// Adds a line of what will happen.
    #[must_use]
    pub fn line(mut self, line: impl Into<String>) -> Self {
        self.lines.push(line.into());
        self
    }

    /// Offers to keep what was typed as a draft instead, where that is possible.
    #[must_use]
    pub fn or_keep(mut self, keeps: bool) -> Self {
        self.keeps = keeps;
        self
    }

    /// Asks for this text to be typed first.
    #[must_use]
    pub fn require_text(mut self, text: String) -> Self {
        self.typed = Some((text, LineInput::default()));
        self
    }

    /// Whether the question is about what is in the editor.
    pub fn is_about_editor(&self) -> bool {
        matches!(
            self.confirmed,
            Confirmed::DiscardEdit | Confirmed::OverwriteRecord(_) | Confirmed::Quit
        )
    }

    /// Whether the record in the way has still to be read.
    pub fn is_undecided(&self) -> bool {
        matches!(self.confirmed, Confirmed::OverwriteRecord(None))
    }

    /// Whether the question is to end larder once writes have been answered, with nothing else at stake.
    pub fn waits_for_writes(&self) -> bool {
        matches!(self.confirmed, Confirmed::Quit) && self.verb == WAIT
    }

    /// Whether Yes may be chosen: what must be typed has been typed, and what must be known is known.
    pub fn can_confirm(&self) -> bool {
        !self.is_undecided()
            && self.typed.as_ref().is_none_or(|(wanted, input)| input.text() == wanted)
    }

    /// Whether the typed text cannot become the wanted one, or was entered before it was complete.
    pub fn is_mistyped(&self) -> bool {
        let Some((wanted, input)) = &self.typed else { return false };
        let text = input.text();
        text != wanted && (self.entered || !wanted.starts_with(text))
    }

    /// The question whether to carry out a plan. `place` is where the storage keeps its values. For a store,
    /// or what was set aside of one, the user must type its name.
    pub fn plan(plan: Plan, place: &str) -> Self {
        let emptied = plan.empties().map(|store| &store.name);
        let name = emptied.or_else(|| plan.discards().map(|info| info.aside.store()));
        let name = name.map(StoreName::escaped);
        let asked = Self {
            lines: words::lines(&plan, place),
            sets_aside: name.is_some() && plan.reversible,
            ..Self::new(words::title(&plan), words::verb(&plan), Confirmed::Plan(Box::new(plan)))
        };
        // The name as it is shown: invisible characters cannot be typed.
        match name {
            Some(name) => asked.require_text(visible(&name).into_owned()),
            None => asked,
        }
    }

    /// The question whether to turn a step all the same, although the lines in `told` are true by now.
    pub fn turn_anyway(turned: (Turn, &Step), plan: Plan, told: Vec<String>, place: &str) -> Self {
        let mut asked = Self::turn(turned, plan, place);
        let end = asked.lines.len().saturating_sub(1);
        asked.lines.splice(end..end, told);
        asked
    }

    /// The question whether to empty or remove a store again, with what is in it by now.
    pub fn again(step: &Step, plan: &Plan, now: &StoreInfo, weight: Weight, place: &str) -> Self {
        let plan = plan.as_of(now, weight).warned(Some(words::COME_SINCE.to_owned()));
        Self::turn((Turn::Redo, step), plan, place)
    }

    /// The question whether to undo a step, or do it again, by this plan.
    fn turn((turn, step): (Turn, &Step), plan: Plan, place: &str) -> Self {
        let (way, verb) = match turn {
            Turn::Undo => ("Undo", "undo"),
            Turn::Redo => ("Redo", "do again"),
        };
        let title = format!("{way}: {}", step.words());
        let confirmed = Confirmed::Turn(turn, step.id, Box::new(plan.clone()));
        Self { title, verb, confirmed, ..Self::plan(plan, place) }
    }

    /// Shows what is known by now of the store that the question would drop or purge.
    pub fn update(&mut self, info: &StoreInfo, weight: Weight, place: &str) {
        let (Confirmed::Plan(plan) | Confirmed::Turn(_, _, plan)) = &self.confirmed else { return };
        if plan.empties().is_some_and(|store| store.name == info.store) {
            self.lines = words::lines(&plan.as_of(info, weight), place);
        }
    }

    /// Whether what Yes removes can be set aside instead, so that the user may choose.
    pub fn may_free(&self) -> bool {
        self.sets_aside && matches!(self.confirmed, Confirmed::Plan(_))
    }

    /// Switches between freeing the memory at once and setting aside.
    pub fn switch_freeing(&mut self) {
        if let (true, Confirmed::Plan(plan)) = (self.may_free(), &mut self.confirmed) {
            plan.reversible = !plan.reversible;
            if let Some(last) = self.lines.last_mut() {
                words::ending(plan).clone_into(last);
            }
        }
    }

    /// The question whether to write over the record in the way of a save. Yes is possible as soon as that
    /// record has been read, and is about that version alone. `old`: the record as it was read for editing;
    /// `no`: what the other answer does.
    pub fn overwrite(old: Option<&Record>, no: &str) -> Self {
        let asked =
            Self::new("Overwrite the record", "overwrite", Confirmed::OverwriteRecord(None));
        // The present record comes first, where there is room for little.
        let now = format!("{NOW}being read…");
        let asked = match old {
            Some(old) => asked
                .line("Changed or deleted since it was read.")
                .line(now)
                .line(format!("When read: {}", weight(old.value.len(), &old.meta.content_type))),
            None => asked.line("There is a record of this key already.").line(now),
        };
        asked.line(no)
    }

    /// Takes the record in the way. The question keeps this version, whatever is read later.
    pub fn theirs_read(&mut self, theirs: Option<Record>, is_new: bool) {
        if !self.is_undecided() {
            return;
        }
        let done = if theirs.is_some() { "changed" } else { "deleted" };
        if let Some(line) = self.lines.first_mut().filter(|_| !is_new) {
            *line = format!("Someone else {done} it since it was read.");
        }
        let (now, expected) = if let Some(Record { meta, value }) = theirs {
            let content_type = meta.content_type;
            (weight(value.len(), &content_type), Expect::unchanged(value, content_type))
        } else {
            "Save the record anew".clone_into(&mut self.title);
            self.verb = "save";
            (if is_new { "none" } else { "deleted" }.to_owned(), Expect::Absent)
        };
        self.confirmed = Confirmed::OverwriteRecord(Some(expected));
        self.tell_now(&now);
    }

    /// Takes note that the record in the way could not be read, so it cannot be overwritten.
    pub fn theirs_failed(&mut self, error: &Error) {
        if self.is_undecided() {
            self.tell_now(&format!("not known, so it is not overwritten: {error}"));
        }
    }

    fn tell_now(&mut self, now: &str) {
        if let Some(line) = self.lines.iter_mut().find(|line| line.starts_with(NOW)) {
            *line = format!("{NOW}{now}");
        }
    }
}

fn weight(size: usize, content_type: &ContentType) -> String {
    let kind = content_type.as_str();
    let kind = if kind.is_empty() { "no content type" } else { kind };
    format!("{}, {kind}", text::size(size as u64))
}

/// A line to type at the bottom of the screen.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// What the line is for.
    pub kind: PromptKind,
    /// What has been typed.
    pub input: LineInput,
    /// The bytes to save to a file: the value that was there when the user asked.
    pub value: Bytes,
    /// The record that the line is about, as it was shown.
    pub about: Option<(StoreName, RecordMeta)>,
    /// The other store that gets a copy of the record.
    pub to_store: Option<StoreName>,
    /// The record which that store has under a key that was typed, as far as it was read.
    pub there: Option<(Key, Option<RecordMeta>)>,
    /// What is wrong with what has been typed so far.
    pub fault: Option<String>,
    /// The text that was last searched for: the key for upwards brings it back.
    pub last: String,
}

impl Prompt {
    /// A line; `text` stands in it at first.
    pub fn new(kind: PromptKind, text: &str) -> Self {
        let (input, value) = (LineInput::new(text), Bytes::new());
        let (about, to_store, there, fault) = (None, None, None, None);
        Self { kind, input, value, about, to_store, there, fault, last: String::new() }
    }

    /// The label before the line, in this number of columns.
    pub fn label(&self, columns: usize) -> Cow<'static, str> {
        match &self.to_store {
            Some(store) => {
                let store = store.escaped();
                format!("copy to {} as: ", text::fit_middle(&store, columns / STORE_SHARE)).into()
            }
            None if columns < ROOMY => self.kind.short_label().into(),
            None => self.kind.label().into(),
        }
    }

    /// The line that asks for the file to save this value to.
    pub fn save(path: &str, value: Bytes) -> Self {
        Self { value, ..Self::new(PromptKind::SaveValue, path) }
    }
}
