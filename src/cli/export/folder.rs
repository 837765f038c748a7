//! An export to a folder: a file for each value, and for each record a line of JSON that names the file.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use super::lines::Lines;
use crate::cli::arguments::ExportArgs;
use crate::cli::digest;
use crate::cli::input::not_written;
use crate::cli::json_lines::{self, RECORDS};
use crate::model::{Error, ErrorKind, Key, Record, RecordMeta, Result, endings};
use crate::outfile::Writing;

/// The characters that stand in a name as they are. All others are spelled by their bytes, so that no shell,
/// no other file system and no terminal takes a name for anything but a name.
const SPELLED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');
/// Limit on a name, in bytes; systems take 255.
const LONGEST: usize = 200;

/// A folder that is being filled.
pub(super) struct Folder {
    path: PathBuf,
    lines: Lines,
    names: Names,
}

impl Folder {
    /// Opens the folder, which is made if it is not there; also gives the key of the last record in it. A
    /// folder with anything in it is continued or written over only if the user asks for it.
    pub(super) fn open(export: &ExportArgs, path: &Path) -> Result<(Self, Option<Key>)> {
        let wrong = |why: io::Error| not_written(path, &why);
        let made = if export.resume { Ok(()) } else { fs::create_dir(path) };
        match made {
            Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {
                let is_empty = fs::read_dir(path).map_err(wrong)?.next().is_none();
                if !is_empty && !export.overwrite {
                    let problem = format!("{} is there already, and not empty", path.display());
                    return Err(Error::new(ErrorKind::Conflict, problem)
                        .hint("--resume goes on, --overwrite starts anew"));
                }
            }
            made => made.map_err(wrong)?,
        }
        let records = path.join(RECORDS);
        let mut names = Names::default();
        // The list names the files that are there, however far the export came.
        let (lines, last) = Lines::open_in_place(export, &records)?;
        if export.resume {
            let read = File::open(&records).map_err(|why| not_written(&records, &why))?;
            for line in BufReader::new(read).split(b'\n') {
                let line = line.map_err(|why| not_written(&records, &why))?;
                names.take(&json_lines::file(&line).unwrap_or_default());
            }
        }
        Ok((Self { path: path.to_owned(), lines, names }, last))
    }

    /// Writes the value first, so that each file in the list is there.
    pub(super) fn record(&mut self, record: &Record) -> Result<()> {
        let name = self.names.of(&record.meta);
        let file = self.path.join(&name);
        write(&file, &record.value).map_err(|why| not_written(&file, &why))?;
        self.lines.line(&json_lines::in_file(&record.meta, &name))
    }

    pub(super) fn finish(self) -> Result<()> {
        self.lines.finish()
    }
}

/// Writes a file. One that is there already stays until the new one is whole; a link there is removed, and
/// its target stays as it is.
fn write(file: &Path, value: &[u8]) -> io::Result<()> {
    let written = OpenOptions::new().write(true).create_new(true).open(file);
    match written {
        Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {
            if file.symlink_metadata()?.is_symlink() {
                fs::remove_file(file)?;
            }
            let mut written = Writing::begin(file)?;
            written.write_all(value)?;
            written.finish(false)
        }
        written => written?.write_all(value),
    }
}

/// Hashes of the names that are taken, in small letters: some file systems do not distinguish capitals.
struct Names {
    taken: HashSet<u64>,
    hasher: RandomState,
}

impl Default for Names {
    fn default() -> Self {
        let mut names = Self { taken: HashSet::new(), hasher: RandomState::new() };
        names.take(RECORDS);
        names
    }
}

impl Names {
    /// Takes a name; tells whether it was free.
    fn take(&mut self, name: &str) -> bool {
        self.taken.insert(self.hasher.hash_one(name.to_ascii_lowercase()))
    }

    /// A free name that shows the key and the content type.
    fn of(&mut self, meta: &RecordMeta) -> String {
        let name = endings::with_ending(&stem(&meta.key), &meta.content_type);
        if self.take(&name) {
            return name;
        }
        // Another key has the same name: it differs in the part that was cut off, or only in capitals.
        let digest = digest::of(meta.key.as_bytes());
        let mut number = 1_u64;
        loop {
            let stem = format!("{}~{}", stem(&meta.key), digest.get(..8).unwrap_or(&digest));
            let stem = if number > 1 { format!("{stem}~{number}") } else { stem };
            let name = endings::with_ending(&stem, &meta.content_type);
            if self.take(&name) {
                return name;
            }
            number += 1;
        }
    }
}

/// The key as a name, cut to the length that a name may have; never empty, and never with a beginning that
/// has a meaning to a shell or a listing.
fn stem(key: &Key) -> String {
    let mut name = percent_encode(key.as_bytes(), SPELLED).to_string();
    if let Some(first) = name.chars().next().filter(|first| ['.', '-'].contains(first)) {
        name.replace_range(..1, if first == '.' { "%2E" } else { "%2D" });
    }
    if name.len() > LONGEST {
        // The name is not cut within the spelling of a byte.
        let end = (LONGEST - 2..=LONGEST).find(|end| name[*end..].starts_with('%'));
        name.truncate(end.unwrap_or(LONGEST));
    }
    if name.is_empty() { "%".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ContentType;

    fn name(names: &mut Names, key: &[u8], content_type: &str) -> String {
        let content_type = ContentType::from(content_type);
        names.of(&RecordMeta { key: Key::from(key), content_type, ..RecordMeta::default() })
    }

    #[test]
    fn a_name_tells_the_key_and_the_type_and_is_a_name_alone() {
        let html = "text/html; charset=utf-8";
        for (key, content_type, expected) in [
            (&b"page-1"[..], html, "page-1.html"),
            (b"a.html", html, "a.html"),
            (b"INPUT", "application/json", "INPUT.json"),
            (b"../../etc/passwd", "text/plain", "%2E.%2F..%2Fetc%2Fpasswd.txt"),
            (b"..", "", "%2E."),
            (b"-rf", "", "%2Drf"),
            (b"a b\n\x1b[31m", "", "a%20b%0A%1B%5B31m"),
            (b"\xff\0", "", "%FF%00"),
            (b"", "", "%"),
            ("ä".as_bytes(), "image/png", "%C3%A4.png"),
            (
                b"records.jsonl",
                "",
                &format!("records.jsonl~{}", &digest::of(b"records.jsonl")[..8]),
            ),
        ] {
            let name = name(&mut Names::default(), key, content_type);
            assert_eq!(name, expected);
            assert_eq!(Path::new(&name).file_name(), Some(name.as_ref()));
        }
    }

    #[test]
    fn no_two_keys_get_one_name() {
        let mut names = Names::default();
        assert_eq!(name(&mut names, b"a", "image/png"), "a.png");
        let other = name(&mut names, b"A", "image/png");
        assert!(other.starts_with("A~") && other.strip_suffix(".png").is_some(), "{other}");
        let long = [&[b'x'; 300][..], &"ä".repeat(300).into_bytes()].map(<[u8]>::to_vec);
        for key in long {
            let (one, two) = ([&key[..], b"1"].concat(), [&key[..], b"2"].concat());
            let (one, two) =
                (name(&mut names, &one, "text/html"), name(&mut names, &two, "text/html"));
            assert_ne!(one, two);
            assert!(one.len() < 255 && two.len() < 255);
            assert!(one.trim_end_matches(".html").split('%').skip(1).all(|part| part.len() == 2));
        }
    }
}
