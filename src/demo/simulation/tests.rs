use std::collections::HashSet;
use std::io::Read as _;

use super::*;
use crate::model::Family;

const ENDLESS: Limits = Limits { records: u64::MAX, bytes: u64::MAX };

fn entries(seed: u64, style: JsonStyle, count: usize) -> Vec<DemoRecord> {
    Simulation::new(seed, style, ENDLESS).take(count).collect()
}

#[test]
fn a_seed_gives_the_same_bytes_and_another_one_others() {
    assert_eq!(entries(7, JsonStyle::Indented, 300), entries(7, JsonStyle::Indented, 300));
    assert_ne!(entries(7, JsonStyle::Indented, 60), entries(8, JsonStyle::Indented, 60));
}

#[test]
fn the_layout_changes_json_alone() {
    for (indented, line) in
        entries(3, JsonStyle::Indented, 200).iter().zip(&entries(3, JsonStyle::OneLine, 200))
    {
        assert_eq!((&indented.key, &indented.content_type), (&line.key, &line.content_type));
        if indented.content_type.family() == Family::Json {
            assert!(!line.value.contains(&b'\n'), "{}", line.key);
            assert!(indented.value.contains(&b'\n'), "{}", line.key);
        } else if indented.content_type.family() == Family::Image {
            assert_eq!(indented.value, line.value, "{}", line.key);
        }
    }
}

#[test]
fn every_kind_comes_within_the_first_200_whatever_the_seed() {
    for seed in 0..6 {
        let entries = entries(seed, JsonStyle::Indented, 200);
        let kinds: HashSet<&str> = entries.iter().map(|entry| entry.content_type.short()).collect();
        for kind in ["json", "html", "png", "jpeg", "csv", "gzip", "none"] {
            assert!(kinds.contains(kind), "no {kind} with seed {seed}");
        }
        let keys: Vec<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
        for start in ["INPUT", "OUTPUT", "__CRAWLER_STATISTICS_0", "CRAWLEE_SESSION_POOL_STATE"] {
            assert!(keys.contains(&start), "no {start} with seed {seed}");
        }
        for end in [".html", ".jpg"] {
            let snapshot = |key: &&&str| key.starts_with("ERROR_SNAPSHOT_") && key.ends_with(end);
            assert!(keys.iter().any(|key| snapshot(&key)), "no snapshot {end} with seed {seed}");
        }
        let text: String = entries
            .iter()
            .filter(|entry| entry.content_type.family() == Family::Json)
            .map(|entry| String::from_utf8_lossy(&entry.value))
            .collect();
        for number in ["1E400", "-0.0", ": NaN", ": Infinity", "0.30000000000000004"] {
            assert!(text.contains(number), "no {number} with seed {seed}");
        }
        assert!(text.contains("123456789012345678901234567890"));
    }
}

#[test]
fn what_it_makes_decodes() {
    for entry in entries(1, JsonStyle::Indented, 500) {
        let value = &entry.value[..];
        match entry.content_type.short() {
            "json" => {
                let text = std::str::from_utf8(value).unwrap();
                // Python reads these words; the standard does not have them.
                let beyond = ["NaN", "Infinity"].iter().any(|word| text.contains(word));
                let read = serde_json::from_str::<serde_json::Value>(text);
                assert!(beyond || read.is_ok(), "{}: {text}", entry.key);
            }
            "html" => {
                let text = std::str::from_utf8(value).unwrap();
                assert!(text.starts_with("<!DOCTYPE html>") && text.ends_with("</html>\n"));
                let page = entry.key.starts_with("page-");
                assert!(!page || (2_000..31_000).contains(&text.len()), "{}", text.len());
            }
            "png" => assert_eq!(png_size(value), (320, 200, 320 * 200 * 3)),
            "jpeg" => assert_eq!(jpeg_size(value), (320, 200)),
            "gzip" => {
                let mut page = String::new();
                flate2::read::GzDecoder::new(value).read_to_string(&mut page).unwrap();
                assert!(page.contains("</html>"));
            }
            "csv" => {
                let rows = csv(std::str::from_utf8(value).unwrap());
                assert!(rows.len() > 1 && rows.iter().all(|row| row.len() == 5), "{rows:?}");
            }
            "none" => assert!(value.is_empty()),
            other => panic!("{other}: {}", entry.key),
        }
    }
}

