use proptest::prelude::*;

use super::*;

fn told(bytes: &[u8]) -> String {
    describe(bytes).unwrap_or_default()
}

/// A RIFF chunk, or a box of MP4 with its length first.
fn chunk(name: &[u8], content: &[u8]) -> Vec<u8> {
    [name, &u32::try_from(content.len()).unwrap().to_le_bytes(), content].concat()
}

fn box_of(name: &[u8], content: &[u8]) -> Vec<u8> {
    [&u32::try_from(content.len() + 8).unwrap().to_be_bytes(), name, content].concat()
}

fn element(id: &[u8], content: &[u8]) -> Vec<u8> {
    [id, &[0x80 | u8::try_from(content.len()).unwrap()], content].concat()
}

fn wav() -> Vec<u8> {
    let format =
        [&[1, 0, 2, 0][..], &44_100_u32.to_le_bytes(), &176_400_u32.to_le_bytes(), &[4, 0, 16, 0]];
    let mut data = chunk(b"data", b"");
    data[4..8].copy_from_slice(&(176_400_u32 * 192).to_le_bytes());
    [&b"RIFF\0\0\0\0WAVE"[..], &chunk(b"fmt ", &format.concat()), &chunk(b"LIST", b"abc\0"), &data]
        .concat()
}

fn mp4() -> Vec<u8> {
    let mut header = vec![0; 100];
    header[12..16].copy_from_slice(&1000_u32.to_be_bytes());
    header[16..20].copy_from_slice(&3_725_000_u32.to_be_bytes());
    let mut track = vec![0; 84];
    track[76..80].copy_from_slice(&(1920_u32 << 16).to_be_bytes());
    track[80..84].copy_from_slice(&(1080_u32 << 16).to_be_bytes());
    let inside = [box_of(b"mvhd", &header), box_of(b"trak", &box_of(b"tkhd", &track))].concat();
    [box_of(b"ftyp", b"isom\0\0\0\0"), box_of(b"mdat", &[7; 99]), box_of(b"moov", &inside)].concat()
}

fn webm() -> Vec<u8> {
    let head = element(b"\x1a\x45\xdf\xa3", &element(b"\x42\x82", b"webm"));
    let facts = [
        element(b"\x2a\xd7\xb1", &[0x0f, 0x42, 0x40]),
        element(b"\x44\x89", &12_500_f64.to_be_bytes()),
    ]
    .concat();
    let picture = [element(b"\xb0", &[5, 0]), element(b"\xba", &[2, 0xd0])].concat();
    let tracks =
        element(b"\xae", &[element(b"\x86", b"V_VP8"), element(b"\xe0", &picture)].concat());
    let inside = [element(b"\x15\x49\xa9\x66", &facts), element(b"\x16\x54\xae\x6b", &tracks)];
    // The length of the segment is not known yet.
    [head, b"\x18\x53\x80\x67\xff".to_vec(), inside.concat()].concat()
}

fn mp3() -> Vec<u8> {
    let frame = [&[0xff, 0xfb, 0x90, 0x00][..], &[0; 413]].concat();
    [&b"ID3\x04\0\0\0\0\0\x05tagID"[..], &frame.repeat(40)].concat()
}

fn ogg() -> Vec<u8> {
    let page = |samples: u64, packet: &[u8]| {
        let length = u8::try_from(packet.len()).unwrap();
        [&b"OggS\0\0"[..], &samples.to_le_bytes(), &[0; 12], &[1, length], packet].concat()
    };
    [page(0, b"OpusHead\x01\x01\0\0\x80\xbb\0\0\0\0\0"), page(48_000 * 61, b"x")].concat()
}

