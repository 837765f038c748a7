//! Values: fetched, copied and saved to files.

use larder::app::{Effect, Event, Load, Loaded, OpenedExternal, Read, RecordView, SaveError, Slot};
use larder::keymap::Action;
use larder::model::{Error, ErrorKind, RecordMeta, StoreInfo, Timestamp, WatchEvent};
use larder::preview::{Mode, Preview, PreviewKind, Scroll};

use super::{JSON, opened, shop};
use crate::stage::{Stage, computed, index, record, store};

#[test]
fn a_large_value_is_fetched_only_when_asked_for() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("big", 1)]);
    let big = RecordMeta { key: "big".into(), size: 200_000_000, ..RecordMeta::default() };
    let records = [record("big", "application/octet-stream", "")];
    stage.answer(Slot::Keys, Ok(Loaded::keys(index(&records), 1.0)));
    let (ticket, read) = stage.take(Slot::Record);
    assert!(matches!(read, Read::Load(Load::Record { limit: 2_097_152, .. })));
    stage.event(Event::Loaded(Slot::Record, ticket, Ok(Loaded::Record(RecordView::TooLarge(big)))));
    stage.keys("Yw");
    assert!(stage.notice().contains("f fetches it"));
    stage.keys("f");
    assert!(matches!(stage.take(Slot::Record).1, Read::Load(Load::Whole { .. })));
    stage.keys("<esc>");
    assert!(stage.asked.iter().any(|effect| matches!(effect, Effect::Cancel(Slot::Record))));
    assert_eq!(stage.notice(), "the fetch was cancelled");
}

#[test]
fn what_a_large_picture_is_stands_there_before_it_is_decoded() {
    let mut stage = opened();
    stage.keys("j");
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x10\0\0\0\x10\0\x08\x02\0\0\0".to_vec();
    bytes.extend(0x7dc1_b340_u32.to_be_bytes());
    let picture = record("b", "image/png", bytes);
    let ahead = Preview::ahead(&picture, Mode::Auto).unwrap();
    assert!(Preview::ahead(&picture, Mode::Hex).is_none());
    let view = RecordView::Whole(picture.clone(), ahead.into());
    let (ticket, _) = stage.take(Slot::Record);
    stage.event(Event::Loaded(Slot::Record, ticket, Ok(Loaded::Ahead(view.clone()))));
    let frame = stage.frame();
    assert!(frame.contains("PNG, 4096 × 4096 pixels, 8-bit RGB"), "{frame}");
    assert!(frame.contains("decoding…") && stage.app.record.loading, "{frame}");
    // Actions that need its bytes can be done now.
    stage.keys("Y");
    assert!(stage.asked.iter().any(|effect| matches!(effect, Effect::Copy { what: "value", .. })));
    let preview = Preview::build(&picture).into();
    let decoded = RecordView::Whole(picture, preview);
    stage.event(Event::Loaded(Slot::Record, ticket, Ok(Loaded::Record(decoded))));
    let frame = stage.frame();
    assert!(!frame.contains("decoding…") && !stage.app.record.loading, "{frame}");
    // When it is read again, the shown picture stays until the new one is decoded.
    stage.keys("r");
    let (ticket, _) = stage.take(Slot::Record);
    stage.event(Event::Loaded(Slot::Record, ticket, Ok(Loaded::Ahead(view.clone()))));
    assert!(!stage.frame().contains("decoding…"));
    // An answer for a record that was left is not shown for the next one.
    stage.keys("k");
    stage.event(Event::Loaded(Slot::Record, ticket, Ok(Loaded::Ahead(view))));
    assert!(!stage.frame().contains("decoding…"));
}

