//! The places where what was typed meets what someone else wrote: side by side where there is room, otherwise
//! one below the other.

use bytes::Bytes;
use ratatui::buffer::Buffer;

use crate::app::{App, Area, MergeView};
use crate::edit::{Choice, TextEdit};
use crate::keymap::{Action, Context};
use crate::ops::words;
use crate::text;
use crate::text::{cells, visible};
use crate::theme::Role;

use super::Appearance;
use super::border::{TITLE_FRAME, Titles, bordered};
use super::dialog::{Cell, Drawn, Scene};
use super::named::{self, Named};
use super::paint::{paragraph, put};

/// Width from which the two texts stand side by side, in columns.
const SIDE_BY_SIDE: u16 = 70;

/// Least width of a side, in columns: that of its head once it is taken.
const LEAST_SIDE: u16 = 20;

/// Limit on the bytes of a side that are shown.
const MOST: usize = 16 << 10;

/// Names of the two sides, behind their keys.
const MINE: &str = "yours";
const THEIRS: &str = "theirs";

/// Actions that are named above the two sides.
const SIDES: [Action; 2] = [Action::TakeMine, Action::TakeTheirs];

impl Drawn for MergeView {
    fn draw(&self, Scene { buf, body, app, appearance }: Scene<'_>) -> Option<Cell> {
        draw(buf, body, self, app, appearance)
    }

    fn named(&self, _app: &App, _appearance: &Appearance) -> Vec<Named> {
        named(self)
    }
}

/// The keys that the border and the sides name.
fn named(shown: &MergeView) -> Vec<Named> {
    if shown.typed.is_some() {
        return vec![(Action::Save, "take it"), (Action::Cancel, "leave it")];
    }
    let sides = [(Action::TakeMine, MINE), (Action::TakeTheirs, THEIRS)].into_iter();
    let sides = sides.filter(|_| shown.conflict().is_some());
    let decided = shown.decided() == shown.choices.len();
    let saves = decided.then_some((Action::Accept, "save"));
    // A user who is asked repeatedly is told the other ways out.
    let others = [(Action::NewRecord, "as new"), (Action::KeepDraft, "keep a draft")];
    let others = others.into_iter().filter(|_| shown.again > 0);
    sides.chain(saves).chain(others).chain([(Action::Close, "keep editing")]).collect()
}

