//! The editor's commands on large values: the time that each takes in the loop, with its frame.

use std::time::Instant;

use bytes::Bytes;
use larder::app::{Effect, Event, Layer, Load, NotEdited, Read};
use larder::edit::draft::{Digests, Draft};
use larder::model::{Error, ErrorKind, Timestamp};
use larder::theme::{Symbols, Theme};
use larder::view::{Appearance, Pictures, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::report::{Report, max, median, ms};
use super::stage::{self, Stage, computed};

/// Bound on the time from a key to its frame, in milliseconds.
const KEY: f64 = 5.0;
/// Number of times that a command is measured; the median counts.
const TIMES: usize = 5;

/// A frame of the present state.
type Frame<'a> = &'a mut dyn FnMut(&Stage);

/// Measures every command that works on more than the screen.
pub(crate) fn measure(
    name: &str,
    content_type: &str,
    stage: &mut Stage,
    frame: Frame<'_>,
    report: &mut Report,
) {
    let is_hex = content_type.ends_with("octet-stream");
    let needle = if name.contains("marks") {
        "a"
    } else if name.contains("wide") {
        "нет"
    } else if name.contains("json, laid") {
        "price"
    } else {
        "o"
    };
    let goes = if is_hex { "<ctrl-g>40000000<enter>" } else { "<ctrl-g>60000:3<enter>" };
    let mut rows = vec![
        ("go to a place", goes.to_owned(), String::new()),
        ("search of what is not there", "<ctrl-f>qqzqq<enter>".into(), String::new()),
        ("search on", "<alt-n>".into(), String::new()),
        ("search back", "<alt-p>".into(), String::new()),
        ("all selected", "<alt-a>".into(), "<ctrl-home>".into()),
        ("all copied", "<alt-a><alt-c>".into(), "<ctrl-home>".into()),
        ("all cut", "<alt-a><ctrl-x>".into(), "<ctrl-z>".into()),
        ("all cut and pasted", "<alt-a><ctrl-x><ctrl-v>".into(), "<ctrl-z><ctrl-z>".into()),
        ("a key typed over all", "<alt-a>00".into(), "<ctrl-z>".into()),
    ];
    if !is_hex {
        rows.push(("bracket", "<ctrl-home><alt-b>".into(), "<ctrl-home>".into()));
        rows.push(("wrap switched", "<alt-w>".into(), "<alt-w>".into()));
        rows.push(("laid out", "<alt-f>".into(), "<ctrl-z>".into()));
    }
    for (what, keys, back) in rows {
        commands(&format!("{name}: {what}"), &keys, &back, stage, frame, report);
    }
    // Inside of a string, or behind a number.
    let typed = match name {
        _ if is_hex => "<ctrl-home>99",
        _ if name.starts_with("json, laid") => "<ctrl-home><down><down><down><end><left>9",
        _ => "<ctrl-home><down><right><right><right><right><right><right>9",
    };
    save(&format!("{name}: one key, saved"), typed, stage, frame, report);
    if is_hex {
        return;
    }
    let replace = format!("<ctrl-r><ctrl-u>{needle}<enter>00<enter>");
    commands(&format!("{name}: all replaced"), &replace, "<ctrl-z>", stage, frame, report);
    commands(&format!("{name}: that undone"), "<ctrl-z>", &replace, stage, frame, report);
    press(&replace, stage, frame);
    settle(stage);
    for (what, keys, back) in [
        ("a key then", "7", "<ctrl-z>"),
        ("moves then", "<down><pgdn><pgup><up><end><home>", ""),
        ("search then", "<alt-n>", ""),
    ] {
        commands(&format!("{name}: {what}"), keys, back, stage, frame, report);
    }
    save(&format!("{name}: all replaced, saved"), "", stage, frame, report);
    press("<ctrl-z><ctrl-home>", stage, frame);
    settle(stage);
}

/// The longest time of a key and its frame in the loop, in milliseconds; and the whole time until what it asks
/// for off the loop is there.
fn timed(keys: &str, stage: &mut Stage, frame: Frame<'_>) -> [f64; 2] {
    let (mut longest, mut whole) = (0.0_f64, 0.0);
    for key in stage::keys(keys) {
        let begun = Instant::now();
        stage.event(Event::Key(key));
        frame(stage);
        longest = longest.max(ms(begun.elapsed()));
        longest = longest.max(settled(stage, frame));
        whole += ms(begun.elapsed());
    }
    [longest, whole]
}

fn press(keys: &str, stage: &mut Stage, frame: Frame<'_>) -> f64 {
    timed(keys, stage, frame)[0]
}

/// Makes what was asked for off the loop; the longest time that its answer takes in the loop.
pub(crate) fn settled(stage: &mut Stage, frame: Frame<'_>) -> f64 {
    let mut longest: f64 = 0.0;
    loop {
        let asked = stage.asked.iter().position(|effect| {
            let read = |read: &Read| matches!(read, Read::Compute(_) | Read::Load(Load::Review(_)));
            match effect {
                Effect::Read(_, _, asked) => read(asked),
                Effect::ReopenDraft(..) => true,
                _ => false,
            }
        });
        let Some(at) = asked else { break };
        let answer = match stage.asked.remove(at) {
            Effect::Read(slot, ticket, read) => Event::Loaded(slot, ticket, Ok(computed(read))),
            Effect::ReopenDraft(id, what, how) => {
                let (draft, there) = *what;
                Event::DraftReady(Box::new(how.ready(id, draft, there)))
            }
            _ => break,
        };
        let begun = Instant::now();
        stage.event(answer);
        frame(stage);
        longest = longest.max(ms(begun.elapsed()));
    }
    stage.asked.retain(|effect| matches!(effect, Effect::KeepDraft(_)));
    longest
}

/// The rows of something that is done off the loop: its longest time in the loop, and the whole time.
fn rows(what: &str, times: &[[f64; 2]], report: &mut Report) {
    let of = |at: usize| times.iter().map(|time| time[at]).collect::<Vec<_>>();
    report.line(&format!("{what}: in the loop"), median(&of(0)), Some(KEY), "ms");
    report.line(&format!("{what}: until it is there"), median(&of(1)), None, "ms");
}

/// Lets this number of seconds pass without a key; the time of the frame then, in milliseconds. What was asked
/// before is forgotten.
fn paused(seconds: i64, stage: &mut Stage, frame: Frame<'_>) -> f64 {
    stage.asked.clear();
    stage.app.now = Timestamp::from_micros(stage.app.now.micros() + seconds * 1_000_000);
    let begun = Instant::now();
    stage.event(Event::Time);
    frame(stage);
    ms(begun.elapsed())
}

/// Measures drafts: while they are written, when they are gone on with, and the way back from the user's own
/// editor.
pub(crate) fn drafts(name: &str, stage: &mut Stage, frame: Frame<'_>, report: &mut Report) {
    let (mut keys, mut ticks, mut written) = (Vec::new(), Vec::new(), Vec::new());
    let mut digests = Digests::default();
    let mut last = None;
    stage.keys("<ctrl-home>");
    for _ in 0..TIMES {
        // The draft before is still being written while the next keys are typed.
        for key in ["0", "1", "<right>"] {
            keys.push(press(key, stage, frame));
        }
        ticks.push(paused(1, stage, frame));
        let kept = stage.asked.iter().find_map(|effect| match effect {
            Effect::KeepDraft(draft) => Some(Draft::clone(draft)),
            _ => None,
        });
        let draft = kept.expect("what was typed is kept");
        let begun = Instant::now();
        let filed = draft.filed(&mut digests).expect("it is not too large");
        written.push([ms(begun.elapsed()), filed.file.len() as f64 / 1024.0]);
        last = Some((draft, filed));
    }
    let of = |at: usize| written.iter().map(|time: &[f64; 2]| time[at]).collect::<Vec<_>>();
    report.line(&format!("{name}: keys while a draft is written"), max(&keys), Some(KEY), "ms");
    report.line(&format!("{name}: a draft, in the loop"), max(&ticks), Some(KEY), "ms");
    report.line(&format!("{name}: a draft, made beside it"), median(&of(0)), None, "ms");
    report.line(&format!("{name}: a draft's file"), median(&of(1)), None, "KiB");
    let Some((draft, filed)) = last else { return };
    let beside = |digest: &str| filed.beside.iter().find(|(name, _)| name == digest);
    let file = Bytes::from(filed.file.clone());
    let begun = Instant::now();
    let read = Draft::from_file(&file, |digest| beside(digest).map(|(_, value)| value.clone()));
    let read = Box::new(read.expect("it is sound"));
    report.line(&format!("{name}: a draft read beside it"), ms(begun.elapsed()), None, "ms");
    // It is gone on with, and given up.
    stage.keys("<esc>y");
    settled(stage, frame);
    let id = draft.head.id();
    stage.event(Event::Drafts(vec![(id.clone(), draft.head.clone())]));
    let begun = Instant::now();
    let mut longest = press("e", stage, frame);
    let event = Instant::now();
    stage.event(Event::DraftRead(id, Ok(read)));
    frame(stage);
    longest = longest.max(ms(event.elapsed())).max(settled(stage, frame));
    assert!(matches!(stage.app.layer(), Some(Layer::Draft(_))), "{name}: it is offered");
    longest = longest.max(press("<enter>", stage, frame));
    assert!(stage.app.editor.is_some(), "{name}: it is gone on with");
    rows(&format!("{name}: a draft gone on with"), &[[longest, ms(begun.elapsed())]], report);
    // The user's own editor changes a line, and comes back.
    let back = stage.app.editor.as_ref().expect("it is open").value.bytes();
    let (mut times, mut handed) = (Vec::new(), Vec::new());
    for n in 0..TIMES {
        handed.push(press("<ctrl-o>", stage, frame));
        let text = [format!("{n}").as_bytes(), &back[..]].concat();
        let begun = Instant::now();
        let ending = NotEdited { why: "vi failed".to_owned(), left: Some(text.into()) };
        stage.event(Event::Edited(Err(ending)));
        frame(stage);
        let first = ms(begun.elapsed());
        times.push([first.max(settled(stage, frame)), ms(begun.elapsed())]);
    }
    report.line(
        &format!("{name}: handed to $EDITOR, in the loop"),
        median(&handed),
        Some(KEY),
        "ms",
    );
    rows(&format!("{name}: back from $EDITOR"), &times, report);
    stage.keys("<esc>y");
    settled(stage, frame);
    stage.keys("e");
    settled(stage, frame);
}

/// Measures a save that meets another one in the same place of a long value of JSON, where a value is typed that
/// is neither.
pub(crate) fn merge(value: &str, report: &mut Report) {
    let page = |value: &str| stage::record("k", "application/json", value);
    let mut stage = Stage::new(120, 40);
    stage.connect(vec![stage::store("default", 1), stage::store("shop", 1)]);
    stage.keys("j").open(&[page(value)]);
    let mut terminal = Terminal::new(TestBackend::new(120, 40)).expect("a terminal");
    let appearance =
        Appearance { theme: Theme::plain(), symbols: Symbols::UNICODE, pictures: Pictures::Cells };
    let mut frame = |stage: &Stage| {
        let drawn = terminal.draw(|frame| draw(frame, &stage.app, &appearance));
        drawn.expect("a frame");
    };
    press("e", &mut stage, &mut frame);
    stage.keys("<down><end><left><backspace>2<ctrl-s>");
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::Conflict, "changed")));
    stage.theirs(Some(page(&value.replacen("1.10", "1.30", 1))));
    report.line("a merge, shown: in the loop", settled(&mut stage, &mut frame), Some(KEY), "ms");
    assert!(matches!(stage.app.layer(), Some(Layer::Merge(_))), "it is shown");
    let typed = press("e<ctrl-end>5", &mut stage, &mut frame);
    report.line("a merge, typed in: in the loop", typed, Some(KEY), "ms");
    let draft = paused(1, &mut stage, &mut frame);
    report.line("a merge, typed in: its draft", draft, Some(KEY), "ms");
    let made = timed("<ctrl-s><enter>", &mut stage, &mut frame);
    rows("a merge, decided", &[made], report);
    assert!(stage.app.layers.is_empty(), "it is saved");
}

fn settle(stage: &mut Stage) {
    settled(stage, &mut |_| {});
}

/// Measures keys in the loop, with what they ask for, and the draft that follows a pause.
fn commands(
    what: &str,
    keys: &str,
    back: &str,
    stage: &mut Stage,
    frame: Frame<'_>,
    report: &mut Report,
) {
    let (mut times, mut ticks) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        times.push(timed(keys, stage, frame));
        // The draft and the check, which follow a pause.
        ticks.push(paused(2, stage, frame));
        settle(stage);
        press(back, stage, frame);
    }
    rows(what, &times, report);
    report.line(&format!("{what}: its draft"), median(&ticks), Some(KEY), "ms");
}

/// A save, up to its review.
fn save(what: &str, typed: &str, stage: &mut Stage, frame: Frame<'_>, report: &mut Report) {
    let mut times = Vec::new();
    for _ in 0..3 {
        press(typed, stage, frame);
        times.push(timed("<ctrl-s>", stage, frame));
        assert!(matches!(stage.app.layer(), Some(Layer::Review(_))), "{what} is shown");
        press("<esc>", stage, frame);
        if !typed.is_empty() {
            press("<ctrl-z>", stage, frame);
        }
    }
    rows(what, &times, report);
}
