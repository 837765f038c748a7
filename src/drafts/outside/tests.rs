//! Tests of the files of the user's own editors.

use std::fs::File;

use super::super::tests::draft;
use super::*;

/// Writes a file like an editor that ended a while ago.
fn written(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    let then = SystemTime::now() - Duration::from_secs(60);
    File::options().append(true).open(path).unwrap().set_modified(then).unwrap();
}

/// A folder of drafts with one draft in it.
fn begun() -> (tempfile::TempDir, Drafts, DraftId) {
    let state = tempfile::tempdir().unwrap();
    let drafts = Drafts::of(state.path());
    let begun = draft("k", b"begun");
    drafts.keep(&begun).unwrap();
    (state, drafts, begun.head.id())
}

#[test]
fn what_an_editor_writes_after_its_draft_was_gone_on_with_is_a_draft_of_its_own() {
    let (_state, drafts, id) = begun();
    let file = drafts.hand_out(&id, ".json", b"begun").unwrap();
    written(&file, "left\n");
    assert_eq!(drafts.take_up(&id).unwrap().text, "left");
    // The text is in the draft, which goes on.
    assert_eq!((drafts.read(&id).unwrap().text, file.exists()), ("left".into(), false));
    drafts.keep(&draft("k", b"typed on")).unwrap();
    // The file is written again: first with nothing new, then with new text.
    written(&file, "left\n");
    assert_eq!((drafts.list().len(), file.exists()), (1, false));
    written(&file, "late\n");
    let late = |drafts: &Drafts| {
        let found = drafts.list().into_iter().map(|entry| entry.id).filter(|it| *it != id);
        found.collect::<Vec<_>>()
    };
    let [new] = &late(&drafts)[..] else { panic!() };
    let (new, old) = (drafts.read(new).unwrap(), drafts.read(&id).unwrap());
    assert_eq!((new.text, old.text), ("late".into(), "typed on".into()));
    assert_eq!((new.head.key, new.base, file.exists()), (old.head.key, old.base, false));
    // The same after its draft is stored.
    drafts.remove(&id).unwrap();
    written(&file, "later\n");
    assert_eq!(late(&drafts).len(), 2);
}

#[test]
fn what_an_editor_in_a_window_of_its_own_saves_later_is_a_draft_of_its_own() {
    let (_state, drafts, id) = begun();
    let given = drafts.read(&id).unwrap();
    let file = drafts.hand_out(&id, ".json", b"begun").unwrap();
    // The editor returned at once, nothing was changed, and the draft is gone.
    drafts.returned(&file, &given, &given.text.bytes(), true).unwrap();
    drafts.remove(&id).unwrap();
    assert_eq!((drafts.list().len(), file.exists()), (0, false));
    written(&file, "late\n");
    let [late] = &drafts.list()[..] else { panic!() };
    let late = drafts.read(&late.id).unwrap();
    assert_eq!((late.text, late.base), ("late".into(), given.base));
    assert!(!file.exists());
}

#[test]
fn what_an_editor_writes_late_never_stands_for_what_was_typed_since() {
    let (_state, drafts, id) = begun();
    let given = drafts.read(&id).unwrap();
    let file = drafts.hand_out(&id, ".json", b"begun").unwrap();
    drafts.keep(&draft("k", b"typed on")).unwrap();
    // The file is written again before it is removed.
    written(&file, "late");
    drafts.returned(&file, &given, &"left".into(), false).unwrap();
    assert!(file.exists());
    assert_eq!(drafts.read(&id).unwrap().text, "typed on");
    assert_eq!((drafts.list().len(), file.exists()), (2, false));
    assert_eq!(drafts.read(&id).unwrap().text, "typed on");
}

#[test]
fn what_an_editor_put_beside_its_file_when_it_was_ended_is_what_it_left() {
    let (_state, drafts, id) = begun();
    let file = drafts.hand_out(&id, ".json", b"begun").unwrap();
    let beside = |ending: &str| PathBuf::from(format!("{}{ending}", file.display()));
    written(&file, "saved\n");
    let rescued = beside(".save");
    fs::write(&rescued, "typed\n").unwrap();
    // It may be half written.
    assert_eq!(drafts.read(&id).unwrap().text, "saved");
    fs::remove_file(&file).unwrap();
    assert_eq!(drafts.read(&id).unwrap().text, "begun");
    written(&file, "saved\n");
    let then = SystemTime::now() - Duration::from_secs(10);
    File::options().append(true).open(&rescued).unwrap().set_modified(then).unwrap();
    assert_eq!(drafts.read(&id).unwrap().text, "typed");
    // The same of an editor whose text was taken in before.
    assert_eq!(drafts.take_up(&id).unwrap().text, "typed");
    drafts.remove(&id).unwrap();
    written(&beside(".save"), "typed later\n");
    let [late] = &drafts.list()[..] else { panic!() };
    assert_eq!(drafts.read(&late.id).unwrap().text, "typed later");
    assert!(!file.exists() && !beside(".save").exists());
}

