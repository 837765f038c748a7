//! The lists and their cursors while the storage answers.

use larder::app::{Compute, Effect, Event, Loaded, Pane, Read, Slot};
use larder::model::{
    Error, ErrorKind, Key, OpenBy, ServerInfo, StoreInfo, StoreState, WatchEvent, Write, Written,
};

use larder::text;
use ratatui::buffer::Cell;
use ratatui::style::Modifier;

use super::{JSON, opened, shop};
use crate::stage::{Stage, computed, index, plain, record, shown, store};

#[test]
fn the_first_record_is_read_as_soon_as_its_key_is_known() {
    let stage = opened();
    assert_eq!(stage.app.record.meta().unwrap().key, Key::from("a"));
    assert!(stage.asked.iter().all(|effect| !matches!(effect, Effect::Read(Slot::Record, ..))));
}

#[test]
fn a_late_record_is_not_shown() {
    let mut stage = opened();
    stage.keys("j");
    let (first, _) = stage.take(Slot::Record);
    stage.keys("j");
    stage.event(Event::Loaded(
        Slot::Record,
        first,
        Ok(Loaded::Record(shown(record("b", JSON, "2")))),
    ));
    assert_eq!(stage.app.record.shown.as_ref().unwrap().key(), &Key::from("a"));
    stage.show(&shop());
    assert_eq!(stage.app.record.meta().unwrap().key, Key::from("c"));
}

#[test]
fn the_cursor_stays_on_its_key_while_records_come_and_go() {
    let mut stage = opened();
    stage.keys("j").show(&shop());
    stage.keys("r");
    let mut more = shop();
    more.insert(0, record("0", JSON, "0"));
    more.insert(0, record("00", JSON, "0"));
    stage.answer(Slot::Keys, Ok(Loaded::keys(index(&more), 1.0)));
    assert_eq!(stage.app.keys.current().unwrap().key, Key::from("b"));
    assert_eq!(stage.app.keys.cursor.at, 3);
    // After its key is gone, the cursor is on the next one.
    stage.keys("r");
    let fewer = vec![record("a", JSON, "1"), record("c", JSON, "3")];
    stage.answer(Slot::Keys, Ok(Loaded::keys(index(&fewer), 1.0)));
    assert_eq!(stage.app.keys.current().unwrap().key, Key::from("c"));
}

#[test]
fn a_filter_works_as_one_types_and_esc_clears_it() {
    let mut stage = opened();
    stage.keys("/B");
    let (ticket, read) = stage.take(Slot::Select);
    let Read::Compute(Compute::Select(index, query)) = read else { panic!() };
    assert_eq!(query.filter, "B");
    let none = larder::index::RowOrder::new(&index, &query, &|| true).unwrap();
    stage.event(Event::Loaded(Slot::Select, ticket, Ok(Loaded::Selected(index, none))));
    assert!(stage.app.keys.is_empty());
    stage.keys("<esc>");
    assert_eq!((stage.app.keys.filter.as_str(), stage.app.keys.len()), ("", 3));
}

/// Makes the order of rows that was last asked for; earlier requests are given up.
fn select(stage: &mut Stage) {
    let is_select = |effect: &Effect| matches!(effect, Effect::Read(Slot::Select, ..));
    while stage.asked.iter().filter(|effect| is_select(effect)).count() > 1 {
        stage.take(Slot::Select);
    }
    let (ticket, read) = stage.take(Slot::Select);
    stage.event(Event::Loaded(Slot::Select, ticket, Ok(computed(read))));
}

fn under_cursor(stage: &Stage) -> String {
    stage.app.keys.current().map(|meta| meta.key.escaped()).unwrap_or_default()
}

#[test]
fn the_first_match_is_chosen_while_one_types_and_esc_goes_back_to_the_key_before() {
    let mut stage = opened();
    stage.keys("jj").show(&shop());
    assert_eq!(under_cursor(&stage), "c");
    stage.keys("/B<backspace>").asked.clear();
    stage.keys("b");
    select(&mut stage);
    assert_eq!(under_cursor(&stage), "b");
    stage.keys("<esc>");
    assert_eq!(under_cursor(&stage), "c");
    // The filter that was taken stays.
    stage.keys("/~").asked.clear();
    stage.keys("b");
    select(&mut stage);
    stage.keys("<enter>");
    assert_eq!(under_cursor(&stage), "b");
    stage.keys("<esc>");
    assert_eq!((under_cursor(&stage), stage.app.keys.len()), ("b".to_owned(), 3));
}

