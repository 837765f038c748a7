//! The charset that a document declares: in an XML declaration, `<meta>`, `@charset`.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::labels;

/// Bytes at the start of a document in which its charset must be declared.
const HEAD: usize = 4096;

/// The charset that the document names. UTF-16 is not believed where its name is in letters of one byte each.
pub(super) fn encoding(content_type: &str, bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(HEAD)];
    let head: String = head.iter().map(|&byte| char::from(byte)).collect::<String>();
    let lower = head.to_ascii_lowercase();
    let kind = content_type.to_ascii_lowercase();
    let markup =
        kind.contains("html") || kind.contains("xml") || lower.trim_start().starts_with('<');
    let label = if let Some(rest) = lower.strip_prefix("@charset \"") {
        rest.split('"').next().map(str::to_owned)
    } else if markup {
        declaration(&lower).or_else(|| meta(&lower))
    } else {
        None
    };
    let (found, _) = labels::encoding(label?.trim())?;
    if found == UTF_16LE || found == UTF_16BE { Some(UTF_8) } else { Some(found) }
}

/// The charset of `<?xml … encoding="…"?>`
fn declaration(head: &str) -> Option<String> {
    let rest = head.trim_start().strip_prefix("<?xml")?;
    let inside = rest.split("?>").next()?;
    attributes(inside).find(|(name, _)| name == "encoding").map(|(_, value)| value)
}

/// The charset of `<meta charset=…>` or `<meta http-equiv="content-type" content="…; charset=…">`, outside
/// comments.
fn meta(head: &str) -> Option<String> {
    let mut rest = head;
    loop {
        rest = &rest[rest.find('<')?..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = &comment[comment.find("-->")?..];
            continue;
        }
        rest = &rest[1..];
        let Some(inside) = rest.strip_prefix("meta") else { continue };
        if !inside.starts_with(|c: char| c.is_ascii_whitespace() || c == '/') {
            continue;
        }
        let (mut direct, mut content, mut told) = (None, None, false);
        for (name, value) in attributes(inside) {
            match &*name {
                "charset" if direct.is_none() => direct = Some(value),
                "content" if content.is_none() => content = Some(value),
                "http-equiv" => told = value == "content-type",
                _ => {}
            }
        }
        let content = content.filter(|_| told).and_then(|text| {
            let after = text[text.find("charset")? + 7..].trim_start().strip_prefix('=')?.trim();
            let label = after.trim_matches(['"', '\'']).split([';', ' ']).next()?;
            Some(label.to_owned())
        });
        if let Some(label) = direct.or(content) {
            return Some(label);
        }
    }
}

/// A tag's attributes, up to its end.
fn attributes(inside: &str) -> impl Iterator<Item = (String, String)> {
    let mut rest = inside;
    std::iter::from_fn(move || {
        let space = |c: char| c.is_ascii_whitespace() || c == '/';
        rest = rest.trim_start_matches(space);
        if rest.is_empty() || rest.starts_with('>') {
            return None;
        }
        let end = rest.find(|c: char| space(c) || c == '=' || c == '>').unwrap_or(rest.len());
        // Skips an equals sign in the place of a name.
        let name = rest[..end].to_owned();
        rest = rest[end..].trim_start();
        let Some(value) = rest.strip_prefix('=') else { return Some((name, String::new())) };
        let value = value.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, after) = if let Some(quote) = quote {
            let inside = &value[1..];
            let end = inside.find(quote).unwrap_or(inside.len());
            (&inside[..end], inside.get(end + 1..).unwrap_or(""))
        } else {
            let ends = |c: char| c.is_ascii_whitespace() || c == '>';
            value.split_at(value.find(ends).unwrap_or(value.len()))
        };
        rest = after;
        Some((name, value.to_owned()))
    })
}