#[test]
fn vim_gets_the_file_again_of_which_it_has_kept_something() {
    let (_state, drafts, id) = begun();
    let given = drafts.read(&id).unwrap();
    let file = drafts.hand_out(&id, ".json", b"begun").unwrap();
    let name = file.file_name().unwrap().to_str().unwrap();
    written(&file.with_file_name(format!(".{name}.swp")), "of vim");
    drafts.returned(&file, &given, &given.text.bytes(), false).unwrap();
    drafts.remove(&id).unwrap();
    assert!(!file.exists());
    // It can be recovered by hand too.
    written(&file, "by hand");
    let [late] = &drafts.list()[..] else { panic!() };
    assert_eq!(drafts.read(&late.id).unwrap().text, "by hand");
    drafts.remove(&late.id).unwrap();
    let mut next = draft("k", b"typed since");
    next.head.began = Timestamp::from_micros(7);
    let other = Draft { head: draft("l", b"").head, ..next.clone() };
    for (draft, gets) in [(&next, true), (&other, false)] {
        drafts.keep(draft).unwrap();
        let given = drafts.hand_out(&draft.head.id(), ".json", b"typed since").unwrap();
        assert_eq!(given == file, gets);
    }
    // Another editor does not get it while the first has it.
    assert_ne!(drafts.hand_out(&next.head.id(), ".json", b"more").unwrap(), file);
    // What is left in it, without its larder, is a draft made of what was handed out last.
    written(&file, "recovered");
    let texts: Vec<_> = drafts.list().iter().map(|it| drafts.read(&it.id).unwrap()).collect();
    let recovered: Vec<_> = texts.iter().filter(|it| it.text == "recovered").collect();
    assert_eq!((texts.len(), recovered.len()), (3, 1));
}

#[test]
fn of_files_that_are_gone_few_notes_are_kept() {
    let (state, drafts, id) = begun();
    let given = drafts.read(&id).unwrap();
    for _ in 0..MOST_NOTES + 3 {
        let file = drafts.hand_out(&id, ".json", b"begun").unwrap();
        drafts.returned(&file, &given, &given.text.bytes(), true).unwrap();
    }
    let files = fs::read_dir(state.path().join("drafts")).unwrap().flatten();
    let notes = files.filter(|file| file.file_name().to_string_lossy().ends_with(TAKEN));
    assert_eq!(notes.count(), MOST_NOTES);
}

#[test]
fn an_editor_that_was_waited_for_leaves_nothing_behind() {
    let (state, drafts, id) = begun();
    let given = drafts.read(&id).unwrap();
    let file = drafts.hand_out(&id, ".json", b"begun").unwrap();
    written(&file, "left");
    drafts.returned(&file, &given, &"left".into(), false).unwrap();
    let files = fs::read_dir(state.path().join("drafts")).unwrap();
    assert_eq!(files.count(), 1, "the draft alone");
}

#[test]
fn another_editor_never_gets_the_file_of_one_that_may_still_write() {
    let (_state, drafts, id) = begun();
    let file = drafts.hand_out(&id, ".json", b"begun").unwrap();
    written(&file, "left");
    drafts.take_up(&id).unwrap();
    let other = drafts.hand_out(&id, ".json", b"left").unwrap();
    assert_ne!(file, other);
    written(&other, "typed");
    assert_eq!(drafts.read(&id).unwrap().text, "typed");
    drafts.take_back(&id).unwrap();
    assert!(!other.exists());
}

#[test]
fn what_was_written_just_now_stays_until_it_is_seen_to_be_whole() {
    let (_state, drafts, id) = begun();
    let file = drafts.hand_out(&id, ".json", b"half").unwrap();
    assert_eq!(drafts.take_up(&id).unwrap().text, "half");
    drafts.remove(&id).unwrap();
    assert_eq!((drafts.list().len(), file.exists()), (0, true));
    written(&file, "whole");
    let [late] = &drafts.list()[..] else { panic!() };
    assert_eq!(drafts.read(&late.id).unwrap().text, "whole");
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_a_program_still_writes_is_waited_for() {
    let (_state, drafts, id) = begun();
    let file = drafts.hand_out(&id, ".json", b"begun").unwrap();
    let mut writer = File::options().append(true).open(&file).unwrap();
    written(&file, "half");
    assert_eq!(drafts.take_up(&id).unwrap().text, "half");
    assert!(file.exists());
    // A program that only reads it holds up nothing.
    let reader = File::open(&file).unwrap();
    drafts.remove(&id).unwrap();
    std::io::Write::write_all(&mut writer, b" and whole").unwrap();
    writer.set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();
    assert!(drafts.list().is_empty());
    drop(writer);
    // A child that another test is about to start has the file open for a moment.
    let late = (0..10_000).find_map(|_| drafts.list().into_iter().next()).unwrap();
    assert_eq!(drafts.read(&late.id).unwrap().text, "half and whole");
    drop(reader);
}
