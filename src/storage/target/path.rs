//! Targets that are paths: Unix sockets, and directories in Crawlee's layout.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Component, Path, PathBuf};

use percent_encoding::percent_decode_str;

use super::{Endpoint, RedisTarget, Target};
use crate::model::{Error, ErrorKind, Result, in_words};

/// Names of the directories that Crawlee makes in a storage directory.
const PARTS: [&str; 3] = [STORES, "datasets", "request_queues"];
const STORES: &str = "key_value_stores";
/// Crawlee's name for a project's storage directory.
const STORAGE: &str = "storage";
const METADATA: &str = "__metadata__.json";

/// Whether the text can only mean a path. It then contains no password, either.
pub fn is_path(text: &str) -> bool {
    if is_file_url(text) {
        return true;
    }
    if text.contains("://") {
        return false;
    }
    text == "~"
        || text.starts_with(['/', '.'])
        || text.starts_with("~/")
        || (text.ends_with('/') && !text.contains([':', '@']))
        || (text.contains('/') && !text.contains([':', '@', '.']))
        || is_socket_name(Path::new(text))
}

/// The path in the text, if it is written as one, or names an existing directory, or a file in one.
///
/// # Errors
/// For a `file://` URL of another machine, or one that names no path.
pub(super) fn path_of(text: &str) -> Result<Option<PathBuf>> {
    if is_file_url(text) {
        return file_url(text).map(Some);
    }
    let path = expand_home(text);
    let is_there = || path.is_dir() || (text.contains('/') && path.is_file());
    let there = || !text.is_empty() && !text.contains("://") && is_there();
    Ok((is_path(text) || there()).then_some(path))
}

/// The target at a path: a socket of Redis, or a storage directory.
pub(super) fn target(path: &Path) -> Result<Target> {
    let shown = label(path);
    match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => directory(path).map(Target::Directory),
        Ok(meta) if meta.file_type().is_socket() => Ok(socket(path)),
        Ok(_) => Err(usage(format!("{shown} is neither a directory nor a socket"))
            .hint("name the directory that holds key_value_stores")),
        Err(why) if why.kind() == io::ErrorKind::NotFound => {
            // A path that is named like a socket is one whose server is not up yet.
            if is_socket_name(path) {
                return Ok(socket(path));
            }
            Err(usage(format!("no such directory or socket: {shown}"))
                .hint("name a storage directory or a Redis socket"))
        }
        Err(why) => Err(usage(format!("{shown} cannot be looked at: {}", in_words(&why)))),
    }
}

/// The storage directory that is this directory, or is around it or inside it: users name a project, its
/// `storage`, a directory in there, or a single store.
fn directory(path: &Path) -> Result<PathBuf> {
    let path = absolute(path)?;
    let named = |path: &Path, name: &str| path.file_name() == Some(OsStr::new(name));
    if path.join(STORES).is_dir() {
        return Ok(path);
    }
    if let Some(parent) = path.parent() {
        if named(&path, STORES) {
            return Ok(parent.to_owned());
        }
        if let (true, Some(storage)) = (named(parent, STORES), parent.parent()) {
            // Also for a store that has lost its metadata.
            return Ok(storage.to_owned());
        }
    }
    let inside = path.join(STORAGE);
    let is_storage = |path: &Path| PARTS.iter().any(|part| path.join(part).is_dir());
    if !is_storage(&path) && !path.join(METADATA).exists() && is_storage(&inside) {
        return Ok(inside);
    }
    Ok(path)
}

/// The absolute path without redundant parts. Only `..` needs the file system, where links count.
fn absolute(path: &Path) -> Result<PathBuf> {
    let up = path.components().any(|part| part == Component::ParentDir);
    let found = if up { fs::canonicalize(path) } else { std::path::absolute(path) };
    let found = found.map_err(|why| {
        usage(format!("{} cannot be looked at: {}", path.display(), in_words(&why)))
    })?;
    Ok(found.components().collect())
}

/// A directory in the form for a screen: complete, with `~` for the home folder.
pub fn label(path: &Path) -> String {
    label_at(path, env::var_os("HOME").as_deref().map(Path::new))
}

fn label_at(path: &Path, home: Option<&Path>) -> String {
    let inside = home.filter(|home| home.parent().is_some());
    match inside.and_then(|home| path.strip_prefix(home).ok()) {
        Some(rest) if rest.as_os_str().is_empty() => "~".to_owned(),
        Some(rest) => format!("~/{}", rest.display()),
        None => path.display().to_string(),
    }
}

fn socket(path: &Path) -> Target {
    Target::Redis(RedisTarget::new(Endpoint::Unix(path.to_owned())))
}

fn is_socket_name(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "sock")
}

fn is_file_url(text: &str) -> bool {
    text.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("file:/"))
}

