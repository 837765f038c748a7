//! The mouse, as a terminal reports it (SGR), in a real pseudo-terminal on a real server.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use crate::fill;
use crate::pty::Screen;
use crate::server::Server;

const JSON: &str = "application/json; charset=utf-8";
const LEFT: u8 = 0;
const DRAG: u8 = 32;
const WHEEL_DOWN: u8 = 65;

fn start() -> (Server, Screen) {
    let server = Server::start();
    let mut client = server.client();
    fill::stores(&mut client, ["shop", "spare"]);
    let records = (0..200).map(|at| {
        (format!("page-{at:03}"), JSON.to_owned(), format!("{{\"number\": {at}}}").into_bytes())
    });
    fill::records(&mut client, "shop", records);
    let screen = Screen::start(&[&server.url()], &[], 30, 120);
    screen.wait_for_text("200 records");
    (server, screen)
}

/// The first cell of a text, from 1.
fn find(screen: &Screen, text: &str) -> (usize, usize) {
    let contents = screen.contents();
    let row = contents.lines().position(|line| line.contains(text));
    let row = row.unwrap_or_else(|| panic!("no {text:?} in {}", screen.picture()));
    let line = contents.lines().nth(row).unwrap();
    (line[..line.find(text).unwrap()].chars().count() + 1, row + 1)
}

fn button(screen: &mut Screen, code: u8, (x, y): (usize, usize), down: bool) {
    screen.keys(&format!("\x1b[<{code};{x};{y}{}", if down { 'M' } else { 'm' }));
}

fn click(screen: &mut Screen, text: &str) {
    let place = find(screen, text);
    button(screen, LEFT, place, true);
    button(screen, LEFT, place, false);
}

#[test]
fn stores_open_by_a_double_click_heads_sort_and_hints_and_the_ground_beside_a_dialog_are_clicked() {
    let (_server, mut screen) = start();
    let place = find(&screen, "shop");
    for down in [true, false, true, false] {
        button(&mut screen, LEFT, place, down);
    }
    screen.wait_for_text("1 / 200");
    screen.wait_for_text("\"number\": 0");
    click(&mut screen, "Key ▲");
    screen.wait_for_text("Key ▼");
    screen.wait_for_text("200 / 200");
    click(&mut screen, "? ");
    screen.wait_for_text("esc close");
    let beside = find(&screen, "larder");
    button(&mut screen, LEFT, beside, true);
    screen.wait_for("no dialog", |text| !text.contains("esc close"));
    click(&mut screen, "delete");
    screen.wait_for_text(" No ");
    button(&mut screen, LEFT, beside, true);
    screen.wait_for("the question gone", |text| !text.contains(" No "));
    assert!(screen.contents().contains("200 records"), "{}", screen.picture());
    click(&mut screen, "quit");
    assert_eq!(screen.exit_code(), 0);
}

#[test]
fn the_wheel_scrolls_the_keys_and_the_value_of_the_cursor_stays() {
    let (_server, mut screen) = start();
    screen.keys("\r");
    screen.wait_for_text("\"number\": 0");
    screen.keys("jj");
    screen.wait_for_text("\"number\": 2");
    let place = find(&screen, "page-010");
    for _ in 0..20 {
        button(&mut screen, WHEEL_DOWN, place, true);
    }
    screen.wait_for_text("page-080");
    screen.wait_for("the cursor out of sight", |text| !text.contains("▌"));
    assert!(screen.contents().contains("\"number\": 2"), "{}", screen.picture());
    screen.keys("j");
    screen.wait_for_text("\"number\": 3");
    screen.wait_for_text("page-003");
}

#[test]
fn a_border_that_was_dragged_stands_there_in_the_next_run_too() {
    let (server, mut screen) = start();
    let home = screen.home().to_str().unwrap().to_owned();
    let row = find(&screen, "shop  ").1 + 4;
    let border = |text: &str| {
        let line = text.lines().nth(row - 1).unwrap_or_default();
        line.chars().enumerate().filter(|(_, c)| *c == '│').nth(1).map(|(x, _)| x + 1)
    };
    let from = border(&screen.contents()).unwrap();
    let to = from + 13;
    button(&mut screen, LEFT, (from, row), true);
    for x in from..=to {
        button(&mut screen, DRAG, (x, row), true);
    }
    button(&mut screen, LEFT, (to, row), false);
    screen.wait_for("the border where it was dragged", |text| border(text) == Some(to));
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
    let next = Screen::start(&[&server.url()], &[("HOME", &home)], 30, 120);
    next.wait_for("the same border", |text| border(text) == Some(to));
}
