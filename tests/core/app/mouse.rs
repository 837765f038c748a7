//! The mouse: clicks, the wheel and drags.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use larder::app::store_sort::StoreSort;
use larder::app::{Effect, Event, Layer, Pane, Slot};
use larder::index::Sort;
use larder::model::{Error, ErrorKind, Record, Timestamp, WatchEvent, Write};
use larder::theme::Symbols;
use larder::view::{Appearance, Pictures, spot_at};
use ratatui::style::Modifier;

use crate::stage::{Stage, computed, plain, record, store};

use super::{JSON, opened, shop};

/// The event that the shell makes of the mouse, with the spot of a click.
pub(super) fn pointed(stage: &Stage, kind: MouseEventKind, column: u16, row: u16) -> Event {
    let mouse = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
    let spot_at = || {
        let appearance =
            Appearance { theme: plain(), symbols: Symbols::UNICODE, pictures: Pictures::Cells };
        spot_at(&stage.app, &appearance, column, row)
    };
    let clicks = kind == MouseEventKind::Down(MouseButton::Left);
    let spot = clicks.then(spot_at).flatten();
    match spot {
        Some(spot) => Event::Click(spot, mouse),
        None => Event::Mouse(mouse),
    }
}

fn point(stage: &mut Stage, kind: MouseEventKind, (x, y): (u16, u16)) {
    let event = pointed(stage, kind, x, y);
    stage.event(event);
}

fn click(stage: &mut Stage, place: (u16, u16)) {
    point(stage, MouseEventKind::Down(MouseButton::Left), place);
    point(stage, MouseEventKind::Up(MouseButton::Left), place);
}

/// The first cell of a text on the screen.
fn find(stage: &mut Stage, text: &str) -> (u16, u16) {
    let frame = stage.frame();
    let row = frame.lines().position(|line| line.contains(text));
    let row = row.unwrap_or_else(|| panic!("no {text:?} in\n{frame}"));
    let line = frame.lines().nth(row).unwrap();
    let x = line[..line.find(text).unwrap()].chars().count();
    (u16::try_from(x).unwrap(), u16::try_from(row).unwrap())
}

fn click_on(stage: &mut Stage, text: &str) {
    let place = find(stage, text);
    click(stage, place);
}

#[test]
fn a_key_that_the_border_names_is_pressed_there() {
    let mut stage = Stage::new(80, 24);
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    stage.keys("j").open(&shop());
    let line = stage.frame().lines().nth(22).unwrap().to_owned();
    assert!(line.contains(" y copy "), "{}", stage.frame());
    click_on(&mut stage, "y copy");
    let copied = |effect: &Effect| matches!(effect, Effect::Copy { what: "key", .. });
    assert_eq!(stage.asked.iter().filter(|effect| copied(effect)).count(), 1);
    // Right next to it is the plain border.
    let (x, y) = find(&mut stage, "y copy");
    click(&mut stage, (x + 8, y));
    assert_eq!(stage.asked.iter().filter(|effect| copied(effect)).count(), 1);
}

fn under_cursor(stage: &Stage) -> String {
    stage.app.keys.current().map(|meta| meta.key.escaped()).unwrap_or_default()
}

fn many(count: usize) -> Vec<Record> {
    (0..count).map(|at| record(&format!("page-{at:03}"), JSON, "1")).collect()
}

fn long_list() -> Stage {
    let mut stage = Stage::new(120, 20);
    stage.connect(vec![store("shop", 100)]);
    stage.open(&many(100));
    stage
}

#[test]
fn a_click_puts_the_cursor_and_a_double_click_opens() {
    let mut stage = opened();
    let (x, y) = find(&mut stage, "b   ");
    click(&mut stage, (x, y));
    assert_eq!((under_cursor(&stage).as_str(), stage.app.focus), ("b", Pane::Keys));
    stage.show(&shop());
    stage.app.now = Timestamp::from_micros(stage.app.now.micros() + 2_000_000);
    click(&mut stage, (x, y));
    assert_eq!(stage.app.focus, Pane::Keys, "a second click that is late is another first one");
    click(&mut stage, (x, y));
    assert_eq!(stage.app.focus, Pane::Record);
    // In the list of stores, a double click opens a store.
    let place = find(&mut stage, "default");
    click(&mut stage, place);
    assert_eq!(
        (stage.app.focus, stage.app.keys.store.clone()),
        (Pane::Stores, Some("shop".into()))
    );
    click(&mut stage, place);
    assert_eq!(
        (stage.app.focus, stage.app.keys.store.clone()),
        (Pane::Keys, Some("default".into()))
    );
}

