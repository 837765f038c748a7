//! The texts in the border of the keys: the store, the marked keys, and the progress of reading.

use crate::app::App;
use crate::index::Sort;
use crate::keymap::{Action, Context};
use crate::model::{Key, sort};
use crate::text;
use crate::text::{cells, visible};

use super::super::Appearance;
use super::super::border::TITLE_FRAME;

/// Least part of a store's name that tells anything, in columns.
const LEAST_OF_STORE: usize = 4;

/// The texts in the border of the keys, at the top and at the bottom.
pub(super) fn titles(
    app: &App,
    store: &str,
    width: u16,
    appearance: &Appearance,
) -> (String, String) {
    let keys = &app.keys;
    let all = keys.index.len() as u64;
    let room = usize::from(width).saturating_sub(TITLE_FRAME);
    let mut title = store.to_owned();
    let scope = match &keys.grouping {
        Some(grouping) if !grouping.flat => &grouping.scope,
        _ => &keys.scope,
    };
    if !scope.prefix.is_empty() {
        let grouped = keys.grouping.as_ref().filter(|grouping| !grouping.flat);
        let records = match grouped {
            Some(grouping) => grouping.records(),
            None => keys.len() as u64,
        };
        let found = text::plural(records, "record");
        let scope = Key::from(&scope.prefix[..]).escaped();
        let scope = format!("{store} · {scope}{}", appearance.symbols.ellipsis);
        title = if keys.filter.is_empty() {
            counted(&scope, &found, room)
        } else {
            let found = [found.clone(), found];
            filtered(&scope, &keys.filter, &found, room)
        };
    } else if keys.filter.is_empty() {
        if all > 0 || keys.sync.is_complete() {
            let bytes = text::size(keys.index.total_bytes());
            // The walk may not have come to all keys, or not lately.
            let told = keys.store.as_ref().and_then(|store| app.stores.get(store));
            let behind = !keys.sync.is_complete() || app.watch.is_behind();
            let told = told.and_then(|info| info.records).filter(|_| behind);
            title = counted(store, &text::plural(told.unwrap_or(all), "record"), room);
            let longer = format!("{title} · {bytes}");
            // The size of a part says nothing.
            if keys.sync.is_complete() && cells(&visible(&longer)) <= room {
                title = longer;
            }
        }
    } else {
        let (found, bytes) = (text::count(keys.len() as u64), text::size(keys.total_bytes()));
        let found = format!("{found} of {}", text::count(all));
        title = filtered(store, &keys.filter, &[format!("{found} · {bytes}"), found], room);
    }
    (title, bottom(app, room))
}

/// The text in the lower border: the parts that have room whole, the weightier first.
fn bottom(app: &App, room: usize) -> String {
    let keys = &app.keys;
    let mut parts: Vec<(Weight, String)> = Vec::new();
    if let Some(range) = keys.range() {
        // The footer names first which key marks it.
        parts.push((Weight::Chosen, format!("range of {}", text::count(range.len() as u64))));
    } else if !keys.marks.keys.is_empty() {
        let marked = text::count(keys.marks.keys.len() as u64);
        parts.push((Weight::Chosen, format!("{marked} marked · {}", text::size(keys.marks.bytes))));
        if keys.marks.hidden > 0 {
            let hidden = format!("{} not shown", text::count(keys.marks.hidden as u64));
            parts.push((Weight::Fault, hidden));
        }
    }
    if keys.sync.failure().is_some() && !keys.is_empty() {
        let remedy = app.keymap.says(Context::Keys, Action::Refresh, "reads on");
        parts.push((Weight::Fault, text::then("incomplete", ": ", remedy)));
    }
    if keys.gone {
        parts.push((Weight::Fault, "store removed".to_owned()));
    }
    let walked = progress(app, true);
    let long = walked.filter(|walked| parts.is_empty() && cells(walked) <= room);
    let alone = long.is_some();
    let walked = long.or_else(|| progress(app, false));
    parts.extend(walked.map(|walked| (Weight::State, walked)));
    if keys.sort == Sort::Newest && !keys.are_grouped() {
        parts.extend(newest(app));
    }
    if !keys.is_empty() && !alone {
        let (at, of) = (keys.cursor.at as u64 + 1, keys.len() as u64);
        parts.push((Weight::Place, format!("{} / {}", text::count(at), text::count(of))));
    }
    fit(parts, room)
}

/// The weight of a part, by which it is kept where not all parts have room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::view) enum Weight {
    /// The records that a key would act on.
    Chosen,
    /// Something that is not as it seems.
    Fault,
    /// Work under way.
    State,
    /// A key, and what it does here.
    Remedy,
    /// The place of the cursor.
    Place,
}

