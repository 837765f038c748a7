//! ZIP files that are documents: office files, books, programs.

use super::super::coding::Limits;
use super::unpack::unpack;
use super::{Entries, Kind};

/// Bytes of an entry that are read.
const FACTS: usize = 64 << 10;
/// Limit on the entries that are examined.
const LOOKED_AT: usize = 10_000;

/// The kind of document that a ZIP is, as `Word document (docx), 3 pages`.
pub(super) fn describe(bytes: &[u8], entries: &Entries<'_>) -> Option<String> {
    let names = || entries.list.iter().take(LOOKED_AT).map(|entry| &*entry.name);
    let has = |name: &str| names().any(|found| found == name.as_bytes());
    let count = |start: &str| {
        let of = |name: &&[u8]| name.starts_with(start.as_bytes()) && name.ends_with(b".xml");
        names().filter(of).count() as u64
    };
    let inside = |name: &[u8]| {
        let entry = entries.list.iter().take(LOOKED_AT).find(|entry| *entry.name == *name)?;
        let limits = Limits { bytes: FACTS, ..Limits::new(&|| true) };
        unpack(bytes, entry, limits).ok().map(|(bytes, _)| bytes)
    };
    let app = |tag: &str| number(&inside(b"docProps/app.xml")?, &format!("<{tag}>"));
    if has("[Content_Types].xml") {
        if has("word/document.xml") {
            return Some(told("Word document (docx)", app("Pages"), "page"));
        }
        if has("xl/workbook.xml") {
            let sheets = count("xl/worksheets/sheet");
            return Some(told("Excel workbook (xlsx)", Some(sheets), "sheet"));
        }
        if has("ppt/presentation.xml") {
            let slides = count("ppt/slides/slide");
            return Some(told("PowerPoint presentation (pptx)", Some(slides), "slide"));
        }
    }
    let first = entries.list.first().filter(|entry| entry.kind == Kind::File);
    if first.is_some_and(|entry| &*entry.name == b"mimetype") {
        let kind = inside(b"mimetype")?;
        let pages = || number(&inside(b"meta.xml")?, "meta:page-count=\"");
        return Some(match kind.trim_ascii() {
            b"application/epub+zip" => "EPUB book".to_owned(),
            b"application/vnd.oasis.opendocument.text" => {
                told("OpenDocument text (odt)", pages(), "page")
            }
            b"application/vnd.oasis.opendocument.spreadsheet" => {
                "OpenDocument spreadsheet (ods)".to_owned()
            }
            b"application/vnd.oasis.opendocument.presentation" => {
                "OpenDocument presentation (odp)".to_owned()
            }
            _ => return None,
        });
    }
    if has("AndroidManifest.xml") {
        return Some("Android package (APK)".to_owned());
    }
    has("META-INF/MANIFEST.MF").then(|| "Java archive (JAR)".to_owned())
}

fn told(what: &str, count: Option<u64>, noun: &str) -> String {
    match count.filter(|&count| count > 0) {
        Some(1) => format!("{what}, 1 {noun}"),
        Some(count) => format!("{what}, {count} {noun}s"),
        None => what.to_owned(),
    }
}

/// The number behind a text.
fn number(bytes: &[u8], before: &str) -> Option<u64> {
    let at = memchr::memmem::find(bytes, before.as_bytes())? + before.len();
    let digits = bytes[at..].iter().take(9).take_while(|byte| byte.is_ascii_digit());
    let digits: String = digits.map(|&byte| char::from(byte)).collect();
    digits.parse().ok()
}
