//! Content types of files without metadata, by what their names end with.

use crate::storage::ContentType;

/// The content type that a file's name tells.
pub(super) fn content_type(name: &[u8]) -> ContentType {
    let ending = name.rsplitn(2, |byte| *byte == b'.').next().filter(|end| end.len() < name.len());
    let ending = ending.unwrap_or_default().to_ascii_lowercase();
    ContentType::from(match &ending[..] {
        b"json" => return ContentType::JSON,
        b"txt" | b"log" | b"jsonl" => return ContentType::TEXT,
        b"html" | b"htm" => "text/html; charset=utf-8",
        b"csv" => "text/csv; charset=utf-8",
        b"tsv" => "text/tab-separated-values; charset=utf-8",
        b"md" => "text/markdown; charset=utf-8",
        b"css" => "text/css; charset=utf-8",
        b"js" | b"mjs" => "text/javascript; charset=utf-8",
        b"xml" => "application/xml",
        b"yaml" | b"yml" => "application/yaml",
        b"svg" => "image/svg+xml",
        b"png" => "image/png",
        b"jpg" | b"jpeg" => "image/jpeg",
        b"webp" => "image/webp",
        b"gif" => "image/gif",
        b"avif" => "image/avif",
        b"bmp" => "image/bmp",
        b"ico" => "image/x-icon",
        b"pdf" => "application/pdf",
        b"gz" => "application/gzip",
        b"zip" => "application/zip",
        b"mp4" => "video/mp4",
        b"webm" => "video/webm",
        b"mp3" => "audio/mpeg",
        _ => return ContentType::BINARY,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_tell_the_type_whatever_their_case() {
        for (name, expected) in [
            (&b"INPUT.json"[..], "application/json; charset=utf-8"),
            (b"Page.HTM", "text/html; charset=utf-8"),
            (b"a.tar.gz", "application/gzip"),
            (b"json", "application/octet-stream"),
            (b"a.\xff", "application/octet-stream"),
            (b"", "application/octet-stream"),
        ] {
            assert_eq!(content_type(name).as_str(), expected);
        }
    }
}
