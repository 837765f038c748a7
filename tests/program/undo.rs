//! An undo of thousands of records in the whole browser, stopped from the list of jobs and gone on with.

use crate::fill;
use crate::pty::Screen;
use crate::server::{Client, Server};

const RECORDS: i64 = 3000;
const ITEMS: &[u8] = b"key_value_stores:shop:items";

fn stored(client: &mut Client) -> i64 {
    client.call(&[b"HLEN", ITEMS]).int()
}

/// The number in front of these words.
fn number_before(text: &str, words: &str) -> i64 {
    let before = text[..text.find(words).unwrap()].trim_end();
    let digits = before.rsplit([' ', '\u{a0}']).next().unwrap().replace(',', "");
    digits.parse().unwrap_or_else(|why| panic!("{why}: {before}"))
}

#[test]
fn an_undo_of_many_records_is_stopped_in_the_list_of_jobs_and_gone_on_with() {
    let server = Server::start();
    let mut client = server.client();
    fill::stores(&mut client, ["shop", "spare"]);
    let record =
        |at: i64| (format!("k{at:05}"), "text/plain".to_owned(), format!("v{at}").into_bytes());
    fill::records(&mut client, "shop", (0..RECORDS).map(record));
    let mut screen = Screen::start(&[&server.url()], &[], 24, 120);
    screen.wait_for_text("shop");
    screen.keys("\r");
    screen.wait_for_text("3,000 records · 14 KB");
    screen.keys("\x01");
    screen.wait_for_text("3,000 marked");
    screen.keys("d");
    screen.wait_for_text("Delete 3,000 records");
    screen.keys("y");
    screen.wait_for_text("deleted 3,000 records");
    assert_eq!(stored(&mut client), 0);
    screen.keys("uJ");
    screen.wait_for("how far it is", |text| {
        text.contains("undoing: deleted 3,000 records") && text.contains(" % ")
    });
    screen.keys("x");
    let text = screen.wait_for_text("cancelled after");
    let told = number_before(&text, " of 3,000 records; undoing goes on");
    assert!(told > 0 && told < RECORDS, "{text}");
    assert_eq!(stored(&mut client), told, "what is told is there");
    screen.keys("J");
    screen.wait_for("the panes alone", |text| !text.contains("no jobs"));
    screen.keys("U");
    screen.wait_for("both parts", |text| {
        text.contains("of them)") && text.contains("undoable") && text.contains("undone")
    });
    screen.keys("U");
    screen.keys("u");
    screen.wait_for_text("undone: deleted 3,000 records (");
    assert_eq!(stored(&mut client), RECORDS);
    let value = client.call(&[b"HGET", ITEMS, b"k02999"]).raw();
    assert_eq!(value, b"v2999");
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
}