/// The parts that have room whole, in their order; the weightiest in any case.
pub(in crate::view) fn fit(parts: Vec<(Weight, String)>, room: usize) -> String {
    let mut by_weight: Vec<_> = parts.into_iter().enumerate().collect();
    sort::sort_by_key(&mut by_weight, |(_, (weight, _))| *weight);
    let (mut kept, mut left) = (Vec::new(), room + cells(BETWEEN));
    for (at, (_, words)) in by_weight {
        let needed = cells(&visible(&words)) + cells(BETWEEN);
        if kept.is_empty() || needed <= left {
            left = left.saturating_sub(needed);
            kept.push((at, words));
        }
    }
    sort::sort_by_key(&mut kept, |(at, _)| *at);
    let words: Vec<_> = kept.into_iter().map(|(_, words)| words).collect();
    words.join(BETWEEN)
}

/// The sign between two parts.
const BETWEEN: &str = " · ";

/// `NAME · COUNT`, with as much of the name as has room. The count is never cut: half a number is another
/// number.
pub(in crate::view) fn counted(name: &str, count: &str, room: usize) -> String {
    let name = visible(name);
    match room.checked_sub(cells(count) + cells(BETWEEN)) {
        Some(left) if left >= LEAST_OF_STORE.min(cells(&name)) => {
            format!("{}{BETWEEN}{count}", text::fit_middle(&name, left))
        }
        _ => name.into_owned(),
    }
}

/// `STORE /FILTER · FOUND`. With little room, `found` is shortened first, then the store is cut; the filter
/// is cut last. `found` begins with the longest form.
pub(in crate::view) fn filtered(
    store: &str,
    filter: &str,
    found: &[String; 2],
    room: usize,
) -> String {
    let shown = |title: &str| cells(&visible(title));
    // Of a filter that was pasted by the megabyte, only the visible part is looked at.
    let filter = text::beginning(filter, room);
    let [full, short] = found.each_ref().map(|found| format!("/{filter} · {found}"));
    let whole = [&full, &short].map(|words| format!("{store} {words}"));
    if let Some(title) = whole.into_iter().find(|title| shown(title) <= room) {
        return title;
    }
    match room.checked_sub(shown(&short) + 1) {
        Some(left) if left >= LEAST_OF_STORE => {
            format!("{} {short}", &*visible(store).fit(left))
        }
        Some(_) => short,
        None => format!("/{filter}"),
    }
}

/// Whether the newest keys are followed; if not, how many are above the window, and how to follow them.
fn newest(app: &App) -> Vec<(Weight, String)> {
    let keys = &app.keys;
    if keys.follow.on {
        return vec![(Weight::State, "following".to_owned())];
    }
    let does = if keys.follow.before { "follows again" } else { "follows" };
    let follows = app.keymap.says(Context::Keys, Action::Follow, does);
    let newer = match keys.cursor.top {
        above if above > 0 && !keys.descending && keys.has_newest() => {
            Some(format!("{} newer above", text::count(above as u64)))
        }
        _ => None,
    };
    let newer = newer.map(|newer| (Weight::State, newer));
    newer.into_iter().chain(follows.map(|follows| (Weight::Remedy, follows))).collect()
}

/// `n of m, x %` while the store is walked; only the share if there is no room.
fn progress(app: &App, room: bool) -> Option<String> {
    let walk = app.keys.sync.walk()?;
    let percent = (walk.share * 100.0).floor();
    let store = app.keys.store.as_ref()?;
    let of = app.stores.get(store).and_then(|info| info.records);
    let walked = match of {
        Some(of) if walk.rows > 0 && room => {
            let (rows, of) = (walk.rows.min(of), text::count(of));
            format!("{} of {of}, {percent:.0} %", text::count(rows))
        }
        _ => format!("{percent:.0} %"),
    };
    Some(if walk.paused { format!("stopped at {walked}") } else { format!("reading {walked}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weightier_parts_stay_and_each_is_whole() {
        let parts = || {
            vec![
                (Weight::Chosen, "4 marked · 20 KB".to_owned()),
                (Weight::State, "54 newer above".to_owned()),
                (Weight::Remedy, "F follows again".to_owned()),
                (Weight::Place, "55 / 423".to_owned()),
            ]
        };
        let all = "4 marked · 20 KB · 54 newer above · F follows again · 55 / 423";
        for (room, told) in [
            (62, all),
            (61, "4 marked · 20 KB · 54 newer above · F follows again"),
            (50, "4 marked · 20 KB · 54 newer above · 55 / 423"),
            (30, "4 marked · 20 KB · 55 / 423"),
            (20, "4 marked · 20 KB"),
            (3, "4 marked · 20 KB"),
        ] {
            assert_eq!(fit(parts(), room), told, "{room}");
        }
        assert_eq!(fit(Vec::new(), 10), "");
    }

    #[test]
    fn a_count_is_whole_or_not_there() {
        for room in 17..40 {
            let title = counted("crawl-2026-11-0007", "12 records", room);
            assert!(cells(&title) <= room && title.ends_with(" · 12 records"), "{room}: {title}");
            assert_eq!(title.contains("crawl-2026-11-0007"), room >= 31, "{room}: {title}");
        }
        assert_eq!(counted("crawl-2026", "12 records", 16), "crawl-2026");
        assert_eq!(counted("a", "12 records", 14), "a · 12 records");
    }
}
