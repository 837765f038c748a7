//! The pictures in the README are real frames of the real program, and stay so.
//!
//! `assets/pictures` draws them anew; without it, each test compares the text of the picture with
//! that of the screen.

mod picture;
mod values;

use larder::model::Timestamp;
use picture::Paper;
use serde_json::json;

use crate::fill;
use crate::pty::{self, Ground, Screen, larder};
use crate::server::Server;

const JSON: &str = "application/json; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const TITLES: [&str; 5] =
    ["Café «Uno»", "Söhne & Co.", "Plain paper", "Clay mug, 0.3 l", "Quote \" mark"];

/// What a crawl of a small shop leaves, the same each time.
fn crawled() -> Server {
    let server = Server::start();
    let mut client = server.client();
    // Names, and how many minutes ago something was written there.
    let stores = [("default", 2), ("prices", 95), ("scratch", 51), ("snapshots", 2)];
    fill::stores(&mut client, stores.map(|(name, _)| name));
    let record = |key: &str, content_type: &str, value: Vec<u8>| {
        (key.to_owned(), content_type.to_owned(), value)
    };
    let mut pages = vec![record("shelf.png", "image/png", b"\x89PNG\r\n\x1a\n".repeat(300))];
    for number in 0..36_u32 {
        let key = format!("page-{number:06}");
        pages.push(record(&key, JSON, page(number).into_bytes()));
        let body = "<p>…</p>".repeat(number as usize * 37 % 200);
        let html = format!("<html><h1>{}</h1>{body}</html>", title(number));
        pages.push(record(&format!("{key}.html"), HTML, html.into_bytes()));
    }
    fill::records(&mut client, "snapshots", pages);
    let input = json!({"startUrls": ["http://127.0.0.1:8000/"], "maxPages": 100}).to_string();
    fill::records(
        &mut client,
        "default",
        [
            record("INPUT", JSON, input.into_bytes()),
            record("OUTPUT", JSON, br#"{"products": 36, "total": 694.8}"#.to_vec()),
        ],
    );
    let prices = (0..240).map(|day| record(&format!("day-{day:03}"), JSON, b"[46.2]".to_vec()));
    fill::records(&mut client, "prices", prices);
    let note = record("notes", "text/plain; charset=utf-8", b"ask about the tags".to_vec());
    fill::records(&mut client, "scratch", [note]);
    for (name, minutes) in stores {
        let time = ago(minutes);
        let key = format!("key_value_stores:{name}:metadata");
        for field in ["$.accessed_at", "$.modified_at"] {
            server.cli(&["JSON.SET", &key, field, &format!("\"{time}\"")]);
        }
    }
    server
}

fn title(number: u32) -> &'static str {
    TITLES[number as usize % TITLES.len()]
}

/// A record as a crawler stores it. Written out, since Python would not sort or respell it.
fn page(number: u32) -> String {
    format!(
        concat!(
            r#"{{"url": "http://127.0.0.1:8000/p/{}", "title": {}, "price": {}.20, "#,
            r#""currency": "EUR", "tags": ["sale", "new"], "stock": {}, "rating": NaN, "#,
            r#""sku": 900719925474099{:03}1, "seller": {{"id": {}, "name": "Shelf {}"}}, "#,
            r#""images": [], "loadedAt": "2026-11-22T13:57:47Z"}}"#
        ),
        number,
        json!(title(number)),
        number * 11 % 60,
        if number.is_multiple_of(4) { "null".to_owned() } else { (number * 7).to_string() },
        number,
        number / 6 + 3,
        number / 6,
    )
}

/// The browser in 120 columns and 30 rows, with the cursor on a page of the crawl.
fn browse(server: &Server, ground: Ground) -> Screen {
    let colours = [("COLORTERM", "truecolor")];
    let mut screen = Screen::start_on(ground, larder(), &[&server.url()], &colours, 30, 120);
    screen.wait_for_text("snapshots");
    screen.keys("G\r");
    screen.wait_for_text("snapshots · 73 records");
    screen.keys(&"j".repeat(14));
    screen.wait_for_text("/p/7\"");
    screen.wait_for_text("15 / 73");
    // What it watches by until tracking is on, a second after a store was opened, is not for ever.
    screen.wait_for_text(" live ");
    screen
}

#[track_caller]
fn check(name: &str, paper: &Paper, server: &Server, screen: &Screen) {
    let own = format!(":{}/0 ", server.port());
    picture::check(name, paper, (&own, ":6379/0 "), screen);
}

#[test]
fn the_picture_of_the_browser_is_a_real_frame() {
    let server = crawled();
    let screen = browse(&server, pty::DARK);
    check("browser.svg", &picture::DARK, &server, &screen);
}

#[test]
fn the_picture_of_the_browser_on_a_light_ground_is_a_real_frame() {
    let server = crawled();
    let screen = browse(&server, pty::LIGHT);
    check("light.svg", &picture::LIGHT, &server, &screen);
}

/// Which row of how many the cursor is on, as the border below the keys tells it.
fn place(text: &str) -> Option<String> {
    let border = text.lines().find(|line| line.contains("╰") && line.contains(" / "))?;
    let number = |word: &str| word.bytes().any(|byte| byte.is_ascii_digit());
    Some(border.split_whitespace().filter(|word| number(word)).collect())
}