fn marked(stage: &Stage) -> Vec<String> {
    stage.app.keys.marks.keys.iter().map(Key::escaped).collect()
}

#[test]
fn a_range_all_that_is_shown_and_the_rest_of_it_are_marked() {
    let mut stage = opened();
    stage.keys("jVj");
    assert!(stage.frame().contains("range of 2"), "{}", stage.frame());
    assert!(marked(&stage).is_empty());
    stage.keys("V");
    assert_eq!(marked(&stage), ["b", "c"]);
    stage.keys("*");
    assert_eq!(marked(&stage), ["a"]);
    stage.keys("<ctrl-a>");
    assert_eq!(marked(&stage), ["a", "b", "c"]);
    let bytes = text::size(shop().iter().map(|record| record.meta.size).sum());
    assert!(stage.frame().contains(&format!("3 marked · {bytes}")), "{}", stage.frame());
    stage.keys("x");
    assert!(marked(&stage).is_empty());
    // A range upwards, and one that esc gives up.
    stage.keys("Vk<esc>V<esc>");
    assert!(marked(&stage).is_empty() && stage.app.keys.range().is_none());
    stage.keys("GVkd");
    assert_eq!(marked(&stage), ["b", "c"], "what is deleted is the range");
}

#[test]
fn only_what_the_filter_shows_is_marked_and_marks_out_of_sight_are_told() {
    let mut stage = opened();
    stage.keys("<space>/b");
    select(&mut stage);
    stage.keys("<enter><ctrl-a>");
    assert_eq!(marked(&stage), ["a", "b"]);
    assert!(stage.frame().contains("1 not shown"), "{}", stage.frame());
    stage.keys("d");
    let frame = stage.frame();
    assert!(frame.contains("a, b") && frame.contains("1 of them is not shown"), "{frame}");
    stage.keys("<esc><esc>");
    assert!(!stage.frame().contains("not shown"), "{}", stage.frame());
}

#[test]
fn the_first_five_of_many_are_named_before_they_are_deleted() {
    let records: Vec<_> = (1..=8).map(|at| record(&format!("k{at}"), JSON, "1")).collect();
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("shop", 8)]);
    stage.open(&records).keys("<ctrl-a>d");
    assert!(stage.frame().contains("k1, k2, k3, k4, k5 + 3 more"), "{}", stage.frame());
}

#[test]
fn a_filter_is_read_in_the_title_at_every_width_and_its_letters_are_lit() {
    for (width, height) in [(120, 36), (80, 24), (40, 10), (20, 8)] {
        let mut stage = Stage::new(width, height);
        stage.connect(vec![store("a store with quite a long name", 3)]);
        stage.open(&shop());
        stage.keys("/b");
        select(&mut stage);
        let frame = stage.frame();
        assert!(frame.contains("/b · 1 of 3"), "{width}: {frame}");
        let buffer = stage.buffer(plain());
        // The last line is left out, as the filter is typed there.
        let cells = buffer.content().iter().take(usize::from(width * (height - 1)));
        let lit = cells.filter(|cell| cell.modifier.contains(Modifier::UNDERLINED));
        assert_eq!(lit.map(Cell::symbol).collect::<String>(), "b", "{width}");
    }
}

#[test]
fn a_regular_expression_filters_and_one_that_is_wrong_leaves_the_list_as_it_is() {
    let mut stage = opened();
    stage.keys("/");
    assert!(stage.frame().contains("~ fuzzy · / regex · @ type"), "{}", stage.frame());
    stage.keys("/[");
    let frame = stage.frame();
    assert!(frame.contains("! [ is not closed") && !frame.contains("~ fuzzy"), "{frame}");
    assert_eq!((stage.app.keys.filter.as_str(), stage.app.keys.len()), ("/", 3));
    // Enter does not keep a filter that cannot be used, and the footer does not offer it.
    assert!(!stage.frame().contains("↵ keep"), "{}", stage.frame());
    stage.keys("<enter>");
    assert!(stage.app.layer().is_some());
    stage.keys("bc]$");
    select(&mut stage);
    let frame = stage.frame();
    assert!(frame.contains("//[bc]$ · 2 of 3") && !frame.contains("is not closed"), "{frame}");
    assert_eq!(stage.app.keys.current().unwrap().key, Key::from("b"));
    stage.keys("<enter>");
    assert!(stage.app.layer().is_none());
    let buffer = stage.buffer(plain());
    let lit = buffer.content().iter().filter(|cell| cell.modifier.contains(Modifier::UNDERLINED));
    assert_eq!(lit.map(Cell::symbol).collect::<String>(), "bc");
    stage.keys("<esc>");
    assert_eq!((stage.app.keys.filter.as_str(), stage.app.keys.len()), ("", 3));
}

