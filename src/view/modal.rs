//! Dialogs in the middle of the screen.

use ratatui::buffer::Buffer;

use crate::app::{App, Area, Confirm, Confirmed};
use crate::keymap::Chord;
use crate::text::{self, cells, visible};
use crate::theme::Role;

use super::Appearance;
use super::border::{Titles, bordered};
use super::dialog::{Cell, Drawn, Scene};
use super::named::Named;
use super::paint::{light, put};
use super::typed::put_typed;

/// Least columns and rows that are left beside a dialog, on both sides together; with fewer, it takes the
/// whole size. Its border right next to that of a pane would look like a single one.
const BESIDE: (u16, u16) = (4, 3);
/// Usual width of a question, and its greatest, in columns.
const WIDTH: u16 = 64;
const WIDEST: u16 = 96;
/// Columns of a box that are not its text.
const FRAME_COLUMNS: usize = 4;
/// Columns beside a box as high as the screen below which it takes the whole width.
const BESIDE_HIGH: u16 = 24;

/// The area in the middle of the screen, in this size or as large as there is room for.
pub(super) fn centred(body: Area, width: u16, height: u16) -> Area {
    let room = |wanted: u16, all: u16, beside: u16| {
        if all.saturating_sub(wanted) < beside { all } else { wanted }
    };
    let height = room(height, body.height, BESIDE.1);
    // Next to a box as high as the screen, a few columns of the panes would say nothing.
    let beside = if height == body.height { BESIDE_HIGH } else { BESIDE.0 };
    let width = room(width, body.width, beside);
    Area {
        x: body.x + (body.width - width) / 2,
        y: body.y + (body.height - height) / 2,
        width,
        height,
    }
}

impl Drawn for Confirm {
    fn draw(&self, Scene { buf, body, app, appearance }: Scene<'_>) -> Option<Cell> {
        confirm(buf, body, self, app, appearance)
    }

    fn named(&self, _app: &App, _appearance: &Appearance) -> Vec<Named> {
        named(self)
    }
}

/// The keys that a question names itself: on its buttons, and in its border.
fn named(confirm: &Confirm) -> Vec<Named> {
    use crate::keymap::Action;
    let buttons = [(Action::ConfirmYes, ""), (Action::ConfirmNo, "")].into_iter();
    let frees = confirm.may_free().then_some((Action::FreeNow, ""));
    buttons.chain(frees).chain(confirm.keeps.then_some((Action::KeepDraft, ""))).collect()
}

