//! Saves of the browser, cut at their bytes: the record is old or new, the browser's report is true, and the
//! draft is there until the text is stored.
//!
//! A tenth of `LARDER_CUTS` is the number of saves that are cut, few without it: each takes as long as ten
//! writes.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::browsers::{Saves, in_browsers};
use super::wire::Fault;
use super::{Bench, Rights, STORE, TEXT, user};
use crate::fill;
use crate::pty::{Screen, larder};

/// Number of browsers at a time.
const AT_ONCE: usize = 16;
/// Number of saves that are cut if `LARDER_CUTS` is not set.
const FEW: usize = 48;

/// The browser's report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Saved,
    NotMade,
    NotKnown,
}

/// The value on the server.
fn stored(bench: &mut Bench) -> String {
    let items = format!("key_value_stores:{STORE}:items");
    let value = bench.client.call(&[b"HGET", items.as_bytes(), b"k001"]).bytes().unwrap();
    String::from_utf8(value).unwrap()
}

/// The text in the only draft; `None` if there is none.
fn draft(state: &Path) -> Option<String> {
    let listed = run_drafts(state, &["list", "--json"]).expect("drafts are listed");
    let first: serde_json::Value = serde_json::from_str(listed.lines().next()?).unwrap();
    run_drafts(state, &["show", first["draft"].as_str().unwrap()])
}

/// The output of `larder drafts`; `None` for a draft that is gone.
pub(super) fn run_drafts(state: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(larder());
    command.arg("drafts").args(arguments).env("HOME", state).env("XDG_STATE_HOME", state);
    let output = command.output().unwrap();
    // One that is listed may be gone by now.
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}

pub(super) fn comes(what: &str, mut done: impl FnMut() -> bool) -> Result<(), String> {
    let start = Instant::now();
    while !done() {
        if start.elapsed() > Duration::from_secs(10) {
            return Err(format!("waited for {what}"));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// The screen's report of the save; `None` while there is none.
fn said(text: &str) -> Option<Said> {
    // Where there is little room, the end of the sentence is cut off.
    // Without a connection, what a read came to may stand in its place.
    let waits = ["looking what became", "no answer came", "no connection", "saving", "Save k001"];
    if waits.iter().any(|words| text.contains(words)) {
        return None;
    }
    if !text.contains("Edit shop") {
        return text.contains("k001").then_some(Said::Saved);
    }
    let not_known = ["not known", "not there", "may still come"];
    if not_known.iter().any(|words| text.contains(words)) {
        return Some(Said::NotKnown);
    }
    // Whatever the reason is.
    text.contains(" ! ").then_some(Said::NotMade)
}

/// A browser that is connected through the wire.
struct Browser {
    screen: Screen,
    state: tempfile::TempDir,
}

impl Browser {
    fn start(bench: &Bench, rights: Rights) -> Self {
        let state = tempfile::tempdir().unwrap();
        let url = format!("redis://{}:p@127.0.0.1:{}", user(rights), bench.wire.port);
        let env = [("XDG_STATE_HOME", state.path().to_str().unwrap())];
        let mut screen = Screen::start(&["-t", &url], &env, 30, 100);
        screen.wait_for("the stores", |text| text.contains("other") && text.contains(STORE));
        screen.keys("j\r");
        // The cursor stays on its key while the others come.
        screen.wait_for("all keys", |text| text.contains("k000") && text.contains(" 1 / 150 "));
        screen.keys("j");
        Self { screen, state }
    }

    /// Types, saves with this fault, and tells what is wrong with the result.
    fn try_with(&mut self, bench: &mut Bench, fault: Fault) -> Result<Said, String> {
        let before = stored(bench);
        let (screen, state) = (&mut self.screen, self.state.path());
        // It is read anew after each save.
        let line = format!("│ {before} ");
        let is_there = |text: &str| text.contains("┬ k001 ") && text.contains(&line);
        screen.wait_for("the record", is_there);
        screen.keys("e");
        screen.wait_for_text("Edit shop");
        // One character more, or one less.
        let typed = before.strip_prefix('x').map_or_else(|| format!("x{before}"), str::to_owned);
        let is_shown =
            |text: &str| text.contains("Save k001") && text.contains(&format!("+ {typed}"));
        screen.keys(if typed.len() > before.len() { "x" } else { "\x1b[3~" });
        screen.keys("\x13");
        screen.wait_for("what is changed", is_shown);
        bench.wire.arm(fault);
        screen.keys("\r");
        let text = screen.wait_for("an answer", |text| said(text).is_some());
        let told = said(&text).unwrap();
        let at_once = stored(bench);
        let is_new = match told {
            Said::Saved => at_once == typed,
            Said::NotMade => at_once == before,
            Said::NotKnown => at_once == typed || at_once == before,
        };
        if !is_new {
            return Err(format!("{told:?}, but it is {at_once:?} of {before:?}:\n{text}"));
        }
        if told == Said::Saved {
            comes("the end of the draft", || draft(state).is_none())?;
            return Ok(told);
        }
        comes("the draft", || draft(state).as_deref() == Some(&typed))?;
        // Saved once more, it is made as soon as there is a connection.
        let is_made = |text: &str| !text.contains("Edit shop");
        comes("the save", || {
            screen.keys("\x13");
            let text = screen.wait_for("what is changed", |text| is_shown(text) || is_made(text));
            if is_shown(&text) {
                screen.keys("\r");
            }
            (0..20).any(|_| {
                std::thread::sleep(Duration::from_millis(50));
                is_made(&screen.contents())
            })
        })?;
        if stored(bench) != typed {
            return Err(format!("saved again, it is {:?}", stored(bench)));
        }
        comes("the end of the draft", || draft(state).is_none())?;
        Ok(told)
    }
}

#[test]
fn a_save_of_the_browser_that_is_cut_is_told_as_it_is_and_its_draft_is_there() {
    let start = |bench: &mut Bench, rights| {
        // Unlike the others, so that it is seen when it is there.
        let record = ("k001".to_owned(), TEXT.to_owned(), b"begin".to_vec());
        fill::records(&mut bench.client, STORE, [record]);
        Browser::start(bench, rights)
    };
    let fault = |turn: usize, each: usize, rights: Rights| {
        // Some 6,000 bytes up with a script, some 700 without; an answer is short.
        let most = if rights.scripts { 6000 } else { 700 };
        let at = most * turn / each;
        match turn % 4 {
            0 => Fault::Cut(at),
            1 => Fault::Reset(at),
            _ => Fault::CutAnswer(turn / 4 % 12),
        }
    };
    let said = in_browsers(
        Saves { share: 10, few: FEW, at_once: AT_ONCE },
        start,
        fault,
        |browser: &mut Browser, bench, fault, _| browser.try_with(bench, fault),
    );
    let not_made = said.iter().filter(|said| **said != Said::Saved).count();
    assert!(not_made * 5 >= said.len(), "only {not_made} of {} were not made", said.len());
}
