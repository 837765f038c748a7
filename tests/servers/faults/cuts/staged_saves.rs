//! Saves of staged edits from the browser, cut at their bytes: each record is old or new, the number of saved
//! ones is reported truly, and edits that are not saved are still staged, in the list and as drafts.
//!
//! A twentieth of `LARDER_CUTS` is the number of saves that are cut, few without it: in each, three records
//! are typed, saved, read and saved again.

use std::collections::BTreeMap;
use std::path::Path;

use super::browsers::{Saves, in_browsers};
use super::drafts::{comes, run_drafts};
use super::wire::Fault;
use super::{Bench, Rights, STORE, TEXT, user};
use crate::fill;
use crate::pty::Screen;

/// Number of browsers at a time.
const AT_ONCE: usize = 8;
/// Number of saves that are cut if `LARDER_CUTS` is not set.
const FEW: usize = 24;
/// The records that are edited.
const KEYS: [&str; 3] = ["k001", "k002", "k003"];
/// Width in which no sentence is cut, in columns.
const WIDE: u16 = 180;

type Values = [String; 3];

/// The browser's report, and the state after it.
#[derive(Debug)]
struct Seen {
    /// The sentence of the report.
    told: String,
    /// The records as they are stored.
    stored: Values,
    /// The keys in the list.
    listed: Vec<String>,
    /// The text in the drafts of staged edits, by key.
    drafts: BTreeMap<String, String>,
}

/// Number of saved records in a report, and of unknown ones; `None` if it is about the connection alone, like
/// that on one lost right after the save.
fn numbers(told: &str) -> Result<Option<(usize, usize)>, String> {
    let all = KEYS.len();
    let number = |before: &str| {
        let words = told.split(before).next()?;
        words.rsplit([' ', ',']).next()?.parse::<usize>().ok()
    };
    let of = |end: &str| number(&format!(" of {all} records {end}"));
    let unknown = match (told.contains("it is not known"), told.contains("not known")) {
        (true, _) => told.split("of ").find_map(|rest| {
            let (first, rest) = rest.split_once(' ')?;
            rest.starts_with("it is not known").then(|| first.parse().unwrap_or(1))
        }),
        (false, true) => return Err(told.to_owned()),
        (false, false) => Some(0),
    };
    let unknown = unknown.ok_or_else(|| told.to_owned())?;
    let saved = of("is saved").or(of("are saved"));
    let not = of("is not saved").or(of("are not saved"));
    Ok(Some(match (saved, not) {
        _ if told.contains(&format!("all {all} records are saved")) => (all, 0),
        _ if told.contains(&format!("saved {all} records")) => (all, 0),
        _ if told.contains(&format!("none of {all} records is saved")) => (0, 0),
        (Some(saved), _) => (saved, unknown),
        (None, Some(not)) if not + unknown <= all => (all - not - unknown, unknown),
        (None, Some(_)) => return Err(told.to_owned()),
        (None, None) if unknown == 0 => return Ok(None),
        // It was not sent, or not all of it.
        (None, None) => (0, unknown),
    }))
}

/// What is wrong with the report and with the state after it, if anything.
fn wrong(seen: &Seen, before: &Values, typed: &Values) -> Option<String> {
    let Seen { told, stored, listed, drafts } = seen;
    let is_old_or_new = |at: usize| stored[at] == before[at] || stored[at] == typed[at];
    if !(0..KEYS.len()).all(is_old_or_new) {
        return Some(format!("neither old nor new: {stored:?}"));
    }
    let now = (0..KEYS.len()).filter(|at| stored[*at] == typed[*at]).count();
    match numbers(told) {
        Ok(Some((saved, unknown))) if (saved..=saved + unknown).contains(&now) => {}
        // The list says what is saved.
        Ok(None) if listed.len() == KEYS.len() - now => {}
        Ok(_) => return Some(format!("wrong word, {now} are saved: {told}")),
        Err(told) => return Some(format!("no number: {told}")),
    }
    let left = (0..KEYS.len()).filter(|at| stored[*at] != typed[*at]);
    for at in left {
        if !listed.iter().any(|key| key == KEYS[at]) {
            return Some(format!("{} is not saved, and not staged any more", KEYS[at]));
        }
        if drafts.get(KEYS[at]) != Some(&typed[at]) {
            return Some(format!("the draft of {} is not there: {drafts:?}", KEYS[at]));
        }
    }
    None
}

/// The records on the server.
fn stored(bench: &mut Bench) -> Values {
    let items = format!("key_value_stores:{STORE}:items");
    KEYS.map(|key| {
        let value = bench.client.call(&[b"HGET", items.as_bytes(), key.as_bytes()]);
        String::from_utf8(value.bytes().unwrap()).unwrap()
    })
}

