//! The pictures of values: a screenshot, a table, a tree and a page, as a crawl stores them.

use std::fmt::Write as _;

use crate::fill;
use crate::pty::{self, Screen, larder};
use crate::server::Server;

use super::{JSON, check, picture};

const STORE: &str = "snapshots";

/// A page of a shop, drawn: a bar above, a menu, and six things on shelves.
fn screenshot() -> Vec<u8> {
    const SIZE: (u16, u16) = (480, 300);
    let colours = [
        (214, 118, 74),
        (92, 148, 196),
        (126, 168, 92),
        (222, 184, 88),
        (156, 112, 176),
        (88, 160, 152),
    ];
    let mut pixels = vec![247_u8; usize::from(SIZE.0) * usize::from(SIZE.1) * 3];
    let mut paint = |x: usize, y: usize, width: usize, height: usize, colour: (u8, u8, u8)| {
        for row in y..y + height {
            for column in x..x + width {
                let at = (row * usize::from(SIZE.0) + column) * 3;
                pixels[at..at + 3].copy_from_slice(&[colour.0, colour.1, colour.2]);
            }
        }
    };
    paint(0, 0, 480, 36, (38, 52, 74));
    paint(16, 10, 90, 16, (232, 196, 84));
    for (at, width) in [(300, 40), (352, 48), (412, 52)] {
        paint(at, 14, width, 8, (170, 182, 200));
    }
    for row in 0..5 {
        paint(16, 60 + row * 24, 70, 8, (150, 156, 166));
    }
    for (at, colour) in colours.into_iter().enumerate() {
        let (x, y) = (112 + at % 3 * 122, 54 + at / 3 * 122);
        paint(x, y, 108, 110, (255, 255, 255));
        paint(x + 8, y + 8, 92, 62, colour);
        paint(x + 30, y + 22, 48, 34, (colour.0 / 2, colour.1 / 2, colour.2 / 2));
        paint(x + 8, y + 78, 72, 7, (90, 96, 106));
        paint(x + 8, y + 92, 34, 9, (196, 60, 48));
    }
    let mut jpeg = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut jpeg, 90);
    encoder.encode(&pixels, SIZE.0, SIZE.1, jpeg_encoder::ColorType::Rgb).unwrap();
    jpeg
}

fn table() -> String {
    let mut table = String::from("title,price,currency,stock,url\n");
    let titles = ["Café Uno", "Söhne & Co.", "Plain paper", "Clay mug, 0.3 l", "Teapot"];
    for number in 0..40 {
        let (title, price) = (titles[number % 5], number * 11 % 60 + 1);
        let stock = number * 7 % 90;
        writeln!(table, "\"{title}\",{price}.20,EUR,{stock},http://127.0.0.1:8000/p/{number}")
            .unwrap();
    }
    table
}

const TREE: &str = r#"{"url": "http://127.0.0.1:8000/p/7", "title": "Plain paper", "price": 17.20,
    "offers": [{"seller": "Shelf 1", "price": 17.20}, {"seller": "Shelf 2", "price": 18.00}],
    "images": ["/i/7a.jpg", "/i/7b.jpg", "/i/7c.jpg"], "sku": 9007199254740991007, "rating": NaN}"#;

const PAGE: &str = "<!doctype html><html><head><title>Plain paper · a small shop</title><style>p{}</style></head>
    <body><nav><a href='/'>All things</a> <a href='/sale'>On sale</a></nav><h1>Plain paper</h1>
    <p>Five hundred sheets, <b>unbleached</b>, from a mill that has made nothing else since 1888.</p>
    <ul><li>80 g/m², A4</li><li>for ink, pencil and printers</li></ul>
    <table><tr><th>Seller</th><th>Price</th></tr><tr><td>Shelf 1</td><td>17.20 EUR</td></tr></table>
    <p>See also <a href='/p/12.html'>clay mugs</a>.</p></body></html>";

/// Such values in a store, and the browser with the cursor on this one.
fn browse(server: &Server, key: &str) -> Screen {
    let mut client = server.client();
    fill::stores(&mut client, [STORE]);
    let record = |key: &str, content_type: &str, value: Vec<u8>| {
        (key.to_owned(), content_type.to_owned(), value)
    };
    let records = [
        record("offers.csv", "text/csv; charset=utf-8", table().into_bytes()),
        record("page-7", JSON, TREE.as_bytes().to_vec()),
        record("page-7.html", "text/html; charset=utf-8", PAGE.as_bytes().to_vec()),
        record("page-7.jpg", "image/jpeg", screenshot()),
    ];
    let at = records.iter().position(|(name, ..)| name == key).unwrap();
    fill::records(&mut client, STORE, records);
    let colours = [("COLORTERM", "truecolor")];
    let mut screen = Screen::start_on(pty::DARK, larder(), &[&server.url()], &colours, 22, 100);
    screen.wait_for_text("snapshots · 4 records");
    screen.keys(&"j".repeat(at));
    screen.wait_for_text(&format!("┬ {key} ─"));
    screen.wait_for_text(" live ");
    screen
}

#[test]
fn the_picture_of_a_screenshot_is_a_real_frame() {
    let server = Server::start();
    let screen = browse(&server, "page-7.jpg");
    screen.wait_for_text("▀▀▀▀");
    check("picture.svg", &picture::DARK, &server, &screen);
}

#[test]
fn the_picture_of_a_table_is_a_real_frame() {
    let server = Server::start();
    let mut screen = browse(&server, "offers.csv");
    screen.keys("\r");
    screen.wait_for_text("cells");
    screen.keys("\r");
    screen.wait_for_text("sort");
    check("table.svg", &picture::DARK, &server, &screen);
}

#[test]
fn the_picture_of_a_tree_is_a_real_frame() {
    let server = Server::start();
    let mut screen = browse(&server, "page-7");
    screen.wait_for_text("\"seller\": \"Shelf 2\"");
    screen.keys("\r");
    screen.wait_for_text("↵ values");
    screen.keys("\r");
    screen.wait_for_text("fold");
    screen.keys("jjjj ");
    screen.wait_for_text("$.offers");
    check("tree.svg", &picture::DARK, &server, &screen);
}

#[test]
fn the_picture_of_a_page_is_a_real_frame() {
    let server = Server::start();
    let mut screen = browse(&server, "page-7.html");
    screen.keys("\r");
    screen.wait_for_text("links");
    check("page.svg", &picture::DARK, &server, &screen);
}
