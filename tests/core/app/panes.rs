//! The widths of the panes, by their content and by the user's choice.

use larder::app::{Effect, Event, Loaded, Pane, PaneSizes, Settings, Slot};
use larder::model::{StoreInfo, WatchEvent, WatchSource};
use larder::theme::{Role, Theme};

use crate::stage::{Stage, computed, index, plain, record, store};

use super::{JSON, opened, shop};

fn width(stage: &Stage, pane: Pane) -> u16 {
    stage.app.layout().area(pane).map_or(0, |area| area.width)
}

fn kept(stage: &Stage) -> Vec<PaneSizes> {
    let kept = stage.asked.iter().filter_map(|effect| match effect {
        Effect::KeepPanes(sizes) => Some(*sizes),
        _ => None,
    });
    kept.collect()
}

#[test]
fn a_pane_is_made_wider_narrower_and_zoomed_and_that_is_kept() {
    let mut stage = opened();
    let [stores, keys, value] =
        [Pane::Stores, Pane::Keys, Pane::Record].map(|pane| width(&stage, pane));
    stage.keys(">>");
    assert_eq!((width(&stage, Pane::Keys), width(&stage, Pane::Record)), (keys + 4, value - 4));
    stage.keys("<tab>").keys("<");
    assert_eq!(stage.app.focus, Pane::Record);
    assert_eq!((width(&stage, Pane::Keys), width(&stage, Pane::Record)), (keys + 6, value - 6));
    stage.keys("<tab>>");
    assert_eq!((stage.app.focus, width(&stage, Pane::Stores)), (Pane::Stores, stores + 2));
    stage.keys("Z");
    assert_eq!(width(&stage, Pane::Stores), 120);
    assert!(stage.frame().contains("zoomed: Z shows the other panes"), "{}", stage.frame());
    stage.keys(">");
    assert_eq!(stage.notice(), "zoomed · Z shows the other panes");
    let sizes = *kept(&stage).last().unwrap();
    assert_eq!(sizes, stage.app.split.sizes);
    assert!(sizes.zoomed);
    // The next run begins with these widths.
    let settings = Settings { panes: sizes, ..Settings::default() };
    let mut next = Stage::with(120, 36, settings);
    next.connect(vec![store("default", 2), store("shop", 3)]);
    assert_eq!(width(&next, Pane::Stores), 120);
    next.keys("Z");
    assert_eq!(width(&next, Pane::Stores), stores + 2);
}

#[test]
fn where_one_pane_fits_there_is_no_width_to_choose() {
    let mut stage = Stage::new(40, 10);
    stage.connect(vec![store("shop", 3), store("other", 1)]);
    for key in [">", "<", "Z"] {
        stage.keys(key);
        assert_eq!(stage.notice(), "only one pane fits here");
    }
    assert_eq!(kept(&stage), Vec::new());
}

#[test]
fn the_list_of_stores_goes_when_its_only_store_is_open_and_comes_back_with_another() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("shop", 3)]);
    stage.answer(
        larder::app::Slot::Keys,
        Ok(larder::app::Loaded::keys(crate::stage::index(&shop()), 1.0)),
    );
    stage.show(&shop());
    assert_eq!((stage.app.focus, width(&stage, Pane::Stores)), (Pane::Keys, 0));
    assert!(!stage.frame().contains("Stores"), "{}", stage.frame());
    // The list of stores is shown on a key.
    stage.keys("h");
    assert!(stage.frame().contains("Stores 1"), "{}", stage.frame());
    stage.keys("l");
    assert_eq!(width(&stage, Pane::Stores), 0);
    // It is also shown with a second store.
    stage.noticed(WatchEvent::Source(WatchSource::SubKeys));
    stage.noticed(WatchEvent::Store(store("errors", 1)));
    assert!(stage.frame().contains("Stores 2"), "{}", stage.frame());
    stage.noticed(WatchEvent::StoreGone("errors".into()));
    assert_eq!(width(&stage, Pane::Stores), 0);
}

#[test]
fn the_list_of_stores_is_as_wide_as_what_it_holds() {
    let mut stage = Stage::new(200, 50);
    stage.connect(vec![store("a", 1), store("b", 1)]);
    let narrow = width(&stage, Pane::Stores);
    let named = |name: &str| StoreInfo { records: Some(1_234_567), ..store(name, 1) };
    stage.noticed(WatchEvent::Store(named("a-store-with-a-long-name")));
    assert_eq!(width(&stage, Pane::Stores), narrow + 24 - 7 + 2);
    assert!(stage.frame().contains("a-store-with-a-long-name  1,234,567"), "{}", stage.frame());
}