#[test]
fn what_is_shown_of_a_store_that_is_not_open_opens_it_when_it_is_clicked() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    click_on(&mut stage, "shop");
    assert_eq!(stage.app.keys.store, None);
    let keys = stage.app.layout().keys.unwrap();
    click(&mut stage, (keys.x + 5, keys.y + 5));
    assert_eq!(stage.app.keys.store, Some("shop".into()));
}

#[test]
fn heads_of_columns_sort_and_turn_the_order() {
    let mut stage = opened();
    click_on(&mut stage, "Size");
    assert_eq!((stage.app.keys.sort, stage.app.keys.descending), (Sort::Size, true));
    click_on(&mut stage, "Size");
    assert_eq!((stage.app.keys.sort, stage.app.keys.descending), (Sort::Size, false));
    click_on(&mut stage, "Type");
    assert_eq!((stage.app.keys.sort, stage.app.keys.descending), (Sort::ContentType, false));
    click_on(&mut stage, "Key");
    assert_eq!((stage.app.keys.sort, stage.app.keys.descending), (Sort::Key, false));
    let sort = |stage: &Stage| (stage.app.stores.sort, stage.app.stores.descending);
    click_on(&mut stage, "Records");
    assert_eq!((stage.app.focus, sort(&stage)), (Pane::Stores, (StoreSort::Records, true)));
    click_on(&mut stage, "Changed");
    assert_eq!(sort(&stage), (StoreSort::Changed, true));
    click_on(&mut stage, "Store ");
    assert_eq!(sort(&stage), (StoreSort::Name, false));
    click_on(&mut stage, "Store ▲");
    assert_eq!(sort(&stage), (StoreSort::Name, true));
}

#[test]
fn each_hint_of_the_footer_is_a_button() {
    let mut stage = opened();
    click_on(&mut stage, "mark");
    assert_eq!(stage.app.keys.marks.keys.len(), 1);
    click_on(&mut stage, "delete 1");
    assert!(stage.frame().contains("Delete"), "{}", stage.frame());
    // The buttons of a question can be clicked too.
    click_on(&mut stage, "n No");
    assert!(stage.app.layers.is_empty() && stage.writes().is_empty());
    click_on(&mut stage, "delete 1");
    click_on(&mut stage, "y delete");
    assert!(matches!(stage.write(), Write::Delete { .. }));
    // A click on any named key does what the key does.
    let mut stage = opened();
    for x in 0..120 {
        let event = pointed(&stage, MouseEventKind::Down(MouseButton::Left), x, 35);
        if let Event::Click(larder::app::Spot::Key(chord), _) = event {
            let hints = larder::app::hints(&stage.app);
            assert!(hints.iter().any(|hint| hint.chord == chord), "{chord}");
        }
    }
    click_on(&mut stage, "? help");
    assert!(matches!(stage.app.layer(), Some(Layer::Help(_))));
}

#[test]
fn the_button_of_a_name_to_be_typed_does_nothing_before_it_is() {
    let mut stage = opened();
    stage.keys("<left>D");
    click_on(&mut stage, "↵ drop");
    assert!(matches!(stage.app.layer(), Some(Layer::Confirm(_))) && stage.writes().is_empty());
    stage.keys("shop");
    click_on(&mut stage, "↵ drop");
    assert_eq!(stage.write(), Write::Drop("shop".into()));
}

#[test]
fn a_click_beside_a_dialog_closes_it_and_never_says_yes() {
    let mut stage = opened();
    for keys in ["?", "i", "t", "d", "C", "J", "R", "n<esc>"] {
        stage.keys(keys);
        if stage.app.layers.is_empty() {
            continue;
        }
        let inside = stage.app.layout().body;
        if !matches!(stage.app.layer(), Some(Layer::Prompt(_))) {
            click(&mut stage, (inside.x + inside.width / 2, inside.y + inside.height / 2));
            assert!(!stage.app.layers.is_empty(), "{keys}: a click in it closes nothing");
        }
        click(&mut stage, (2, 0));
        assert!(stage.app.layers.is_empty(), "{keys}: {}", stage.frame());
        assert!(stage.writes().is_empty(), "{keys}");
    }
    // Typed text that is not saved is asked about, as by esc, and the answer is No.
    stage.keys("dy").asked.clear();
    stage.keys("n").keys("name").keys("<enter><enter>x<esc>");
    assert!(matches!(stage.app.layer(), Some(Layer::Confirm(_))), "{}", stage.frame());
    click(&mut stage, (2, 0));
    assert!(stage.app.layers.is_empty() && stage.app.editor.is_some());
    assert_eq!(stage.edited(), "x");
}

