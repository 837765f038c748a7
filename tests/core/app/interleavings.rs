//! Answers, failures, other writers and keys in any order: nothing is written that was not confirmed or that
//! would overwrite what was not shown, no text is lost, and nothing loads for ever.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use crossterm::event::{MouseButton, MouseEventKind};
use larder::app::{Editor, Event, Layer, Spot};
use larder::model::{ConnectionState, StoreName};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::mouse::pointed;
use super::rules::{before, step};
use super::world::World;
use crate::stage::{Stage, key};

/// Keys for a new record of a key that is there, with the keys in focus.
const NEW: &str = "na<enter><enter>x<ctrl-s>";

/// Keys that change values, with the cursor on the first.
const VALUE: [&str; 5] =
    ["j<enter><ctrl-u>7<enter>", "j<enter>x<enter>", "jdy", "jR<ctrl-u>z<enter>", "jay: 1<enter>"];

/// The user's keys, some of them more frequent than others.
const KEYS: [&str; 42] = [
    "j",
    "k",
    "j",
    "<enter>",
    "<enter>",
    "<tab>",
    "<esc>",
    "y",
    "y",
    "n",
    "d",
    "d",
    "e",
    "e",
    "e",
    "x",
    "x",
    "<ctrl-s>",
    "<ctrl-s>",
    "<ctrl-s>",
    "<ctrl-t>",
    "<space>",
    "w",
    "P",
    "D",
    "shop",
    "default",
    "r",
    "E",
    "<ctrl-o>",
    "<left>",
    "<right>",
    "g",
    "s",
    "/",
    "t",
    "?",
    "<up>",
    "<down>",
    "ex<ctrl-s>",
    "dy",
    "<ctrl-c>",
];

/// Gives the text that the user's own editor leaves, as soon as it was started: larder waits for it.
fn edit_outside(stage: &mut Stage, world: &mut World, what: u8) {
    if let Some(text) = world.outside.take() {
        let left = match what % 3 {
            0 => Ok(text),
            1 => Ok(format!("outside {what}").into()),
            _ => Err(larder::app::NotEdited {
                why: "vi failed".to_owned(),
                left: (what & 4 == 0).then(|| "half".into()),
            }),
        };
        step(stage, world, Event::Edited(left));
    }
}

/// Presses keys one after the other.
fn press(stage: &mut Stage, world: &mut World, mut keys: &str, what: u8) {
    while let Some(c) = keys.chars().next().filter(|_| !world.quit) {
        let close = keys.strip_prefix('<').and_then(|rest| rest.split_once('>'));
        let (name, rest) = close.map_or_else(
            || (c.to_string(), &keys[c.len_utf8()..]),
            |(name, rest)| (name.to_owned(), rest),
        );
        keys = rest;
        // The menu can start every action, and the rules do not know all of them.
        let menu = matches!(stage.app.layer(), Some(Layer::Help(_) | Layer::Palette(_)));
        let name = if menu && name == "enter" { "esc" } else { &name };
        step(stage, world, Event::Key(key(name)));
        edit_outside(stage, world, what);
    }
}

