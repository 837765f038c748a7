//! The charset in a content type, and the types that are text.

use encoding_rs::{Encoding, REPLACEMENT, WINDOWS_1252};

use super::Narrow;

/// Names that other programs use and the Encoding Standard does not list, reduced to letters and digits.
const ALIASES: [(&str, &str); 18] = [
    ("utf8", "utf-8"),
    ("utf8sig", "utf-8"),
    ("utf16", "utf-16le"),
    ("utf16le", "utf-16le"),
    ("utf16be", "utf-16be"),
    ("latin1", "iso-8859-1"),
    ("latin2", "iso-8859-2"),
    ("iso88591", "iso-8859-1"),
    ("iso885915", "iso-8859-15"),
    ("ansi", "windows-1252"),
    ("cp932", "shift_jis"),
    ("ms932", "shift_jis"),
    ("cp936", "gbk"),
    ("cp949", "euc-kr"),
    ("cp950", "big5"),
    ("eucjp", "euc-jp"),
    ("euckr", "euc-kr"),
    ("koi8r", "koi8-r"),
];

/// The charset in a content type, as it is written, without quotes.
pub(super) fn parameter(content_type: &str) -> Option<String> {
    let mut rest = content_type.split_once(';')?.1;
    loop {
        let (name, after) = rest.split_once('=')?;
        // A parameter without a value may come first.
        let name = name.rsplit(';').next().unwrap_or(name).trim();
        let after = after.trim_start();
        let (value, next) = match after.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let inside = &after[1..];
                let end = inside.find(quote).unwrap_or(inside.len());
                (&inside[..end], inside.get(end + 1..).unwrap_or(""))
            }
            _ => after.split_at(after.find(';').unwrap_or(after.len())),
        };
        if name.eq_ignore_ascii_case("charset") {
            let value = value.trim();
            return (!value.is_empty()).then(|| value.to_owned());
        }
        rest = next;
    }
}

/// The charset that a label means.
pub(super) fn encoding(label: &str) -> Option<(&'static Encoding, Narrow)> {
    let squeezed: String = label.chars().filter(char::is_ascii_alphanumeric).collect();
    let squeezed = squeezed.to_ascii_lowercase();
    let alias = ALIASES.iter().find(|(alias, _)| *alias == squeezed).map(|(_, label)| *label);
    let windows = squeezed.strip_prefix("windows").or_else(|| squeezed.strip_prefix("win"));
    let dashed = windows.map(|number| format!("windows-{number}"));
    let found = Encoding::for_label(label.as_bytes())
        .or_else(|| Encoding::for_label(alias?.as_bytes()))
        .or_else(|| Encoding::for_label(dashed?.as_bytes()))
        .filter(|&encoding| encoding != REPLACEMENT)?;
    let narrow = match &*squeezed {
        "usascii" | "ascii" | "ansix341968" | "iso646us" => Narrow::Ascii,
        "windows1252" | "cp1252" | "xcp1252" | "ansi" | "win1252" => Narrow::No,
        _ if found == WINDOWS_1252 => Narrow::Latin1,
        _ => Narrow::No,
    };
    Some((found, narrow))
}

/// Whether a content type is one of text, in any case of letters.
pub(super) fn is_text(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let (kind, name) = essence.split_once('/').unwrap_or((&essence, ""));
    let name = name.strip_prefix("x-").unwrap_or(name);
    kind == "text"
        || name.ends_with("+xml")
        || name.ends_with("+json")
        || name.ends_with("+yaml")
        || kind == "application"
            && matches!(
                name,
                "json"
                    | "json5"
                    | "jsonl"
                    | "ndjson"
                    | "jsonlines"
                    | "xml"
                    | "xml-dtd"
                    | "javascript"
                    | "ecmascript"
                    | "typescript"
                    | "yaml"
                    | "toml"
                    | "csv"
                    | "sql"
                    | "graphql"
                    | "www-form-urlencoded"
                    | "sh"
                    | "php"
            )
        || content_type.contains("application/json")
}
