//! The rules that hold for every event: it is handed to the core here, and the result is checked.

use larder::app::{
    Confirm, Confirmed, Event, Layer, Loaded, MergeView, PromptKind, Slot, Spot, UnsavedLeaf,
};
use larder::edit::{Choice, LeafEdit, TypedValue};
use larder::keymap::Action;
use larder::model::{Content, Expect, Record, Write};
use larder::ops::{Resolution, WriteId};

use super::world::World;
use crate::stage::Stage;

/// The state that is compared before and after an event.
pub(super) struct Before {
    pub(super) editor: Option<Editing>,
    leaf: Option<UnsavedLeaf>,
    question: Option<Confirm>,
    merge: Option<Box<MergeView>>,
    prompt: Option<(PromptKind, bytes::Bytes)>,
    /// The text of the topmost line.
    line: Option<String>,
    notice: Option<String>,
    record: Option<Record>,
    awaiting: Option<Action>,
    layers: usize,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Editing {
    text: (String, String, bytes::Bytes),
    original: Option<Record>,
    saving: Option<WriteId>,
    changed: bool,
}

pub(super) fn before(stage: &Stage) -> Before {
    let app = &stage.app;
    Before {
        editor: app.editor.as_ref().map(|editor| Editing {
            text: (
                editor.key.text().to_owned(),
                editor.content_type.text().to_owned(),
                editor.value.bytes(),
            ),
            original: editor.original.clone(),
            saving: editor.saving.write,
            changed: editor.is_changed(),
        }),
        leaf: app.unsaved_leaf().cloned(),
        question: match app.layer() {
            Some(Layer::Confirm(asked)) => Some(Confirm::clone(asked)),
            _ => None,
        },
        merge: match app.layer() {
            Some(Layer::Merge(view)) => Some(view.clone()),
            _ => None,
        },
        prompt: match app.layer() {
            Some(Layer::Prompt(prompt)) => Some((prompt.kind, prompt.value.clone())),
            _ => None,
        },
        line: match app.layer() {
            Some(Layer::Prompt(prompt)) => Some(prompt.input.text().to_owned()),
            _ => None,
        },
        notice: app.notice.as_ref().filter(|notice| notice.lasting).map(|n| n.text.clone()),
        record: app.record.record().cloned(),
        awaiting: app.record.awaiting,
        layers: app.layers.len(),
    }
}

/// Lets the core handle an event, and checks the rules that hold after any event.
#[allow(clippy::needless_pass_by_value, reason = "scripts read better without references")]
pub(super) fn step(stage: &mut Stage, world: &mut World, event: Event) {
    let was = before(stage);
    let told = format!("{event:?}");
    let by_user = is_pressed(&event) || matches!(event, Event::Edited(_));
    stage.asked.clear();
    stage.event(event.clone());
    let is = before(stage);

    for write in stage.writes() {
        let joined = matches!(event, Event::Loaded(_, _, Ok(Loaded::Merged(_))));
        assert!(by_user || joined, "{told} sent {write:?}");
        check_write(&was, &event, &write);
        world.seen.insert(match (&write, &was.question) {
            (Write::Create(_), _) => "a store made",
            (Write::Set(_), _) if was.leaf.is_some() && joined => "a value merged",
            (Write::Set(_), _) if was.leaf.is_some() && was.merge.is_some() => {
                "a value merged by choice"
            }
            (Write::Set(_), _) if was.leaf.is_some() => "a value saved",
            (Write::Set(set), Some(_)) if set.expected == Expect::Absent => "saved anew",
            (Write::Set(_), Some(_)) => "overwritten",
            (Write::Set(_), None) if matches!(event, Event::Edited(_)) => "edited outside",
            (Write::Set(_), None) if joined => "merged",
            (Write::Set(_), None) if was.merge.is_some() => "merged by choice",
            (Write::Set(_), None) => "saved",
            (Write::Rewrite(_), _) => "written anew",
            (Write::Delete { .. }, _) => "deleted",
            (Write::Purge(_), _) => "purged",
            (Write::Drop(_), _) => "dropped",
            (Write::Repair(_), _) => "repaired",
        });
    }
    for effect in &stage.asked {
        if let larder::app::Effect::SaveFile { bytes, path, overwrite } = effect {
            match (&was.question, &was.prompt) {
                (Some(Confirm { confirmed: Confirmed::OverwriteFile(to, held), .. }), None) => {
                    assert!(*overwrite && to == path && held == bytes, "{told}");
                    world.seen.insert("a file replaced");
                }
                (None, Some((PromptKind::SaveValue, held))) => {
                    assert!(!overwrite && held == bytes, "{told}");
                }
                other => panic!("{told} saves a file after {other:?}"),
            }
        }
    }
    if let (Event::Saved(path, bytes, _), Some(asked)) = (&event, &is.question)
        && let Confirmed::OverwriteFile(to, held) = &asked.confirmed
        && was.question.is_none()
    {
        assert!(to == path && held == bytes, "{told}");
    }
    // Only a dialog that was opened now, not one that is uncovered again.
    if was.layers < is.layers
        && let Some((PromptKind::SaveValue, value)) = &is.prompt
        && by_user
    {
        assert_eq!(Some(value), was.record.as_ref().map(|record| &record.value), "{told}");
    }
    world.take(std::mem::take(&mut stage.asked));
    if was.editor.as_ref().is_some_and(|editor| editor.changed) && is.editor.is_none() {
        world.seen.insert(if by_user { "discarded" } else { "closed by its own answer" });
    }
    if was.notice.is_some() && !by_user {
        world.seen.insert("told after a failure");
    }
    check_editor(&was, &is, &event);
    if check_leaf(&was, &is, &event) {
        world.seen.insert("a value given up");
    }
    check_question(&was, &is, &event);
    let pointed = matches!(event, Event::Mouse(_) | Event::Click(..));
    if let (Some(failed), false) = (&was.notice, by_user || pointed) {
        let now = is.notice.unwrap_or_default();
        assert!(now.starts_with(failed.as_str()), "{told} hides that {failed}");
    }
    check_loading(stage, world, &told);
}

/// Whether it is a key, or a click on a named key. No other click may write or give up a text.
fn is_pressed(event: &Event) -> bool {
    matches!(event, Event::Key(_) | Event::Click(Spot::Key(_), _))
}

/// Checks that a write was asked for by the dialog or the editor before it, and expects what that showed.
fn check_write(was: &Before, event: &Event, write: &Write) {
    match (write, &was.question, &was.editor) {
        // The result of a merge is written over the version that it was joined with, and over nothing else,
        // whatever question is open.
        (Write::Set(set), _, _) if joined(was, event).is_some() => {
            let (out, theirs) = joined(was, event).unwrap();
            let over = Expect::unchanged(theirs.value.clone(), theirs.content_type.clone());
            assert_eq!(set.expected, over);
            assert_eq!((&set.value, &set.content_type), (&out.value, &out.content_type));
        }
        (
            Write::Set(set),
            Some(Confirm { confirmed: Confirmed::OverwriteRecord(held), lines, .. }),
            _,
        ) => {
            assert_eq!(Some(&set.expected), held.as_ref());
            let shown = match &set.expected {
                Expect::Anything => panic!("a third writer would be lost"),
                Expect::Absent => "Now: deleted".to_owned(),
                Expect::Is(larder::model::Version {
                    content: Content::Digest(..) | Content::Size(_),
                    ..
                }) => {
                    panic!("the editor has read the value")
                }
                Expect::Is(larder::model::Version {
                    content: Content::Bytes(value),
                    content_type,
                }) => {
                    format!("Now: {} B, {}", value.len(), content_type.as_str())
                }
            };
            let shown =
                |line: &String| *line == shown || line == "Now: none" && shown == "Now: deleted";
            assert!(lines.iter().any(shown), "{lines:?} {set:?}");
        }
        (Write::Set(set), None | Some(Confirm { confirmed: Confirmed::RemoveLeaf, .. }), None)
            if was.leaf.is_some() =>
        {
            let leaf = was.leaf.as_ref().unwrap();
            let read = leaf.record.clone();
            assert_eq!(set.expected, Expect::unchanged(read.value, read.meta.content_type));
            assert!(leaf.saving.write.is_none(), "{event:?} saves twice");
        }
        (Write::Set(set), None, Some(editor)) => {
            let expected = match &editor.original {
                None => Expect::Absent,
                Some(read) => Expect::unchanged(read.value.clone(), read.meta.content_type.clone()),
            };
            assert_eq!(set.expected, expected);
            assert!(editor.saving.is_none(), "{event:?} saves twice");
        }
        // The edit was asked for in the list, and made at once in the user's own editor.
        (Write::Set(_), None, None) => assert!(matches!(event, Event::Edited(_)), "{event:?}"),
        (Write::Create(_), None, _) => {
            assert!(matches!(
                was.prompt,
                Some((PromptKind::StoreName | PromptKind::StoreAlias, _))
            ));
        }
        (write, Some(Confirm { confirmed: Confirmed::Plan(held), typed, .. }), _) => {
            assert_eq!(Some(write), held.write().as_ref());
            assert!(typed.as_ref().is_none_or(|(wanted, input)| input.text() == wanted));
        }
        other => panic!("{event:?}: {other:?}"),
    }
}

/// The result of a merge that this event ends, and the version that it was joined with.
fn joined(was: &Before, event: &Event) -> Option<(TypedValue, TypedValue)> {
    match (event, &was.merge) {
        (Event::Loaded(_, _, Ok(Loaded::Merged(merge))), None) => {
            Some((merge.resolve(&[]).ok()?, merge.theirs.clone()))
        }
        (event, Some(view)) if is_pressed(event) => {
            let choices: Option<Vec<Choice>> = view.choices.iter().cloned().collect();
            Some((view.merge.resolve(&choices?).ok()?, view.merge.theirs.clone()))
        }
        _ => None,
    }
}

/// Checks that typed text stays until its own write is made or the user has given it up.
fn check_editor(was: &Before, is: &Before, event: &Event) {
    let Some(editing) = &was.editor else {
        if let Some(opened) = &is.editor
            && let Some(read) = &opened.original
        {
            let waited = matches!(was.awaiting, Some(Action::Edit | Action::EditExternal))
                && matches!(event, Event::Loaded(_, _, Ok(Loaded::Record(_))));
            let shown = if waited { &is.record } else { &was.record };
            assert_eq!(Some(read), shown.as_ref(), "it shows what the pane showed: {event:?}");
        }
        return;
    };
    let Some(now) = &is.editor else {
        let made = match event {
            Event::Written(id, Ok(_)) | Event::Resolved(id, Ok(Resolution::Done(..))) => Some(*id),
            _ => None,
        };
        let given_up =
            |asked: &Confirm| matches!(asked.confirmed, Confirmed::DiscardEdit | Confirmed::Quit);
        let given_up = is_pressed(event) && was.question.as_ref().is_some_and(given_up);
        let own = made.is_some() && made == editing.saving;
        // The same text is stored already.
        let there = joined(was, event).is_some_and(|(out, theirs)| out == theirs);
        assert!(own || given_up || there || !editing.changed, "{event:?} closed {editing:?}");
        return;
    };
    assert_eq!(now.original, editing.original);
    let typed = matches!(event, Event::Paste(_) | Event::Edited(_));
    if !typed && !is_pressed(event) {
        assert_eq!(now.text, editing.text, "{event:?}");
        let own = match event {
            Event::Written(id, _) | Event::Resolved(id, _) => Some(*id) == editing.saving,
            Event::Loaded(_, _, Ok(Loaded::Merged(_))) => editing.saving.is_none(),
            _ => false,
        };
        assert!(own || now.saving == editing.saving, "{event:?}");
    }
}

/// Whether the text in the line of a value changes nothing.
fn is_unchanged(was: &Before) -> bool {
    let Some((unsaved, line)) = was.leaf.as_ref().zip(was.line.as_ref()) else { return false };
    let mut leaf = unsaved.leaf.clone();
    leaf.edit = leaf.edit.with(line);
    line.as_bytes() == leaf.spelled() || leaf.made().is_ok_and(|made| made == unsaved.record.value)
}

/// Checks that the text typed for a value stays until its own write is made or the user has given it up, and
/// can be seen; tells whether it was given up.
fn check_leaf(was: &Before, is: &Before, event: &Event) -> bool {
    let Some(leaf) = &was.leaf else { return false };
    // A click outside a dialog acts as its esc.
    let by_key = matches!(event, Event::Key(_) | Event::Click(..));
    let Some(now) = &is.leaf else {
        let made = match event {
            Event::Written(id, Ok(_)) | Event::Resolved(id, Ok(Resolution::Done(..))) => Some(*id),
            _ => None,
        };
        let own = made.is_some() && made == leaf.saving.write;
        // The same text is stored already, or there is nothing left to remove.
        let there = joined(was, event).is_some_and(|(out, theirs)| out == theirs)
            || leaf.leaf.edit == LeafEdit::Remove
                && matches!(event, Event::Loaded(_, _, Ok(Loaded::Value(None))));
        let asked = was.question.as_ref().is_some_and(|asked| {
            let confirmed = &asked.confirmed;
            matches!(confirmed, Confirmed::DiscardEdit | Confirmed::RemoveLeaf | Confirmed::Quit)
        });
        let given_up = by_key && (asked || leaf.leaf.edit == LeafEdit::Remove || is_unchanged(was));
        assert!(own || there || given_up, "{event:?} gave up {leaf:?}");
        return by_key;
    };
    assert_eq!(now.record, leaf.record);
    assert!(by_key || now.leaf == leaf.leaf, "{event:?}");
    false
}

/// Checks that the subject of a question does not change while it is open.
fn check_question(was: &Before, is: &Before, event: &Event) {
    let (Some(was), Some(is)) = (&was.question, &is.question) else { return };
    if matches!(event, Event::Key(_) | Event::Click(..)) {
        return;
    }
    let undecided = matches!(was.confirmed, Confirmed::OverwriteRecord(None));
    let decided = matches!(is.confirmed, Confirmed::OverwriteRecord(Some(_)));
    let same = format!("{:?}", was.confirmed) == format!("{:?}", is.confirmed);
    let answered = matches!(event, Event::Loaded(Slot::Theirs, ..));
    assert!(same || undecided && decided && answered, "{event:?}: {was:?} became {is:?}");
}

/// Checks that a read which is shown as under way is.
fn check_loading(stage: &Stage, world: &World, told: &str) {
    let (app, asked) = (&stage.app, |slot| world.is_asked(slot));
    let closed = app.keys.store.is_none();
    assert!(
        !closed || app.keys.sync.index().is_empty(),
        "keys of a store that is gone, after {told}"
    );
    assert!(!app.record.loading || asked(Slot::Record), "the record, after {told}");
    let waits = app.record.loading && app.record.record().is_none();
    assert!(waits || app.record.awaiting.is_none(), "a key waits for ever, after {told}");
    assert!(app.keys.sync.walk().is_none() || asked(Slot::Keys), "the keys, after {told}");
    assert!(!app.keys.sync.is_applying() || asked(Slot::Keys), "changes, after {told}");
    assert!(!app.keys.order.selecting || asked(Slot::Select), "the order, after {told}");
    assert!(!app.keys.sync.is_comparing() || asked(Slot::Compare), "a round, after {told}");
    assert!(!app.summaries.is_reading() || asked(Slot::Summary), "what is beside, after {told}");
    assert!(!app.stores.loading || asked(Slot::Stores), "the stores, after {told}");
    let mut sent: Vec<_> =
        world.writes.iter().map(|(id, _)| *id).chain(world.settles.clone()).collect();
    sent.sort();
    assert_eq!(app.writes.pending.keys().copied().collect::<Vec<_>>(), sent, "after {told}");
    let saving = match (&app.editor, app.unsaved_leaf()) {
        (Some(editor), _) => Some(&editor.saving),
        (None, leaf) => leaf.map(|leaf| &leaf.saving),
    };
    if let Some(leaf) = app.unsaved_leaf() {
        let seen = leaf.saving.is_busy() || !matches!(app.layer(), Some(Layer::Leaf(_)));
        assert!(seen || world.quit, "what was typed is nowhere, after {told}");
    }
    if let Some(merging) = saving.and_then(|saving| saving.merging.as_ref()) {
        let slot = if merging.theirs.is_some() { Slot::Saving } else { Slot::Theirs };
        assert!(asked(slot), "merging for ever, after {told}");
    }
    if let Some(id) = saving.and_then(|saving| saving.write) {
        assert!(app.writes.pending.contains_key(&id), "saving for ever, after {told}");
    }
    if let Some(Layer::Confirm(asked)) = app.layer()
        && matches!(asked.confirmed, Confirmed::OverwriteRecord(None))
    {
        let failed = asked.lines.iter().any(|line| line.starts_with("Now: not known"));
        assert!(failed || world.is_asked(Slot::Theirs), "undecided for ever, after {told}");
    }
}