#[test]
fn stores_are_filtered_as_keys_are_and_the_letters_that_are_found_are_lit() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("crawl-1", 1), store("crawl-22", 1), store("other", 1)]);
    stage.keys("//l-\\d$");
    let frame = stage.frame();
    assert!(frame.contains("Stores //l-\\d$ · 1 of 3") && !frame.contains("@ type"), "{frame}");
    let buffer = stage.buffer(plain());
    let cells = buffer.content().iter().take(120 * 35);
    let lit = cells.filter(|cell| cell.modifier.contains(Modifier::UNDERLINED));
    assert_eq!(lit.map(Cell::symbol).collect::<String>(), "l-1");
    stage.keys("<esc>/~cw22");
    assert_eq!(stage.app.stores.current().unwrap().store, "crawl-22".into());
}

#[test]
fn where_stores_have_little_room_their_names_go_before_their_ages() {
    let mut stage = Stage::new(60, 16);
    stage.connect(vec![store("default", 1), store("shop-snapshots", 1)]);
    let frame = stage.frame();
    assert!(frame.contains("  default") && !frame.contains("Changed"), "{frame}");
    // An order by age shows the ages.
    stage.keys("ss");
    assert!(stage.frame().contains("Changed▼"), "{}", stage.frame());
    stage.keys("/shop-snap");
    assert!(stage.frame().contains("/shop-snap · 1 of 2"), "{}", stage.frame());
}

#[test]
fn a_store_that_is_not_whole_is_no_empty_one() {
    let mut stage = Stage::new(120, 36);
    let half = StoreInfo { state: StoreState::HalfMade, ..store("half", 0) };
    stage.connect(vec![half]);
    stage.answer(Slot::Keys, Ok(Loaded::keys(index(&[]), 1.0)));
    let frame = stage.frame();
    assert!(frame.contains("half-made: no metadata") && !frame.contains("no records"), "{frame}");
}

#[test]
fn a_failed_read_is_told_in_its_pane() {
    let mut stage = opened();
    stage.keys("j");
    let error = Error::new(ErrorKind::Permission, "the server forbids HGET");
    stage.answer(Slot::Record, Err(error));
    assert!(stage.frame().contains("the server forbids HGET; ask for the"));
    assert_eq!(stage.app.keys.len(), 3);
}

#[test]
fn where_the_list_of_stores_is_hidden_one_is_opened_by_its_name() {
    let mut stage = Stage::new(120, 36);
    let hidden = || Err(Error::new(ErrorKind::Permission, "the user may not see the list"));
    stage.event(Event::Connected(Ok(ServerInfo::default())));
    stage.answer(Slot::Stores, hidden());
    let frame = stage.frame();
    assert!(frame.contains("the user may not see"), "{frame}");
    assert!(frame.contains("n opens one by"), "{frame}");
    stage.keys("nshop<enter>");
    let write = stage.write();
    assert_eq!(write, Write::Create(OpenBy::Name("shop".into())));
    stage.written(write, Ok(Written::default()));
    stage.answer(Slot::Stores, hidden());
    stage.answer(Slot::Keys, Ok(Loaded::keys(index(&shop()), 1.0)));
    assert_eq!(stage.notice(), "the store was there already", "the refusal is known");
    stage.noticed(WatchEvent::Store(store("shop", 3)));
    assert_eq!(stage.app.stores.current().unwrap().store, "shop".into());
    assert_eq!(stage.app.keys.len(), 3);
}

