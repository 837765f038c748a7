//! Staged changes of one value: those of one record make one edit.

use bytes::Bytes;

use crate::edit::draft::{Draft, DraftHead};
use crate::edit::{Merge, TypedValue};
use crate::model::{Expect, SetValue};
use crate::preview::json;

use super::super::super::notice::Notice;
use super::super::super::reopening::There;
use super::super::super::staged::StagedEdit;
use super::super::super::{App, drafting};
use super::super::{drafts, leaves};

/// Stages the change of one value, to be saved with others: by itself, or together with the staged edit of
/// its record. `full` says why there is no room for one more.
pub(super) fn stage(app: &mut App, set: &SetValue, full: Option<String>) {
    let unsaved = app.unsaved_leaf().filter(|unsaved| !unsaved.saving.is_busy());
    let Some(base) = unsaved.map(|unsaved| TypedValue::from(&unsaved.record)) else { return };
    let there = app.staged.find(&set.store, &set.key).cloned();
    let staged = match (there, full) {
        (_, Some(full)) => Err(full),
        (Some(edit), None) => joined(app, &edit, set, base),
        (None, None) => drafting::to_stage(app)
            .map(|draft| (set.clone(), draft))
            .ok_or_else(|| "nothing is typed".to_owned()),
    };
    let (joined, draft) = match staged {
        Ok(staged) => staged,
        Err(why) => {
            app.notice = Some(Notice::failure(format!("not staged: {why}")));
            return leaves::edit_further(app);
        }
    };
    drafting::hand_over(app, &draft);
    let id = draft.head.id();
    if app.staged.find(&set.store, &set.key).is_some() {
        app.staged.replace(&id, joined, draft);
    } else {
        app.staged.add(joined, draft);
    }
    leaves::give_up(app);
    super::tell(app, &set.key.named(), None);
    super::check(app);
}

/// Joins the staged edit of a record with this change of one of its values, over the record as it is shown.
/// Changes that someone else has made since beside the first are taken in.
fn joined(
    app: &App,
    edit: &StagedEdit,
    set: &SetValue,
    base: TypedValue,
) -> Result<(SetValue, Draft), String> {
    let key = set.key.named();
    let typed = |set: &SetValue| TypedValue {
        content_type: set.content_type.clone(),
        value: set.value.clone(),
    };
    let join = |base: &TypedValue, one: &TypedValue, other: &TypedValue, by: &str| {
        let merge = Merge::of(base, one, other);
        match merge.conflicts.first() {
            Some(conflict) => Err(format!("{} is {by}; edit or save that", conflict.at)),
            None => merge.resolve(&[]).map_err(|why| why.to_string()),
        }
    };
    let was = edit.draft.base.as_ref();
    let was = was.ok_or_else(|| format!("{key} is staged as a new record"))?;
    let staged = join(was, &typed(&edit.set), &base, "staged, and changed since")?;
    let joined = join(&base, &staged, &typed(set), "staged already")?;
    let head = DraftHead {
        content_type: joined.content_type,
        inner: None,
        leaf: None,
        at: app.now,
        ..edit.draft.head.clone()
    };
    let mut draft = Draft {
        head,
        base: Some(base),
        text: joined.value.clone().into(),
        opened: None,
        leaf: None,
    };
    // The text is laid out as in the editor, where it may be edited further.
    let how = drafts::how(app);
    if how.as_read(&draft).spacing.is_some() {
        draft.text = json::pretty(&joined.value).map_or(joined.value, Bytes::from).into();
    }
    let ready = how.ready(draft.head.id(), draft, There::default());
    let set = ready.set.ok_or_else(|| format!("{key} cannot be edited"))?;
    Ok((set, ready.draft))
}

/// The write that a draft of the change of one value would make; `None` for a draft of something else.
pub(super) fn set_of(draft: &Draft) -> Option<SetValue> {
    let (leaf, base) = (draft.leaf.as_ref()?, draft.base.clone()?);
    let (store, key) = (draft.head.store.clone(), draft.head.key.clone());
    let (value, content_type) = (leaf.made().ok()?, base.content_type.clone());
    let expected = Expect::unchanged(base.value, base.content_type);
    Some(SetValue { store, key, value, content_type, expected })
}
