//! Files that systems, editors and other programs leave next to records.

/// Names of files of desktops, synchronisers and version control.
const NAMES: [&[u8]; 12] = [
    b".DS_Store",
    b".directory",
    b".dropbox",
    b".gitignore",
    b".gitkeep",
    b".keep",
    b".localized",
    b"Desktop.ini",
    b"Icon\r",
    b"Thumbs.db",
    b"desktop.ini",
    b"ehthumbs.db",
];

/// Beginnings of hidden files of systems, synchronisers, Emacs and office programs.
const BEGINNINGS: [&[u8]; 8] = [
    b"._",
    b".nfs",
    b".fuse_hidden",
    b".~lock.",
    b".#",
    b".goutputstream-",
    b".smbdelete",
    b".sync.ffs_",
];

/// Endings of hidden files in which Vim and Kate edit.
const SWAP: [&[u8]; 4] = [b".swp", b".swo", b".swx", b".kate-swp"];

/// Whether a file of this name is not a record, unless it has metadata. Does not cover the temporary files of
/// larder.
pub(super) fn is_junk(name: &[u8]) -> bool {
    match (name.first(), name.last()) {
        // Nearly all names have other endings.
        (_, Some(b'~')) => true,
        (_, Some(b'p')) if name.ends_with(b".tmp") => true,
        (Some(b'.'), _) => {
            BEGINNINGS.iter().any(|begin| name.starts_with(begin))
                || SWAP.iter().any(|end| name.ends_with(end))
                || NAMES.contains(&name)
        }
        // Automatic saves of Emacs, and locks of office programs: no key of Crawlee for JavaScript, whose
        // files have no metadata, has these characters.
        (Some(b'#'), Some(b'#')) => name.len() > 1,
        (Some(b'~'), _) => name.starts_with(b"~$"),
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
            "#INPUT.json#",
            ".#INPUT.json",
            "~$INPUT.xlsx",
            ".INPUT.json.kate-swp",
            ".goutputstream-AB12C3",
            ".directory",
            "Icon\r",
        ] {
            assert!(is_junk(name.as_bytes()), "{name}");
        }
        for name in ["INPUT.json", "a~b", "page.swp", ".hidden", "tmp", "", "a_.", "#", "#a", "~a"]
        {
            assert!(!is_junk(name.as_bytes()), "{name}");
        }
    }
}
