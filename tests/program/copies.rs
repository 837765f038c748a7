//! A record copied into another store in the whole browser: on a server, and in a directory.

use std::path::Path;

use crate::fill;
use crate::pty::Screen;
use crate::server::Server;
use crate::signals::project;

const OTHER: &str = "spare-parts";

/// Copies the record under the cursor into the other store, undoes that, and copies over a record that came
/// meanwhile only after a question. `stored` gives the other store's record of the same key, `put` sets it.
fn copy_there_and_back(
    screen: &mut Screen,
    key: &str,
    stored: &dyn Fn() -> Option<Vec<u8>>,
    put: &dyn Fn(&str),
) {
    assert_eq!(stored(), None);
    screen.keys("A");
    screen.wait_for_text("duplicate as: ");
    screen.keys("\t");
    screen.wait_for("the stores", |text| text.contains("Copy to a store") && text.contains(OTHER));
    screen.keys("spre\r");
    screen.wait_for_text(&format!("copy to {OTHER} as: {key}"));
    screen.keys("\r");
    screen.wait_for_text(&format!("copied {key} to {key} in {OTHER}"));
    assert_eq!(stored().as_deref(), Some(&b"one"[..]));
    screen.keys("u");
    screen.wait_for_text(&format!("undone: copied {key}"));
    assert_eq!(stored(), None);
    screen.keys("\x12");
    screen.wait_for_text(&format!("done again: copied {key}"));
    assert_eq!(stored().as_deref(), Some(&b"one"[..]));
    screen.keys("u");
    screen.wait_for_text(&format!("undone: copied {key}"));
    // A crawl makes a record there meanwhile.
    put("theirs");
    screen.keys("A\tspre\r");
    screen.wait_for_text("key taken");
    screen.keys("\r");
    screen.wait_for("the question", |text| {
        text.contains("Overwrite the record") && text.contains(&format!("Overwrites {key}: 6 B"))
    });
    screen.keys("n");
    screen.wait_for("no question", |text| !text.contains("Overwrite the record"));
    assert_eq!(stored().as_deref(), Some(&b"theirs"[..]), "it stays unless it is answered");
    screen.keys("A\tspre\r");
    screen.wait_for_text("key taken");
    screen.keys("\r");
    screen.wait_for_text("Overwrite the record");
    screen.keys("y");
    screen.wait_for_text(&format!("copied {key} to {key} in {OTHER}"));
    assert_eq!(stored().as_deref(), Some(&b"one"[..]));
    screen.keys("u");
    screen.wait_for_text(&format!("undone: copied {key}"));
    assert_eq!(stored().as_deref(), Some(&b"theirs"[..]), "what it was written over is back");
}

#[test]
fn a_record_on_a_server_is_copied_into_another_store_and_never_over_one_unasked() {
    let server = Server::start();
    let mut client = server.client();
    fill::stores(&mut client, ["shop", OTHER]);
    let record = ("page-1".to_owned(), "text/plain".to_owned(), b"one".to_vec());
    fill::records(&mut client, "shop", [record]);
    let items = format!("key_value_stores:{OTHER}:items");
    let stored = || {
        let found = server.cli(&["HGET", &items, "page-1"]);
        (!found.is_empty()).then_some(found)
    };
    let put = |value: &str| {
        let record = ("page-1".to_owned(), "text/plain".to_owned(), value.as_bytes().to_vec());
        fill::records(&mut server.client(), OTHER, [record]);
    };
    let mut screen = Screen::start(&[&server.url()], &[], 30, 110);
    screen.wait_for_text(OTHER);
    screen.keys("\r");
    screen.wait_for_text("│ one");
    copy_there_and_back(&mut screen, "page-1", &stored, &put);
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
}

#[test]
fn a_record_in_a_directory_is_copied_into_another_store_and_never_over_one_unasked() {
    let folder = project();
    let root = folder.path().join("key_value_stores");
    let (shop, other) = (root.join("shop"), root.join(OTHER));
    std::fs::create_dir(&other).unwrap();
    let meta = std::fs::read_to_string(shop.join("__metadata__.json")).unwrap();
    let meta = meta.replace("shop", OTHER).replace("AbCdEfGhIjKlMnOpQ", "ZbCdEfGhIjKlMnOpQ");
    std::fs::write(other.join("__metadata__.json"), meta).unwrap();
    let put = |value: &str| write(&other, value);
    let stored = || std::fs::read(other.join("page-1")).ok();
    let mut screen = Screen::start(&[folder.path().to_str().unwrap()], &[], 30, 110);
    screen.wait_for_text(OTHER);
    screen.keys("\r");
    screen.wait_for_text("│ one");
    copy_there_and_back(&mut screen, "page-1", &stored, &put);
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
}

fn write(store: &Path, value: &str) {
    std::fs::write(store.join("page-1"), value).unwrap();
    let size = value.len();
    let meta = format!(r#"{{"key": "page-1", "content_type": "text/plain", "size": {size}}}"#);
    std::fs::write(store.join("page-1.__metadata__.json"), meta).unwrap();
}
