//! Answers in every number of pieces, after pauses of every length.

use super::*;

/// Answers that a terminal may give, to questions of any program.
const ANSWERS: [&str; 18] = [
    "\x1b]11;rgb:dddd/dddd/dddd\x07",
    "\x1b]11;rgba:1e1e/1e1e/2e2e/ffff\x1b\\",
    "\x1b]10;#fafaf5\x1b\\",
    "\x1b]4;255;rgb:ee/ee/ee\x07",
    "\x1b]52;c;ZGQ/Li4u\x1b\\",
    "\x1b]0;Dragons, quite deadly\x07",
    "\x1bP>|tmux 3.5a\x1b\\",
    "\x1bP!|00000000\x1b\\",
    "\x1bP1$r2 q\x1b\\",
    "\x1bP0+r544e\x1b\\",
    "\x1bP1+r436f=323536\x1b\\",
    "\x1b_Gi=31;OK\x1b\\",
    "\x1b[?62;22;52c",
    "\x1b[24;80R",
    "\x1b[<0;33;12M",
    "\x1b[3~",
    "\x1b[D",
    "\x1bOD",
];

/// The keys that the terminal's library makes of a piece. `rest`: the bytes that it has not understood yet.
fn library(piece: &str, rest: &mut String) -> Vec<KeyEvent> {
    let mut keys = Vec::new();
    let mut left = piece.chars().peekable();
    while let Some(letter) = left.next() {
        rest.push(letter);
        let (first, second) = (rest.starts_with('\x1b'), rest.chars().nth(1));
        let key = match (first, second) {
            (true, None) if left.peek().is_some() => continue,
            (true, None) => Some(KeyEvent::from(KeyCode::Esc)),
            // The library knows these itself, and waits for their end.
            (true, Some('[')) if rest.len() == 2 || !('@'..='~').contains(&letter) => continue,
            (true, Some('O')) if rest.len() == 2 => continue,
            (true, Some('[' | 'O')) => None,
            (true, Some(letter)) => Some(typed(letter, KeyModifiers::ALT)),
            (false, _) => Some(typed(letter, KeyModifiers::NONE)),
        };
        rest.clear();
        keys.extend(key);
    }
    keys
}

fn typed(letter: char, modifiers: KeyModifiers) -> KeyEvent {
    match letter {
        '\x07' => KeyEvent::new(KeyCode::Char('g'), KeyModifiers::CONTROL),
        _ if letter.is_ascii_uppercase() => {
            KeyEvent::new(KeyCode::Char(letter), modifiers | KeyModifiers::SHIFT)
        }
        _ => KeyEvent::new(KeyCode::Char(letter), modifiers),
    }
}

/// The keys that are left of pieces, with a pause after each that has one.
fn left(pieces: &[(&str, bool)], due: Due) -> Vec<KeyEvent> {
    let (mut answers, mut rest, mut all) = (Answers::new(), String::new(), Vec::new());
    for (piece, pause) in pieces {
        for key in library(piece, &mut rest) {
            if let Sorted::Keys(keys) = answers.sort(key, due) {
                all.extend(keys);
            }
        }
        if *pause && answers.release_in().is_some() {
            all.extend(answers.release());
        }
    }
    all
}

/// Whether a key may begin an answer: after a pause it may be what the user typed.
fn is_first(key: KeyEvent) -> bool {
    match key.code {
        KeyCode::Esc => true,
        KeyCode::Char(letter) => "]P_[O".contains(letter),
        _ => false,
    }
}

#[test]
fn no_answer_types_anything_in_however_many_pieces_it_comes() {
    for answer in ANSWERS {
        for (one, two) in
            (0..=answer.len()).flat_map(|one| (one..=answer.len()).map(move |two| (one, two)))
        {
            for (pauses, due) in (0..4)
                .flat_map(|bits| [Due::Never, Due::Late, Due::Soon].map(move |due| (bits, due)))
            {
                let (first, second) = (pauses & 1 != 0, pauses & 2 != 0);
                // A key of the keyboard in three pieces is a bracket and a letter.
                if answer.len() == 3 && second && (one, two) == (1, 2) {
                    continue;
                }
                let pieces = [
                    ("jk", true),
                    (&answer[..one], first),
                    (&answer[one..two], second),
                    (&answer[two..], false),
                    ("l", true),
                ];
                let mut keys = left(&pieces, due);
                if first || second || due != Due::Soon {
                    keys.retain(|key| !is_first(*key));
                }
                let wanted = library("jkl", &mut String::new());
                assert_eq!(keys, wanted, "{pieces:?}, {due:?}");
            }
        }
        // With a pause after every byte.
        let pieces: Vec<_> =
            (0..answer.len()).map(|at| (&answer[at..=at], true)).chain([("l", true)]).collect();
        let mut keys = left(&pieces, Due::Late);
        keys.retain(|key| !is_first(*key));
        if !matches!(answer, "\x1b[D" | "\x1bOD") {
            assert_eq!(keys, library("l", &mut String::new()), "{answer:?}");
        }
    }
}

#[test]
fn what_a_user_types_arrives() {
    for typed in [
        "]",
        "\x1b]",
        "]1",
        "[",
        "P",
        "\x1bP",
        "_",
        "\x1b_",
        "O",
        "]]]",
        "\x1b]x",
        "\x1b]1x",
        "Pj",
        "PO]",
        "11;rgb:dd",
        "\\",
    ] {
        for due in [Due::Never, Due::Late, Due::Soon] {
            let keys = library(typed, &mut String::new());
            // One key at a time, with a pause after each; and all keys at once.
            let slow: Vec<_> = keys
                .iter()
                .fold((Answers::new(), Vec::new()), |(mut answers, mut all), key| {
                    if let Sorted::Keys(keys) = answers.sort(*key, due) {
                        all.extend(keys);
                    }
                    if answers.release_in().is_some() {
                        all.extend(answers.release());
                    }
                    (answers, all)
                })
                .1;
            let fast = left(&[(typed, true), ("j", true)], due);
            // A number after a bracket waits for the key that decides.
            let waits = typed.ends_with('1') && slow == keys[..1];
            assert!(waits || slow == keys, "{typed:?} slowly, {due:?}: {slow:?}");
            assert_eq!(fast[..keys.len()], keys, "{typed:?} fast, {due:?}");
        }
    }
    // The same after the escape key; what could only be an answer waits for the next key.
    for typed in ["\x1b", "]", "[", "P", "O", "_"] {
        let keys = left(&[("\x1b", true), (typed, true), ("j", true)], Due::Never);
        assert_eq!(keys.last(), Some(&self::typed('j', KeyModifiers::NONE)), "{typed:?}");
        assert_eq!(keys.len(), 3, "{typed:?}");
    }
}