/// Plays a whole session; gives the events that occurred in it.
fn play(moves: &[(u8, u8)]) -> BTreeSet<&'static str> {
    let mut stage = Stage::new(120, 36);
    let mut world = World::new();
    stage.asked.clear();
    step(&mut stage, &mut world, Event::Connected(Ok(larder::model::ServerInfo::default())));
    let drain = |stage: &mut Stage, world: &mut World| {
        for _ in 0..300 {
            let next = world.answer(0).or_else(|| world.write(0, 7)).or_else(|| world.resolve(0));
            let Some(next) = next else { return };
            step(stage, world, next);
        }
        panic!("the core asks for ever");
    };
    drain(&mut stage, &mut world);
    for name in ["j", "<enter>"] {
        step(&mut stage, &mut world, Event::Key(key(name)));
    }
    drain(&mut stage, &mut world);
    for (kind, what) in moves {
        if world.quit {
            break;
        }
        let at = usize::from(*what);
        let open = stage.app.keys.store.as_ref().map(StoreName::escaped);
        let event = match kind {
            0..8 => {
                press(&mut stage, &mut world, KEYS[at % KEYS.len()], *what);
                None
            }
            21 | 22 if stage.app.unsaved_leaf().is_some_and(|leaf| leaf.saving.write.is_some()) => {
                // Somebody else writes first, in another place of the value or in the same.
                let edited = stage.app.unsaved_leaf().map(|leaf| leaf.record.meta.key.clone());
                world.someone_else(*what & !0b10100, open.as_deref(), edited)
            }
            24 if stage.app.layers.is_empty() && stage.app.editor.is_none() => {
                // The cursor goes to the values of the second record, and one of them is changed.
                for keys in ["gj", "<enter>", "<enter>", VALUE[at % VALUE.len()]] {
                    press(&mut stage, &mut world, keys, *what);
                    while let Some(read) = world.answer(0).filter(|_| !world.quit) {
                        step(&mut stage, &mut world, read);
                    }
                }
                None
            }
            21 | 22 => {
                // A user with a clear aim.
                let keys = match (stage.app.layer(), &stage.app.editor) {
                    (Some(Layer::Confirm(asked)), _) => match &asked.typed {
                        Some((name, _)) => format!("<ctrl-u>{name}<enter>"),
                        None => "y".to_owned(),
                    },
                    (Some(Layer::Prompt(_)), _) => "<enter>".to_owned(),
                    (Some(Layer::Merge(_)), _) => "m<enter>".to_owned(),
                    (Some(Layer::Leaf(_)), _) => VALUE[at % VALUE.len()].to_owned(),
                    (Some(_), _) => "<esc>".to_owned(),
                    (None, Some(_)) => "x<ctrl-s>".to_owned(),
                    (None, None) => ["e", "w", "P", "D", "<enter>", NEW][at % 6].to_owned(),
                };
                press(&mut stage, &mut world, &keys, *what);
                None
            }
            23 => world.answer(world.reads.len().wrapping_sub(1)),
            8..12 => world.answer(at),
            12..14 => world.write(at, *what >> 2),
            14 => {
                let settled = world.resolve(at);
                world.seen.extend(settled.as_ref().map(|_| "settled"));
                settled
            }
            15 => {
                let leaf = stage.app.unsaved_leaf().map(|leaf| leaf.record.meta.key.clone());
                let edited = stage.app.editor.as_ref().map(Editor::typed_key).or(leaf);
                world.someone_else(*what, open.as_deref(), edited)
            }
            16 => {
                let file = world.files.pop();
                file.map(|(path, bytes)| match what % 3 {
                    0 => Event::Saved(path, bytes, Ok(1)),
                    1 => Event::Saved(path, bytes, Err(larder::app::SaveError::Exists)),
                    _ => {
                        let why = "the disk is full".to_owned();
                        Event::Saved(path, bytes, Err(larder::app::SaveError::Failed(why)))
                    }
                })
            }
            // An old answer is given again.
            17 if !world.given.is_empty() => Some(world.given[at % world.given.len()].clone()),
            18 => {
                world.up = !world.up;
                let down = ConnectionState::Down {
                    tries: 1,
                    reason: "the server is away".to_owned(),
                    wants_password: false,
                };
                Some(Event::Connection(if world.up { ConnectionState::Up } else { down }))
            }
            19 if what % 4 == 0 => world.someones_store(*what >> 2),
            20 => Some(Event::Paste("pasted".to_owned())),
            25 => {
                // A click, for which the spot is looked up as the shell does it.
                let (x, y) = (u16::from(*what) * 7 % 120, u16::from(*what) * 11 % 36);
                let event = pointed(&stage, MouseEventKind::Down(MouseButton::Left), x, y);
                // Only the keys of questions are clicked: others ask for what this world does not have.
                let asks = matches!(stage.app.layer(), Some(Layer::Confirm(_)));
                let known = asks || !matches!(event, Event::Click(Spot::Key(_), _));
                Some(event).filter(|_| known)
            }
            26 => {
                let kinds = [
                    MouseEventKind::ScrollDown,
                    MouseEventKind::ScrollUp,
                    MouseEventKind::Drag(MouseButton::Left),
                    MouseEventKind::Up(MouseButton::Left),
                ];
                let (x, y) = (u16::from(*what) * 13 % 120, u16::from(*what) * 5 % 36);
                Some(pointed(&stage, kinds[at % 4], x, y))
            }
            _ => None,
        };
        if let Some(event) = event {
            step(&mut stage, &mut world, event);
        }
    }
    // In the end everything is answered, and the list shows what is stored.
    if !world.up {
        world.up = true;
        step(&mut stage, &mut world, Event::Connection(ConnectionState::Up));
    }
    drain(&mut stage, &mut world);
    assert!(stage.app.writes.pending.is_empty());
    let was = before(&stage);
    if !world.quit && was.editor.is_none() && stage.app.layers.is_empty() {
        step(&mut stage, &mut world, Event::Key(key("r")));
        drain(&mut stage, &mut world);
        let open = stage.app.keys.store.as_ref().map(StoreName::escaped);
        if let Some(listed) = open.and_then(|open| world.listed(&open)) {
            let keys = stage.app.keys.sync.index();
            let shown = (0..keys.len()).filter_map(|at| keys.get(at));
            let shown = shown.map(|meta| (meta.key, (meta.size, meta.content_type)));
            assert_eq!(shown.collect::<HashMap<_, _>>(), listed);
            world.seen.insert("a list compared");
        }
    }
    world.seen
}

