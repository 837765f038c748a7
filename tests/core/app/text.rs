//! The text of a value under keys and the mouse: selection, clipboard, search, undo, faults.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use larder::app::{Effect, Event, Settings, Slot};
use larder::model::{Timestamp, Write};

use super::JSON;
use crate::stage::{Stage, computed, record, store};

fn editing(content_type: &str, value: &str) -> Stage {
    let mut stage = Stage::with(80, 24, Settings::default());
    stage.connect(vec![store("default", 1), store("shop", 1)]);
    stage.keys("j").open(&[record("k", content_type, value)]);
    stage.keys("e");
    stage
}

fn cursor(stage: &Stage) -> (usize, usize) {
    stage.app.editor.as_ref().unwrap().value.text().unwrap().position()
}

#[test]
fn what_is_selected_is_copied_to_the_terminal_cut_and_pasted() {
    let mut stage = editing("text/plain", "one two three");
    stage.keys("<ctrl-right><shift-end>");
    stage.keys("<alt-c>");
    let Some(Effect::Copy { bytes, .. }) = stage.asked.pop() else { panic!() };
    assert_eq!(bytes, "two three");
    stage.keys("<ctrl-x><home><ctrl-v>");
    assert_eq!(stage.edited(), "two threeone ");
    // Each word was a step of its own.
    stage.keys("<ctrl-z>");
    assert_eq!(stage.edited(), "one ");
    stage.keys("<ctrl-z>");
    assert_eq!(stage.edited(), "one two three");
    stage.keys("<ctrl-y><alt-a>x");
    assert_eq!(stage.edited(), "x");
}

#[test]
fn a_line_that_is_pasted_ends_as_the_lines_around() {
    let mut stage = editing("text/plain", "a\r\nb\r\n");
    stage.event(Event::Paste("1\r2\n".to_owned()));
    stage.keys("<ctrl-end><enter>");
    assert_eq!(stage.edited(), "1\r\n2\r\na\r\nb\r\n\r\n");
}

