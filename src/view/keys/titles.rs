//! What the border of the keys says: which there are, which are meant, how far they are read.

use crate::app::App;
use crate::index::Sort;
use crate::keymap::{Action, Context};
use crate::model::Key;
use crate::text;
use crate::text::{cells, visible};

use super::super::Appearance;
use super::super::border::TITLE_FRAME;

/// Fewer columns of a store's name tell nothing.
const LEAST_OF_STORE: usize = 4;

/// What stands in the border of the keys, at the top and at the bottom.
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
            format!("{scope} · {found}")
        } else {
            let found = [found.clone(), found];
            filtered(&scope, &keys.filter, &found, room)
        };
    } else if keys.filter.is_empty() {
        if all > 0 || keys.sync.is_complete() {
            let bytes = text::size(keys.index.total_bytes());
            // The walk may not have come to all of them, or not lately.
            let told = keys.store.as_ref().and_then(|store| app.stores.get(store));
            let behind = !keys.sync.is_complete() || app.watch.is_behind();
            let told = told.and_then(|info| info.records).filter(|_| behind);
            title = format!("{store} · {}", text::plural(told.unwrap_or(all), "record"));
            let longer = format!("{title} · {bytes}");
            // Half a number says something else, and bytes of a part say nothing.
            if keys.sync.is_complete()
                && cells(&visible(&longer)) + TITLE_FRAME <= usize::from(width)
            {
                title = longer;
            }
        }
    } else {
        let (found, bytes) = (text::count(keys.len() as u64), text::size(keys.total_bytes()));
        let found = format!("{found} of {}", text::count(all));
        title = filtered(store, &keys.filter, &[format!("{found} · {bytes}"), found], room);
    }
    let mut bottom = Vec::new();
    if let Some(range) = keys.range() {
        let remedy = app.keymap.says(Context::Keys, Action::MarkRange, "marks it");
        let range = format!("range of {}", text::count(range.len() as u64));
        bottom.push(text::then(&range, ": ", remedy));
    } else if !keys.marks.keys.is_empty() {
        let marked = text::count(keys.marks.keys.len() as u64);
        bottom.push(format!("{marked} marked · {}", text::size(keys.marks.bytes)));
        if keys.marks.hidden > 0 {
            bottom.push(format!("{} not shown", text::count(keys.marks.hidden as u64)));
        }
    }
    if keys.sync.failure().is_some() && !keys.is_empty() {
        let remedy = app.keymap.says(Context::Keys, Action::Refresh, "reads on");
        bottom.push(text::then("incomplete", ": ", remedy));
    }
    if keys.gone {
        bottom.push("store removed".to_owned());
    }
    let walked = progress(app, true);
    let long = walked.filter(|walked| bottom.is_empty() && cells(walked) <= room);
    let alone = long.is_some();
    bottom.extend(long.or_else(|| progress(app, false)));
    if keys.sort == Sort::Newest && !keys.are_grouped() {
        bottom.extend(newest(app));
    }
    if !keys.is_empty() && !alone {
        let (at, of) = (keys.cursor.at as u64 + 1, keys.len() as u64);
        bottom.push(format!("{} / {}", text::count(at), text::count(of)));
    }
    (title, bottom.join(" · "))
}

/// `STORE /FILTER · FOUND`: where there is little room, less of what is found, then of the store;
/// the filter goes last. `found` begins with the longest.
fn filtered(store: &str, filter: &str, found: &[String; 2], room: usize) -> String {
    let shown = |title: &str| cells(&visible(title));
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

/// Whether the newest are followed; if not, how many are above what is shown, and how they are
/// followed.
fn newest(app: &App) -> Option<String> {
    let keys = &app.keys;
    if keys.follow.on {
        return Some("following".to_owned());
    }
    let does = if keys.follow.before { "follows again" } else { "follows" };
    let follows = app.keymap.says(Context::Keys, Action::Follow, does);
    let newer = match keys.cursor.top {
        above if above > 0 && !keys.descending && keys.has_newest() => {
            format!("{} newer above", text::count(above as u64))
        }
        _ => String::new(),
    };
    let gap = if newer.is_empty() { "" } else { " · " };
    Some(text::then(&newer, gap, follows)).filter(|words| !words.is_empty())
}

/// `n of m, x %` while the store is walked; only the share where there is no room.
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
    Some(if walk.paused { format!("stopped at {walked}") } else { walked })
}