#[test]
fn long_source_stands_there_before_all_of_it_is_read() {
    let mut stage = opened();
    stage.keys("j");
    let line = "<p>A cup, a plate and some more words</p>\n";
    let page = record("b", "text/html", line.repeat(30_000));
    let ahead = Preview::ahead(&page, Mode::Auto).unwrap();
    let view = RecordView::Whole(page.clone(), ahead.into());
    let (ticket, _) = stage.take(Slot::Record);
    stage.event(Event::Loaded(Slot::Record, ticket, Ok(Loaded::Ahead(view))));
    let first = stage.frame();
    assert!(first.contains("A cup, a plate") && stage.app.record.loading, "{first}");
    // The bytes are all of them.
    stage.keys("Y");
    let copied = stage.asked.iter().any(|effect| {
        matches!(effect, Effect::Copy { what: "value", bytes } if bytes.len() == page.value.len())
    });
    assert!(copied);
    stage.keys("3jjj");
    let scrolled = stage.app.record.scroll;
    assert_ne!(scrolled, Scroll::default());
    let all = RecordView::Whole(page.clone(), Preview::build(&page).into());
    stage.event(Event::Loaded(Slot::Record, ticket, Ok(Loaded::Record(all))));
    assert_eq!(stage.app.record.scroll, scrolled);
    assert!(!stage.app.record.loading);
    stage.keys("G");
    assert!(stage.frame().contains("A cup, a plate"));
    assert_ne!(stage.app.record.scroll, scrolled);
}

#[test]
fn no_beginning_of_packed_text_is_copied_as_all_of_it() {
    let mut stage = opened();
    stage.keys("j");
    let text = "A cup, a plate and some more words\n".repeat(30_000);
    let packed = record("b", "text/plain; charset=utf-16", {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()
    });
    let ahead = Preview::ahead(&packed, Mode::Auto).unwrap();
    let view = RecordView::Whole(packed.clone(), ahead.into());
    let (ticket, _) = stage.take(Slot::Record);
    stage.event(Event::Loaded(Slot::Record, ticket, Ok(Loaded::Ahead(view))));
    assert!(stage.frame().contains("A cup, a plate"));
    stage.keys("Y");
    assert!(!stage.asked.iter().any(|effect| matches!(effect, Effect::Copy { .. })));
    assert_eq!(stage.notice(), "the text is still being read");
    let all = RecordView::Whole(packed.clone(), Preview::build(&packed).into());
    stage.event(Event::Loaded(Slot::Record, ticket, Ok(Loaded::Record(all))));
    stage.keys("Y");
    let whole = |effect: &Effect| matches!(effect, Effect::Copy { bytes, .. } if *bytes == text);
    assert!(stage.asked.iter().any(whole));
}

#[test]
fn copying_hands_out_the_bytes() {
    let mut stage = opened();
    stage.keys("yY");
    let copied: Vec<_> = stage
        .asked
        .iter()
        .filter_map(|effect| match effect {
            Effect::Copy { what, bytes } => Some((*what, bytes.clone())),
            _ => None,
        })
        .collect();
    assert_eq!(copied, [("key", "a".into()), ("value", r#"{"price": 1}"#.into())]);
}

#[test]
fn a_fetch_asked_for_too_early_is_not_forgotten() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("big", 1)]);
    let records = [record("big", "application/octet-stream", "")];
    stage.answer(Slot::Keys, Ok(Loaded::keys(index(&records), 1.0)));
    let (ticket, _) = stage.take(Slot::Record);
    stage.keys("f");
    let big = RecordMeta { key: "big".into(), size: 200_000_000, ..RecordMeta::default() };
    stage.event(Event::Loaded(Slot::Record, ticket, Ok(Loaded::Record(RecordView::TooLarge(big)))));
    assert!(matches!(stage.take(Slot::Record).1, Read::Load(Load::Whole { .. })));
}