/// Draws the conflict that is shown; gives the cell of the cursor while something is typed for it.
fn draw(
    buf: &mut Buffer,
    body: Area,
    shown: &MergeView,
    app: &App,
    appearance: &Appearance,
) -> Option<(u16, u16)> {
    let (decided, all) = (shown.decided(), shown.choices.len());
    let inside =
        shown.inside.as_ref().map_or(String::new(), |(_, inner)| format!(" · {}", inner.title()));
    let state = format!(" · {decided} of {all} decided");
    let room = usize::from(body.width).saturating_sub(TITLE_FRAME + "Merge ".len() + cells(&state));
    let key = visible(&format!("{}{inside}", shown.set.key.named())).into_owned();
    let title = format!("Merge {}{state}", text::fit_middle(&key, room));
    let context = if shown.typed.is_some() { Context::Editor } else { Context::Merge };
    let below: Vec<_> =
        named(shown).into_iter().filter(|(action, _)| !SIDES.contains(action)).collect();
    let bottom = named::line(&below, context, app, appearance);
    let titles = Titles { top: &title, bottom: &bottom };
    let (border, style) = (appearance.style(Role::BorderFocus), appearance.style(Role::Title));
    bordered(buf, body, &titles, appearance, border, style);
    let inner = body.inner();
    let mut area = Area { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    if area.height < 4 {
        return None;
    }
    let Some(conflict) = shown.conflict() else {
        let words = "Nothing to choose: the record keeps changing.";
        paragraph(buf, area, words, appearance.style(Role::Text));
        return None;
    };
    foot(buf, &mut area, shown, appearance);
    let chosen = shown.choices.get(shown.at).and_then(Option::as_ref);
    let head = format!("{} of {all}  ", shown.at + 1);
    let used = put(buf, area.x, area.y, area.width, &head, appearance.style(Role::Dim));
    let room = area.width.saturating_sub(used);
    put(buf, area.x + used, area.y, room, &conflict.at, appearance.style(Role::JsonKey));
    let was = format!("was     {}", one_line(conflict.base.as_ref()));
    put(buf, area.x, area.y + 1, area.width, &was, appearance.style(Role::Dim));
    area.y += 2;
    area.height -= 2;
    if let Some(typed) = &shown.typed {
        if area.height > 2 {
            let theirs = format!("theirs  {}", one_line(conflict.theirs.as_ref()));
            put(buf, area.x, area.y, area.width, &theirs, appearance.style(Role::Dim));
            area.y += 1;
            area.height -= 1;
        }
        return typing(buf, area, typed, shown.fault.as_deref(), appearance);
    }
    let own = match chosen {
        Some(Choice::Edited(text)) => Some(("edited", text, "", Role::Selection)),
        Some(Choice::Mine | Choice::Theirs) => None,
        None => shown.left(shown.at).map(|text| ("typed", text, " · not taken", Role::Warning)),
    };
    if let Some((what, text, state, role)) = own {
        let own = format!("{what:<8}{}{state}", one_line(Some(text)));
        put(buf, area.x, area.y, area.width, &own, appearance.style(role));
        area.y += 1;
        area.height -= 1;
    }
    let sides = [
        (MINE, Action::TakeMine, &conflict.mine, chosen == Some(&Choice::Mine)),
        (THEIRS, Action::TakeTheirs, &conflict.theirs, chosen == Some(&Choice::Theirs)),
    ];
    let wide = area.width >= SIDE_BY_SIDE;
    // Two short texts stand close to each other, so that they are compared at a glance.
    let widest = sides.iter().filter_map(|(_, _, piece, _)| piece.as_ref().map(widest)).max();
    let needed = u16::try_from(widest.unwrap_or(0)).unwrap_or(u16::MAX).max(LEAST_SIDE);
    for (at, (name, action, piece, chosen)) in (0..).zip(sides) {
        let part = if wide {
            let width = ((area.width - 2) / 2).min(needed.saturating_add(2));
            Area { x: area.x + at * (width + 2), width, ..area }
        } else {
            let height = area.height / 2;
            Area { y: area.y + at * height, height, ..area }
        };
        if part.height == 0 {
            continue;
        }
        let chord = app.keymap.chord(Context::Merge, action);
        let chord = chord.map(|chord| chord.label(appearance.symbols.unicode)).unwrap_or_default();
        let mark = if chosen { " · taken" } else { "" };
        let role = if chosen { Role::Selection } else { Role::Hint };
        let mut label = format!("{chord} {name}{mark}");
        if part.height == 1 {
            // With one row, the piece stands behind its label.
            let piece =
                piece.as_ref().map_or_else(|| "removed".to_owned(), |it| one_line(Some(it)));
            label = format!("{label}  {piece}");
        }
        put(buf, part.x, part.y, part.width, &label, appearance.style(role));
        put(buf, part.x, part.y, part.width, &chord, appearance.style(Role::KeyHint));
        let value = Area { y: part.y + 1, height: part.height - 1, ..part };
        lines(buf, value, piece.as_ref(), shown, appearance);
    }
    None
}

/// Width of the widest line of a piece, in cells; of a long one, that is not looked for.
fn widest(piece: &Bytes) -> usize {
    match std::str::from_utf8(piece) {
        Ok(text) if text.len() <= MOST => {
            text.lines().map(|line| cells(&visible(line))).max().unwrap_or(0)
        }
        _ => usize::MAX,
    }
}

/// Writes the remarks below the pieces.
fn foot(buf: &mut Buffer, area: &mut Area, shown: &MergeView, appearance: &Appearance) {
    let mut words = decided(shown);
    if shown.again > 0 {
        let times =
            if shown.again == 1 { "once".to_owned() } else { format!("{} times", shown.again) };
        words.push(format!("Someone else wrote it again while you decided: {times} so far."));
    }
    if !shown.merge.theirs_at.is_empty() {
        let places = shown.merge.theirs_at.join(", ");
        words.push(format!("Someone else's other changes are kept: {places}."));
    }
    if let Some(between) = words::can_come_between(shown.comparison) {
        words.push(between.to_owned());
    }
    let rows: Vec<_> =
        words.iter().flat_map(|words| text::wrap(words, area.width.into())).collect();
    let rows = &rows[..rows.len().min(usize::from(area.height.saturating_sub(6)))];
    let height = rows.len() as u16;
    for (row, y) in rows.iter().zip(area.y + area.height - height..) {
        put(buf, area.x, y, area.width, row, appearance.style(Role::Dim));
    }
    area.height -= height;
}

/// The other places that are decided, each with what is taken.
fn decided(shown: &MergeView) -> Vec<String> {
    let places = shown.merge.conflicts.iter().zip(&shown.choices).enumerate();
    let others = places.filter(|(at, _)| *at != shown.at).filter_map(|(_, (conflict, choice))| {
        let taken = match choice.as_ref()? {
            Choice::Mine => MINE,
            Choice::Theirs => THEIRS,
            Choice::Edited(_) => "edited",
        };
        Some(format!("{}: {taken}", conflict.at))
    });
    let others: Vec<_> = others.collect();
    if others.is_empty() { Vec::new() } else { vec![format!("taken   {}", others.join(" · "))] }
}

fn lines(
    buf: &mut Buffer,
    area: Area,
    piece: Option<&Bytes>,
    shown: &MergeView,
    appearance: &Appearance,
) {
    let Some(bytes) = piece else {
        put(buf, area.x, area.y, area.width, "removed", appearance.style(Role::Warning));
        return;
    };
    let is_text = shown.merge.can_edit(shown.at) || std::str::from_utf8(bytes).is_ok();
    let text = if is_text {
        String::from_utf8_lossy(&bytes[..bytes.len().min(MOST)]).into_owned()
    } else {
        format!("{} that are not text", text::size(bytes.len() as u64))
    };
    let mut rows: Vec<String> =
        text.lines().flat_map(|line| text::wrap(line, usize::from(area.width.max(1)))).collect();
    if is_text && bytes.len() > MOST {
        rows.push(format!("… and {} more", text::size((bytes.len() - MOST) as u64)));
    }
    let first = shown.overlay.first(rows.len(), area.height.into());
    for (row, y) in rows.iter().skip(first).zip(area.y..area.y + area.height) {
        put(buf, area.x, y, area.width, row, appearance.style(Role::Text));
    }
}

fn one_line(piece: Option<&Bytes>) -> String {
    match piece {
        None => "not there".to_owned(),
        Some(bytes) => {
            let shown = &bytes[..bytes.len().min(1000)];
            String::from_utf8_lossy(shown).trim_end_matches(['\n', '\r']).to_owned()
        }
    }
}

/// Draws the typed text; gives the cell of the cursor.
fn typing(
    buf: &mut Buffer,
    area: Area,
    typed: &TextEdit,
    fault: Option<&str>,
    appearance: &Appearance,
) -> Option<(u16, u16)> {
    let mut height = area.height;
    if let Some(fault) = fault {
        height -= 1;
        put(buf, area.x, area.y + height, area.width, fault, appearance.style(Role::Danger));
    }
    let bytes = typed.document().bytes();
    let text = String::from_utf8_lossy(&bytes);
    let (row, column) = typed.position();
    let top = (row + 1).saturating_sub(usize::from(height));
    let all = text.split('\n').map(|line| line.trim_end_matches('\r'));
    let mut cursor = None;
    for (line, at) in all.skip(top).take(usize::from(height)).zip(0_u16..) {
        // A long line is scrolled so that the cursor is seen.
        let before: String = line.chars().take(column).collect();
        let on_row = top + usize::from(at) == row;
        let left = if on_row {
            (cells(&visible(&before)) + 1).saturating_sub(usize::from(area.width))
        } else {
            0
        };
        let shown: String = line.chars().skip(left).collect();
        put(buf, area.x, area.y + at, area.width, &shown, appearance.style(Role::Input));
        if on_row {
            let x = cells(&visible(&before)).saturating_sub(left);
            cursor = Some((area.x + u16::try_from(x).unwrap_or(0), area.y + at));
        }
    }
    cursor
}