/// The text in the drafts that are marked as staged, by key.
fn drafts(state: &Path) -> BTreeMap<String, String> {
    let mut typed = BTreeMap::new();
    for line in run_drafts(state, &["list", "--json"]).expect("drafts are listed").lines() {
        let draft: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = run_drafts(state, &["show", draft["draft"].as_str().unwrap()]);
        if let (Some(text), true) = (text, draft["staged"] == true) {
            typed.insert(draft["key"].as_str().unwrap().to_owned(), text);
        }
    }
    typed
}

/// The keys in the list of staged edits, if it is open.
fn listed(text: &str) -> Vec<String> {
    let rows = text.lines().filter(|line| line.contains(&format!(" in {STORE} ")));
    let keys = rows.filter_map(|row| KEYS.iter().find(|key| row.contains(&format!("{key} in "))));
    keys.map(|key| (*key).to_owned()).collect()
}

/// The screen's report of the save; `None` while there is none, or only that the save is under way.
fn told(text: &str) -> Option<String> {
    let waits = ["looking what became", "saving 3 records", "being saved", "reconnecting"];
    if waits.iter().any(|words| text.contains(words)) {
        return None;
    }
    let says = |line: &&str| {
        ["records", "not saved:", "! "].iter().any(|words| line.contains(words))
            && !line.contains("150 records")
            && !line.contains("records · ")
    };
    text.lines().rev().find(says).map(str::to_owned)
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
        let mut screen = Screen::start(&["-t", &url], &env, 30, WIDE);
        screen.wait_for("the stores", |text| text.contains("other") && text.contains(STORE));
        screen.keys("j\r");
        screen.wait_for("all keys", |text| text.contains("k000") && text.contains(" 1 / 150 "));
        Self { screen, state }
    }

    /// Types one character more or fewer into each record, and stages it.
    fn stage(&mut self, before: &Values) -> Values {
        self.screen.keys("g");
        let mut count = 0;
        for (key, value) in KEYS.iter().zip(before) {
            self.screen.keys("j");
            let line = format!("│ {value} ");
            let shown = format!("┬ {key} ");
            let is_there = |text: &str| text.contains(&shown) && text.contains(&line);
            self.screen.wait_for("the record", is_there);
            self.screen.keys("e");
            self.screen.wait_for_text("Edit shop");
            self.screen.keys(if value.starts_with('x') { "\x1b[3~\x10" } else { "x\x10" });
            count += 1;
            // What is said of it may give way to a connection that comes back.
            let (in_list, mark) = (format!(" {count} staged "), format!("≡ {key} "));
            self.screen.wait_for("the list with it", |text| {
                text.contains(&in_list) && text.contains(&mark)
            });
        }
        before
            .clone()
            .map(|value| value.strip_prefix('x').map_or_else(|| format!("x{value}"), str::to_owned))
    }

    /// Stages three edits, saves them with this fault, and tells what is wrong with the result; gives the
    /// number that was saved at once.
    fn try_with(
        &mut self,
        bench: &mut Bench,
        fault: Fault,
        runtime: &tokio::runtime::Runtime,
    ) -> Result<usize, String> {
        let before = stored(bench);
        let typed = self.stage(&before);
        let state = self.state.path();
        comes("three drafts", || drafts(state).len() == KEYS.len())?;
        let screen = &mut self.screen;
        screen.keys("\x10");
        screen.wait_for("the list", |text| listed(text).len() == KEYS.len());
        screen.keys("\x13");
        screen.wait_for("what is changed", |text| {
            text.contains("Save 3 staged edits") && !text.contains("looking for what is changed")
        });
        bench.wire.arm(fault);
        screen.keys("\x13");
        let text = screen.wait_for("an answer", |text| told(text).is_some());
        let said = told(&text).unwrap();
        let at_once = stored(bench);
        let saved = (0..KEYS.len()).filter(|at| at_once[*at] == typed[*at]).count();
        // What was late is there now, or never will be.
        if fault.is_late() {
            runtime.block_on(bench.wire.deliver());
        }
        // What is stored leaves the list once it has been looked at.
        let left: Vec<_> = (0..KEYS.len()).filter(|at| at_once[*at] != typed[*at]).collect();
        let has_left = || {
            let text = screen.contents();
            listed(&text).len() == left.len() && !text.contains("reconnecting")
        };
        let settled = if fault.is_late() {
            Ok(())
        } else {
            comes("what is saved to leave the list", has_left)
                .and_then(|()| comes("their drafts to go", || drafts(state).len() == left.len()))
        };
        let seen = Seen {
            told: said,
            stored: stored(bench),
            listed: listed(&screen.contents()),
            drafts: drafts(state),
        };
        if let Some(wrong) = wrong(&seen, &before, &typed) {
            return Err(format!("{wrong}: {seen:?}\n{}", screen.contents()));
        }
        settled.map_err(|why| format!("{why}: {seen:?}\n{}", screen.contents()))?;
        // Saved once more, from the list and then from what it changes, all are made as soon as there is a
        // connection.
        let is_open = |screen: &Screen| {
            let text = screen.contents();
            text.contains("Staged edits, not saved") || text.contains("╭ Save ")
        };
        comes("the save of all of them", || {
            if is_open(screen) {
                screen.keys("\x13");
            }
            (0..20).any(|_| {
                std::thread::sleep(std::time::Duration::from_millis(25));
                !is_open(screen)
            })
        })?;
        if stored(bench) != typed {
            return Err(format!("saved again, they are {:?}", stored(bench)));
        }
        comes("the end of the drafts", || drafts(state).is_empty())?;
        Ok(saved)
    }
}