/// Events that must have occurred in the sessions, which would otherwise prove nothing.
const WANTED: [&str; 20] = [
    "a file replaced",
    "a list compared",
    "a store made",
    "a value given up",
    "a value merged",
    "a value merged by choice",
    "a value saved",
    "closed by its own answer",
    "deleted",
    "discarded",
    "dropped",
    "edited outside",
    "merged",
    "merged by choice",
    "overwritten",
    "purged",
    "saved",
    "saved anew",
    "settled",
    "told after a failure",
];

/// Number of sessions that are played at a time, and number of threads: with a single one, all other tests
/// would wait for it.
const SESSIONS: u32 = 3000;
const THREADS: u32 = 3;

/// Plays one thread's share of sessions, and gives the events that occurred.
fn play_some() -> BTreeSet<&'static str> {
    let moves = prop::collection::vec((0u8..27, any::<u8>()), 1..160);
    let seen = RefCell::new(BTreeSet::new());
    let cases = SESSIONS / THREADS;
    let config = ProptestConfig { cases, failure_persistence: None, ..Default::default() };
    let played = TestRunner::new(config).run(&moves, |moves| {
        seen.borrow_mut().extend(play(&moves));
        Ok(())
    });
    played.unwrap_or_else(|failure| panic!("{failure}"));
    seen.into_inner()
}

#[test]
fn in_whatever_order_things_come_nothing_unasked_is_written_and_no_text_is_lost() {
    let mut seen = BTreeSet::new();
    // Rare events are waited for: chance sometimes leaves one out of 3,000 sessions, but not out of ten times
    // that number.
    for _ in 0..10 {
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(play_some)).collect();
            for thread in threads {
                seen.extend(thread.join().unwrap_or_else(|why| std::panic::resume_unwind(why)));
            }
        });
        if seen.iter().eq(&WANTED) {
            return;
        }
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), WANTED);
}

/// A session that once did not end: the user changes a value of a record with folds before its values are
/// found anew.
#[test]
fn values_are_found_once_for_a_change_beside_folds() {
    #[rustfmt::skip]
    let moves = [
        (25, 22), (0, 67), (24, 2), (21, 22), (8, 0), (0, 45), (21, 0), (0, 63), (18, 0), (0, 7),
        (18, 0), (14, 0), (0, 64), (18, 0), (18, 0), (0, 96), (8, 113), (21, 0), (21, 15),
    ];
    play(&moves);
}