/// Draws a question; gives the cell of the cursor if something must be typed.
fn confirm(
    buf: &mut Buffer,
    body: Area,
    confirm: &Confirm,
    app: &App,
    appearance: &Appearance,
) -> Option<(u16, u16)> {
    let width = body.width.min(width(confirm, body));
    let text = usize::from(width.saturating_sub(4));
    // A key of a thousand characters must push neither the buttons nor the consequence off the screen.
    let room = body.height.saturating_sub(3 + u16::from(confirm.typed.is_some()));
    let all = |most: usize| -> Vec<String> {
        confirm.lines.iter().flat_map(|line| wrapped(line, text, most)).collect()
    };
    let most = [3, 2].into_iter().find(|most| all(*most).len() <= room.into()).unwrap_or(1);
    let mut lines = all(most);
    if let Some((names, more)) = &confirm.names {
        let at = confirm.lines.first().map_or(0, |line| wrapped(line, text, most).len());
        // Rows without two borders and the buttons.
        let room = usize::from(body.height.saturating_sub(3)).saturating_sub(lines.len()).max(1);
        lines.splice(at..at, first_names(names, *more, text, room));
    }
    // With little room, the name is typed next to its label.
    let low = lines.len() + 5 > usize::from(body.height);
    let typed = u16::from(confirm.typed.is_some()) * if low { 1 } else { 2 };
    let room = body.height.saturating_sub(3 + typed);
    lines.truncate(usize::from(room));
    let height = u16::try_from(lines.len()).unwrap_or(room) + 4 + typed;
    let area = centred(body, width, height);
    let danger = is_final(confirm);
    let role = if danger { Role::Danger } else { Role::Warning };
    let answers = Answers::new(area, confirm, app, appearance);
    let bottom = answers.third.as_ref().filter(|_| !answers.in_row);
    let bottom = bottom.map(|(words, _)| words.trim().to_owned()).unwrap_or_default();
    // The danger is not told by colour alone.
    let top = format!("! {}", confirm.title);
    let titles = Titles { top: &top, bottom: &bottom };
    bordered(buf, area, &titles, appearance, appearance.style(role), appearance.style(role));
    let inner = area.inner();
    let (x, width) = (inner.x + 1, inner.width.saturating_sub(2));
    let mut y = inner.y;
    for line in &lines {
        put(buf, x, y, width, line, appearance.style(Role::Text));
        y += 1;
    }
    let mut cursor = None;
    if let Some((_, input)) = &confirm.typed {
        let wrong = confirm.is_mistyped();
        let used = if low {
            let role = if wrong { Role::Danger } else { Role::Dim };
            let label = if wrong { "Not its name: " } else { "Its name: " };
            put(buf, x, y, width, label, appearance.style(role))
        } else {
            let does = match confirm.verb.strip_prefix("do ") {
                Some(how) => format!("do it {how}"),
                None => format!("{} it", confirm.verb),
            };
            let asked = format!("Type its name to {does}:");
            put(buf, x, y, width, &asked, appearance.style(Role::Dim));
            if wrong {
                let fault = "That is not its name.";
                put(
                    buf,
                    x + 2,
                    y + 2,
                    width.saturating_sub(2),
                    fault,
                    appearance.style(Role::Danger),
                );
            }
            y += 1;
            put(buf, x, y, 2, "> ", appearance.style(Role::KeyHint))
        };
        let line = (input.text(), input.cursor());
        let room = width.saturating_sub(used + 1);
        cursor = Some(put_typed(buf, (x + used, y), room, line, appearance.style(Role::Text)));
    }
    let y = (area.y + area.height).saturating_sub(2);
    buttons(buf, x, y, width, (confirm, &answers), appearance);
    cursor
}

/// Width of a question: wider than usual where that gives all its names one row.
fn width(confirm: &Confirm, body: Area) -> u16 {
    let Some((names, more)) = &confirm.names else { return WIDTH };
    let row = cells(&visible(&sentence(names, *more))) + FRAME_COLUMNS;
    let most = body.width.saturating_sub(BESIDE_HIGH).min(WIDEST);
    let row = u16::try_from(row).unwrap_or(u16::MAX);
    if row <= most { row.max(WIDTH) } else { WIDTH }
}

/// Names, and the number of others.
fn sentence(names: &[String], more: usize) -> String {
    let more = (more > 0).then(|| format!("+ {} more", text::count(more as u64)));
    [names.join(", ")].into_iter().chain(more).collect::<Vec<_>>().join(" ")
}

/// The rows of a line in this width; of a line that needs more than three, only the first ones.
fn wrapped(line: &str, width: usize, most: usize) -> Vec<String> {
    let mut wrapped = text::wrap(line, width);
    if wrapped.len() > 3 {
        wrapped.truncate(most);
        if let Some(last) = wrapped.last_mut() {
            *last = text::fit(&format!("{last}…"), width).into_owned();
        }
    }
    wrapped
}

/// Names, and the number of others, in rows of this width: in a sentence if all names have room whole;
/// otherwise each is cut so that it differs from the others, in as few columns as the rows ask for.
fn first_names(names: &[String], more: usize, width: usize, room: usize) -> Vec<String> {
    let whole = text::wrap(&sentence(names, more), width);
    let left = more as u64;
    let more = (left > 0).then(|| format!("+ {} more", text::count(left)));
    let longest = names.iter().map(|name| cells(&visible(name))).max().unwrap_or(0);
    if whole.len() <= room.min(2) && longest <= width {
        return whole;
    }
    let count = names.len() + usize::from(more.is_some());
    let columns = count.div_ceil(room).max(1);
    let cell = (width + BETWEEN_NAMES).checked_div(columns).unwrap_or(0);
    let cell = cell.saturating_sub(BETWEEN_NAMES).max(1);
    let shown: Vec<_> = names.iter().map(|name| visible(name)).collect();
    let shown: Vec<&str> = shown.iter().map(|name| &**name).collect();
    let cuts = text::cut_apart(&shown, cell);
    let short = || format!("+{}", text::count_within(left, cell.saturating_sub(1)));
    let more = more.map(|words| if cells(&words) <= cell { words } else { short() });
    let all: Vec<String> = cuts.into_iter().map(|cut| cut.text.into_owned()).chain(more).collect();
    let in_row = |row: &[String]| {
        let cells = row.iter().map(|name| {
            let gap = (cell + BETWEEN_NAMES).saturating_sub(text::cells(name));
            format!("{name}{}", " ".repeat(gap))
        });
        cells.collect::<String>().trim_end().to_owned()
    };
    all.chunks(columns).map(in_row).collect()
}