fn png_size(bytes: &[u8]) -> (u32, u32, usize) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    (frame.width, frame.height, frame.buffer_size())
}

/// Reads the size from the segments, from the start to the end mark.
fn jpeg_size(bytes: &[u8]) -> (u16, u16) {
    let two = |at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
    assert_eq!(two(0), 0xffd8, "starts as an image");
    assert_eq!(two(bytes.len() - 2), 0xffd9, "ends as one");
    let (mut at, mut size) = (2, None);
    loop {
        let (marker, length) = (two(at), usize::from(two(at + 2)));
        match marker {
            0xffc0 => size = Some((two(at + 7), two(at + 5))),
            0xffda => break,
            _ => assert_eq!(marker >> 8, 0xff, "a segment at {at}"),
        }
        at += 2 + length;
    }
    assert!(bytes.len() - at > 500, "there are pixels");
    size.unwrap()
}

fn csv(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => field.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            c => field.push(c),
        }
    }
    rows
}

#[test]
fn keys_are_new_or_said_to_come_again() {
    let mut seen = HashSet::new();
    for entry in entries(2, JsonStyle::OneLine, 1_200) {
        let new = seen.insert((entry.destination, entry.key.clone()));
        assert_eq!(new, !entry.again, "{}", entry.key);
        let name = entry.key.len() * 3 + ".__metadata__.json".len();
        assert!(entry.key.is_ascii() || name < 255, "{} is too long for a file", entry.key);
    }
}

#[test]
fn a_crawl_of_n_records_has_n_and_says_that_it_is_finished() {
    for records in [1, 2, 3, 4, 5, 10, 60, 89, 90, 91, 92, 93, 94, 95, 96, 200] {
        let limits = Limits { records, bytes: u64::MAX };
        let entries: Vec<DemoRecord> = Simulation::new(4, JsonStyle::OneLine, limits).collect();
        let new = entries.iter().filter(|entry| !entry.again).count();
        let keys: HashSet<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
        assert_eq!((new as u64, keys.len() as u64), (records, records));
        assert_eq!(records > 3, keys.contains("OUTPUT"), "{records}");
        if records > 1 {
            let last = entries.last().unwrap();
            assert_eq!(last.key, "__CRAWLER_STATISTICS_0");
            let said: serde_json::Value = serde_json::from_slice(&last.value).unwrap();
            assert!(said["crawlerFinishedAt"].is_string());
        }
    }
}

#[test]
fn a_crawl_ends_at_its_bytes() {
    let limits = Limits { records: u64::MAX, bytes: 1_000_000 };
    let total: usize =
        Simulation::new(4, JsonStyle::OneLine, limits).map(|entry| entry.value.len()).sum();
    assert!((1_000_000..1_100_000).contains(&total), "{total}");
}

#[test]
fn most_of_it_is_pages_and_products_and_the_statistics_grow() {
    let entries = entries(5, JsonStyle::OneLine, 1_200);
    let found = |start: &str| entries.iter().filter(|entry| entry.key.starts_with(start)).count();
    assert!(found("page-") + found("product-") > 900);
    let totals: Vec<u64> = entries
        .iter()
        .filter(|entry| entry.key == "__CRAWLER_STATISTICS_0")
        .map(|entry| serde_json::from_slice::<serde_json::Value>(&entry.value).unwrap())
        .map(|said| said["requestsTotal"].as_u64().unwrap())
        .collect();
    assert!(totals.len() > 15 && totals.is_sorted() && totals[1] > totals[0], "{totals:?}");
}
