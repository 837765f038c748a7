//! Facts from a content type and a name on a value's layers and their contents.

use super::super::format;
use super::Layer;
use crate::model::{ContentType, Family, endings};

/// Facts about a value before its bytes are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Declared {
    /// Brotli, which its bytes do not show.
    Brotli,
    /// zlib, which its bytes hardly show.
    Zlib,
    /// Text of no kind, or nothing: possible base64.
    Text,
    /// Something else.
    Other,
}

/// Endings of names, the coding of each, and the ending of the contents where it names that too.
const ENDINGS: [(&str, Word, &str); 8] = [
    (".gz", Word::Gzip, ""),
    (".tgz", Word::Gzip, ".tar"),
    (".zst", Word::Zstd, ""),
    (".tzst", Word::Zstd, ".tar"),
    (".br", Word::Brotli, ""),
    (".svgz", Word::Gzip, ".svg"),
    (".zz", Word::Zlib, ""),
    (".zlib", Word::Zlib, ""),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Gzip,
    Zlib,
    Zstd,
    Brotli,
}

impl Word {
    fn of_type(essence: &str) -> Option<Self> {
        let (kind, name) = essence.split_once('/')?;
        let name = name.strip_prefix("x-").unwrap_or(name);
        if kind != "application" {
            return None;
        }
        Some(match name {
            "gzip" | "gzip-compressed" | "gunzip" => Self::Gzip,
            "zlib" | "deflate" => Self::Zlib,
            "zstd" => Self::Zstd,
            "brotli" | "br" => Self::Brotli,
            _ => return None,
        })
    }

    fn is_of(self, layer: &Layer) -> bool {
        match layer {
            Layer::Gzip => self == Self::Gzip,
            Layer::Zlib | Layer::Deflate => self == Self::Zlib,
            Layer::Zstd => self == Self::Zstd,
            Layer::Brotli => self == Self::Brotli,
            Layer::Base64 | Layer::DataUrl(_) => false,
        }
    }
}

fn essence(content_type: &str) -> String {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// Whether a type names a coding and not the contents.
pub(in crate::preview) fn is_coding(content_type: &str) -> bool {
    Word::of_type(&essence(content_type)).is_some()
}

/// Whether values of this type should be text, which packed bytes are not.
pub(super) fn is_text(content_type: &str) -> bool {
    let text = matches!(ContentType::from(content_type).told_family(), Family::Text | Family::Json);
    text || essence(content_type) == "image/svg+xml"
}

/// The name without the endings of these layers, and the coding that the rest ends with.
fn stripped(layers: &[Layer], name: &str) -> (String, Option<Word>) {
    let ending = |name: &str| {
        let lower = name.to_ascii_lowercase();
        ENDINGS.iter().find(|(ending, ..)| lower.ends_with(ending) && lower.len() > ending.len())
    };
    let mut name = name.to_owned();
    for layer in layers {
        if let Some((end, _, instead)) = ending(&name).filter(|(_, word, _)| word.is_of(layer)) {
            // Endings are ASCII, so no character is cut.
            name.truncate(name.len() - end.len());
            name.push_str(instead);
        }
    }
    let word = ending(&name).map(|(_, word, _)| *word);
    (name, word)
}

/// Facts about the value inside these layers.
pub(super) fn declared(layers: &[Layer], content_type: &str, name: &str) -> Declared {
    let outside = essence(content_type);
    let (_, ending) = stripped(layers, name);
    let word = if layers.is_empty() { Word::of_type(&outside).or(ending) } else { ending };
    match word {
        Some(Word::Brotli) => return Declared::Brotli,
        Some(Word::Zlib) => return Declared::Zlib,
        Some(Word::Gzip | Word::Zstd) | None => {}
    }
    let plain = matches!(&*outside, "" | "text/plain" | "application/octet-stream");
    if plain || is_coding(&outside) { Declared::Text } else { Declared::Other }
}

/// The content type of the contents of these layers; empty where only the bytes show that they may be JSON.
pub(in crate::preview) fn inner_type(
    layers: &[Layer],
    content_type: &str,
    name: &str,
    bytes: &[u8],
) -> ContentType {
    let url = layers.iter().rposition(|layer| matches!(layer, Layer::DataUrl(_)));
    if let Some(Layer::DataUrl(kind)) = url.and_then(|at| layers.get(at)) {
        if !is_coding(kind) && !is_vague(kind) {
            return ContentType::from(&**kind);
        }
    } else if layers.iter().all(Layer::is_compression)
        && !is_coding(content_type)
        && !is_vague(content_type)
    {
        return ContentType::from(content_type);
    }
    let (name, _) = stripped(layers, name);
    let sniffed = format::sniff(bytes);
    if endings::stem(name.as_bytes()).is_some() {
        let told = endings::content_type(name.as_bytes());
        // The ending `.txt` describes base64 itself, not its contents.
        let outer = essence(told.as_str()) == "text/plain" && sniffed != "text/plain";
        let compressed = layers.iter().all(Layer::is_compression);
        if !is_coding(told.as_str()) && (!outer || compressed) {
            return told;
        }
    }
    ContentType::from(sniffed)
}

fn is_vague(content_type: &str) -> bool {
    matches!(&*essence(content_type), "" | "application/octet-stream" | "binary/octet-stream")
}
