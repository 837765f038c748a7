//! States of the panes and small dialogs that a key or a reply leads to.

use larder::app::{ContentsPage, Effect, Event, Load, Loaded, Read, Settings, Slot, TargetChoice};
use larder::model::{
    ConnectionState, Contents, Crawl, Error, ErrorKind, StorageInfo, Timestamp, WatchEvent,
};

use super::{JSON, compute, each, on_record, on_value, opened, overview, record, records};
use crate::stage::{NOW, Stage, computed, store};

/// A stage with the keys in focus, after these keys and the answers that they need.
fn after(width: u16, height: u16, keys: &str) -> Stage {
    let mut stage = opened(width, height);
    stage.app.now = Timestamp::from_micros(NOW);
    stage.keys(keys);
    compute(&mut stage);
    stage.show(&records());
    stage
}

#[test]
fn a_password_that_is_wanted_and_typed() {
    let refused = |width, height| {
        let other = |name: &str, label: &str| TargetChoice {
            name: name.to_owned(),
            label: Ok(label.to_owned()),
            read_only: false,
        };
        let targets = vec![
            other("local", "redis://127.0.0.1:6379/0"),
            other("staging", "redis://staging.example:6379/0"),
        ];
        let mut stage = Stage::with(width, height, Settings { targets, ..Settings::default() });
        let why = "the server refused the user or the password";
        stage.event(Event::Connected(Err(Error::new(ErrorKind::Auth, why))));
        stage
    };
    each("password", refused);
    each("password_typed", |width, height| {
        let mut stage = refused(width, height);
        stage.keys("psecret");
        stage
    });
}

#[test]
fn a_session_that_only_reads_or_is_paused_or_lost_its_server() {
    each("read_only", |width, height| {
        let mut stage = opened(width, height);
        stage.app.settings.read_only = true;
        stage.keys("d");
        stage
    });
    each("paused", |width, height| after(width, height, "W"));
    each("down_soon", |width, height| {
        let mut stage = opened(width, height);
        let reason = "connection refused: 127.0.0.1:6379".into();
        stage.event(Event::Connection(ConnectionState::Down {
            tries: 1,
            reason,
            wants_password: false,
        }));
        stage.keys("e");
        stage
    });
}

#[test]
fn marks_and_a_range() {
    each("range", |width, height| after(width, height, "jVjj"));
    each("marked", |width, height| after(width, height, "jVjjV"));
    each("marked_delete", |width, height| after(width, height, "<ctrl-a>d"));
}

#[test]
fn lists_with_nothing_to_show() {
    each("no_match", |width, height| after(width, height, "/zzz<enter>"));
    each("no_records", |width, height| {
        let mut stage = Stage::new(width, height);
        stage.connect(vec![store("default", 0), store("shop", 3)]);
        stage.open(&[]);
        stage
    });
    each("no_stores", |width, height| {
        let mut stage = Stage::new(width, height);
        stage.connect(Vec::new());
        stage
    });
}

#[test]
fn orders_and_groups() {
    each("by_size", |width, height| after(width, height, "ssS"));
    each("group", |width, height| {
        let mut stage = Stage::new(width, height);
        let many: Vec<_> =
            (0..40).map(|n| record(&format!("page-{n:06}"), JSON, "{\"number\": 1}")).collect();
        stage.connect(vec![store("shop", 40), store("zoo", 1)]);
        stage.open(&many);
        stage.asked.retain(|asked| !matches!(asked, Effect::Read(Slot::Summary, ..)));
        stage.keys("c");
        compute(&mut stage);
        stage.keys("<enter>");
        compute(&mut stage);
        stage.show(&many);
        stage
    });
}

#[test]
fn a_search_in_a_value_and_its_other_views() {
    let value = |width, height, keys: &str| {
        let mut stage = after(width, height, "<end><up>");
        stage.keys("<home>j").show(&records());
        stage.keys("<enter>").keys(keys);
        compute(&mut stage);
        stage
    };
    each("search", |width, height| value(width, height, "/http<enter>"));
    each("search_none", |width, height| value(width, height, "/zzz<enter>"));
    each("source", |width, height| value(width, height, "v"));
    each("save_value", |width, height| value(width, height, "w"));
    each("leaf_edit", |width, height| {
        let mut stage = on_value(width, height);
        stage.keys("<enter>");
        stage
    });
}

#[test]
fn cells_of_a_table() {
    let on_cell = |width, height, keys: &str| {
        let mut stage = Stage::new(width, height);
        let rows = (1..60).fold("url,title,price,stock\n".to_owned(), |rows, at| {
            let price = at * 7 % 40;
            rows + &format!("https://shop.example/item/{at},\"Item, no. {at}\",{price}.5,yes\n")
        });
        stage.connect(vec![store("shop", 1), store("zoo", 1)]);
        stage.open(&[record("items.csv", "text/csv; charset=utf-8", &rows)]);
        stage.keys("<enter><enter>").keys(keys);
        stage
    };
    let answered = |width, height, keys: &str, slot| {
        let mut stage = on_cell(width, height, keys);
        let (ticket, read) = stage.take(slot);
        stage.event(Event::Loaded(slot, ticket, Ok(computed(read))));
        stage
    };
    each("table_sorted", |width, height| answered(width, height, "jjlls", Slot::Table));
    each("table_values", |width, height| answered(width, height, "llt", Slot::Column));
    each("table_row", |width, height| on_cell(width, height, "jj<enter>"));
}