#[test]
fn rows_of_dialogs_are_chosen_by_a_click_and_run_by_a_double_one() {
    let mut stage = opened();
    // In the help and the palette, a row runs.
    stage.keys("?");
    let place = find(&mut stage, "Sort by the next column");
    click(&mut stage, place);
    let Some(Layer::Help(help)) = stage.app.layer() else { panic!("{}", stage.frame()) };
    assert_eq!(help.0.current().unwrap().text, "Sort by the next column");
    let head = find(&mut stage, "Everywhere");
    click(&mut stage, head);
    let Some(Layer::Help(help)) = stage.app.layer() else { panic!("{}", stage.frame()) };
    assert_eq!(help.0.current().unwrap().text, "Sort by the next column", "a head is no row");
    click(&mut stage, place);
    assert_eq!((stage.app.layers.len(), stage.app.keys.sort), (0, Sort::ContentType));
    stage.keys(":");
    let place = find(&mut stage, "Mark all shown records");
    click(&mut stage, place);
    click(&mut stage, place);
    assert_eq!((stage.app.layers.len(), stage.app.keys.marks.keys.len()), (0, 3));
    // A row of the totals leads to the records of its type.
    stage.keys("<esc>t");
    let (ticket, read) = stage.take(Slot::Totals);
    stage.event(Event::Loaded(Slot::Totals, ticket, Ok(computed(read))));
    let place = find(&mut stage, "text/plain");
    click(&mut stage, place);
    assert!(stage.app.layer().is_some());
    click(&mut stage, place);
    assert!(stage.app.layer().is_none() && stage.app.keys.filter.starts_with("@=text/plain"));
}

#[test]
fn keys_that_the_border_of_a_dialog_names_are_buttons() {
    let mut stage = opened();
    for (key, words) in [("U", "esc close"), ("J", "esc close"), ("t", "esc close")] {
        stage.keys(key);
        assert!(stage.app.layer().is_some(), "{key}");
        let (x, y) = find(&mut stage, words);
        // Between the words of two keys, and on the border itself, a click presses nothing.
        click(&mut stage, (x - 2, y));
        assert!(stage.app.layer().is_some(), "{key}");
        click(&mut stage, (x + 5, y));
        assert!(stage.app.layer().is_none(), "{key}");
    }
    stage.keys("m");
    click_on(&mut stage, "close");
    assert!(stage.app.layer().is_none());
}

#[test]
fn the_sides_of_a_merge_are_buttons() {
    for (side, kept) in [("m yours", "{\"price\": 12}"), ("t theirs", "new")] {
        let mut stage = opened();
        stage.keys("e<down><end>2<ctrl-s>");
        let write = stage.write();
        stage.written(write, Err(Error::new(ErrorKind::Conflict, "changed")));
        stage.theirs(Some(record("a", "text/plain", "new"))).compared();
        click_on(&mut stage, side);
        assert!(stage.frame().contains("1 of 1 decided"), "{}", stage.frame());
        stage.keys("<enter>");
        match stage.writes().pop() {
            Some(Write::Set(set)) => assert_eq!(set.value, kept),
            other => assert_eq!((side, other.is_none()), ("t theirs", true)),
        }
    }
}

#[test]
fn a_click_on_a_row_keeps_the_filter_that_is_typed() {
    let mut stage = opened();
    stage.keys("/");
    stage.keys("c");
    let (ticket, read) = stage.take(Slot::Select);
    stage.event(Event::Loaded(Slot::Select, ticket, Ok(crate::stage::computed(read))));
    let keys = stage.app.layout().keys.unwrap().inner();
    click(&mut stage, (keys.x + 4, keys.y + 1));
    assert!(stage.app.layers.is_empty());
    assert_eq!((stage.app.keys.filter.as_str(), under_cursor(&stage).as_str()), ("c", "c"));
}

