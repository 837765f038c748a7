//! A value outside larder: the name of its file, and opening it in the user's own program, after a question
//! where it may run something.

use bytes::Bytes;

use crate::model::endings::with_ending;
use crate::model::{Record, RecordMeta};

use super::super::ctx::{Ctx, Request};
use super::super::event::Effect;
use super::super::question::{Confirm, Confirmed};

/// Endings of files that are only looked at: their programs run nothing that is in them. Browsers are the
/// exception: they run a page's scripts as they do everywhere.
const LOOKED_AT: &[&str] = &[
    "avi", "avif", "bmp", "bz2", "css", "csv", "eot", "epub", "flac", "geojson", "gif", "gz",
    "heic", "heif", "htm", "html", "ico", "jpe", "jpeg", "jpg", "json", "json5", "jsonl", "jsonld",
    "log", "m4a", "m4v", "map", "markdown", "md", "mka", "mkv", "mov", "mp3", "mp4", "mpeg", "mpg",
    "ndjson", "odp", "ods", "odt", "oga", "ogg", "ogv", "opus", "otf", "pdf", "png", "pptx", "rss",
    "rtf", "svg", "tar", "tif", "tiff", "toml", "tsv", "ttf", "txt", "wav", "webm", "webp", "woff",
    "woff2", "xhtml", "xlsx", "xml", "yaml", "yml", "zip", "zst", "atom", "docx",
];

/// Limit on a file's name without its ending, in bytes: systems take 255 in all.
const LONGEST: usize = 200;

/// Beginnings of programs, and of files that the system runs by itself.
const PROGRAMS: [&[u8]; 9] = [
    b"#!",
    b"\x7fELF",
    b"MZ",
    b"[Desktop Entry]",
    b"\xfe\xed\xfa",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"!<arch>",
];

/// Has the record's value opened, or asks first.
pub(super) fn open_external(record: Record, ctx: &mut Ctx<'_>) {
    let name = file_name(&record.meta);
    let bytes = record.value;
    match may_run(&name, &bytes).filter(|_| !ctx.settings.remote) {
        Some(why) => ctx.request(Request::Ask(Box::new(asked(&name, bytes, &why)))),
        None => ctx.effect(Effect::OpenExternal { name, bytes }),
    }
}

fn asked(name: &str, bytes: Bytes, why: &str) -> Confirm {
    Confirm::new("Open with a program", "open", Confirmed::OpenExternal(name.to_owned(), bytes))
        .line(format!("{name}: {why}."))
        .line("Open it only if you trust it.")
}

/// Why the program for a file might run its content, if it might.
fn may_run(name: &str, bytes: &[u8]) -> Option<String> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    if PROGRAMS.iter().any(|begin| text.starts_with(begin)) {
        return Some("it begins as a program does".to_owned());
    }
    match name.rsplit_once('.') {
        Some((_, ending)) if is_looked_at(ending) => None,
        Some((_, ending)) => Some(format!("a .{ending} file may be run")),
        None => Some("a file without an ending may be run".to_owned()),
    }
}

fn is_looked_at(ending: &str) -> bool {
    LOOKED_AT.iter().any(|known| known.eq_ignore_ascii_case(ending))
}

/// A name for a file that holds this record's value.
pub(in crate::app) fn file_name(meta: &RecordMeta) -> String {
    with_ending(&safe_name(&meta.key.escaped()), &meta.content_type)
}

/// A key as the name of a file: each character that is not safe in a shell or a file system becomes `_`.
fn safe_name(key: &str) -> String {
    let safe = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '=' | '@');
    let mut bytes = 0;
    let fits = |c: &char| {
        bytes += c.len_utf8();
        bytes <= LONGEST
    };
    let spelled = key.chars().map(|c| if safe(c) { c } else { '_' });
    let name: String = spelled.take(100).take_while(fits).collect();
    let name = name.trim_start_matches(['.', '-']);
    if name.is_empty() { "value".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_only_looked_at_is_opened_without_a_question() {
        for (name, bytes) in [
            ("INPUT.json", &b"{}"[..]),
            ("page.html", b"<!doctype html>"),
            ("photo.JPG", b"\xff\xd8\xff"),
            ("notes.txt", b""),
            ("report.pdf", b"%PDF-1.7"),
        ] {
            assert_eq!(may_run(name, bytes), None, "{name}");
        }
    }

    #[test]
    fn what_may_run_is_asked_about() {
        for (name, bytes) in [
            ("evil.desktop", &b""[..]),
            ("evil.html.desktop", b"<p>"),
            ("run.sh", b"echo"),
            ("run.txt", b"#!/bin/sh\n"),
            ("run.txt", b"\xef\xbb\xbf\n #!/bin/sh\n"),
            ("notes.txt", b"[Desktop Entry]\nExec=x"),
            ("tool.bin", b"\x7fELF"),
            ("setup.png", b"MZ\x90"),
            ("setup.exe", b""),
            ("app.jar", b"PK"),
            ("macro.docm", b"PK"),
            ("page.hta", b""),
            ("README", b"text"),
        ] {
            assert!(may_run(name, bytes).is_some(), "{name}");
        }
    }

    #[test]
    fn file_names_hold_nothing_that_bites() {
        assert_eq!(safe_name("page-1.html"), "page-1.html");
        assert_eq!(safe_name("../../etc/passwd"), "_.._etc_passwd");
        assert_eq!(safe_name(""), "value");
        assert_eq!(safe_name("a b\n\u{1b}c"), "a_b__c");
        // A file system has room for the name with any ending, whatever bytes its characters take.
        assert_eq!(safe_name(&"漢".repeat(300)).len(), 198);
    }
}