fn font() -> Vec<u8> {
    let name: Vec<u8> = "Déjà Sans".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let length = u8::try_from(name.len()).unwrap();
    let names = [&[0, 0, 0, 1, 0, 18, 0, 3, 0, 1, 4, 9, 0, 4, 0, length, 0, 0][..], &name].concat();
    [&b"\0\x01\0\0\0\x01\0\0\0\0\0\0name\0\0\0\0\0\0\0\x1c\0\0\0\0"[..], &names].concat()
}

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
    2 0 obj <</Type /Pages /Kids [3 0 R] /Count 12>> endobj\n\
    3 0 obj <</Count 5/Type/Pages/Parent 2 0 R>> endobj\n%%EOF";

#[test]
fn sound_tells_its_length_and_rate() {
    assert_eq!(told(&wav()), "WAV, 3 min 12 s, 44.1 kHz, stereo");
    // A length beyond 32 bits is in a part of its own.
    let long =
        [&b"RF64\xff\xff\xff\xffWAVE"[..], &chunk(b"ds64", &long_wav()), &wav()[12..]].concat();
    let at = long.windows(4).position(|part| part == b"data").unwrap() + 4;
    let long = [&long[..at], b"\xff\xff\xff\xff", &long[at + 4..]].concat();
    assert_eq!(told(&long), "WAV, 8 h 6 min, 44.1 kHz, stereo");
    let mut flac = b"fLaC\0\0\0\x22".to_vec();
    flac.extend([0; 10]);
    // 44.1 kHz, 2 channels, 16 bits, 441,000 samples.
    flac.extend(((44_100_u64 << 44) + (1 << 41) + (15 << 36) + 441_000).to_be_bytes());
    assert_eq!(told(&flac), "FLAC, 10 s, 44.1 kHz, stereo");
    assert_eq!(told(&mp3()), "MP3, 1.0 s, 44.1 kHz, stereo");
    assert_eq!(told(&mp3()[15..]), "MP3, 1.0 s, 44.1 kHz, stereo", "without a tag");
    assert_eq!(told(&ogg()), "Ogg Opus, 1 min 1 s, 48 kHz, mono");
    assert_eq!(told(b"\xff\xfb\x90\x00 and no second frame"), "");
}

/// Bytes of a whole file, bytes of its sound, and number of samples.
fn long_wav() -> Vec<u8> {
    let sound = 5_145_000_000_u64;
    [sound + 100, sound, sound / 4].into_iter().flat_map(u64::to_le_bytes).collect()
}

#[test]
fn films_tell_their_length_and_size() {
    assert_eq!(told(&mp4()), "MP4, 1 h 2 min, 1920 × 1080 pixels");
    assert_eq!(told(&webm()), "WebM, 13 s, 1280 × 720 pixels");
    assert_eq!(told(b"\0\0\0\x10ftypM4A \0\0\0\0"), "M4A");
    assert_eq!(told(b"\0\0\0\x10ftyp3gp5\0\0\0\0"), "3GPP");
}