#[test]
fn the_wheel_moves_the_view_and_the_cursor_stays_on_its_key() {
    let mut stage = long_list();
    let keys = stage.app.layout().keys.unwrap();
    let place = (keys.x + 5, keys.y + 5);
    stage.keys("jj").show(&many(100));
    for _ in 0..10 {
        point(&mut stage, MouseEventKind::ScrollDown, place);
    }
    assert_eq!((under_cursor(&stage).as_str(), stage.app.keys.cursor.top), ("page-002", 30));
    assert!(stage.frame().contains("page-030") && !stage.frame().contains("page-002  "));
    assert!(!stage.asked.iter().any(|effect| matches!(effect, Effect::Read(Slot::Record, ..))));
    // New records move neither the cursor nor the window from their keys.
    let mut more = many(100);
    more.insert(0, record("a", JSON, "1"));
    stage.keys("r");
    stage.answer(Slot::Keys, Ok(larder::app::Loaded::keys(crate::stage::index(&more), 1.0)));
    assert_eq!((under_cursor(&stage).as_str(), stage.app.keys.cursor.top), ("page-002", 31));
    stage.noticed(WatchEvent::Store(store("shop", 101)));
    assert_eq!(stage.app.keys.cursor.top, 31);
    // The next move brings the cursor back into sight.
    stage.keys("j");
    assert_eq!((under_cursor(&stage).as_str(), stage.app.keys.cursor.top), ("page-003", 4));
    // So does sorting.
    point(&mut stage, MouseEventKind::ScrollDown, place);
    point(&mut stage, MouseEventKind::ScrollDown, place);
    stage.keys("S");
    let (ticket, read) = stage.take(Slot::Select);
    stage.event(Event::Loaded(Slot::Select, ticket, Ok(crate::stage::computed(read))));
    assert_eq!(under_cursor(&stage), "page-003");
    assert!(!stage.app.keys.cursor.away);
}

#[test]
fn the_wheel_moves_the_rows_of_the_palette_and_enter_runs_only_what_is_seen() {
    let mut stage = Stage::new(80, 16);
    stage.connect((0..40).map(|at| store(&format!("shop-{at:02}"), 1)).collect());
    stage.keys(":shop-");
    let chosen = |stage: &Stage| match stage.app.layer() {
        Some(Layer::Palette(palette)) => palette.0.current().map(|row| row.text.clone()),
        _ => None,
    };
    let first = chosen(&stage).unwrap();
    assert!(stage.frame().contains(&first), "{}", stage.frame());
    for _ in 0..4 {
        point(&mut stage, MouseEventKind::ScrollDown, (40, 6));
    }
    assert_eq!(chosen(&stage).as_deref(), Some(&*first));
    assert!(!stage.frame().contains(&first), "{}", stage.frame());
    stage.keys("<enter>");
    assert_eq!(chosen(&stage).as_deref(), Some(&*first), "not run while it was out of sight");
    assert!(stage.frame().contains(&first), "{}", stage.frame());
    // A row that is clicked is seen.
    for _ in 0..4 {
        point(&mut stage, MouseEventKind::ScrollDown, (40, 6));
    }
    stage.frame();
    click(&mut stage, (40, 6));
    let clicked = chosen(&stage).unwrap();
    assert_ne!(clicked, first);
    stage.frame();
    stage.keys("<enter>");
    assert!(stage.app.layers.is_empty(), "{clicked} is run");
}

#[test]
fn the_wheel_scrolls_a_value_beneath_the_cursor_in_it() {
    let value = format!("[{}]", vec!["1"; 200].join(","));
    let records = [record("list", JSON, &value)];
    let mut stage = Stage::new(120, 20);
    stage.connect(vec![store("shop", 1), store("other", 1)]);
    stage.keys("j").open(&records).keys("<enter><enter>");
    let (ticket, read) = stage.take(Slot::Leaves);
    stage.event(Event::Loaded(Slot::Leaves, ticket, Ok(crate::stage::computed(read))));
    let path = stage.app.leaf().unwrap().path();
    let before = stage.app.record.scroll;
    let pane = stage.app.layout().record.unwrap();
    for _ in 0..9 {
        point(&mut stage, MouseEventKind::ScrollDown, (pane.x + 3, pane.y + 3));
    }
    assert_ne!(stage.app.record.scroll, before);
    assert_eq!(stage.app.leaf().unwrap().path(), path);
    stage.keys("j");
    let lit = stage.buffer(plain());
    let rows = pane.y + 1..pane.y + pane.height - 1;
    let lit_at = |x, y| lit[(x, y)].modifier.contains(Modifier::REVERSED);
    let is_lit = |y| (pane.x + 1..pane.x + pane.width - 1).any(|x| lit_at(x, y));
    assert!(rows.clone().any(is_lit), "the cursor is in sight again: {}", stage.frame());
}