fn file_url(text: &str) -> Result<PathBuf> {
    // A URL without a host may leave out its two slashes, as `file:/srv/storage`.
    let path = &text[5..];
    let rest = path.strip_prefix("//").unwrap_or(path);
    let Some(start) = rest.find('/') else {
        return Err(usage("the file:// target names no directory").hint("write file:///PATH"));
    };
    if !matches!(&rest[..start], "" | "localhost") {
        return Err(usage("a file:// target has no host").hint("write file:///PATH, three slashes"));
    }
    let path: Vec<u8> = percent_decode_str(&rest[start..]).collect();
    Ok(PathBuf::from(OsStr::from_bytes(&path)))
}

fn expand_home(text: &str) -> PathBuf {
    match (text.strip_prefix('~'), env::var_os("HOME")) {
        (Some(""), Some(home)) => PathBuf::from(home),
        (Some(rest), Some(home)) if rest.starts_with('/') => {
            PathBuf::from(home).join(rest.trim_start_matches('/'))
        }
        _ => PathBuf::from(text),
    }
}

fn usage(problem: impl Into<String>) -> Error {
    Error::new(ErrorKind::Usage, problem)
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    fn storage_of(path: &Path) -> PathBuf {
        let Target::Directory(found) = target(path).unwrap() else { panic!("{path:?}") };
        found
    }

    #[test]
    fn the_storage_directory_is_found_from_project_storage_and_store_paths() {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path();
        let storage = project.join("storage");
        let store = storage.join("key_value_stores/default");
        fs::create_dir_all(&store).unwrap();
        fs::create_dir_all(storage.join("datasets/default")).unwrap();
        for path in [project, &storage, &storage.join("key_value_stores"), &store] {
            assert_eq!(storage_of(path), storage, "{path:?}");
        }
        fs::write(store.join(METADATA), "{}").unwrap();
        assert_eq!(storage_of(&store), storage);
        assert_eq!(storage_of(&store.join("../../../storage/")), storage.canonicalize().unwrap());
        for scheme in ["file:", "file://", "FILE://localhost"] {
            let url = format!("{scheme}{}/", storage.display());
            assert_eq!(Target::parse(&url).unwrap(), Target::Directory(storage.clone()), "{url}");
        }
    }

    #[test]
    fn an_empty_directory_is_an_empty_storage() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(storage_of(folder.path()), folder.path());
        // A storage with only other parts has no stores yet.
        fs::create_dir_all(folder.path().join("storage/request_queues")).unwrap();
        assert_eq!(storage_of(folder.path()), folder.path().join("storage"));
    }

    #[test]
    fn a_socket_is_a_redis_target_and_a_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("redis");
        let _listener = UnixListener::bind(&path).unwrap();
        let Target::Redis(redis) = target(&path).unwrap() else { panic!("no server") };
        assert_eq!(redis.endpoint, Endpoint::Unix(path));
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(target(&file).unwrap_err().problem.contains("neither a directory nor a socket"));
        let later = folder.path().join("later.sock");
        assert!(matches!(target(&later), Ok(Target::Redis(_))), "its server may come");
    }

    #[test]
    fn a_missing_path_is_named_as_directory_or_socket() {
        for text in ["/no/such/place", "./no-such-place", "no-such-place/", "file:///no/such"] {
            let why = Target::parse(text).unwrap_err();
            assert_eq!(why.kind, ErrorKind::Usage, "{text}");
            assert!(why.problem.starts_with("no such directory or socket: "), "{text}: {why}");
        }
        assert!(Target::parse("file://elsewhere/x").unwrap_err().problem.contains("host"));
    }

    #[test]
    fn host_addresses_are_not_taken_for_paths() {
        for text in [
            "redis://h",
            "h:1/2",
            "db.example/2",
            "ann:p/w@h",
            "ann:p@h/",
            "h:1/",
            "production",
            "~ann",
        ] {
            assert!(!is_path(text), "{text}");
        }
        for text in ["~", "~/x", ".", "..", "./a:b@c", "/a", "a/", "a/b", "x.sock", "FILE:///x"] {
            assert!(is_path(text), "{text}");
        }
    }

    #[test]
    fn the_home_folder_is_a_tilde_in_a_label() {
        let home = Some(Path::new("/home/me"));
        assert_eq!(label_at(Path::new("/home/me/crawl/storage"), home), "~/crawl/storage");
        assert_eq!(label_at(Path::new("/home/me"), home), "~");
        assert_eq!(label_at(Path::new("/home/mette/x"), home), "/home/mette/x");
        assert_eq!(label_at(Path::new("/srv/x"), Some(Path::new("/"))), "/srv/x");
        assert_eq!(label_at(Path::new("/srv/x"), None), "/srv/x");
    }
}