#[test]
fn the_beginning_of_a_large_value_is_not_taken_for_all_of_it() {
    let mut stage = opened();
    stage.keys("j");
    let head = record("b", "text/plain", "the beginning");
    let meta = RecordMeta { size: 1 << 30, ..head.meta.clone() };
    let preview = larder::preview::Preview::build_head(head, larder::preview::Mode::Auto);
    let head = RecordView::Head(meta, preview.into(), 13);
    stage.answer(Slot::Record, Ok(Loaded::Record(head)));
    assert!(stage.app.record.note(&stage.app.keymap).unwrap().starts_with("first 13 B · "));
    for keys in ["e", "E", "Y", "w"] {
        stage.asked.clear();
        stage.keys(keys);
        assert!(stage.asked.is_empty() && stage.app.editor.is_none(), "{keys}");
        assert!(stage.app.notice.as_ref().unwrap().text.contains("f fetches it"), "{keys}");
    }
    stage.keys("f");
    assert!(matches!(stage.take(Slot::Record).1, Read::Load(Load::Whole { .. })));
}

#[test]
fn what_needs_a_value_is_done_as_soon_as_it_is_here() {
    let mut stage = opened();
    stage.keys("je");
    assert!(stage.app.editor.is_none());
    assert!(stage.notice().contains("done as soon as it is here"));
    stage.show(&shop());
    assert_eq!(stage.app.editor.as_ref().unwrap().original.as_ref().unwrap().meta.key, "b".into());
    assert!(stage.app.notice.is_none());

    let mut stage = opened();
    stage.keys("jY").show(&shop());
    let copied = |effect: &Effect| matches!(effect, Effect::Copy { what: "value", bytes } if *bytes == shop()[1].value);
    assert!(stage.asked.iter().any(copied));
}

#[test]
fn what_waits_for_a_value_is_given_up_by_any_other_key_and_where_none_comes() {
    for other in ["<esc>", "k", "i", "<shift-tab>"] {
        let mut stage = opened();
        stage.keys("je").keys(other);
        stage.show(&shop());
        assert!(stage.app.editor.is_none(), "{other}");
    }
    let mut stage = opened();
    stage.keys("je");
    let failed = Error::new(ErrorKind::Connection, "gone");
    stage.answer(Slot::Record, Err(failed));
    stage.keys("r");
    stage.show(&shop());
    assert!(stage.app.editor.is_none());

    let mut stage = opened();
    stage.keys("je");
    let big = RecordMeta { key: "b".into(), size: 200_000_000, ..RecordMeta::default() };
    stage.answer(Slot::Record, Ok(Loaded::Record(RecordView::TooLarge(big))));
    assert!(stage.app.editor.is_none() && stage.notice().contains("f fetches it"));
}

#[test]
fn each_key_that_takes_a_value_waits_for_it() {
    for (key, action) in [
        ("e", Action::Edit),
        ("E", Action::EditExternal),
        ("Y", Action::CopyValue),
        ("w", Action::SaveValue),
        ("O", Action::OpenExternal),
        ("o", Action::OpenInner),
    ] {
        let mut stage = opened();
        stage.keys("j").keys(key);
        assert_eq!(stage.app.record.awaiting, Some(action), "{key}: {}", stage.notice());
    }
}

#[test]
fn what_waits_for_a_value_is_given_up_where_another_comes_or_none() {
    let mut stage = opened();
    stage.keys("je");
    let (shop, key) = stage.app.record.wanted.clone().unwrap();
    // When it is read once more, the action still waits.
    stage.app.record.want(shop.clone(), key);
    assert_eq!(stage.app.record.awaiting, Some(Action::Edit));
    stage.app.record.want(shop, "a".into());
    assert_eq!(stage.app.record.awaiting, None);

    let mut stage = opened();
    stage.keys("je").answer(Slot::Record, Err(Error::new(ErrorKind::Connection, "gone")));
    assert_eq!(stage.app.record.awaiting, None);
}

/// The save that was asked for last: bytes, path, and whether it overwrites.
fn save(stage: &mut Stage) -> (String, String, bool) {
    let Some(Effect::SaveFile { bytes, path, overwrite }) = stage.asked.pop() else {
        panic!("{:?}", stage.asked)
    };
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    (path.display().to_string(), text, overwrite)
}

