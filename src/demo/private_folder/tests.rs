use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

use super::*;

/// Makes what a killed demo leaves: the directory with a record in it, and a mark without a lock.
fn killed(parent: &Path, name: &str) -> PathBuf {
    let path = parent.join(name);
    fs::create_dir(&path).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
    drop(FOLDERS.mark(&path).unwrap());
    fs::create_dir_all(path.join(STORES).join("default")).unwrap();
    fs::write(path.join(STORES).join("default/INPUT"), "{}").unwrap();
    path
}

#[test]
fn a_directory_is_private_marked_and_removed() {
    let parent = tempfile::tempdir().unwrap();
    let mut folder = PrivateFolder::make(parent.path()).unwrap();
    let path = folder.path().to_owned();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
    assert!(path.join(MARK).is_file());
    fs::create_dir_all(path.join(STORES).join("default")).unwrap();
    folder.remove().unwrap();
    assert!(!path.exists());
    let dropped = PrivateFolder::make(parent.path()).unwrap().path().to_owned();
    assert!(!dropped.exists());
}

#[test]
fn what_killed_demos_left_is_removed() {
    let parent = tempfile::tempdir().unwrap();
    let mine = PrivateFolder::make(parent.path()).unwrap();
    let left =
        [killed(parent.path(), "larder-demo-abc123"), killed(parent.path(), "larder-demo-ABCDEF")];
    assert_eq!(sweep(parent.path(), mine.owner()), 2);
    assert!(left.iter().all(|path| !path.exists()));
    assert!(mine.path().exists(), "a running one stays");
    assert_eq!(sweep(parent.path(), mine.owner()), 0);
}

#[test]
fn look_alikes_are_left_alone() {
    let parent = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let mine = PrivateFolder::make(parent.path()).unwrap();
    let at = |name: &str| parent.path().join(name);
    // These are names that no demo makes.
    for name in
        ["larder-demo-abc12", "larder-demo-abc1234", "larder-demo-ab/..", "my-larder-demo-abc123"]
    {
        if !name.contains('/') {
            killed(parent.path(), name);
        }
    }
    // Without a mark, with a wrong one, with a link, a directory or a pipe as the mark.
    fs::remove_file(killed(parent.path(), "larder-demo-nomark").join(MARK)).unwrap();
    fs::write(killed(parent.path(), "larder-demo-wrong1").join(MARK), "mine\n").unwrap();
    let linked = killed(parent.path(), "larder-demo-linked").join(MARK);
    fs::rename(&linked, elsewhere.path().join("mark")).unwrap();
    symlink(elsewhere.path().join("mark"), &linked).unwrap();
    let folder = killed(parent.path(), "larder-demo-folder").join(MARK);
    fs::remove_file(&folder).unwrap();
    fs::create_dir(&folder).unwrap();
    let pipe = killed(parent.path(), "larder-demo-piped1").join(MARK);
    fs::remove_file(&pipe).unwrap();
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // Others may enter this one: a demo's own is private.
    let open = killed(parent.path(), "larder-demo-opened");
    fs::set_permissions(open, Permissions::from_mode(0o755)).unwrap();
    // A link to a directory that would be removed, and a file.
    let target = killed(elsewhere.path(), "larder-demo-target");
    symlink(&target, at("larder-demo-alinkk")).unwrap();
    fs::write(at("larder-demo-afile1"), "").unwrap();

    let before = listing(parent.path());
    assert_eq!(sweep(parent.path(), mine.owner()), 0);
    assert_eq!(listing(parent.path()), before);
    assert!(target.join(MARK).exists());
    // Directories of another user stay too.
    killed(parent.path(), "larder-demo-theirs");
    assert_eq!(sweep(parent.path(), mine.owner() + 1), 0);
    assert!(at("larder-demo-theirs").exists());
}

#[test]
fn a_running_demo_s_directory_is_left_alone_until_its_end() {
    let parent = tempfile::tempdir().unwrap();
    let running = PrivateFolder::make(parent.path()).unwrap();
    assert_eq!(sweep(parent.path(), running.owner()), 0);
    assert!(running.path().exists());
}

#[test]
fn links_inside_are_removed_and_not_followed() {
    let parent = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("precious"), "").unwrap();
    let inner = killed(parent.path(), "larder-demo-inner1");
    symlink(elsewhere.path(), inner.join(STORES).join("linked")).unwrap();
    let outer = killed(parent.path(), "larder-demo-outer1");
    fs::remove_dir_all(outer.join(STORES)).unwrap();
    symlink(elsewhere.path(), outer.join(STORES)).unwrap();
    let owner = fs::metadata(parent.path()).unwrap().uid();
    assert_eq!(sweep(parent.path(), owner), 2);
    assert!(elsewhere.path().join("precious").exists());
    assert!(!inner.exists() && !outer.exists());
}

#[test]
fn what_the_demo_did_not_put_there_stays() {
    let parent = tempfile::tempdir().unwrap();
    let mut folder = PrivateFolder::make(parent.path()).unwrap();
    let path = folder.path().to_owned();
    fs::write(path.join("notes.txt"), "mine").unwrap();
    let why = folder.remove().unwrap_err();
    assert!(why.to_string().contains("notes.txt"), "{why}");
    assert!(path.join("notes.txt").exists());
}

#[test]
fn another_directory_at_its_path_stays() {
    let parent = tempfile::tempdir().unwrap();
    let mut folder = PrivateFolder::make(parent.path()).unwrap();
    let path = folder.path().to_owned();
    fs::rename(&path, parent.path().join("moved")).unwrap();
    fs::create_dir_all(path.join(STORES)).unwrap();
    folder.remove().unwrap();
    assert!(path.join(STORES).exists());
}

fn listing(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        found.push(entry.path());
        if entry.file_type().unwrap().is_dir() {
            found.extend(listing(&entry.path()));
        }
    }
    found.sort();
    found
}
