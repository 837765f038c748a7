//! The line at the top: the target, the rate of changes, and whether all is well.
//!
//! With little room, the server's version is left out first, then the latency and the chart; the database is
//! left out last, and unusual states never.

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use crate::app::{App, Area, SessionState};
use crate::model::{ConnectionState, WatchSource};
use crate::text::{self, cells, fit_middle, visible};
use crate::theme::Role;

use super::Appearance;
use super::paint::{chart, put};

/// Columns between two parts.
const GAP: u16 = 2;
/// Ranks at which the target is cut, each with the width it is cut to, in columns.
const CUTS: [(u8, usize); 2] = [(3, 32), (7, 20)];
/// Width from which a cut target shows its beginning too, in columns.
const MIDDLE: usize = 16;
/// Least text while there is no connection.
const DOWN: &str = " ! no connection";
/// The rank of parts that are never left out.
const STAYS: u8 = 9;

/// A part of the line.
struct Part {
    text: String,
    style: Style,
    /// Columns before the part.
    gap: u16,
    /// The rank at which it is left out where there is little room, the lowest first.
    goes: u8,
}

/// Draws the status line; while the server is away, a banner stands beside the target.
pub(super) fn draw(buf: &mut Buffer, area: Area, app: &App, appearance: &Appearance) {
    if area.height == 0 {
        return;
    }
    let blank = " ".repeat(area.width.into());
    put(buf, area.x, area.y, area.width, &blank, appearance.style(Role::Text));
    let target = visible(&app.settings.label).into_owned();
    let (mut left, mut right) = (left(app, appearance), right(app, appearance));
    let width = usize::from(area.width);
    let mut room = cells(&target);
    if let SessionState::Open(ConnectionState::Down { tries, reason, .. }) = &app.session.state {
        left.retain(|part| part.goes > 0 && width >= 60);
        right.retain(|part| part.goes == STAYS);
        // The words "no connection" have room in any case; the target takes what they leave.
        let beside = 1 + usize::from(GAP) + cells(DOWN) + wide(&right) + 1;
        let room = if width < 60 { width.saturating_sub(beside) } else { width / 3 };
        let target = cut(&target, room.max(9));
        let x = put_left(buf, area, &left, &target, appearance) + GAP;
        let end = put_right(buf, area, &right);
        let room = end.saturating_sub(x);
        let banner = banner(*tries, reason, room.into());
        let banner = format!("{banner:<width$}", width = usize::from(room));
        let style = appearance.alarm();
        put(buf, x, area.y, room, &banner, style);
        return;
    }
    for goes in 0..STAYS {
        if wide(&left) + wide(&right) + room + 2 <= width {
            break;
        }
        left.retain(|part| part.goes > goes);
        right.retain(|part| part.goes > goes);
        let cut = CUTS.iter().find(|(at, _)| *at == goes);
        room = cut.map_or(room, |(_, to)| room.min(*to));
    }
    // Parts that were left out make room for more of the target.
    let room = width.saturating_sub(wide(&left) + wide(&right) + 2);
    put_left(buf, area, &left, &cut(&target, room), appearance);
    put_right(buf, area, &right);
}

fn wide(parts: &[Part]) -> usize {
    parts.iter().map(|part| cells(&part.text) + usize::from(part.gap)).sum()
}

/// A target in at most this many columns: its end tells the database.
fn cut(target: &str, room: usize) -> String {
    if room >= MIDDLE || cells(target) <= room {
        return fit_middle(target, room).into_owned();
    }
    let mut rest = target.chars();
    while cells(rest.as_str()) >= room && rest.next().is_some() {}
    if room == 0 { String::new() } else { format!("…{}", rest.as_str()) }
}

/// Writes larder's name, the target, and what is known of the server; gives the column behind them.
fn put_left(
    buf: &mut Buffer,
    area: Area,
    parts: &[Part],
    target: &str,
    appearance: &Appearance,
) -> u16 {
    let mut x = area.x + 1;
    let right = area.x + area.width;
    let mut write = |text: &str, style, gap| {
        let from = if x > area.x + 1 { x + gap } else { x };
        x = from + put(buf, from, area.y, right.saturating_sub(from), text, style);
    };
    let (name, server) = parts.split_at(usize::from(parts.iter().any(|part| part.goes > 0)));
    for part in name {
        write(&part.text, part.style, part.gap);
    }
    write(target, appearance.style(Role::Text), GAP);
    for part in server {
        write(&part.text, part.style, part.gap);
    }
    x
}