#[test]
fn keys_that_begin_alike_are_cut_so_that_they_differ() {
    let name = |at: usize| format!("ERROR_SNAPSHOT_of_the_list_of_products_{at:04}_first_try.html");
    let records: Vec<_> = (40..50).map(|at| record(&name(at), JSON, "1")).collect();
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 2), store("shop", 10)]);
    stage.keys("j").open(&records);
    let frame = stage.frame();
    let rows = frame.lines().filter(|line| line.contains("ERR") && line.contains("json"));
    let mut rows: Vec<_> = rows.map(|line| line.split('┃').nth(1).unwrap().to_owned()).collect();
    assert_eq!(rows.len(), 10, "{frame}");
    for row in &mut rows {
        *row = row.replace('▌', " ");
    }
    rows.sort();
    rows.dedup();
    assert_eq!(rows.len(), 10, "{frame}");
}

#[test]
fn letters_that_a_filter_found_are_lit_in_a_key_that_is_cut() {
    use larder::theme::Role;
    let records = [record("a-very-long-name-of-a-record-that-is-cut-needle.json", JSON, "1")];
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 2), store("shop", 10)]);
    stage.keys("j").open(&records);
    stage.keys("/needle");
    let (ticket, read) = stage.take(larder::app::Slot::Select);
    let found = crate::stage::computed(read);
    stage.event(larder::app::Event::Loaded(larder::app::Slot::Select, ticket, Ok(found)));
    let buffer = stage.buffer(plain());
    let style = plain().style(Role::KeyMatch);
    let lit: String = buffer
        .content()
        .iter()
        .filter(|cell| cell.modifier.contains(style.add_modifier) && cell.symbol() != " ")
        .map(ratatui::buffer::Cell::symbol)
        .collect();
    assert!(lit.contains("needle"), "{lit}\n{}", stage.frame());
}

#[test]
fn a_content_type_gives_way_to_keys_that_need_the_room() {
    let kinds = ["application/octet-stream", "text/markdown", JSON];
    let seen = |key: &str, width: u16| {
        let records: Vec<_> = kinds
            .iter()
            .zip(0..)
            .map(|(kind, at)| record(&format!("{key}{at}"), kind, "1"))
            .collect();
        let mut stage = Stage::new(width, 24);
        stage.connect(vec![store("shop", 3)]);
        stage.open(&records);
        stage
    };
    for (key, width, kind) in [
        ("page-1", 80, "markdown"),
        ("page-0001.jpg", 80, "markd…"),
        ("page-00000001.jpg", 120, "markdown"),
        ("a-name-of-twenty-4-cell", 120, "markdown"),
    ] {
        let mut stage = seen(key, width);
        let frame = stage.frame();
        assert!(frame.contains(&format!("{key}2")) && frame.contains(kind), "{kind}:\n{frame}");
    }
    // When the list is sorted by it, the column stays.
    let mut stage = seen("SDK_CRAWLER_STATISTICS", 80);
    let frame = stage.frame();
    assert!(frame.contains("SDK_CRAWLER_STATISTICS2") && !frame.contains("Type"), "{frame}");
    stage.keys("s");
    let (ticket, read) = stage.take(Slot::Select);
    stage.event(Event::Loaded(Slot::Select, ticket, Ok(computed(read))));
    assert!(stage.frame().contains("Type ▲"), "{}", stage.frame());
}

#[test]
fn what_lies_behind_a_dialog_is_dim() {
    let colours = |variable: &str| (variable == "COLORTERM").then(|| "truecolor".to_owned());
    let theme = Theme::from_settings("dark", &toml::Table::new(), &colours).unwrap();
    let dim = theme.style(Role::Dim);
    for (keys, is_box) in [("d", true), ("i", true), ("/", false)] {
        let mut stage = opened();
        stage.keys(keys);
        let buffer = stage.buffer(theme.clone());
        // The name of a store is beside the dialog, that of the program above it.
        let (store, program) = (&buffer[(4, 3)], &buffer[(1, 0)]);
        assert_eq!(store.style().fg == dim.fg, is_box, "{keys}: {store:?}");
        assert_ne!(program.style().fg, dim.fg, "{keys}");
    }
}