#[test]
fn documents_fonts_and_others_tell_what_they_know() {
    assert_eq!(told(PDF), "PDF 1.7, 12 pages");
    assert_eq!(told(b"%PDF-1.4"), "PDF 1.4");
    let locked = [PDF, b"trailer<</Encrypt 9 0 R>>"].concat();
    assert_eq!(told(&locked), "PDF 1.7, 12 pages, encrypted");
    assert_eq!(told(b"glTF\x02\0\0\0\x0c\0\0\0"), "glTF 2, binary");
    assert_eq!(told(&font()), "TrueType font, Déjà Sans");
    assert_eq!(told(b"\0\x01\0\0\0\x01\0\0\0\0\0\0\0\0\0\0"), "", "no tables");
    let woff = b"wOF2OTTO\0\0\0\0\0\x0a\0\0\0\0\x10\0";
    assert_eq!(told(woff), "WOFF2 font, OpenType, 4.1 KB unpacked");
    let mut sqlite = b"SQLite format 3\0\x10\0".to_vec();
    sqlite.extend([0; 10]);
    sqlite.extend(1234_u32.to_be_bytes());
    assert_eq!(told(&sqlite), "SQLite database, 1,234 pages of 4.1 KB");
    let elf = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0";
    assert_eq!(told(elf), "ELF program, 64 bits, x86-64");
    for (bytes, name) in [
        (&b"BZh91AY&SY"[..], "bzip2"),
        (b"\xfd7zXZ\0", "xz"),
        (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
        (b"Rar!\x1a\x07\x01", "RAR"),
        (b"PAR1....PAR1", "Parquet"),
    ] {
        assert_eq!(told(bytes), name);
    }
}

#[test]
fn words_that_look_like_marks_are_text() {
    for text in
        ["BZh is a word", "RIFF and WAVE", "OTTO", "PAR1 of two", "Rar! Rar!", "ID3", "wOFF!"]
    {
        assert_eq!(told(text.as_bytes()), "", "{text}");
    }
}

#[test]
fn a_type_that_the_bytes_contradict_is_told() {
    let told = |content_type: &str, bytes: &[u8], json| {
        contradiction(content_type, bytes, json).map(|told| told.to_string())
    };
    let said = |content_type: &str, bytes: &[u8]| told(content_type, bytes, false);
    let png = b"\x89PNG\r\n\x1a\n";
    assert_eq!(said("image/jpeg", png).unwrap(), "says image/jpeg, is image/png");
    assert_eq!(said("image/png; q=1", b"<html>").unwrap(), "says image/png, is text/html");
    for text in ["video/mp4", "application/vnd.ms-excel", "font/woff2", "image/avif"] {
        assert_eq!(said(text, b"a,b\n1,2\n").unwrap(), format!("says {text}, is text"));
    }
    for text in ["image/svg+xml", "image/x-xpixmap", "audio/x-mpegurl", "application/sql", "x"] {
        assert_eq!(said(text, b"a,b\n1,2\n"), None, "{text}");
    }
    for mark in ["\u{feff}", ""] {
        let wide: Vec<u8> =
            format!("{mark}a page").encode_utf16().flat_map(u16::to_le_bytes).collect();
        let told = if mark.is_empty() { ", and its bytes begin otherwise" } else { ", is text" };
        assert_eq!(said("image/png", &wide).unwrap(), format!("says image/png{told}"));
    }
    let otherwise = "says image/jpeg, and its bytes begin otherwise";
    assert_eq!(said("image/jpeg", b"\r\n\xff\xd8\xff\xe0").unwrap(), otherwise);
    assert!(said("image/png", b"\x01\x02").is_some(), "no mark, and no text");
    assert_eq!(said("application/x-tar", &[0; 1024]), None, "a tar of old has no mark");
    assert_eq!(said("image/jpeg", b"II*\0\x08\0\0\0").unwrap(), "says image/jpeg, is TIFF");
    let mp4 = b"\0\0\0\x10ftypisom\0\0\0\0";
    assert_eq!(said("image/png", mp4).unwrap(), "says image/png, is MP4");
    assert_eq!(
        said("application/x-brotli", png).unwrap(),
        "says application/x-brotli, is image/png"
    );
    assert_eq!(said("image/svg+xml", png).unwrap(), "says image/svg+xml, is image/png");
    for zip in ["application/epub+zip", "application/java-archive"] {
        assert_eq!(said(zip, b"PK\x03\x04\x14\0"), None);
        assert!(said(zip, b"\x1b\x14\x02\xf8").unwrap().ends_with("its bytes begin otherwise"));
    }
    assert!(said("font/woff2", b"\x1b\x14\x02\xf8").unwrap().ends_with("begin otherwise"));
    for content_type in ["text/html; charset=utf-8", "image/svg+xml", "image/png"] {
        let declared = content_type.split(';').next().unwrap();
        let told = told(content_type, b"[1]", true).unwrap();
        assert_eq!(told, format!("says {declared}, is application/json"));
    }
    assert_eq!(said("text/html", b"%PDF-1.4").unwrap(), "says text/html, is application/pdf");
    for (content_type, bytes) in [
        ("image/png", &png[..]),
        ("image/jpg", b"\xff\xd8\xff"),
        ("application/octet-stream", png),
        ("text/html", b"<html>"),
        ("", png),
    ] {
        assert_eq!(said(content_type, bytes), None, "{content_type}");
    }
}

#[test]
fn damaged_headers_of_any_kind_do_no_harm() {
    let samples = [wav(), mp4(), webm(), mp3(), ogg(), font(), PDF.to_vec()];
    let mut state = 11_usize;
    for round in 0..150 {
        for sample in &samples {
            let mut bytes = sample.clone();
            for _ in 0..=round % 4 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let at = (state >> 33) % bytes.len();
                match state >> 20 & 3 {
                    0 => bytes.truncate(at.max(1)),
                    1 => bytes[at] ^= 1 << (state >> 24 & 7),
                    2 => bytes[at] = 0xff,
                    _ => bytes[at] = 0,
                }
            }
            let _ = describe(&bytes);
        }
    }
}