/// The demo under way: never twice the same frame, so what is held is what the picture tells.
#[test]
fn the_picture_of_the_demo_is_a_real_frame() {
    let arguments = ["demo", "--seed", "7", "--rate", "9"];
    let colours = [("COLORTERM", "truecolor")];
    let mut screen = Screen::start_on(pty::DARK, larder(), &arguments, &colours, 30, 120);
    screen.wait_for_text("The crawl");
    screen.wait_for_text("product-0000");
    screen.keys("C");
    // Records come in above the products while one goes there; a product may be marked as new.
    let on_product = |text: &str| {
        let mut rows = text.lines().filter_map(|line| line.split_once('▌'));
        rows.any(|(_, row)| row.trim_start_matches([' ', '+', '~']).starts_with("product-0"))
    };
    for step in 0.. {
        if on_product(&screen.contents()) {
            break;
        }
        assert!(step < 500, "no product under the cursor\n{}", screen.contents());
        let before = place(&screen.contents());
        screen.keys("j");
        screen.wait_for("the cursor to be elsewhere", |text| place(text) != before);
    }
    let tells = |lines: &[String]| {
        let has = |text: &str| lines.iter().any(|line| line.contains(text));
        has("/larder-demo-") && has("live · ") && has("/s ") && has("▌  product-") && has("│ + p")
    };
    screen.wait_for_screen("records arriving", |screen| {
        let text = screen.contents();
        tells(&text.lines().map(str::to_owned).collect::<Vec<_>>())
    });
    if picture::is_drawing() {
        let text = screen.contents();
        let own = text.split_whitespace().find(|word| word.contains("larder-demo-")).unwrap();
        let hide = (own, "/tmp/larder-demo-Xk3Qd7");
        picture::draw("demo.svg", &picture::DARK, hide, &screen);
    }
    assert!(tells(&picture::read("demo.svg")), "assets/pictures draws it anew");
}

#[test]
fn the_picture_of_the_editor_is_a_real_frame() {
    let server = crawled();
    let mut screen = browse(&server, pty::DARK);
    screen.keys("e");
    screen.wait_for_text("Edit snapshots");
    // A price with a comma, as people write it, and the try to save it.
    screen.keys(&"\x1b[B".repeat(3));
    screen.keys(&format!("\x1b[F{},50,\x13", "\x7f".repeat(4)));
    screen.wait_for_text("not JSON at line 4");
    check("editor.svg", &picture::DARK, &server, &screen);
}

/// The crawl changes the price while a person changes it too, and something else beside it.
#[test]
fn the_picture_of_a_merge_is_a_real_frame() {
    let server = crawled();
    let mut screen = browse(&server, pty::DARK);
    screen.keys("e");
    screen.wait_for_text("Edit snapshots");
    screen.keys(&"\x1b[B".repeat(3));
    screen.keys(&format!("\x1b[F{}15.90,", "\x7f".repeat(6)));
    screen.wait_for_text("\"price\": 15.90,");
    let now = page(7).replace("17.20", "18.00").replace("\"stock\": 49", "\"stock\": 48");
    let items = b"key_value_stores:snapshots:items";
    server.command(&[b"HSET", items, b"page-000007", now.as_bytes()]);
    screen.keys("\x13");
    screen.wait_for("the merge, and its keys", |text| {
        text.contains("0 of 1 decided") && text.contains("keep editing")
    });
    check("merge.svg", &picture::DARK, &server, &screen);
}

/// A time some minutes ago, and half a one more, so that a slow machine shows no other number.
fn ago(minutes: i64) -> Timestamp {
    Timestamp::from_micros(Timestamp::now().micros() - minutes * 60_000_000 - 30_000_000)
}

/// What lies beside the stores once a crawl is over: its queues, its datasets and what the crawlers
/// tell of themselves.
fn finished(server: &Server) {
    let statistics = |finished: u64, failed: u64, retries: u64, took: i64| {
        let json = json!({
            "requestsFinished": finished,
            "requestsFailed": failed,
            "requestsRetries": retries,
            "crawlerRuntimeMillis": took * 60_000,
            "crawlerStartedAt": ago(2 + took).to_string(),
            "crawlerFinishedAt": ago(2).to_string(),
            "statsPersistedAt": ago(2).to_string(),
        });
        json.to_string().into_bytes()
    };
    let key = |number: u32| format!("__CRAWLER_STATISTICS_{number}");
    let record = |number, json| (key(number), JSON.to_owned(), json);
    let crawlers = [(0, 1_846, 3, 41, 12), (1, 310, 0, 2, 4)].map(
        |(number, finished, failed, retries, took)| {
            record(number, statistics(finished, failed, retries, took))
        },
    );
    fill::records(&mut server.client(), "default", crawlers);
    let beside = |kind: &str, name: &str, minutes: i64, counts: serde_json::Value| {
        let mut metadata = counts;
        metadata["modified_at"] = ago(minutes).to_string().into();
        server.cli(&["HSET", &format!("{kind}:name_to_id"), name, &fill::id(name)]);
        server.cli(&["JSON.SET", &format!("{kind}:{name}:metadata"), "$", &metadata.to_string()]);
    };
    for (name, minutes, pending, handled) in [("default", 2, 0, 1_846), ("sitemap", 8, 14, 310)] {
        let counts = json!({
            "pending_request_count": pending,
            "handled_request_count": handled,
            "total_request_count": pending + handled,
        });
        beside("request_queues", name, minutes, counts);
    }
    beside("datasets", "default", 2, json!({"item_count": 12_904}));
    beside("datasets", "out-of-stock", 3, json!({"item_count": 87}));
}

#[test]
fn the_picture_of_the_overview_is_a_real_frame() {
    let server = crawled();
    finished(&server);
    let mut screen = browse(&server, pty::DARK);
    screen.keys("C");
    screen.wait_for("the rates of two queues and two datasets", |text| {
        text.lines().filter(|line| line.contains(" 0 ") && line.contains(" min ")).count() >= 4
    });
    check("overview.svg", &picture::DARK, &server, &screen);
}
