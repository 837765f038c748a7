//! Sound: length, rate and channels, where the header tells them.

use memchr::memmem;

use super::{big, duration, little, little64};

/// Limit on the chunks of a RIFF file that are examined.
const MOST_CHUNKS: usize = 100;
/// Bytes within which a tag has to end for the frame behind it to be searched for.
const TAG: usize = 4 << 20;

/// Sample rates by their numbers in AAC, in samples per second.
const RATES: [u32; 13] = [
    96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000,
    7350,
];

pub(super) fn describe(bytes: &[u8]) -> Option<String> {
    match bytes {
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..]
        | [b'R', b'F', b'6', b'4', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Some(wav(bytes)),
        [b'f', b'L', b'a', b'C', 0 | 0x80, 0, 0, 34, ..] => Some(flac(bytes)),
        [b'O', b'g', b'g', b'S', 0, ..] => Some(ogg(bytes)),
        [b'I', b'D', b'3', 2..=4, _, _, a, b, c, d, ..] if (a | b | c | d) & 0x80 == 0 => {
            let sizes = [*a, *b, *c, *d];
            let tag = sizes.iter().fold(0, |size, &byte| size << 7 | usize::from(byte));
            let tag = tag.saturating_add(10);
            let frames = bytes.get(tag..).filter(|_| tag < TAG).and_then(mp3);
            Some(frames.unwrap_or_else(|| "MP3".to_owned()))
        }
        [0xff, 0xf0 | 0xf1 | 0xf8 | 0xf9, ..] => aac(bytes),
        [0xff, 0xe0..=0xff, ..] => mp3(bytes),
        [b'M', b'T', b'h', b'd', 0, 0, 0, 6, ..] => Some("MIDI".to_owned()),
        [b'#', b'!', b'A', b'M', b'R', ..] => Some("AMR".to_owned()),
        _ => None,
    }
}

/// The facts in words, as `WAV, 3 min 12 s, 44.1 kHz, 2 channels`.
fn facts(name: &str, seconds: Option<f64>, rate: Option<u32>, channels: Option<u32>) -> String {
    let mut facts = vec![name.to_owned()];
    facts.extend(seconds.and_then(duration));
    facts.extend(
        rate.filter(|&rate| rate > 0).map(|rate| format!("{} kHz", f64::from(rate) / 1000.0)),
    );
    facts.extend(channels.filter(|&count| count > 0).map(|count| match count {
        1 => "mono".to_owned(),
        2 => "stereo".to_owned(),
        count => format!("{count} channels"),
    }));
    facts.join(", ")
}

/// Frames of AAC; at least two have to follow each other.
fn aac(bytes: &[u8]) -> Option<String> {
    let [first, second, third, fourth, fifth, sixth, ..] = *bytes else { return None };
    let length = usize::from(fourth & 3) << 11 | usize::from(fifth) << 3 | usize::from(sixth >> 5);
    let rate = *RATES.get(usize::from(third >> 2 & 15))?;
    let channels = u32::from((third & 1) << 2 | fourth >> 6);
    let goes_on = bytes.get(length..length + 2) == Some(&[first, second]);
    goes_on.then(|| facts("AAC", None, Some(rate), Some(channels)))
}

fn wav(bytes: &[u8]) -> String {
    let (mut at, mut rate, mut channels, mut a_second, mut seconds) = (12, None, None, 0, None);
    // Length of the sound in a file over 4 GiB, in bytes.
    let mut long = None;
    for _ in 0..MOST_CHUNKS {
        let (Some(name), Some(size)) = (bytes.get(at..at + 4), little(bytes, at + 4, 4)) else {
            break;
        };
        if name == b"ds64" {
            long = little64(bytes, at + 16);
        } else if name == b"fmt " {
            channels = little(bytes, at + 10, 2);
            rate = little(bytes, at + 12, 4);
            a_second = little(bytes, at + 16, 4).unwrap_or_default();
        } else if name == b"data" {
            let size = long.filter(|_| size == u32::MAX).unwrap_or(size.into());
            seconds = (a_second > 0).then(|| size as f64 / f64::from(a_second));
            break;
        }
        at = at.saturating_add(8 + size as usize + size as usize % 2);
        if at >= bytes.len() {
            break;
        }
    }
    facts("WAV", seconds, rate, channels)
}