#[test]
fn pictures_tell_their_size() {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x02";
    assert_eq!(describe(png).unwrap(), "PNG, 640 × 480 pixels");
    let gif = b"GIF89a\x0a\0\x14\0";
    assert_eq!(describe(gif).unwrap(), "GIF, 10 × 20 pixels");
    let jpeg = b"\xff\xd8\xff\xe0\0\x04JF\xff\xff\xc2\0\x11\x08\0\x14\0\x0a\x03";
    assert_eq!(describe(jpeg).unwrap(), "JPEG, 10 × 20 pixels");
    let lossy = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x0a\0\x14\0";
    assert_eq!(describe(lossy).unwrap(), "WebP, 10 × 20 pixels");
    let lossless = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x09\xc0\x04\0";
    assert_eq!(describe(lossless).unwrap(), "WebP, 10 × 20 pixels");
    let extended = b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x09\0\0\x13\0\0";
    assert_eq!(describe(extended).unwrap(), "WebP, 10 × 20 pixels");
}

#[test]
fn a_header_cut_short_still_names_the_format() {
    assert_eq!(describe(b"\x89PNG\r\n\x1a\n").unwrap(), "PNG");
    assert_eq!(describe(b"\x1f\x8b\x08\0").unwrap(), "gzip");
    assert_eq!(describe(b"plain"), None);
}

proptest! {
    #[test]
    fn damaged_headers_do_no_harm(kind in 0_usize..3, rest in any::<Vec<u8>>()) {
        let magic: [&[u8]; 3] = [b"\xff\xd8\xff", b"RIFF....WEBP", b"\x89PNG\r\n\x1a\n"];
        prop_assert!(describe(&[magic[kind], &rest].concat()).is_some());
    }
}

#[test]
fn pictures_that_are_not_decoded_tell_their_size() {
    let inside = box_of(b"ipco", &[small(64), small(4032)].concat());
    let meta = [&[0; 4][..], &box_of(b"hdlr", &[0; 24]), &box_of(b"iprp", &inside)].concat();
    let photo = |brand: &[u8]| [box_of(b"ftyp", brand), box_of(b"meta", &meta)].concat();
    let number = |numbers: &[u32]| numbers.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<_>>();
    let bmp =
        [b"BM\0\0\0\0\0\0\0\0\x36\0\0\0".to_vec(), number(&[40, 320, 200_u32.wrapping_neg()])];
    let tiff = [
        b"II\x2a\0\x08\0\0\0\x02\0".to_vec(),
        number(&[0x3_0100, 1, 320]),
        number(&[0x4_0101, 1, 200]),
    ];
    let icon = [b"\0\0\x01\0\x01\0\0\x20\0\0\0\0\0\0".to_vec(), number(&[4, 22, 0])].concat();
    let cursor = [b"\0\0\x02", &icon[3..]].concat();
    let old_bmp = b"BM\0\0\0\0\0\0\0\0\x1a\0\0\0\x0c\0\0\0\x40\x01\xc8\0\x01\0\x18\0".to_vec();
    let jp2 = [
        box_of(b"jP  ", b"\r\n\x87\n"),
        box_of(b"jp2h", &box_of(b"ihdr", b"\0\0\0\xc8\0\0\x01\x40")),
    ];
    for (bytes, expected) in [
        (photo(b"heic\0\0\0\0mif1"), "HEIF, 4032 × 3024 pixels"),
        (photo(b"avif\0\0\0\0"), "AVIF, 4032 × 3024 pixels"),
        (box_of(b"ftyp", b"avif"), "AVIF"),
        (bmp.concat(), "BMP, 320 × 200 pixels"),
        (tiff.concat(), "TIFF, 320 × 200 pixels"),
        (photo(b"heis\0\0\0\0mif1"), "HEIF, 4032 × 3024 pixels"),
        (box_of(b"ftyp", b"crx "), "Canon raw picture (CR3)"),
        (old_bmp, "BMP, 320 × 200 pixels"),
        (icon, "ICO, 1 icon, up to 256 pixels wide"),
        (cursor, "CUR, 1 cursor, up to 256 pixels wide"),
        (jp2.concat(), "JPEG 2000, 320 × 200 pixels"),
    ] {
        assert_eq!(told(&bytes), expected);
        for end in 0..bytes.len() {
            let _ = describe(&bytes[..end]);
        }
    }
}

