//! Compressed text without a mark: Brotli and deflate, as they get stored when the body of a response is not
//! unpacked.

use super::{Fault, Layer, Limits, SURE, Unpacked, brotli, inflate};

/// Bytes of text that an incomplete stream has to give to be believed.
const PART: usize = 64;

/// Opens bytes that should be text and are not; `None` unless the result is text.
pub(super) fn open(bytes: &[u8], limits: Limits<'_>) -> Option<Unpacked> {
    if is_utf8(bytes) {
        return None;
    }
    let packed = [
        (Layer::Brotli, brotli as fn(&[u8], Limits<'_>) -> (Vec<u8>, Option<Fault>)),
        (Layer::Deflate, inflate::deflate),
    ];
    packed.into_iter().find_map(|(layer, unpack)| {
        let (out, fault) = unpack(bytes, limits);
        is_sure(bytes, &out, fault).then_some((layer, out, fault))
    })
}

/// Whether this result cannot be a coincidence.
fn is_sure(bytes: &[u8], out: &[u8], fault: Option<Fault>) -> bool {
    let enough = match fault {
        // Brotli does not notice bytes behind its end: then a long input would give a short result.
        None => out.len() >= SURE && out.len() > bytes.len(),
        Some(Fault::CutOff) => out.len() >= PART && out.len() > bytes.len(),
        Some(Fault::TooMuch | Fault::TooLong) => out.len() >= PART,
        Some(Fault::Broken | Fault::Checksum | Fault::Unsupported | Fault::Rest(_)) => false,
    };
    enough && is_text(out)
}

/// Whether bytes are UTF-8; the last character may be cut off.
fn is_utf8(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(why) => why.error_len().is_none() && why.valid_up_to() > 0,
    }
}

/// Whether bytes are UTF-8 without control characters.
fn is_text(bytes: &[u8]) -> bool {
    let odd = |byte: &u8| matches!(byte, 0..=8 | 0x0b | 0x0e..=0x1f | 0x7f);
    is_utf8(bytes) && !bytes.iter().any(odd)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use bytes::Bytes;
    use flate2::Compression;
    use flate2::write::DeflateEncoder;

    use super::super::tests::brotli;
    use super::super::{Opened, open};
    use super::*;

    fn opened(value: &[u8], content_type: &str) -> Option<Opened> {
        let limits = Limits::new(&|| true);
        let opened = open(&Bytes::copy_from_slice(value), content_type, "key", limits);
        (!opened.layers.is_empty()).then_some(opened)
    }

    fn deflate(value: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(value).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn text_that_was_stored_as_it_was_sent_is_opened() {
        let text = "<p>hello hello hello hello</p>".repeat(9);
        for (packed, word) in [(brotli(), "brotli"), (deflate(text.as_bytes()), "deflate")] {
            for content_type in ["text/html; charset=utf-8", "application/json", "image/svg+xml"] {
                let opened = opened(&packed, content_type).unwrap();
                assert_eq!((opened.layers[0].word(), opened.fault), (word, None));
                assert!(opened.bytes.len() > 100, "{word} as {content_type}");
            }
            for content_type in ["", "application/octet-stream", "image/png"] {
                assert!(opened(&packed, content_type).is_none(), "{word} as {content_type}");
            }
        }
        let numbers: Vec<String> = (0..3000_u32).map(|at| (at * at % 9973).to_string()).collect();
        let noise = numbers.join(" ");
        let cut = &deflate(noise.as_bytes())[..3000];
        assert_eq!(opened(cut, "text/plain").unwrap().fault, Some(Fault::CutOff));
        assert_eq!(opened(&deflate(text.as_bytes()), "application/deflate").unwrap().bytes, text);
    }

    #[test]
    fn other_bytes_are_not_taken_for_packed_ones() {
        let mut state = 1_u32;
        for round in 0..2000_u32 {
            let bytes: Vec<u8> = (0..3 + round % 90)
                .map(|at| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    // Half of them are letters of Latin-1, the others any bytes.
                    let byte = (state >> 24) as u8;
                    if round % 2 == 0 { [b'a', 0xe0][at as usize % 2] | byte & 0x1f } else { byte }
                })
                .collect();
            assert!(opened(&bytes, "text/plain").is_none(), "{bytes:?}");
        }
        let utf16: Vec<u8> = "Wide words".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(opened(&utf16, "text/plain").is_none());
        assert!(opened("plain".as_bytes(), "text/plain").is_none());
        let mut rest = deflate("<p>hello hello hello</p>".repeat(9).as_bytes());
        rest.extend(b"\xff and more");
        assert!(opened(&rest, "text/html").is_none());
    }
}
