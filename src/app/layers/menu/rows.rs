//! The rows of help and palette.

use std::collections::BTreeSet;

use crate::edit::draft::{DraftHead, DraftId};
use crate::keymap::{Action, Chord, Context};
use crate::model::{Key, StoreName};
use crate::ops::Turn;
use crate::text;

use super::super::super::layout::Pane;
use super::super::super::recent::Item;
use super::super::super::{App, allowed};
use super::MenuRow;
use super::numbered::{BYTE, Numbered};

/// Section of the keys that move, which stands behind the others.
const MOVING: &str = "Moving about";
/// Section of the records that the user has pinned.
pub(super) const PINNED: &str = "Pinned";
/// Section of what was run or looked at lately.
const RECENT: &str = "Recent";
/// Limit on the rows of what was run or looked at lately that stand at the top.
const FIRST: usize = 8;
/// Limit on the stores that the palette names: each letter that is typed looks through them all.
pub(super) const MOST_STORES: usize = 4000;

const PANES: [Pane; 3] = [Pane::Stores, Pane::Keys, Pane::Record];

fn moves(action: Action) -> bool {
    use Action::{Down, End, Home, Left, NextPane, PageDown, PageUp, PreviousPane, Right, Up};
    use Action::{KeysPane, RecordPane, StoresPane, ValueDown, ValueUp};
    let in_panes = [Up, Down, PageUp, PageDown, Home, End, Left, Right, ValueDown, ValueUp];
    let between = [NextPane, PreviousPane, StoresPane, KeysPane, RecordPane];
    in_panes.contains(&action) || between.contains(&action)
}

/// The rows of the help: keys on the screen, everywhere and in the other panes, then those that move, then
/// those that cannot be used from here.
pub(super) fn help(app: &App) -> Vec<MenuRow> {
    let under = app.context();
    let others = PANES.into_iter().map(Pane::context);
    let near = [under, Context::Global].into_iter().chain(others.filter(|_| !under.is_in_front()));
    let mut rows: Vec<MenuRow> = Vec::new();
    let mut seen: Vec<Context> = Vec::new();
    for context in near {
        if !seen.contains(&context) {
            seen.push(context);
            let more = bound(app, context, false).into_iter();
            let more: Vec<_> = more.filter(|row| !rows.iter().any(|is| is.is_same(row))).collect();
            rows.extend(more);
        }
    }
    for context in [under, Context::Global] {
        let known: BTreeSet<_> = rows.iter().filter_map(|row| action_of(&row.item)).collect();
        let moving = bound(app, context, true).into_iter();
        let moving =
            moving.filter(|row| action_of(&row.item).is_none_or(|is| !known.contains(&is)));
        rows.extend(moving.map(|row| MenuRow { section: MOVING, ..row }));
    }
    let far = Context::ALL.iter().copied().filter(|context| !seen.contains(context));
    rows.extend(far.flat_map(|context| bound(app, context, false)));
    rows
}

fn action_of(item: &Item) -> Option<Action> {
    match item {
        Item::Act(_, action) => Some(*action),
        _ => None,
    }
}

impl MenuRow {
    /// Whether both rows are the same key with the same effect: on the record under the cursor, or here and
    /// everywhere.
    fn is_same(&self, other: &Self) -> bool {
        let of_record = |item: &Item| matches!(item, Item::Act(context, _) if matches!(context, Context::Keys | Context::Record));
        let is_global = matches!(other.item, Item::Act(Context::Global, _))
            && action_of(&self.item) == action_of(&other.item);
        (is_global || of_record(&self.item) && of_record(&other.item))
            && (&self.text, &self.keys) == (&other.text, &other.keys)
    }
}

/// The actions that have a key in a context: those that move, or the others.
fn bound(app: &App, context: Context, moving: bool) -> Vec<MenuRow> {
    let entries = app.keymap.entries(context).filter(|(_, chords)| !chords.is_empty());
    let entries = entries.filter(|(action, _)| moves(*action) == moving);
    let rows = entries.map(|(action, _)| of_action(app, context, action));
    // An action that has no key here and cannot be run is left out.
    rows.filter(|row| !row.keys.is_empty() || row.why.is_none()).collect()
}