#[test]
fn a_value_is_saved_that_was_there_when_the_user_asked() {
    let mut stage = opened();
    stage.keys("w");
    // While the name is typed, the record changes, and its new value is on the screen.
    let set = vec![record("a", JSON, "changed").meta];
    stage.noticed(WatchEvent::Records { set, removed: vec![] });
    stage.show(&[record("a", JSON, "changed")]);
    assert_eq!(stage.app.record.record().unwrap().value, "changed");
    stage.keys("<enter>");
    assert_eq!(save(&mut stage), ("a.json".to_owned(), r#"{"price": 1}"#.to_owned(), false));
}

#[test]
fn a_file_is_replaced_by_the_value_that_was_asked_about() {
    let mut stage = opened();
    stage.keys("w<enter>");
    let (_, first, _) = save(&mut stage);
    // Before that is answered, another save is asked for.
    stage.keys("j").show(&shop());
    stage.keys("w");
    stage.event(Event::Saved("c".into(), first.clone().into(), Err(SaveError::Exists)));
    assert!(stage.notice().contains("c not saved"), "the name is still being typed");
    stage.keys("<esc>");
    stage.event(Event::Saved("a".into(), first.clone().into(), Err(SaveError::Exists)));
    stage.keys("y");
    assert_eq!(save(&mut stage), ("a".to_owned(), first, true));
}

#[test]
fn a_view_that_was_chosen_stays_with_values_of_its_content_type() {
    let mut stage = Stage::new(120, 36);
    let records = [
        record("a", JSON, "{}"),
        record("b", "image/png", "\u{89}PNG"),
        record("c", JSON, "[]"),
        record("d", "image/png", "\u{89}PNG, another"),
        record("e", "image/gif", "GIF89a"),
        record("f", "Application/JSON", "{}"),
    ];
    stage.connect(vec![store("shop", 6), store("zoo", 1)]).open(&records);
    let mode = |stage: &mut Stage, keys: &str| {
        stage.keys(keys);
        stage.asked.retain(|asked| !matches!(asked, Effect::Read(_, _, Read::Compute(_))));
        stage.show(&records).app.record.mode
    };
    assert_eq!(mode(&mut stage, "v"), Mode::Text);
    assert_eq!(mode(&mut stage, "j"), Mode::Auto, "a picture is shown as one");
    assert_eq!(mode(&mut stage, "j"), Mode::Text, "JSON is shown as chosen");
    assert_eq!(mode(&mut stage, "vvv"), Mode::Auto);
    assert_eq!(mode(&mut stage, "kvvv"), Mode::Hex);
    assert_eq!(mode(&mut stage, "j"), Mode::Auto);
    assert_eq!(mode(&mut stage, "j"), Mode::Hex, "another picture");
    assert_eq!(mode(&mut stage, "j"), Mode::Auto, "a picture of another type");
    assert_eq!(mode(&mut stage, "kkvjjj"), Mode::Text, "whatever its parameters and capitals");
}

#[test]
fn a_list_of_objects_is_a_table_by_one_key_and_json_again_by_another() {
    let mut stage = Stage::new(120, 36);
    let records = [
        record("a", JSON, r#"[{"name": "cup", "price": 1}, {"name": "pot", "price": 22}]"#),
        record("b", JSON, "{}"),
        record("c", JSON, r#"[{"name": "mug"}]"#),
    ];
    stage.connect(vec![store("shop", 3)]).open(&records);
    stage.keys("<tab>");
    let shown = |stage: &mut Stage, keys: &str| {
        stage.keys(keys);
        let (ticket, read) = stage.take(Slot::Record);
        stage.event(Event::Loaded(Slot::Record, ticket, Ok(computed(read))));
        (stage.app.record.mode, stage.app.record.preview().unwrap().kind())
    };
    assert_eq!(shown(&mut stage, "v"), (Mode::Table, PreviewKind::Table));
    let frame = stage.frame();
    assert!(frame.contains("name  price") && frame.contains("pot      22"), "{frame}");
    assert!(frame.contains(" 2 rows "), "{frame}");
    assert_eq!(shown(&mut stage, "v"), (Mode::Text, PreviewKind::Text));
    assert_eq!(shown(&mut stage, "V"), (Mode::Table, PreviewKind::Table));
    assert_eq!(shown(&mut stage, "V"), (Mode::Auto, PreviewKind::Json));
    assert_eq!(shown(&mut stage, "V"), (Mode::Hex, PreviewKind::Hex));
    shown(&mut stage, "v");
    shown(&mut stage, "v");
    let stored = |stage: &mut Stage| {
        stage.show(&records);
        stage.app.record.preview().unwrap().kind()
    };
    stage.keys("<left>j");
    // The test answers the core with the value in its own form.
    assert_eq!((stage.app.record.mode, stored(&mut stage)), (Mode::Table, PreviewKind::Json));
    assert_eq!(shown(&mut stage, "v"), (Mode::Text, PreviewKind::Text), "no list has no table");
    assert_eq!(shown(&mut stage, "<tab>V"), (Mode::Auto, PreviewKind::Json));
}

#[test]
fn values_are_found_by_their_path_and_gone_to() {
    let mut stage = Stage::new(120, 36);
    let text = r#"{"offers": [{"price": 1.50}, {"price": 2, "price": 1E3}, {"x": "y"}]}"#;
    let records = [record("a", JSON, text), record("b", "text/plain", "text")];
    stage.connect(vec![store("shop", 2)]).open(&records);
    stage.keys("<tab>$.offers[*].price<enter>");
    let (ticket, read) = stage.take(Slot::Path);
    assert!(stage.frame().contains("looking…"), "{}", stage.frame());
    stage.event(Event::Loaded(Slot::Path, ticket, Ok(computed(read))));
    let frame = stage.frame();
    assert!(frame.contains("$.offers[*].price · 3 values"), "{frame}");
    assert!(frame.contains("1E3") && frame.contains("$.offers[1].price"), "{frame}");
    stage.keys("jy");
    let copied = |stage: &Stage, text: &'static str| {
        let is = |effect: &Effect| matches!(effect, Effect::Copy { bytes, .. } if *bytes == text);
        stage.asked.iter().any(is)
    };
    assert!(copied(&stage, "$.offers[1].price"));
    stage.keys("Y<enter>");
    assert!(copied(&stage, "2"));
    assert!(stage.frame().contains("/$.offers[*].price · 2 of 3"), "{}", stage.frame());
    stage.keys("n");
    assert!(stage.frame().contains("3 of 3"), "{}", stage.frame());
    // If the record changes, the values of the path are found again.
    let now = [record("a", JSON, r#"{"offers": [{"price": 7}]}"#)];
    stage.noticed(WatchEvent::Records { set: vec![now[0].meta.clone()], removed: vec![] });
    stage.show(&now);
    let (ticket, read) = stage.take(Slot::Search);
    stage.event(Event::Loaded(Slot::Search, ticket, Ok(computed(read))));
    assert!(stage.frame().contains("1 of 1"), "{}", stage.frame());
    stage.keys("$<backspace>price<enter>");
    assert_eq!(stage.notice(), "a path begins with $, as $.offers[*].price");
    stage.keys("<left>j").show(&records);
    stage.keys("<tab>$");
    assert_eq!(stage.notice(), "only JSON that is laid out has paths");
}

/// Turns the record under the cursor into text.
fn becomes(stage: &mut Stage, text: &'static str) {
    let now = record("a", "text/plain", text);
    stage.noticed(WatchEvent::Records { set: vec![now.meta.clone()], removed: vec![] });
    stage.show(&[now]);
    stage.asked.clear();
}

#[test]
fn a_value_is_opened_outside_and_what_may_run_is_asked_about_first() {
    let mut stage = opened();
    stage.keys("O");
    let Some(Effect::OpenExternal { name, bytes }) = stage.asked.pop() else { panic!() };
    assert_eq!((&*name, &*bytes), ("a.json", &br#"{"price": 1}"#[..]));
    let with = OpenedExternal::With("xdg-open".to_owned());
    stage.event(Event::OpenedExternal(name, Ok(with)));
    assert_eq!(stage.notice(), "a.json opened with xdg-open: changes go nowhere");
    let failed = "no display here".to_owned();
    stage.event(Event::OpenedExternal("a.json".to_owned(), Err(failed)));
    assert_eq!(stage.notice(), "no display here · w saves it");

    becomes(&mut stage, "#!/bin/sh\nrm -r ~\n");
    stage.keys("O");
    assert!(stage.frame().contains("a.txt: it begins as a program does."), "{}", stage.frame());
    assert!(stage.asked.is_empty());
    stage.keys("<enter>");
    assert!(stage.asked.is_empty(), "the default is No");
    stage.keys("Oy");
    assert!(matches!(stage.asked.pop(), Some(Effect::OpenExternal { .. })));
}

#[test]
fn over_ssh_a_value_is_fetched_by_a_command_that_is_copied() {
    let mut stage = opened();
    stage.app.settings.remote = true;
    becomes(&mut stage, "#!/bin/sh");
    stage.keys("O");
    // No program can be run there.
    assert!(matches!(stage.asked.pop(), Some(Effect::OpenExternal { .. })));
    let path = "/tmp/larder-tmp-a1B2c3/1/a.txt".into();
    let file = OpenedExternal::File { path, login: Some(("me@bastion".to_owned(), 22)) };
    stage.event(Event::OpenedExternal("a.txt".to_owned(), Ok(file)));
    let command = "scp me@bastion:/tmp/larder-tmp-a1B2c3/1/a.txt .";
    let copied = stage.asked.iter().any(
        |effect| matches!(effect, Effect::Copy { what: "command", bytes } if bytes == command),
    );
    assert!(copied, "{:?}", stage.asked);
    assert!(stage.frame().contains(command), "{}", stage.frame());
}

#[test]
fn links_of_a_page_are_listed_and_lead_to_records_of_the_store() {
    let page = "<!doctype html><title>Shop</title><p>Words enough for a page that is to be read.</p>\
        <a href='https://shop.example/b.html'>next</a> <a href='/elsewhere'>out</a>";
    let records = vec![record("a", "text/html", page), record("b", JSON, "2")];
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("shop", 2)]);
    stage.open(&records);
    let list = |stage: &mut Stage| {
        stage.keys("<tab>");
        assert!(stage.frame().contains("↵ links"), "{}", stage.frame());
        stage.keys("<enter>");
        let (ticket, read) = stage.take(Slot::Links);
        stage.event(Event::Loaded(Slot::Links, ticket, Ok(computed(read))));
        stage.frame()
    };
    let shown = list(&mut stage);
    assert!(shown.contains("2 links, 1 to records here"), "{shown}");
    assert!(shown.contains(" y copy the address"), "{shown}");
    assert!(shown.contains("[1] https://shop.example/b.html") && shown.contains("[2] /elsewhere"));
    stage.keys("j<enter>");
    assert!(stage.notice().contains("not in this store"), "the list stays");
    stage.keys("y");
    let copied = |effect: &Effect| matches!(effect, Effect::Copy { what: "address", bytes } if *bytes == "/elsewhere");
    assert!(stage.asked.iter().any(copied));
    stage.keys("k<enter>");
    assert!(stage.app.layer().is_none());
    while stage.asked.iter().any(|it| matches!(it, Effect::Read(Slot::Select, ..))) {
        let (ticket, read) = stage.take(Slot::Select);
        stage.event(Event::Loaded(Slot::Select, ticket, Ok(computed(read))));
    }
    assert_eq!(stage.app.keys.current().unwrap().key, "b".into());
}

#[test]
fn a_page_without_links_offers_none() {
    let page = "<!doctype html><title>Shop</title><p>Words enough for a page to be read.</p>\
        <a href='#top'>up</a>";
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("shop", 1)]);
    stage.open(&[record("a", "text/html", page)]).keys("<tab>");
    assert!(stage.frame().contains("Words enough for a page to be read"), "{}", stage.frame());
    assert!(!stage.frame().contains("links"), "{}", stage.frame());
}

#[test]
fn a_link_leads_to_the_record_whose_key_says_most_of_its_address() {
    let page = "<!doctype html><title>Shop</title><p>Words enough for a page that is to be read.</p>\
        <a href='https://shop.example/b'>next</a> <a href='/c'>third</a>";
    let keys = ["b", "c", "https___shop.example_b", "shop.example-b"];
    let others = keys.iter().map(|key| record(key, JSON, "2"));
    let records: Vec<_> = [record("a", "text/html", page)].into_iter().chain(others).collect();
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("shop", 5)]);
    stage.open(&records).keys("<tab><enter>");
    // If the dialog is left before the links are found, they are no longer looked for.
    stage.take(Slot::Links);
    stage.keys("<esc>");
    assert!(stage.asked.iter().any(|it| matches!(it, Effect::Cancel(Slot::Links))));
    stage.keys("<enter>");
    let (ticket, read) = stage.take(Slot::Links);
    stage.event(Event::Loaded(Slot::Links, ticket, Ok(computed(read))));
    let frame = stage.frame();
    // The last such rows are those of the list, over the page.
    let row = |link: &str| frame.lines().rev().find(|line| line.contains(link)).unwrap().to_owned();
    assert!(row("[1] https").contains("https___shop.example_b"), "{frame}");
    assert!(row("[2] /c").contains(" c "), "{frame}");
}

#[test]
fn borders_of_the_value_say_what_counts_however_long_its_key_and_the_search_are() {
    for (width, height) in [(40, 10), (80, 24), (120, 36)] {
        let key = format!("snapshot-{}-17.html", "of-a-page-".repeat(20));
        let text = "needle".repeat(30);
        let mut stage = Stage::new(width, height);
        stage.connect(vec![store("shop", 1), store("zoo", 1)]);
        stage.open(&[record(&key, "text/plain; charset=utf-8", &text)]);
        stage.keys(&format!("<enter>/{text}<enter>"));
        let (ticket, read) = stage.take(Slot::Search);
        stage.event(Event::Loaded(Slot::Search, ticket, Ok(computed(read))));
        let frame = stage.frame();
        let border = frame.lines().rev().nth(1).unwrap();
        assert!(border.contains("needle · 1 of 1 "), "{frame}");
        let title = frame.lines().nth(1).unwrap();
        assert!(title.contains("-17.html ") && title.contains("snapsh"), "{frame}");
    }
}

#[test]
fn details_are_copied_row_by_row_as_they_are_stored() {
    let created = "2026-11-22T13:57:47.827633+00:00";
    let mut stage = Stage::new(80, 12);
    let info = StoreInfo { created_at: Timestamp::parse(created), ..store("shop", 3) };
    stage.connect(vec![info, store("other", 1)]);
    stage.keys("<end>").open(&[record("a\tb", JSON, "{}")]).keys("i");
    let mut copied = Vec::new();
    for _ in 0..7 {
        assert!(stage.frame().lines().any(|line| line.contains('▌')), "{}", stage.frame());
        stage.asked.clear();
        stage.keys("y");
        let Some(Effect::Copy { what, bytes }) = stage.asked.pop() else { panic!() };
        copied.push((what, String::from_utf8(bytes.to_vec()).unwrap()));
        stage.keys("j");
    }
    for (what, text) in [
        ("key", "a\tb"),
        ("content type", JSON),
        ("size", "2 bytes"),
        ("store", "shop"),
        ("created_at", created),
    ] {
        assert!(copied.contains(&(what, text.to_owned())), "{what}: {copied:?}");
    }
    assert!(stage.frame().contains("y copy · esc close"), "{}", stage.frame());
}