#[test]
fn requests_of_a_queue() {
    each("requests", |width, height| {
        let mut crawl = Crawl::default();
        let queue = StorageInfo { name: "default".into(), ..StorageInfo::default() };
        (crawl.queues.rows, crawl.queues.total) = (vec![queue], 1);
        let mut stage = overview(width, height, [crawl]);
        stage.keys("g<enter>");
        let (ticket, read) = stage.take(Slot::Contents);
        let Read::Load(Load::Contents(of, from)) = read else { panic!("{read:?}") };
        let request = |at: u64| {
            let (came, handled) = [(4, true), (6, true), (0, false)][at as usize % 3];
            let handled_at = if handled { "\"2026-11-27T15:02:21Z\"" } else { "null" };
            let (url, tries) = (format!("https://shop.example/item/{at}"), at % 5);
            format!(
                r#"{{"unique_key": "{url}", "url": "{url}", "method": "GET", "retry_count": {tries},
                    "handled_at": {handled_at}, "user_data": {{"__crawlee": {{"state": {came}}}}}}}"#
            )
        };
        let values = (1..=60).map(|at| request(at).into()).collect();
        let held = Contents { values, total: 43_210, next: Some(7), left_out: 0 };
        let page = Loaded::Contents(Box::new(ContentsPage::new(of, from, held)));
        stage.event(Event::Loaded(Slot::Contents, ticket, Ok(page)));
        stage.keys("jl");
        stage
    });
}

#[test]
fn values_that_a_path_leads_to() {
    each("paths", |width, height| {
        let mut stage = on_record(width, height, "j");
        stage.keys("$..*<enter>");
        let (ticket, read) = stage.take(Slot::Path);
        stage.event(Event::Loaded(Slot::Path, ticket, Ok(computed(read))));
        stage
    });
}

#[test]
fn a_key_that_means_something_elsewhere_or_nothing() {
    each("elsewhere", |width, height| {
        let mut stage = after(width, height, "<left>");
        stage.keys("F");
        stage
    });
    each("impossible", |width, height| {
        let mut stage = after(width, height, "?");
        stage.keys("/fetch");
        stage
    });
    each("impossible_in_palette", |width, height| after(width, height, ":fetch"));
}

#[test]
fn dialogs_of_stores() {
    each("store_details", |width, height| after(width, height, "<left>i"));
    each("new_store", |width, height| after(width, height, "<left>n"));
    each("new_store_named", |width, height| after(width, height, "<left>nimages"));
    each("purge", |width, height| after(width, height, "<left>P"));
}

#[test]
fn an_edit_that_is_given_up_or_meets_a_change() {
    each("discard", |width, height| after(width, height, "e<down><end>x<esc>"));
    each("quit_unsaved", |width, height| after(width, height, "e<down><end>x<ctrl-c>"));
    let meanwhile = |width, height, removed: bool| {
        let mut stage = opened(width, height);
        stage.app.now = Timestamp::from_micros(NOW);
        stage.keys("j").show(&records()).keys("e<down><end>,");
        let own = stage.frame();
        assert!(!own.contains("meanwhile"), "{own}");
        let now = record("INPUT", JSON, r#"{"startUrls": [], "maxDepth": 3}"#);
        let key = now.meta.key.clone();
        let (set, removed) =
            if removed { (Vec::new(), vec![key]) } else { (vec![now.meta.clone()], Vec::new()) };
        stage.noticed(WatchEvent::Records { set, removed });
        compute(&mut stage);
        let now: Vec<_> = records()
            .into_iter()
            .map(|old| if old.meta.key == now.meta.key { now.clone() } else { old })
            .collect();
        stage.show(&now);
        stage
    };
    each("changed_meanwhile", |width, height| meanwhile(width, height, false));
    each("removed_meanwhile", |width, height| meanwhile(width, height, true));
    each("failed", |width, height| {
        let mut stage = opened(width, height);
        let why = "WRONGTYPE Operation against a key holding the wrong kind of value";
        stage.keys("j");
        stage.answer(Slot::Record, Err(Error::new(ErrorKind::WrongType, why)));
        stage
    });
    each("gone", |width, height| {
        let mut stage = opened(width, height);
        stage.keys("j");
        let (ticket, _) = stage.take(Slot::Record);
        let key = records()[1].meta.key.clone();
        let missing = larder::app::RecordView::Missing(key);
        stage.event(Event::Loaded(Slot::Record, ticket, Ok(Loaded::Record(missing))));
        stage
    });
}

#[test]
fn versions_of_a_record_that_a_crawl_writes() {
    let watched = |width: u16, height: u16, keys: &str| {
        let mut stage = on_record(width, height, "");
        for (second, page) in [(3, 8), (5, 9)] {
            stage.app.now = Timestamp::from_micros(NOW + second * 1_000_000);
            let text = format!(r#"{{"page": {page}, "seen": [1, 2.50, {page}00], "ok": true}}"#);
            let now = record("CRAWLEE_STATE", JSON, &text);
            let set = vec![now.meta.clone()];
            stage.noticed(WatchEvent::Records { set, removed: Vec::new() }).show(&[now]);
            compute(&mut stage);
        }
        stage.keys(keys);
        compute(&mut stage);
        stage
    };
    each("changed", |width, height| watched(width, height, ""));
    each("versions", |width, height| watched(width, height, "H"));
}
