//! The user's own editor: what it left outlives its end, larder's and the terminal's.

use std::path::Path;

use crate::drafts::{typed, waits};
use crate::programs;
use crate::pty::{Screen, send};
use crate::signals::{browser, project};

/// An editor of this script.
fn scripted(folder: &Path, script: &str) -> String {
    let path = folder.join("editor");
    programs::script(&path, script);
    path.to_str().unwrap().to_owned()
}

/// An editor that writes its file, then runs `then`.
fn editor(folder: &Path, then: &str) -> String {
    let written = folder.join("written");
    let write = "printf 'typed elsewhere' > \"$1\"";
    scripted(folder, &format!("{write}\ntouch {}\n{then}", written.display()))
}

/// The browser with the file of its first record in that editor, which may have begun.
fn in_editor(project: &Path, state: &Path, editor: &str) -> Screen {
    let env = [("XDG_STATE_HOME", state.to_str().unwrap()), ("EDITOR", editor)];
    let mut screen = browser(project, &env);
    screen.keys("\r");
    screen.wait_for_text("one");
    screen.keys("E");
    screen
}

#[test]
fn whatever_ends_the_users_own_editor_or_larder_its_text_is_kept() {
    let wait = "while [ ! -e \"$0.go\" ]; do sleep 0.05; done";
    // The editor's action, and the signal that larder gets meanwhile.
    for (then, signal) in [
        ("exit 0", None),
        ("exit 1", None),
        ("exit 127", None),
        ("kill -9 $$", None),
        ("kill -15 $$", None),
        (wait, Some("KILL")),
        (wait, Some("TERM")),
        (wait, Some("HUP")),
    ] {
        let (folder, state) = (project(), tempfile::tempdir().unwrap());
        let place = tempfile::tempdir().unwrap();
        let editor = editor(place.path(), then);
        let mut screen = in_editor(folder.path(), state.path(), &editor);
        waits("the editor", || place.path().join("written").exists());
        if let Some(signal) = signal {
            send(signal, screen.worker());
            std::fs::write(format!("{editor}.go"), "").unwrap();
        } else {
            waits("its text", || typed(state.path()).is_some_and(|text| text == "typed elsewhere"));
            screen.wait_for_text("typed elsewhere");
            send("KILL", screen.worker());
        }
        screen.exit_code();
        let kept = typed(state.path());
        assert_eq!(kept.as_deref(), Some("typed elsewhere"), "after {then}, {signal:?}");
        let stored = std::fs::read(folder.path().join("key_value_stores/shop/page-1")).unwrap();
        assert_eq!(stored, b"one", "nothing is stored unseen");
    }
}

#[test]
fn what_an_editor_saves_that_was_not_waited_for_is_a_draft() {
    let (folder, state) = (project(), tempfile::tempdir().unwrap());
    let place = tempfile::tempdir().unwrap();
    // The editor returns at once and saves later; the file is old, so that nobody waits for it to be
    // complete.
    let script = "( while [ ! -e \"$0.go\" ]; do sleep 0.05; done\n\
                  printf 'typed elsewhere' > \"$1.new\"; touch -d '2020-01-01' \"$1.new\"\n\
                  mv \"$1.new\" \"$1\" ) > /dev/null 2>&1 < /dev/null &";
    let editor = scripted(place.path(), script);
    let mut screen = in_editor(folder.path(), state.path(), &editor);
    screen.wait_for_text("nothing was changed");
    std::fs::write(place.path().join("editor.go"), "").unwrap();
    waits("what it saved", || typed(state.path()).as_deref() == Some("typed elsewhere"));
    // It is told at once, and offered.
    screen.wait_for_text("✎ draft");
    screen.keys("e");
    screen.wait_for_text("A draft of page-1");
    screen.keys("\x1b");
    screen.wait_for("the panes", |text| !text.contains("A draft of page-1"));
    screen.keys("q");
    screen.exit_code();
    // The next start offers it.
    let env = [("XDG_STATE_HOME", state.path().to_str().unwrap()), ("EDITOR", editor.as_str())];
    let mut screen = browser(folder.path(), &env);
    screen.keys("\r");
    screen.wait_for_text("one");
    screen.keys("e");
    screen.wait_for_text("A draft of page-1");
    screen.keys("\r");
    screen.wait_for_text("typed elsewhere");
    send("KILL", screen.worker());
    screen.exit_code();
}

/// An editor that does what it is told when its terminal is gone: it may take its time.
fn ended_editor(folder: &Path, then: &str) -> String {
    let written = folder.join("written");
    let waiting = "while :; do sleep 0.05; done";
    scripted(
        folder,
        &format!("trap 'sleep 0.5; {then}' HUP\ntouch {}\n{waiting}", written.display()),
    )
}

#[test]
fn what_an_editor_had_not_written_when_its_terminal_went_is_a_draft() {
    // As nano and Emacs do it.
    for name in ["$1.save", "$(dirname \"$1\")/#$(basename \"$1\")#"] {
        let (folder, state) = (project(), tempfile::tempdir().unwrap());
        let place = tempfile::tempdir().unwrap();
        let then = format!("printf typed > \"{name}\"; exit 1");
        let editor = ended_editor(place.path(), &then);
        let mut screen = in_editor(folder.path(), state.path(), &editor);
        waits("the editor", || place.path().join("written").exists());
        screen.hang_up("x");
        screen.exit_code();
        assert_eq!(typed(state.path()).as_deref(), Some("typed"), "kept in {name}");
        let files = std::fs::read_dir(state.path().join("larder/drafts")).unwrap().flatten();
        let left = files.filter(|file| {
            let name = file.file_name().to_string_lossy().into_owned();
            name.strip_suffix(".save").is_some() || name.starts_with('#')
        });
        assert_eq!(left.count(), 0);
    }
}

#[test]
fn vim_offers_what_it_had_not_written_when_its_terminal_went() {
    let (folder, state) = (project(), tempfile::tempdir().unwrap());
    let place = tempfile::tempdir().unwrap();
    let swap = "$(dirname \"$1\")/.$(basename \"$1\").swp";
    let editor = ended_editor(place.path(), &format!("printf typed > \"{swap}\"; exit 1"));
    let mut screen = in_editor(folder.path(), state.path(), &editor);
    waits("the editor", || place.path().join("written").exists());
    screen.hang_up("x");
    screen.exit_code();
    // The next editor gets a file of the same name, and finds what the first has kept.
    scripted(place.path(), &format!("cat \"{swap}\" > \"$1\""));
    let mut screen = in_editor(folder.path(), state.path(), &editor);
    screen.wait_for_text("+ typed");
    // It is taken back, and offered no more.
    let files = std::fs::read_dir(state.path().join("larder/drafts")).unwrap().flatten();
    let swaps = files.filter(|file| file.file_name().to_string_lossy().ends_with(".swp"));
    assert_eq!(swaps.count(), 0);
    send("KILL", screen.worker());
    screen.exit_code();
}