#[test]
fn a_line_that_is_typed_into_json_is_laid_out_as_its_neighbours_and_stored_as_they_are() {
    let mut stage = editing(JSON, r#"{"a": [1, 2], "b":null}"#);
    stage.keys(
        "<ctrl-f>2<enter><right>,<enter>3<ctrl-f>null<enter><backspace>{<enter>\"c\": 4<enter>}",
    );
    let laid_out = "{\n  \"a\": [\n    1,\n    2,\n    3\n  ],\n  \"b\": {\n    \"c\": 4\n  }\n}";
    assert_eq!(stage.edited(), laid_out);
    stage.keys("<ctrl-s>");
    let Write::Set(set) = stage.write() else { panic!() };
    assert_eq!(set.value, r#"{"a": [1, 2, 3], "b":{"c": 4}}"#);
    // In plain text, everything stays as it is typed.
    let mut stage = editing("text/tab-separated-values", "  a");
    stage.keys("<end><tab>[<enter>]");
    assert_eq!(stage.edited(), "  a\t[\n]");
}

#[test]
fn a_text_is_searched_and_replaced_everywhere_as_one_step() {
    let mut stage = editing("text/plain", "cat dog\nCat cat\n");
    stage.keys("<ctrl-f>cat<enter>");
    assert_eq!(cursor(&stage), (0, 3));
    stage.keys("<alt-n>");
    assert_eq!(cursor(&stage), (1, 3));
    stage.keys("<alt-n><alt-n><alt-p>");
    assert_eq!(cursor(&stage), (1, 7));
    // The selected text is the one to replace.
    stage.keys("<ctrl-r><enter>mouse<enter>");
    assert_eq!(stage.edited(), "mouse dog\nmouse mouse\n");
    assert_eq!(stage.notice(), "replaced in 3 places");
    stage.keys("<ctrl-z>");
    assert_eq!(stage.edited(), "cat dog\nCat cat\n");
    stage.keys("<ctrl-f><ctrl-u>bird<enter>");
    assert_eq!(stage.notice(), "not found");
}

#[test]
fn a_search_begins_empty_and_the_last_one_is_brought_back() {
    let mut stage = editing("text/plain", "cat dog\nCat cat\n");
    stage.keys("<ctrl-f>cat<enter>");
    assert_eq!(cursor(&stage), (0, 3));
    stage.keys("<ctrl-f>");
    assert!(stage.frame().contains("↑ last search"), "{}", stage.frame());
    stage.keys("dog<enter>");
    assert_eq!(cursor(&stage), (0, 7));
    stage.keys("<ctrl-home><ctrl-f><up><enter>");
    assert_eq!(cursor(&stage), (0, 7));
}

#[test]
fn places_are_gone_to_by_line_column_and_offset_and_brackets_by_their_other() {
    let mut stage = editing("text/plain", "äb\n(c[d])\n");
    for (place, at) in
        [("2", (1, 0)), ("1:2", (0, 1)), ("@5", (1, 1)), ("99", (2, 0)), ("x", (2, 0))]
    {
        stage.keys("<ctrl-g>").keys(place).keys("<enter>");
        assert_eq!(cursor(&stage), at, "{place}");
    }
    stage.keys("<ctrl-g>2<enter><alt-b>");
    assert_eq!(cursor(&stage), (1, 5));
    stage.keys("<alt-b>");
    assert_eq!(cursor(&stage), (1, 0));
}

#[test]
fn the_mouse_puts_the_cursor_and_selects_by_dragging() {
    let mut stage = editing("text/plain", "first line\nsecond line\n");
    let mouse = |stage: &mut Stage, kind, column, row| {
        stage.event(Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
    };
    let (x, y) = {
        let frame = stage.frame();
        let row = frame.lines().position(|line| line.contains("first line")).unwrap();
        let line = frame.lines().nth(row).unwrap();
        let x = line[..line.find("first").unwrap()].chars().count();
        (u16::try_from(x).unwrap(), u16::try_from(row).unwrap())
    };
    mouse(&mut stage, MouseEventKind::Down(MouseButton::Left), x + 6, y);
    assert_eq!(cursor(&stage), (0, 6));
    mouse(&mut stage, MouseEventKind::Drag(MouseButton::Left), x + 6, y + 1);
    stage.keys("<ctrl-x>");
    assert_eq!(stage.edited(), "first  line\n");
    mouse(&mut stage, MouseEventKind::Down(MouseButton::Left), x + 60, y + 9);
    assert_eq!(cursor(&stage), (1, 0), "behind the end there is only the end");
}

#[test]
fn a_fault_of_the_json_is_told_after_a_pause_and_gone_when_it_is_mended() {
    let mut stage = editing(JSON, "{\"a\": [1, 2]}");
    let pause = |stage: &mut Stage| {
        stage.app.now = stage.app.wake().expect("the text is to be looked at");
        stage.event(Event::Time);
        let (ticket, read) = stage.take(Slot::Check);
        stage.event(Event::Loaded(Slot::Check, ticket, Ok(computed(read))));
    };
    let told = |stage: &Stage| {
        let fault = stage.app.editor.as_ref().unwrap().json_fault();
        fault.map(|fault| (fault.line, fault.message))
    };
    stage.keys("<down><end>x");
    assert_eq!(told(&stage), None, "not while keys come");
    pause(&mut stage);
    assert_eq!(told(&stage), Some((2, "Expecting value")));
    let frame = stage.frame();
    let at = |text: &str| frame.lines().position(|line| line.contains(text)).unwrap();
    assert_eq!(at("line 2: Expecting value"), at("\"a\": [x") + 1, "{frame}");
    assert!(frame.contains("    1,"), "nothing is moved: {frame}");
    stage.keys("<backspace>");
    assert_eq!(told(&stage), None);
    pause(&mut stage);
    assert_eq!(told(&stage), None);
    // The result of a check is dropped if the text has changed since.
    stage.keys("y");
    stage.app.now = stage.app.wake().unwrap();
    stage.event(Event::Time);
    let (ticket, read) = stage.take(Slot::Check);
    stage.keys("<backspace>");
    stage.event(Event::Loaded(Slot::Check, ticket, Ok(computed(read))));
    assert_eq!(told(&stage), None);
    assert!(stage.app.now > Timestamp::from_micros(0));
}

#[test]
fn long_lines_are_wrapped_or_scrolled() {
    let mut stage = editing("text/plain", &"word ".repeat(60));
    let rows = |stage: &mut Stage| stage.frame().matches("word word").count();
    assert!(rows(&mut stage) > 10);
    assert_eq!(stage.frame().lines().filter(|line| line.contains("word word")).count(), 5);
    stage.keys("<alt-w><end>");
    let frame = stage.frame();
    assert_eq!(frame.lines().filter(|line| line.contains("word word")).count(), 1);
    assert_eq!(cursor(&stage), (0, 300));
}

#[test]
fn the_cursor_of_the_editor_is_seen_after_the_window_was_made_smaller() {
    let long = "word and words ".repeat(40);
    for value in ["one\ntwo\nthree\nfour\nfive\nsix\nlast", &format!("{long}last")] {
        let mut stage = editing("text/plain", value);
        stage.keys("<ctrl-end>");
        stage.event(Event::Resize(40, 10));
        assert!(stage.frame().contains("last"), "{}", stage.frame());
    }
}