/// The rows of the palette: first what is pinned and what was run or looked at lately; then actions,
/// settings, targets, stores, and the records looked at before.
pub(super) fn palette(app: &App) -> Vec<MenuRow> {
    let mut rows = actions(app);
    let shown = if app.settings.review_saves { "Do not show" } else { "Show" };
    let text = format!("{shown} changes before a save");
    rows.push(row(Item::ReviewSaves, text, "review saves", "Setting"));
    for (at, target) in app.settings.targets.iter().enumerate() {
        let text = format!("Open target {}", target.name);
        rows.push(row(Item::Target(at), text, "target", "Target"));
    }
    rows.extend(app.drafting.found.all().map(|(id, head)| of_draft(id, head)));
    rows.extend(app.stores.all().take(MOST_STORES).map(|info| of_store(&info.store)));
    let pinned = app.pins.all().iter().map(|pin| of_record(&pin.store, &pin.key));
    let mut first: Vec<MenuRow> = pinned.map(|row| MenuRow { section: PINNED, ..row }).collect();
    let pinned = first.len();
    for item in app.recent.items() {
        if first[..pinned].iter().any(|row| row.item == *item) {
            continue;
        }
        let known = rows.iter().position(|row| row.item == *item);
        let row = match (known, item) {
            (Some(at), _) => rows.remove(at),
            (None, Item::Record(store, key)) => of_record(store, key),
            (None, Item::Store(store)) => of_store(store),
            (None, _) => continue,
        };
        if first.len() < pinned + FIRST {
            first.push(MenuRow { section: RECENT, ..row });
        } else {
            rows.push(row);
        }
    }
    first.extend(rows);
    for row in &mut first {
        row.why = why(app, app.context(), &row.item);
    }
    first
}

/// The actions that the panes know, those of the pane in focus first. Actions on one record are the same in
/// two panes.
fn actions(app: &App) -> Vec<MenuRow> {
    let here = app.focus.context();
    let others = PANES.into_iter().map(Pane::context).filter(|context| *context != here);
    let mut rows = Vec::new();
    let mut known: BTreeSet<(Action, bool)> = BTreeSet::new();
    for context in [here, Context::Global].into_iter().chain(others) {
        for (action, _) in app.keymap.entries(context) {
            // These actions are only of use with a key.
            let for_keys = moves(action) || matches!(action, Action::Palette | Action::Back);
            if !for_keys && known.insert((action, context == Context::Stores)) {
                rows.push(of_action(app, context, action));
            }
        }
    }
    rows
}

fn row(item: Item, text: String, alias: &'static str, section: &'static str) -> MenuRow {
    MenuRow { item, text, alias, keys: String::new(), section, why: None }
}

/// The stores that may get a copy of a record of `own`: `own` first, then the others in the order of the
/// list.
pub(super) fn stores(app: &App, own: &StoreName) -> Vec<MenuRow> {
    let row =
        |store: &StoreName, section| row(Item::CopyTo(store.clone()), store.escaped(), "", section);
    let others = app.stores.all().map(|info| &info.store).filter(|store| *store != own);
    let others = others.take(MOST_STORES).map(|store| row(store, ""));
    std::iter::once(row(own, "this store")).chain(others).collect()
}

fn of_store(store: &StoreName) -> MenuRow {
    let text = format!("Open store {}", store.escaped());
    row(Item::Store(store.clone()), text, "store", "Store")
}

/// The row that leads to the place of this number, if a number was typed and there is such a place.
pub(super) fn of_number(typed: &str, numbered: Option<Numbered>) -> Option<MenuRow> {
    let Numbered { what, len } = numbered?;
    let hex = typed.strip_prefix("0x").filter(|_| what == BYTE);
    let number: usize = match hex {
        Some(digits) => usize::from_str_radix(digits, 16).ok()?,
        None => typed.parse().ok()?,
    };
    // Bytes are counted from 0, as in the offsets beside them.
    let place = if what == BYTE { number.checked_add(1)? } else { number };
    (1..=len).contains(&place).then(|| {
        let told = hex.map_or_else(|| text::count(number as u64), |_| format!("{number:#x}"));
        row(Item::Row(place), format!("Go to {what} {told}"), "", "List")
    })
}

fn of_draft(id: &DraftId, head: &DraftHead) -> MenuRow {
    let key = (!head.is_new).then(|| head.key.clone());
    let of = key.as_ref().map_or_else(|| "a new record".to_owned(), Key::named);
    let text = format!("Go on with the draft of {of} in {}", head.store.escaped());
    row(Item::Draft(id.clone(), head.store.clone(), key), text, "draft", "Draft")
}