#[test]
fn what_becomes_of_a_store_is_told_however_long_its_name_is() {
    for (width, height) in [(40, 10), (80, 24)] {
        let mut stage = Stage::new(width, height);
        stage.connect(vec![store(&"x".repeat(200), 3), store("zoo", 1)]);
        stage.keys("D");
        let frame = stage.frame();
        for told in ["xxx…", "3 records", "Undoable 10 min", "No", "drop"] {
            assert!(frame.contains(told), "{told}: {frame}");
        }
    }
}

#[test]
fn a_pane_is_gone_to_by_its_number_if_there_is_something_in_it() {
    let mut stage = Stage::new(120, 36);
    stage.connect(Vec::new());
    for key in ["2", "3"] {
        stage.keys(key);
        assert_eq!((stage.app.focus, stage.notice()), (Pane::Stores, "nothing is open there yet"));
    }
    let mut stage = opened();
    for (key, pane) in [("3", Pane::Record), ("1", Pane::Stores), ("2", Pane::Keys)] {
        stage.keys(key);
        assert_eq!(stage.app.focus, pane);
    }
}

#[test]
fn a_pane_that_is_gone_to_from_the_stores_has_the_store_under_the_cursor() {
    for key in ["2", "3", "<tab>", "<shift-tab>"] {
        let mut stage = Stage::new(120, 36);
        stage.connect(vec![store("default", 2), store("shop", 3)]);
        stage.keys("j").keys(key);
        let open = |stage: &Stage| stage.app.keys.store.as_ref().map(ToString::to_string);
        let expected = |store: &str| (Pane::Keys, Some(store.to_owned()));
        assert_eq!((stage.app.focus, open(&stage)), expected("shop"), "{key}");
        // Another one than the open one is shown, too.
        stage.answer(Slot::Keys, Ok(Loaded::keys(index(&shop()), 1.0)));
        stage.show(&shop()).keys("1k").keys(key);
        assert_eq!((stage.app.focus, open(&stage)), expected("default"), "{key}");
    }
}

#[test]
fn the_value_is_scrolled_with_the_cursor_on_its_key() {
    let text = (0..200).fold(String::new(), |text, line| text + "line " + &line.to_string() + "\n");
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    stage.keys("j").open(&[record("a", "text/plain; charset=utf-8", text)]);
    assert!(stage.frame().contains("line 0 "), "{}", stage.frame());
    stage.keys("<ctrl-e>");
    let frame = stage.frame();
    assert!(!frame.contains("line 0 ") && frame.contains("line 40"), "{frame}");
    assert_eq!(stage.app.focus, Pane::Keys);
    stage.keys("<alt-up>");
    assert!(stage.frame().contains("line 0 "), "{}", stage.frame());
    // Next to the stores there is no room for it.
    let mut narrow = Stage::new(40, 10);
    narrow.connect(vec![store("default", 2), store("shop", 3)]);
    narrow.keys("j").open(&shop()).keys("<ctrl-e>");
    assert_eq!(narrow.notice(), "the value is not shown beside the keys");
}

#[test]
fn one_goes_back_to_where_one_was_and_forward_again() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    stage.keys("<ctrl-o>");
    assert_eq!(stage.notice(), "nowhere to go back to");
    stage.keys("j").open(&shop()).keys("j").show(&shop());
    let place = |stage: &Stage| {
        let key = stage.app.keys.current().map(|meta| meta.key.to_string());
        (stage.app.keys.store.as_ref().map(ToString::to_string), key, stage.app.focus)
    };
    let left = place(&stage);
    assert_eq!(left.2, Pane::Keys);
    stage.keys("1k<enter>");
    let other = [record("x", JSON, "1"), record("y", JSON, "2")];
    stage.answer(Slot::Keys, Ok(Loaded::keys(index(&other), 1.0)));
    stage.show(&other).keys("<end>").show(&other);
    let here = place(&stage);
    assert_eq!(here.1.as_deref(), Some("y"));
    for (key, records, expected) in [
        ("<ctrl-o>", &shop()[..], &left),
        ("<alt-o>", &other[..], &here),
        ("<ctrl-o>", &shop()[..], &left),
    ] {
        stage.keys(key);
        stage.answer(Slot::Keys, Ok(Loaded::keys(index(records), 1.0)));
        stage.show(records);
        assert_eq!(place(&stage), *expected, "{key}");
    }
    stage.keys("<ctrl-o>");
    assert_eq!(stage.notice(), "nowhere to go back to");
}