/// Cells between two names in a row.
const BETWEEN_NAMES: usize = 2;

/// Whether what the question asks for cannot be undone.
fn is_final(confirm: &Confirm) -> bool {
    matches!(&confirm.confirmed, Confirmed::Plan(plan) if !plan.reversible)
}

/// The keys of the two buttons, No first.
fn keys_of(confirm: &Confirm, app: &App) -> [Option<Chord>; 2] {
    use crate::keymap::{Action, Context};
    if confirm.typed.is_some() {
        let key = |action| app.keymap.chord_beside_text(Context::Confirm, action);
        return [key(Action::ConfirmNo), key(Action::Accept)];
    }
    let key = |action| app.keymap.chords(Context::Confirm, action).first().copied();
    [key(Action::ConfirmNo), key(Action::ConfirmYes)]
}

/// The answers to a question, as they are shown.
struct Answers {
    /// The words on the two buttons, No first.
    two: [String; 2],
    /// The third answer, if there is one: to free at once instead of setting aside, or the other way round; or
    /// to keep what was typed as a draft.
    third: Option<(String, Chord)>,
    /// Whether the third answer has room beside the two; otherwise it stands in the border.
    in_row: bool,
}

impl Answers {
    /// The answers to a question that covers `area`: in long words, if all three have room in one row.
    fn new(area: Area, confirm: &Confirm, app: &App, appearance: &Appearance) -> Self {
        let room = usize::from(area.inner().width.saturating_sub(2));
        let all = |brief| {
            let two = words_on(confirm, brief, app, appearance);
            let third = third(confirm, brief, app, appearance);
            let used = third.as_ref().map_or(0, |(words, _)| cells(words));
            let used = used + two.iter().map(|words| cells(words)).sum::<usize>();
            Self { in_row: used + 2 * usize::from(BETWEEN) <= room, two, third }
        };
        let long = all(false);
        if long.in_row {
            return long;
        }
        let brief = all(true);
        // In the border, there is room for the long words.
        let third = if brief.in_row { brief.third } else { long.third };
        Self { third, ..brief }
    }
}

fn third(
    confirm: &Confirm,
    brief: bool,
    app: &App,
    appearance: &Appearance,
) -> Option<(String, Chord)> {
    use crate::keymap::{Action, Context};
    let (action, [long, short]) = match &confirm.confirmed {
        _ if confirm.may_free() && is_final(confirm) => {
            (Action::FreeNow, ["set aside instead", "set aside"])
        }
        _ if confirm.may_free() => (Action::FreeNow, ["without undo", "final"]),
        _ if confirm.keeps => (Action::KeepDraft, ["keep a draft", "draft"]),
        _ => return None,
    };
    let does = if brief { short } else { long };
    let chord = app.keymap.chord(Context::Confirm, action)?;
    Some((format!(" {} {does} ", chord.label(appearance.symbols.unicode)), chord))
}

/// The words on the two buttons, No first.
fn words_on(confirm: &Confirm, brief: bool, app: &App, appearance: &Appearance) -> [String; 2] {
    let [no, yes] = keys_of(confirm, app).map(|chord| {
        chord.map_or_else(String::new, |chord| chord.label(appearance.symbols.unicode))
    });
    let stays = match &confirm.confirmed {
        Confirmed::DiscardEdit if !brief => "keep editing",
        Confirmed::Quit if confirm.keeps && !brief => "keep editing",
        Confirmed::DiscardEdit
        | Confirmed::Plan(_)
        | Confirmed::LeaveMerge
        | Confirmed::DropDraft(_)
        | Confirmed::DropStaged(_)
        | Confirmed::Turn(..)
        | Confirmed::OverwriteRecord(_)
        | Confirmed::OverwriteFile(..)
        | Confirmed::OpenExternal(..)
        | Confirmed::RemoveLeaf
        | Confirmed::Quit => "No",
    };
    let does = match (&confirm.confirmed, brief) {
        (Confirmed::Quit, true) => confirm.verb.strip_prefix("quit and ").unwrap_or(confirm.verb),
        _ => confirm.verb,
    };
    [format!(" {no} {stays} "), format!(" {yes} {does} ")]
}