/// The size of a part of a photo.
fn small(width: u32) -> Vec<u8> {
    let size = [&[0; 4][..], &width.to_be_bytes(), &(width * 3 / 4).to_be_bytes()];
    box_of(b"ispe", &size.concat())
}

#[test]
fn what_is_not_read_is_named() {
    let avi = |numbers: &[u32]| {
        let head: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
        chunk(
            b"RIFF",
            &[&b"AVI "[..], &chunk(b"LIST", &[&b"hdrl"[..], &chunk(b"avih", &head)].concat())]
                .concat(),
        )
    };
    let aac = [&b"\xff\xf1\x50\x80\x01\x1f\xfc"[..], &[0; 1], b"\xff\xf1"].concat();
    let mut iso =
        [&vec![0; 32_768][..], b"\x01CD001\x01\0", &[b' '; 32], b"DISC", &[b' '; 28]].concat();
    iso.extend([&[0; 8][..], &1000_u32.to_le_bytes(), &[0; 44], &2048_u16.to_le_bytes()].concat());
    let windows = [&b"MZ"[..], &[0; 58], &64_u32.to_le_bytes(), b"PE\0\0"].concat();
    for (bytes, expected) in [
        (&avi(&[40_000, 0, 0, 0, 250, 0, 1, 0, 640, 480])[..], "AVI, 10 s, 640 × 480 pixels"),
        (&aac, "AAC, 44.1 kHz, stereo"),
        (&windows, "Windows program"),
        (b"\x80\x04\x95\x02\0\0\0\0\0\0\0N.", "Python pickle, protocol 4"),
        (b"\xca\xfe\xba\xbe\0\0\0\x41\0", "Java class"),
        (b"\xcf\xfa\xed\xfe\x0c\0\0\x01", "Mach-O program"),
        (b"\x93NUMPY\x01\0", "NumPy array"),
        (b"\x89HDF\r\n\x1a\n\0", "HDF5"),
        (b"!<arch>\ndebian-binary   0", "Debian package"),
        (b"MThd\0\0\0\x06\0\x01", "MIDI"),
        (b"\xff\xfe\0\0a\0\0\0", "UTF-32 text"),
        (&iso, "ISO 9660 image, DISC, 2.0 MB"),
        (b"\x05\0\0\0\0", "BSON, 0 members"),
    ] {
        assert_eq!(told(bytes), expected);
    }
    for bytes in [
        &b"\x80\x04N."[..],
        b"MZ and words",
        b"\xff\xf1\x50\x80\x01\x1f\xfc\0\0",
        b"\xca\xfe\xba\xbe\0\0\0\x02",
    ] {
        assert_eq!(describe(bytes), None, "{}", bytes.escape_ascii());
    }
}