#[test]
fn staged_edits_whose_save_is_cut_are_told_as_they_are_and_stay_staged_until_they_are_saved() {
    let start = |bench: &mut Bench, rights| {
        let begin = KEYS.map(|key| (key.to_owned(), TEXT.to_owned(), b"begin".to_vec()));
        fill::records(&mut bench.client, STORE, begin);
        Browser::start(bench, rights)
    };
    let fault = |turn: usize, each: usize, rights: Rights| {
        // Some 6,000 bytes up with a script and 700 without, for each record; answers are short.
        let most = if rights.scripts { 12_000 } else { 2_000 };
        let at = most * turn / each;
        match turn % 4 {
            0 => Fault::Cut(at),
            1 => Fault::Reset(at),
            2 if rights.close => Fault::Late(at / 2),
            _ => Fault::CutAnswer(turn / 4 % 30),
        }
    };
    let saved = in_browsers(
        Saves { share: 20, few: FEW, at_once: AT_ONCE },
        start,
        fault,
        |browser: &mut Browser, bench, fault, runtime| browser.try_with(bench, fault, runtime),
    );
    let cut = saved.iter().filter(|saved| **saved < KEYS.len()).count();
    assert!(cut * 5 >= saved.len(), "only {cut} of {} were not saved at once", saved.len());
}

#[test]
fn the_check_of_staged_saves_finds_wrong_words_and_lost_edits() {
    let before = ["a", "b", "c"].map(str::to_owned);
    let typed = ["xa", "xb", "xc"].map(str::to_owned);
    let seen = |told: &str, saved: usize, left: &[usize]| Seen {
        told: told.to_owned(),
        stored: std::array::from_fn(|at| {
            if at < saved { typed[at].clone() } else { before[at].clone() }
        }),
        listed: left.iter().map(|at| KEYS[*at].to_owned()).collect(),
        drafts: left.iter().map(|at| (KEYS[*at].to_owned(), typed[*at].clone())).collect(),
    };
    let is_wrong = |seen: &Seen| wrong(seen, &before, &typed);
    let lost = "! answer lost;";
    for (told, saved, left) in [
        ("saved 3 records".to_owned(), 3, &[][..]),
        ("answer lost, but all 3 records are saved".to_owned(), 3, &[]),
        (format!("{lost} 1 of 3 records is saved; 2 are not; save the others again"), 1, &[1, 2]),
        (format!("{lost} none of 3 records is saved; save the others again"), 0, &[0, 1, 2]),
        (format!("{lost} 1 of 3 records is saved; of 2 it is not known"), 2, &[1, 2]),
        (format!("{lost} 2 of 3 records are not saved; of k001 it is not known"), 1, &[1, 2]),
        ("! the connection broke".to_owned(), 0, &[0, 1, 2]),
    ] {
        assert_eq!(is_wrong(&seen(&told, saved, left)), None, "{told}");
        // A record more or less than is told.
        if !told.contains("not known") {
            for other in [saved.wrapping_sub(1), saved + 1].into_iter().filter(|it| *it <= 3) {
                assert!(is_wrong(&seen(&told, other, &[0, 1, 2])).is_some(), "{told}, {other}");
            }
        }
        // An edit that is staged no longer, though it is not saved, and one without its draft.
        if let Some((last, others)) = left.split_last() {
            assert!(is_wrong(&seen(&told, saved, others)).is_some() || saved > *last, "{told}");
            let mut bare = seen(&told, saved, left);
            bare.drafts.clear();
            assert!(is_wrong(&bare).unwrap().contains("the draft of"), "{told}");
        }
    }
    let mut half = seen("saved 3 records", 3, &[]);
    half.stored[1] = "x".to_owned();
    assert!(is_wrong(&half).unwrap().starts_with("neither old nor new"));
}
