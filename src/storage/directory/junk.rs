//! Files that systems, editors and other programs leave beside records.

/// Names that desktops and version control give.
const NAMES: [&[u8]; 4] = [b".DS_Store", b"Thumbs.db", b"desktop.ini", b".gitkeep"];

/// How hidden files begin that systems and office programs leave.
const BEGINNINGS: [&[u8]; 4] = [b"._", b".nfs", b".fuse_hidden", b".~lock."];

/// How hidden files end that Vim edits in.
const SWAP: [&[u8]; 3] = [b".swp", b".swo", b".swx"];

/// Whether a file of this name is no record, unless it has metadata beside it. Not for the temporary
/// files of larder.
pub(super) fn is_junk(name: &[u8]) -> bool {
    // Nearly all names end otherwise than these.
    match name.last() {
        Some(b'~') => true,
        Some(b'p') if name.ends_with(b".tmp") => true,
        _ if name.first() == Some(&b'.') => {
            BEGINNINGS.iter().any(|begin| name.starts_with(begin))
                || SWAP.iter().any(|end| name.ends_with(end))
                || NAMES.contains(&name)
        }
        _ => NAMES.contains(&name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn junk_files_are_recognised_by_name() {
        for name in [
            ".DS_Store",
            "._INPUT.json",
            "Thumbs.db",
            "desktop.ini",
            ".gitkeep",
            "INPUT.json~",
            "~",
            ".INPUT.json.swp",
            ".INPUT.json.swo",
            ".nfs0000000000000001",
            ".~lock.INPUT.csv#",
            "notes.tmp",
        ] {
            assert!(is_junk(name.as_bytes()), "{name}");
        }
        for name in ["INPUT.json", "a~b", "page.swp", ".hidden", "tmp", "", "a_."] {
            assert!(!is_junk(name.as_bytes()), "{name}");
        }
    }
}