/// Columns between the two buttons.
const BETWEEN: u16 = 2;

/// The key of the button at a cell of a question that covers `area`.
pub(super) fn button_at(
    area: Area,
    confirm: &Confirm,
    app: &App,
    appearance: &Appearance,
    x: u16,
    y: u16,
) -> Option<Chord> {
    let inner = area.inner();
    if app.unseen_until().is_some() {
        return None;
    }
    let Answers { two, third, in_row } = Answers::new(area, confirm, app, appearance);
    // The text in the border, at the right, with a gap, a line and a corner behind it.
    if let Some((words, chord)) = third.as_ref().filter(|_| !in_row && y == inner.y + inner.height)
    {
        let end = (area.x + area.width).saturating_sub(3);
        let from = end.saturating_sub(cells(words.trim()) as u16);
        return (from..end).contains(&x).then_some(*chord);
    }
    if y + 1 != inner.y + inner.height {
        return None;
    }
    let [no, yes] = two.map(|words| cells(&words) as u16);
    let from = inner.x + 1;
    let [deny, does] = keys_of(confirm, app);
    match x.checked_sub(from)? {
        at if at < no => deny,
        at if (no + BETWEEN..no + BETWEEN + yes).contains(&at) => does,
        at => {
            let (words, chord) = third.filter(|_| in_row)?;
            let from = no + yes + 2 * BETWEEN;
            (from..from + cells(&words) as u16).contains(&at).then_some(chord)
        }
    }
}

fn buttons(
    buf: &mut Buffer,
    x: u16,
    y: u16,
    width: u16,
    (confirm, answers): (&Confirm, &Answers),
    appearance: &Appearance,
) {
    let [no, yes] = &answers.two;
    let style = |chosen: bool, able: bool| match (chosen, able) {
        // A name was typed to confirm that this may be removed.
        (true, true) if confirm.yes && confirm.typed.is_some() => appearance.alarm(),
        (true, _) => appearance.style(Role::Selection),
        (false, true) => appearance.style(Role::Text),
        (false, false) => appearance.style(Role::Dim),
    };
    let able = confirm.can_confirm();
    // That a button does nothing yet is not told by dimness alone.
    let bracketed = format!("({})", yes.trim());
    let yes = if able { yes } else { &bracketed };
    let mut from = x;
    for (words, chosen, able) in [(no, !confirm.yes, true), (yes, confirm.yes, able)] {
        let room = (x + width).saturating_sub(from);
        let used = put(buf, from, y, room, words, style(chosen, able));
        if able && !chosen {
            let key = words.trim().split(' ').next().unwrap_or_default();
            let key = Area { x: from + 1, y, width: cells(key) as u16, height: 1 };
            light(buf, key, appearance.style(Role::KeyHint));
        }
        from += used + BETWEEN;
    }
    if let Some((words, _)) = answers.third.as_ref().filter(|_| answers.in_row) {
        put(buf, from, y, (x + width).saturating_sub(from), words, style(false, true));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_names_are_all_there_and_differ_in_whatever_room() {
        let names: Vec<_> = (1..=5).map(|at| format!("snapshot-of-a-page-{at}.html")).collect();
        for (width, room) in [(60, 5), (60, 6), (36, 4), (36, 3), (36, 2), (36, 1)] {
            let rows = first_names(&names, 1234, width, room);
            assert!(rows.len() <= room && rows.iter().all(|row| cells(row) <= width));
            let text = rows.join("\n");
            if width / 6_usize.div_ceil(room) >= 9 {
                for at in 1..=5 {
                    assert!(text.contains(&at.to_string()), "{width} {room}:\n{text}");
                }
                assert!(text.contains("1,234"), "{width} {room}:\n{text}");
            }
        }
        let short = first_names(&["a".into(), "b".into()], 0, 36, 5);
        assert_eq!(short, ["a, b"]);
    }
}
