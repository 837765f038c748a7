//! Words that describe a picture, from its header, before it is decoded.

use super::super::contained::contained;
use super::turn::Turn;
use super::{Header, Kind, gif, jpeg, png, webp};

/// Pixels from which a picture is described before it is decoded, which takes some 50 ms.
const MANY: u64 = 2_000_000;

/// Words from the header of a picture with many pixels.
pub(in crate::preview) fn ahead(bytes: &[u8]) -> Option<String> {
    let kind = Kind::of(bytes)?;
    let (size, facts) = contained(|| header(kind, bytes))??;
    let pixels = u64::from(size.0) * u64::from(size.1);
    (pixels >= MANY).then(|| words(kind, size, &facts, Turn::default()))
}

/// Facts in the header of a picture of this kind.
fn header(kind: Kind, bytes: &[u8]) -> Option<Header> {
    match kind {
        Kind::Png => png::header(bytes),
        Kind::Jpeg => jpeg::header(bytes),
        Kind::WebP => webp::header(bytes),
        Kind::Gif => gif::header(bytes),
    }
}

/// The words, as `JPEG, 640 × 480 pixels, 8-bit colour, turned as its EXIF data says`.
pub(super) fn words(kind: Kind, size: (u32, u32), facts: &str, turn: Turn) -> String {
    let (width, height) = size;
    let mut words = format!("{}, {width} × {height} pixels", kind.name());
    for fact in [facts, turn.words()].into_iter().filter(|fact| !fact.is_empty()) {
        words = format!("{words}, {fact}");
    }
    words
}

#[cfg(test)]
mod tests {
    use super::super::tests::corpus_of_tests::samples;
    use super::*;

    #[test]
    fn headers_tell_what_decoding_tells() {
        for sample in samples() {
            let bytes = &sample.bytes;
            let kind = Kind::of(bytes).unwrap();
            let (size, facts) = header(kind, bytes).unwrap();
            let told = words(kind, size, &facts, Turn::default());
            assert!(sample.facts.starts_with(&told), "{}: {told}", sample.name);
            assert_eq!(ahead(bytes), None, "{} is small", sample.name);
        }
    }
}