#[test]
fn cells_of_a_table_are_clicked_and_its_heads_sort() {
    let csv = "name,price\ncup,9\npot,10\npan,1.5\n";
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("shop", 1), store("other", 1)]);
    stage.keys("j").open(&[record("items.csv", "text/csv", csv)]);
    click_on(&mut stage, "pot");
    assert_eq!((stage.app.focus, stage.app.table().is_some()), (Pane::Record, false));
    click_on(&mut stage, "pot");
    assert_eq!(stage.app.table().unwrap().at(), (1, 0), "a double click puts the cursor there");
    click_on(&mut stage, "1.5");
    assert_eq!(stage.app.table().unwrap().at(), (2, 1));
    click_on(&mut stage, "price");
    let (ticket, read) = stage.take(Slot::Table);
    stage.event(Event::Loaded(Slot::Table, ticket, Ok(computed(read))));
    let frame = stage.frame();
    assert!(frame.contains("price▲"), "{frame}");
    assert!(find(&mut stage, "pan").1 < find(&mut stage, "cup").1, "{frame}");
    click_on(&mut stage, "cup");
    click_on(&mut stage, "cup");
    assert!(stage.frame().contains("Row 2 of 3"), "{}", stage.frame());
    stage.keys("<esc>");
    click_on(&mut stage, "Stores 2");
    assert!(stage.app.table().is_none(), "a click beside it closes it");
    // A click on the head takes the focus and sorts at once.
    stage.keys("h");
    click_on(&mut stage, "name ");
    let (ticket, read) = stage.take(Slot::Table);
    stage.event(Event::Loaded(Slot::Table, ticket, Ok(computed(read))));
    assert!(stage.frame().contains("name▲"), "{}", stage.frame());
}

#[test]
fn borders_between_panes_are_dragged_and_their_places_kept() {
    let mut stage = opened();
    let kept = |stage: &Stage| {
        let kept = stage.asked.iter().filter_map(|effect| match effect {
            Effect::KeepPanes(sizes) => Some(*sizes),
            _ => None,
        });
        kept.collect::<Vec<_>>()
    };
    let x = stage.app.layout().keys.unwrap().x;
    point(&mut stage, MouseEventKind::Down(MouseButton::Left), (x, 9));
    for to in [x + 1, x + 4, x + 9] {
        point(&mut stage, MouseEventKind::Drag(MouseButton::Left), (to, 12));
        assert_eq!(stage.app.layout().keys.unwrap().x, to);
    }
    assert_eq!(kept(&stage), [], "not before it is let go");
    point(&mut stage, MouseEventKind::Up(MouseButton::Left), (x + 9, 12));
    assert_eq!(kept(&stage), [stage.app.split.sizes]);
    let right = stage.app.layout().record.unwrap().x;
    point(&mut stage, MouseEventKind::Down(MouseButton::Left), (right, 3));
    point(&mut stage, MouseEventKind::Drag(MouseButton::Left), (right - 6, 3));
    point(&mut stage, MouseEventKind::Up(MouseButton::Left), (right - 6, 3));
    assert_eq!(stage.app.layout().record.unwrap().x, right - 6);
    assert_eq!(stage.app.layout().keys.unwrap().x, x + 9);
    // A drag that begins elsewhere moves nothing.
    point(&mut stage, MouseEventKind::Down(MouseButton::Left), (right + 5, 9));
    point(&mut stage, MouseEventKind::Drag(MouseButton::Left), (right - 20, 9));
    point(&mut stage, MouseEventKind::Up(MouseButton::Left), (right - 20, 9));
    assert_eq!(stage.app.layout().record.unwrap().x, right - 6);
}