fn flac(bytes: &[u8]) -> String {
    let Some((high, low)) = big(bytes, 18, 4).zip(big(bytes, 22, 4)) else { return "FLAC".into() };
    let (rate, channels) = (high >> 12, (high >> 9 & 7) + 1);
    let samples = u64::from(high & 0xf) << 32 | u64::from(low);
    let seconds = (rate > 0 && samples > 0).then(|| samples as f64 / f64::from(rate));
    facts("FLAC", seconds, Some(rate), Some(channels))
}

fn ogg(bytes: &[u8]) -> String {
    let segments = usize::from(bytes.get(26).copied().unwrap_or_default());
    let packet = bytes.get(27 + segments..).unwrap_or_default();
    let (name, rate, channels) = if packet.starts_with(b"\x01vorbis") {
        ("Ogg Vorbis", little(packet, 12, 4), packet.get(11).map(|&count| count.into()))
    } else if packet.starts_with(b"OpusHead") {
        ("Ogg Opus", Some(48_000), packet.get(9).map(|&count| count.into()))
    } else if packet.starts_with(b"\x80theora") {
        return "Ogg Theora video".to_owned();
    } else {
        return "Ogg".to_owned();
    };
    let last = memmem::rfind(bytes, b"OggS\0");
    let samples = last.and_then(|at| little64(bytes, at + 6)).filter(|&count| count < 1 << 50);
    let seconds = samples.zip(rate).filter(|(_, rate)| *rate > 0);
    facts(name, seconds.map(|(samples, rate)| samples as f64 / f64::from(rate)), rate, channels)
}

/// Facts in a frame of MPEG audio.
struct Frame {
    /// Length of the frame, in bytes.
    length: usize,
    /// Bit rate, in bits per second.
    bits: u32,
    rate: u32,
    samples: u32,
    is_mono: bool,
    /// Whether it is of the first version of MPEG.
    is_first: bool,
}

fn frame(bytes: &[u8]) -> Option<Frame> {
    const BITS: [u32; 16] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0];
    const LOW: [u32; 16] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0];
    let &[0xff, kind, rates, mode, ..] = bytes else { return None };
    // Only layer III.
    if kind & 0xe6 != 0xe2 || kind >> 3 & 3 == 1 {
        return None;
    }
    let is_first = kind >> 3 & 3 == 3;
    let bits = if is_first { BITS } else { LOW }[usize::from(rates >> 4)] * 1000;
    let rate = [44_100, 48_000, 32_000, 0][usize::from(rates >> 2 & 3)];
    let rate = rate >> [2, 0, 1, 0][usize::from(kind >> 3 & 3)];
    if bits == 0 || rate == 0 {
        return None;
    }
    let samples = if is_first { 1152 } else { 576 };
    let length = samples / 8 * bits / rate + u32::from(rates >> 1 & 1);
    Some(Frame { length: length as usize, bits, rate, samples, is_mono: mode >> 6 == 3, is_first })
}

/// MPEG audio, of which two frames have to follow each other.
fn mp3(bytes: &[u8]) -> Option<String> {
    let first = frame(bytes)?;
    frame(bytes.get(first.length..)?)?;
    let side = match (first.is_first, first.is_mono) {
        (true, false) => 32,
        (true, true) | (false, false) => 17,
        (false, true) => 9,
    };
    // Number of frames, which is stored where their lengths differ.
    let counted = bytes.get(4 + side..).and_then(|told| {
        let marked = told.starts_with(b"Xing") || told.starts_with(b"Info");
        big(told, 8, 4).filter(|_| marked && told[7] & 1 == 1)
    });
    let seconds = match counted {
        Some(count) => f64::from(count) * f64::from(first.samples) / f64::from(first.rate),
        None => bytes.len() as f64 * 8.0 / f64::from(first.bits),
    };
    let channels = if first.is_mono { 1 } else { 2 };
    Some(facts("MP3", Some(seconds), Some(first.rate), Some(channels)))
}