#[test]
fn until_the_user_moves_the_cursor_is_on_the_first_row_whatever_arrives() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("shop", 3)]);
    let (ticket, _) = stage.take(Slot::Keys);
    let all = shop();
    stage.event(Event::Loaded(Slot::Keys, ticket, Ok(Loaded::keys(index(&all[2..]), 0.3))));
    assert_eq!(stage.app.keys.current().unwrap().key, Key::from("c"));
    stage.event(Event::Loaded(Slot::Keys, ticket, Ok(Loaded::keys(index(&all), 1.0))));
    assert_eq!(stage.app.keys.current().unwrap().key, Key::from("a"));
    stage.show(&all);
    // From then on, the cursor stays on its key.
    stage.keys("r");
    let mut more = vec![record("0", JSON, "0")];
    more.extend(all);
    stage.answer(Slot::Keys, Ok(Loaded::keys(index(&more), 1.0)));
    assert_eq!(stage.app.keys.current().unwrap().key, Key::from("a"));
}

#[test]
fn a_smaller_window_keeps_the_cursor_on_its_key() {
    let records: Vec<_> = (0..60).map(|n| record(&format!("k{n:02}"), JSON, "1")).collect();
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("one", 60)]);
    stage.answer(Slot::Keys, Ok(Loaded::keys(index(&records), 1.0)));
    stage.keys("<pgdn>");
    let before = stage.app.keys.current().unwrap().key;
    stage.event(Event::Resize(40, 10));
    assert_eq!(stage.app.keys.current().unwrap().key, before);
    let cursor = stage.app.keys.cursor;
    assert!((cursor.top..cursor.top + 5).contains(&cursor.at), "{cursor:?}");
}

#[test]
fn the_order_of_a_store_left_behind_is_not_shown_for_another() {
    let mut stage = opened();
    stage.keys("s");
    let (ticket, read) = stage.take(Slot::Select);
    let Read::Compute(Compute::Select(old, _)) = read else { panic!() };
    stage.keys("hk<enter>");
    let late = larder::index::RowOrder::all(&old);
    stage.event(Event::Loaded(Slot::Select, ticket, Ok(Loaded::Selected(old, late))));
    assert!(stage.app.keys.is_empty());
}

#[test]
fn the_end_of_the_help_can_be_left_again() {
    let mut stage = opened();
    stage.keys("?");
    let top = stage.frame();
    stage.keys("G");
    let end = stage.frame();
    assert_ne!(top, end);
    stage.keys("k");
    assert_ne!(stage.frame(), end);
}

#[test]
fn a_key_that_cannot_be_used_says_why_and_the_footer_leaves_it_out() {
    use larder::keymap::Action;
    let mut stage = Stage::new(120, 36);
    let text = |stage: &Stage| stage.app.notice.as_ref().map(|notice| notice.text.clone());
    stage.keys("n");
    assert_eq!(text(&stage).unwrap(), "not connected yet");
    stage.connect(vec![]);
    stage.keys("D");
    assert_eq!(text(&stage).unwrap(), "there is no store under the cursor");
    stage.keys("T");
    assert!(text(&stage).unwrap().starts_with("no other targets"));
    for action in [Action::Drop, Action::Open, Action::Details, Action::Targets] {
        assert!(stage.app.allowed(action).is_err(), "{action}");
    }
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 1)]);
    stage.open(&[record("a", "text/plain", "x")]);
    stage.keys("u");
    assert_eq!(text(&stage).unwrap(), "there is nothing to undo");
    stage.keys("x");
    assert_eq!(text(&stage).unwrap(), "no record is marked");
    stage.keys("f");
    assert_eq!(text(&stage).unwrap(), "all of this value is here already");
    stage.keys("<enter>n");
    assert_eq!(text(&stage).unwrap(), "nothing is searched for");
    assert!(stage.app.allowed(Action::Edit).is_ok());
}

#[test]
fn moves_before_the_first_keys_are_made_among_them() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    stage.keys("j<enter>jjk");
    assert_eq!(stage.app.focus, Pane::Keys);
    stage.answer(Slot::Keys, Ok(Loaded::keys(index(&shop()), 1.0)));
    assert_eq!(stage.app.keys.cursor.at, 1, "two down and one up");
    stage.keys("j");
    assert_eq!(stage.app.keys.cursor.at, 2, "and no more of them later");
}

#[test]
fn moves_in_an_empty_store_are_not_made_later() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 2), store("shop", 0)]);
    stage.keys("j<enter>jj");
    stage.answer(Slot::Keys, Ok(Loaded::keys(index(&[]), 1.0)));
    stage.keys("jr");
    stage.answer(Slot::Keys, Ok(Loaded::keys(index(&shop()), 1.0)));
    assert_eq!(stage.app.keys.len(), 3);
    assert_eq!(stage.app.keys.cursor.at, 0);
}
