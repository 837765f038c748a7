//! What the border of the keys says: which there are, which are meant, how far they are read.

use crate::app::App;
use crate::keymap::{Action, Context};
use crate::model::Key;
use crate::text;
use crate::text::{cells, visible};

use super::super::Appearance;
use super::super::border::TITLE_FRAME;

/// What stands in the border of the keys, at the top and at the bottom.
pub(super) fn titles(
    app: &App,
    store: &str,
    width: u16,
    appearance: &Appearance,
) -> (String, String) {
    let keys = &app.keys;
    let all = keys.index.len() as u64;
    let mut title = store.to_owned();
    let scope = match &keys.grouping {
        Some(grouping) if !grouping.flat => &grouping.scope,
        _ => &keys.scope,
    };
    if !scope.prefix.is_empty() {
        let rows = if keys.are_grouped() { "row" } else { "record" };
        let found = text::plural(keys.len() as u64, rows);
        let scope = Key::from(&scope.prefix[..]).escaped();
        title = format!("{store} · {scope}{} · {found}", appearance.symbols.ellipsis);
        if !keys.filter.is_empty() {
            title = format!("{title} · /{}", keys.filter);
        }
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
        title = format!("{store} · {found} of {} · {bytes} · /{}", text::count(all), keys.filter);
    }
    let mut bottom = Vec::new();
    if !keys.marks.is_empty() {
        bottom.push(format!("{} marked", text::count(keys.marks.len() as u64)));
    }
    if keys.sync.failure().is_some() && !keys.is_empty() {
        let remedy = app.keymap.says(Context::Keys, Action::Refresh, "reads on");
        bottom.push(text::then("incomplete", ": ", remedy));
    }
    if keys.gone {
        bottom.push("the store is gone".to_owned());
    }
    let walked = progress(app, true);
    let room = usize::from(width).saturating_sub(TITLE_FRAME);
    let long = walked.filter(|walked| bottom.is_empty() && cells(walked) <= room);
    let alone = long.is_some();
    bottom.extend(long.or_else(|| progress(app, false)));
    if keys.follow && !keys.are_grouped() {
        bottom.push("following".to_owned());
    }
    if !keys.is_empty() && !alone {
        let (at, of) = (keys.cursor.at as u64 + 1, keys.len() as u64);
        bottom.push(format!("{} / {}", text::count(at), text::count(of)));
    }
    (title, bottom.join(" · "))
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
