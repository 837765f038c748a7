//! Encoding of a row behind its key, the same in the arena and in the packed chunks, so that rows are copied
//! from one to the other.

use crate::model::RecordState;

/// The part of a row behind its key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tail {
    /// Index of its content type in the list of names.
    pub(super) name: u16,
    /// The value's size in bytes.
    pub(super) size: u64,
    /// Place of its state, unless it is whole.
    pub(super) state: Option<usize>,
}

/// Appends a number: 7 bits a byte, lowest first.
pub(super) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Reads a number at `at`, and moves `at` behind it.
#[inline]
pub(super) fn number(bytes: &[u8], at: &mut usize) -> u64 {
    // Most numbers are lengths of keys.
    let first = bytes[*at];
    if first < 0x80 {
        *at += 1;
        return u64::from(first);
    }
    long_number(bytes, at)
}

fn long_number(bytes: &[u8], at: &mut usize) -> u64 {
    let (mut number, mut shift) = (0, 0);
    loop {
        let byte = bytes[*at];
        *at += 1;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return number;
        }
        shift += 7;
    }
}

/// Appends the tail of a row.
pub(super) fn put_tail(out: &mut Vec<u8>, name: u16, size: u64, state: Option<&RecordState>) {
    let state = state.filter(|state| **state != RecordState::Whole);
    put_number(out, u64::from(name) << 1 | u64::from(state.is_some()));
    put_number(out, size);
    match state {
        None | Some(RecordState::Whole) => {}
        Some(RecordState::NoMetadata) => out.push(1),
        Some(RecordState::NoValue) => out.push(2),
        Some(RecordState::BadMetadata(text)) => put_text(out, 3, text),
        Some(RecordState::WrongSize(size)) => {
            out.push(4);
            put_number(out, *size);
        }
        Some(RecordState::BareFile) => out.push(5),
        Some(RecordState::NotRead) => out.push(6),
        Some(RecordState::Unreadable(text)) => put_text(out, 7, text),
        Some(RecordState::SeveralFiles(text)) => put_text(out, 8, text),
    }
}

fn put_text(out: &mut Vec<u8>, code: u8, text: &str) {
    out.push(code);
    put_number(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// Reads the tail of a row, and moves `at` behind it.
pub(super) fn tail(bytes: &[u8], at: &mut usize) -> Tail {
    let name = number(bytes, at);
    let size = number(bytes, at);
    let mut tail = Tail { name: (name >> 1) as u16, size, state: None };
    if name & 1 == 1 {
        tail.state = Some(*at);
        *at += 1;
        match bytes[*at - 1] {
            3 | 7 | 8 => {
                let length = number(bytes, at) as usize;
                *at += length;
            }
            4 => drop(number(bytes, at)),
            _ => {}
        }
    }
    tail
}

/// The state at `at`.
pub(super) fn state(bytes: &[u8], mut at: usize) -> RecordState {
    let code = bytes[at];
    at += 1;
    match code {
        1 => RecordState::NoMetadata,
        2 => RecordState::NoValue,
        3 | 7 | 8 => {
            let length = number(bytes, &mut at) as usize;
            let text = String::from_utf8_lossy(&bytes[at..at + length]).into_owned();
            match code {
                3 => RecordState::BadMetadata(text),
                7 => RecordState::Unreadable(text),
                _ => RecordState::SeveralFiles(text),
            }
        }
        4 => RecordState::WrongSize(number(bytes, &mut at)),
        5 => RecordState::BareFile,
        _ => RecordState::NotRead,
    }
}

/// Whether the state at `at` says that the metadata was never read.
pub(super) fn is_not_read(bytes: &[u8], at: usize) -> bool {
    bytes[at] == 6
}

/// Number of bytes in common at the beginning of two keys.
pub(super) fn shared(a: &[u8], b: &[u8]) -> usize {
    let most = a.len().min(b.len());
    let (words_a, words_b) = (a[..most].chunks_exact(8), b[..most].chunks_exact(8));
    let same = words_a.zip(words_b).take_while(|(a, b)| a == b).count() * 8;
    same + a[same..most].iter().zip(&b[same..most]).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_state_round_trips_through_the_codec() {
        let states = [
            RecordState::NoMetadata,
            RecordState::NoValue,
            RecordState::BadMetadata("{\"é".repeat(100)),
            RecordState::BadMetadata(String::new()),
            RecordState::WrongSize(u64::MAX),
            RecordState::BareFile,
            RecordState::NotRead,
            RecordState::Unreadable("Permission denied".into()),
            RecordState::SeveralFiles("INPUT and INPUT.json".into()),
        ];
        for known in states {
            let mut bytes = Vec::new();
            put_tail(&mut bytes, u16::MAX, u64::MAX, Some(&known));
            let mut at = 0;
            let read = tail(&bytes, &mut at);
            assert_eq!((read.name, read.size, at), (u16::MAX, u64::MAX, bytes.len()));
            assert_eq!(read.state.map(|at| state(&bytes, at)), Some(known.clone()));
            let not_read = read.state.is_some_and(|at| is_not_read(&bytes, at));
            assert_eq!(not_read, known == RecordState::NotRead);
        }
    }

    #[test]
    fn a_whole_record_takes_three_bytes_beside_its_key() {
        let mut bytes = Vec::new();
        put_tail(&mut bytes, 1, 200, Some(&RecordState::Whole));
        assert_eq!(bytes.len(), 3);
    }

    #[test]
    fn shared_prefixes_are_counted_across_words() {
        for length in 0..40 {
            let (a, mut b) = (vec![b'x'; 40], vec![b'x'; 40]);
            b[length] = b'y';
            assert_eq!(shared(&a, &b), length);
            assert_eq!(shared(&a, &a[..length]), length);
        }
    }
}