fn of_record(store: &StoreName, key: &Key) -> MenuRow {
    let text = format!("Go to {} in {}", key.named(), store.escaped());
    row(Item::Record(store.clone(), key.clone()), text, "record", "Record")
}

fn of_action(app: &App, context: Context, action: Action) -> MenuRow {
    let item = Item::Act(context, action);
    let why = why(app, app.context(), &item);
    // A key that is bound everywhere may have another effect here, and any key may while a password is
    // wanted.
    let is_near = context == Context::Global || context == app.context();
    let works = |chord: &Chord| {
        let does = app.session.action_of(&app.keymap, app.context(), &chord.event());
        !is_near || does == Some(action)
    };
    let chords = app.keymap.chords(context, action).iter().filter(|chord| works(chord));
    let keys = chords.map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let text = match step(app, context, action) {
        Some(step) => format!("{}: {step}", action.description_in(context)),
        None => action.description_in(context).to_owned(),
    };
    MenuRow { keys, why, ..row(item, text, action.hint(), context.title()) }
}

/// The step that an action would undo or do again.
fn step(app: &App, context: Context, action: Action) -> Option<String> {
    let of_steps = matches!(context, Context::Global | Context::Journal);
    let turn = match action {
        Action::Undo => Some(Turn::Undo),
        Action::Redo => Some(Turn::Redo),
        _ => None,
    };
    let (step, _) = app.journal.next(turn.filter(|_| of_steps)?)?;
    Some(step.words())
}

/// Why an item cannot be run now, if it cannot. `under`: the table of the keymap for what lies under the
/// menu.
pub(super) fn why(app: &App, under: Context, item: &Item) -> Option<String> {
    let told = match item {
        Item::Act(context, action) => return why_not(app, under, *context, *action),
        Item::Store(store) | Item::Record(store, _) if app.stores.get(store).is_none() => {
            "the store is not there any more"
        }
        Item::Record(store, key) if is_missing(app, store, key) => {
            "the record is not there any more"
        }
        Item::Target(at) if app.settings.target == *at && app.session.is_open() => "open already",
        Item::Target(at) => {
            return app.settings.targets.get(*at)?.label.as_ref().err().cloned();
        }
        Item::Store(_)
        | Item::Record(..)
        | Item::Draft(..)
        | Item::Row(_)
        | Item::CopyTo(_)
        | Item::ReviewSaves => return None,
    };
    Some(told.to_owned())
}

/// Whether a record is known not to be there: its store is open, and its keys are read.
fn is_missing(app: &App, store: &StoreName, key: &Key) -> bool {
    let keys = &app.keys;
    let read = keys.store.as_ref() == Some(store) && keys.sync.is_complete();
    read && keys.sync.index().find(key.as_bytes()).is_err()
}

fn why_not(app: &App, under: Context, context: Context, action: Action) -> Option<String> {
    let in_panes = !under.is_in_front();
    let told = match (Pane::of(context), context) {
        (Some(pane), _) if in_panes && app.has(pane) => allowed::in_pane(app, pane, action),
        (Some(Pane::Record), _) if in_panes => return Some("no record is shown".to_owned()),
        (Some(_), _) if in_panes => return Some("no store is open".to_owned()),
        (None, Context::Global) if in_panes => allowed::in_pane(app, app.focus, action),
        (None, Context::Global) if works_everywhere(action) => Ok(()),
        _ if context == under && answers(context, action) => {
            return Some("only its own key answers".to_owned());
        }
        _ if context == under => app.allowed(action),
        _ => return Some("not here".to_owned()),
    };
    told.err().map(|why| why.text)
}

/// Whether every dialog knows this action.
fn works_everywhere(action: Action) -> bool {
    matches!(action, Action::Quit | Action::Redraw | Action::Suspend | Action::Help)
}

/// Whether an action answers the question of a dialog. A row that was chosen by mistake must not.
fn answers(context: Context, action: Action) -> bool {
    use Action::{Accept, ConfirmNo, ConfirmYes, FreeNow, KeepDraft, Stage, Switch};
    matches!(action, Accept | ConfirmYes | ConfirmNo | Switch | FreeNow)
        || (context == Context::Confirm && matches!(action, Stage | KeepDraft))
}
