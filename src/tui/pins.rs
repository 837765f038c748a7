//! Pinned records, kept in a file from one run to the next: a line for each, the newest first.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, percent_encode};

use crate::app::pins::{MOST_PINS, Pin};
use crate::outfile;

/// Limit on the lines of the file, of all targets together.
const MOST_LINES: usize = 2000;

/// The characters that are written as `%NN`: those that would end a part or a line, and the sign itself.
const ENCODED: &AsciiSet = &CONTROLS.add(b'%');

/// A line: the target without its secret, the store and the key, with a tab between two.
type Line = [Vec<u8>; 3];

/// The file in larder's state folder, if there is one.
pub(super) fn file() -> Option<PathBuf> {
    Some(crate::config::state_folder()?.join("pins"))
}

/// The pins of a target; none where there is no file, or none that can be read.
pub(super) fn of_target(file: &Path, target: &str) -> Vec<Pin> {
    let lines = read(file).into_iter().filter(|[of, ..]| of == target.as_bytes());
    lines.map(|[_, store, key]| Pin { store: store.into(), key: key.into() }).collect()
}

/// Stores that a record is pinned, or that it is no longer.
///
/// # Errors
/// The system's error.
pub(super) fn set(file: &Path, target: &str, pin: &Pin, is_pinned: bool) -> io::Result<()> {
    let new = [target.as_bytes(), pin.store.as_bytes(), pin.key.as_bytes()].map(<[u8]>::to_vec);
    // Another larder may have written the file since it was first read.
    let mut lines = read(file);
    lines.retain(|line| *line != new);
    if is_pinned {
        lines.insert(0, new);
    }
    let mut kept = 0;
    lines.retain(|[of, ..]| {
        let own = of == target.as_bytes();
        kept += usize::from(own);
        !own || kept <= MOST_PINS
    });
    lines.truncate(MOST_LINES);
    let text: String = lines.iter().map(written).collect();
    outfile::keep(file, text.as_bytes())
}

fn read(file: &Path) -> Vec<Line> {
    let text = fs::read(file).unwrap_or_default();
    let lines = text.split(|byte| *byte == b'\n');
    let parsed = lines.filter_map(|line| {
        let parts = line.split(|byte| *byte == b'\t');
        let parts = parts.map(|part| {
            let part = String::from_utf8_lossy(part);
            percent_decode_str(&part).collect::<Vec<u8>>()
        });
        parts.collect::<Vec<_>>().try_into().ok()
    });
    parsed.collect()
}

fn written(line: &Line) -> String {
    let encoded = line.each_ref().map(|part| percent_encode(part, ENCODED).to_string());
    format!("{}\n", encoded.join("\t"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(store: &str, key: &[u8]) -> Pin {
        Pin { store: store.into(), key: key.into() }
    }

    #[test]
    fn pins_are_read_back_as_they_were_set_for_each_target() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("larder/pins");
        let odd = pin("sh\top", b"a\nb\xff%41 \xc3\xa4\t");
        let plain = pin("shop", b"page-1");
        assert!(of_target(&file, "here").is_empty());
        set(&file, "here", &odd, true).unwrap();
        set(&file, "here", &plain, true).unwrap();
        set(&file, "there", &plain, true).unwrap();
        assert_eq!(of_target(&file, "here"), [plain.clone(), odd.clone()]);
        // A record that is pinned again is the newest.
        set(&file, "here", &odd, true).unwrap();
        assert_eq!(of_target(&file, "here"), [odd.clone(), plain.clone()]);
        set(&file, "here", &odd, false).unwrap();
        assert_eq!(of_target(&file, "here"), std::slice::from_ref(&plain));
        assert_eq!(of_target(&file, "there"), [plain]);
    }

    #[test]
    fn what_is_no_line_of_pins_is_passed_over_and_there_are_not_too_many() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pins");
        fs::write(&file, b"\xff\n\nhere\tshop\n\there\nhere\tshop\tpage-1\nhere\ta\tb\tc\n")
            .unwrap();
        assert_eq!(of_target(&file, "here"), [pin("shop", b"page-1")]);
        for at in 0..=MOST_PINS {
            set(&file, "here", &pin("shop", format!("{at}").as_bytes()), true).unwrap();
        }
        let pins = of_target(&file, "here");
        assert_eq!((pins.len(), &*pins[0].key.escaped()), (MOST_PINS, "100"));
    }
}