#[test]
fn clicks_in_cut_and_wide_text_do_no_harm() {
    let value = format!("{{\"{}\": \"{}\"}}", "ключ".repeat(90), "日本語👩‍👩‍👧".repeat(90));
    let records: Vec<_> =
        ["日本語", "b\u{202e}", "c"].iter().map(|key| record(key, JSON, &value)).collect();
    for (width, height) in [(120, 36), (80, 24), (40, 10), (20, 5), (3, 3)] {
        for keys in
            ["", "z", "<right>zlll", "e", "e<alt-w>", "v", "<enter><enter>", "d", "w", "?", "/b"]
        {
            let mut stage = Stage::new(width, height);
            stage.connect(vec![store("shop", 3), store("other", 1)]);
            stage.keys("j").open(&records).keys(keys);
            let cells = u32::from(width) * u32::from(height);
            // 1,440 places of a large screen, spread over all its rows and columns.
            for at in 0..cells.min(1_440) {
                let at = u16::try_from(at * 2_647 % cells).unwrap();
                let place = (at % width, at / width);
                let kinds = [
                    MouseEventKind::Down(MouseButton::Left),
                    MouseEventKind::Drag(MouseButton::Left),
                    MouseEventKind::Up(MouseButton::Left),
                    MouseEventKind::ScrollDown,
                ];
                point(&mut stage, kinds[usize::from(at) % 4], place);
                if at % 50 == 0 {
                    stage.frame();
                }
            }
            let named = |write: &Write| matches!(write, Write::Purge(_) | Write::Drop(_));
            assert!(!stage.writes().iter().any(named), "what needs a name was done without");
        }
    }
}

#[test]
fn values_of_json_are_clicked_folded_and_changed() {
    let text = r#"{"price": 1.10, "tags": ["sale", "new"], "n": {"deep": -0}}"#;
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("shop", 1), store("other", 1)]);
    stage.keys("j").open(&[record("a", JSON, text)]);
    let path = |stage: &Stage| stage.app.leaf().map(larder::app::LeafCursor::path);
    let later = |stage: &mut Stage| {
        stage.app.now = Timestamp::from_micros(stage.app.now.micros() + 2_000_000);
    };
    // The first click gives the focus, and a double click chooses.
    click_on(&mut stage, "\"new\"");
    assert_eq!((stage.app.focus, path(&stage)), (Pane::Record, None));
    click_on(&mut stage, "\"new\"");
    let (ticket, read) = stage.take(Slot::Leaves);
    stage.event(Event::Loaded(Slot::Leaves, ticket, Ok(computed(read))));
    assert_eq!(path(&stage).as_deref(), Some("$.tags[1]"));
    later(&mut stage);
    click_on(&mut stage, "\"n\":");
    assert_eq!(path(&stage).as_deref(), Some("$.n"));
    later(&mut stage);
    // A closing bracket stands for the value that it closes.
    let (x, y) = find(&mut stage, "],");
    click(&mut stage, (x, y));
    assert_eq!(path(&stage).as_deref(), Some("$.tags"));
    click(&mut stage, (x, y));
    assert!(!stage.frame().contains("sale"), "it is folded: {}", stage.frame());
    later(&mut stage);
    click_on(&mut stage, "\"deep\"");
    assert_eq!(path(&stage).as_deref(), Some("$.n.deep"), "{}", stage.frame());
    click_on(&mut stage, "\"deep\"");
    let asks = matches!(stage.app.layer(), Some(Layer::Prompt(_)));
    assert!(asks, "it is changed: {}", stage.frame());
}

#[test]
fn in_the_editor_a_double_click_selects_a_word_and_a_click_goes_to_a_field() {
    let mut stage = Stage::new(80, 24);
    stage.connect(vec![store("default", 2), store("shop", 1)]);
    let text = record("page", "text/plain", "one two_2 three\n");
    stage.keys("j").open(&[text]);
    stage.keys("e");
    let at = find(&mut stage, "wo_2");
    click(&mut stage, at);
    click(&mut stage, at);
    stage.keys("X");
    assert_eq!(stage.edited(), "one X three\n");
    click_on(&mut stage, "text/plain");
    stage.keys("<ctrl-u>text/csv");
    assert!(stage.frame().contains("text/csv"), "{}", stage.frame());
}