/// Writes parts up to the right edge; gives the column at which they begin.
fn put_right(buf: &mut Buffer, area: Area, parts: &[Part]) -> u16 {
    let all = u16::try_from(wide(parts)).unwrap_or(area.width);
    let start = (area.x + area.width).saturating_sub(all + 1);
    let mut x = start;
    for part in parts {
        x += part.gap;
        x += put(buf, x, area.y, (area.x + area.width).saturating_sub(x), &part.text, part.style);
    }
    start
}

/// A banner that there is no connection, with the number of tries and the reason, if they have room whole in
/// this many columns.
fn banner(tries: u32, reason: &str, room: usize) -> String {
    let count = match tries {
        0 => String::new(),
        1 => " · tried once".to_owned(),
        more => format!(" · tried {more} times"),
    };
    let least = DOWN;
    // With little room, the remedy is left out.
    let problem = reason.split(';').next().unwrap_or(reason);
    let all = [
        format!("{least}{count} · {reason}"),
        format!("{least}{count} · {problem}"),
        format!("{least} · {problem}"),
        format!("{least}{count}"),
    ];
    let whole = all.into_iter().find(|banner| cells(&visible(banner)) <= room);
    whole.unwrap_or_else(|| least.to_owned())
}

/// larder's name, and the server's product and version.
fn left(app: &App, appearance: &Appearance) -> Vec<Part> {
    let server = format!("{} {}", app.session.server.product, app.session.server.version);
    let parts = [("larder", Role::Title, 6), (server.trim(), Role::Dim, 0)].into_iter();
    let parts = parts.filter(|(text, ..)| !text.is_empty()).map(|(text, role, goes)| Part {
        text: text.to_owned(),
        style: appearance.style(role),
        gap: GAP,
        goes,
    });
    parts.collect()
}

/// Unusual states, the rate of changes, and the latency.
fn right(app: &App, appearance: &Appearance) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut add = |text: String, role, gap, goes| {
        parts.push(Part { text, style: appearance.style(role), gap, goes });
    };
    let server = &app.session.server;
    let badges = [
        (server.replica, "replica"),
        (server.cluster, "cluster"),
        (app.is_read_only(), "read-only"),
        (!app.watch.on, "paused"),
        (app.session.is_locked(), "password required"),
    ];
    for (_, badge) in badges.into_iter().filter(|(holds, _)| *holds) {
        add(format!(" {badge} "), Role::Badge, 1, STAYS);
    }
    let staged = app.staged.total();
    if staged > 0 {
        add(format!(" {staged} staged "), Role::Badge, 1, STAYS);
    }
    // Nothing is live while the server is away.
    let up = matches!(app.session.state, SessionState::Open(ConnectionState::Up));
    let source = app.watch.source.as_ref().filter(|_| app.watch.on && up);
    let late = source.and_then(WatchSource::late);
    if let Some(late) = &late {
        add(format!(" {} {late} late ", appearance.symbols.at_most), Role::Badge, 1, STAYS);
    }
    if let Some(bars) = app.watch.bars(app.now) {
        let chart = chart(&bars.map(f64::from), bars.len(), appearance);
        add(chart, Role::Spark, GAP, 4);
    }
    match source {
        Some(WatchSource::None { .. }) => add("not live".to_owned(), Role::Dim, GAP, STAYS),
        Some(_) if late.is_none() => add("live".to_owned(), Role::Dim, GAP, STAYS),
        _ => {}
    }
    let rate = app.watch.rate(app.now);
    if source.is_some() && rate > 0.0 {
        let separator = appearance.symbols.separator;
        let records = format!("{}/s", text::rate(rate));
        match late {
            None => add(format!("{separator} {records}"), Role::Dim, 1, 8),
            Some(_) => add(records, Role::Dim, GAP, 8),
        }
        // The size of a changed record is not known; the average of all records stands for it.
        let (all, bytes) = (app.keys.index.len(), app.keys.index.total_bytes());
        if all > 0 {
            #[expect(clippy::cast_sign_loss, reason = "neither factor is negative")]
            let bytes = (rate * bytes as f64 / all as f64) as u64;
            add(format!("{separator} {}/s", text::size(bytes)), Role::Dim, 1, 5);
        }
    }
    if let Some(latency) = app.session.latency {
        add(text::latency(latency), Role::Dim, GAP, 1);
    }
    parts
}
