//! A document behaves like a plain vector of bytes.

use proptest::prelude::*;

use super::*;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_micros(millis * 1000)
}

fn document(text: &str) -> Document {
    Document::new(Bytes::copy_from_slice(text.as_bytes()))
}

fn text(document: &Document) -> String {
    String::from_utf8(document.bytes().to_vec()).unwrap()
}

fn type_in(document: &mut Document, mut offset: usize, text: &str, from: i64) {
    for (n, byte) in (0..).zip(text.bytes()) {
        document.replace(offset..offset, &[byte], Grouping::Typed, at(from + 10 * n));
        offset += 1;
    }
}

#[test]
fn what_is_typed_is_undone_word_by_word() {
    let mut document = document("<>");
    type_in(&mut document, 1, "one two", 0);
    assert_eq!(text(&document), "<one two>");
    assert_eq!(document.undo(), Some(5..5));
    assert_eq!(text(&document), "<one >");
    document.undo();
    assert_eq!(text(&document), "<>");
    assert_eq!(document.undo(), None);
    document.redo();
    assert_eq!(document.redo(), Some(5..8));
    assert_eq!(text(&document), "<one two>");
    assert_eq!(document.redo(), None);
}

#[test]
fn a_pause_or_another_place_begins_a_new_step() {
    let mut document = document("");
    type_in(&mut document, 0, "ab", 0);
    type_in(&mut document, 2, "cd", 5000);
    type_in(&mut document, 1, "x", 5030);
    assert_eq!(text(&document), "axbcd");
    for expected in ["abcd", "ab", ""] {
        document.undo();
        assert_eq!(text(&document), expected);
    }
}

#[test]
fn what_is_deleted_with_backspace_comes_back_as_one() {
    let mut document = document("abcdef");
    for offset in [5, 4, 3] {
        document.replace(offset..offset + 1, b"", Grouping::Deleted, at(0));
    }
    assert_eq!(text(&document), "abc");
    document.undo();
    assert_eq!(text(&document), "abcdef");
    assert!(!document.is_changed());
}

#[test]
fn edits_are_told_in_terms_of_the_original() {
    let mut document = document("one two three");
    document.replace(4..7, b"2", Grouping::Alone, at(0));
    document.replace(0..0, b">", Grouping::Alone, at(0));
    let edit =
        |at, removed, inserted: &'static str| Edit { at, removed, inserted: inserted.into() };
    assert_eq!(document.edits_since_original(), [edit(0, 0, ">"), edit(4, 3, "2")]);
    document.undo();
    document.undo();
    assert_eq!(document.edits_since_original(), []);
    // Typing the original text is not a change.
    document.replace(4..7, b"two", Grouping::Alone, at(0));
    assert!(!document.is_changed());
}

#[test]
fn what_is_cut_and_put_back_is_the_originals_own_again() {
    let original: Bytes = (0..400_000_u32).flat_map(u32::to_le_bytes).collect::<Vec<_>>().into();
    let len = original.len();
    let again = |document: &Document| {
        let edits = document.edits_since_original();
        Document::with_edits(original.clone(), &edits, at(0)).unwrap().bytes()
    };
    for range in [0..len, 0..len / 2, len / 4..len / 2, len / 2..len] {
        let mut document = Document::new(original.clone());
        let cut = document.part(range.clone());
        document.replace(range.clone(), b"", Grouping::Alone, at(0));
        document.replace(range.start..range.start, &cut, Grouping::Alone, at(0));
        assert!(document.bytes() == original && !document.is_changed());
        assert_eq!((document.edits_since_original(), document.most_inserted()), (vec![], 0));
        // Once more, where it is not in its order: it is inserted.
        let mut expected = original.to_vec();
        expected.splice(range.end..range.end, cut.to_vec());
        document.replace(range.end..range.end, &cut, Grouping::Alone, at(0));
        assert!(document.bytes() == expected && again(&document) == expected);
        assert!(document.most_inserted() >= cut.len());
        for _ in 0..3 {
            document.undo();
        }
        assert!(document.bytes() == original);
        for _ in 0..3 {
            document.redo();
        }
        assert!(document.bytes() == expected && again(&document) == expected);
    }
    // Into the middle of itself, and before what it stood behind.
    let mut document = Document::new(original.clone());
    let (cut, mut expected) = (document.part(len / 2..len), original.to_vec());
    for place in [len / 4, 3 * len / 4, 0] {
        document.replace(place..place, &cut, Grouping::Alone, at(0));
        expected.splice(place..place, cut.to_vec());
        assert!(document.bytes() == expected && again(&document) == expected, "{place}");
    }
}

#[test]
fn edits_that_do_not_fit_make_no_document() {
    let original = Bytes::from_static(b"abc");
    let edit = |at, removed| Edit { at, removed, inserted: Bytes::new() };
    let made = |edits: &[Edit]| Document::with_edits(original.clone(), edits, at(0)).is_some();
    assert!(made(&[edit(0, 1), edit(1, 2)]));
    assert!(!made(&[edit(0, 4)]));
    assert!(!made(&[edit(4, 0)]));
    assert!(!made(&[edit(0, 2), edit(1, 1)]));
}

#[test]
fn the_oldest_steps_are_forgotten_when_the_history_is_too_large() {
    let mut document = document("start");
    let much = vec![b'x'; 9 << 20];
    for _ in 0..20 {
        let len = document.len();
        document.replace(0..len, &much, Grouping::Alone, at(0));
    }
    document.replace(0..0, b"y", Grouping::Alone, at(0));
    let mut steps = 0;
    while document.undo().is_some() {
        assert!(document.bytes() == much, "steps that are left are whole");
        steps += 1;
    }
    assert!((3..20).contains(&steps), "{steps}");
    while document.redo().is_some() {}
    assert_eq!((document.len(), document.byte(0)), (much.len() + 1, Some(b'y')));
}

/// A step of a random session.
#[derive(Debug, Clone)]
enum Step {
    Replace(usize, usize, Vec<u8>, u8),
    Each(Vec<(usize, usize)>, Vec<u8>),
    Undo,
    Redo,
}

fn step() -> impl Strategy<Value = Step> {
    let bytes = prop_oneof![
        "[a-c\n ]{0,3}".prop_map(String::into_bytes),
        "(a\n){0,40}".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..4),
    ];
    let ranges = proptest::collection::vec((0_usize..100, 0_usize..20), 1..5);
    prop_oneof![
        6 => (any::<usize>(), 0_usize..6, bytes.clone(), any::<u8>())
            .prop_map(|(at, removed, new, group)| Step::Replace(at, removed, new, group)),
        1 => (ranges, bytes).prop_map(|(ranges, new)| Step::Each(ranges, new)),
        2 => Just(Step::Undo),
        1 => Just(Step::Redo),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_document_is_what_a_vector_would_be(
        original in "([a-z\n]{0,40}é?){0,9}",
        steps in proptest::collection::vec(step(), 0..80),
    ) {
        let original = Bytes::from(original);
        let mut document = Document::new(original.clone());
        // The states after each step of the history, and the candidates for the current one: an edit may
        // change nothing, and a step of the history is one or more edits.
        let mut states = vec![original.to_vec()];
        let mut now = 0;
        let mut current = vec![0];
        for (time, step) in steps.into_iter().enumerate() {
            let mut model = document.bytes().to_vec();
            match step {
                Step::Replace(offset, removed, new, group) => {
                    let offset = offset % (model.len() + 1);
                    let end = (offset + removed).min(model.len());
                    if offset == end && new.is_empty() {
                        continue;
                    }
                    now += i64::from(group) * 20_000;
                    let grouping = match group % 4 {
                        0 | 1 => Grouping::Typed,
                        2 => Grouping::Deleted,
                        _ => Grouping::Alone,
                    };
                    model.splice(offset..end, new.iter().copied());
                    document.replace(offset..end, &new, grouping, Timestamp::from_micros(now));
                    states.truncate(current.last().map_or(0, |last| last + 1));
                    states.push(model.clone());
                    current = vec![states.len() - 1];
                }
                Step::Each(ranges, new) => {
                    let mut edits: Vec<(Range<usize>, &[u8])> = Vec::new();
                    for (gap, removed) in ranges {
                        let start = edits.last().map_or(0, |(last, _)| last.end) + gap;
                        if start + removed <= model.len() {
                            edits.push((start..start + removed, &new));
                        }
                    }
                    if edits.is_empty() {
                        continue;
                    }
                    for (range, new) in edits.iter().rev() {
                        model.splice(range.clone(), new.iter().copied());
                    }
                    document.replace_each(&edits, Grouping::Alone, Timestamp::from_micros(now));
                    states.truncate(current.last().map_or(0, |last| last + 1));
                    states.push(model.clone());
                    current = vec![states.len() - 1];
                }
                Step::Undo => {
                    if document.undo().is_none() {
                        prop_assert!(current.contains(&0));
                        continue;
                    }
                    let before = 0..current.last().copied().unwrap_or(0);
                    current = before.filter(|at| document.bytes() == states[*at]).collect();
                    prop_assert!(!current.is_empty(), "undo gives a state that was");
                    model.clone_from(&states[current[0]]);
                }
                Step::Redo => {
                    if document.redo().is_none() {
                        continue;
                    }
                    let after = current[0] + 1..states.len();
                    current = after.filter(|at| document.bytes() == states[*at]).collect();
                    prop_assert!(!current.is_empty(), "redo gives a state that was");
                    model.clone_from(&states[current[0]]);
                }
            }
            prop_assert_eq!(&document.bytes()[..], &model[..]);
            prop_assert_eq!(document.len(), model.len());
            prop_assert_eq!(document.is_changed(), original != model);
            if time % 16 == 0 {
                holds(&document, &model)?;
                let edits = document.edits_since_original();
                let again = Document::with_edits(original.clone(), &edits, at(0)).unwrap();
                prop_assert_eq!(&again.bytes()[..], &model[..]);
            }
        }
        while document.undo().is_some() {}
        prop_assert!(document.bytes() == original);
        prop_assert_eq!(document.edits_since_original(), []);
    }
}

#[test]
fn a_document_of_many_pieces_is_what_a_vector_would_be() {
    let mut model = "a long línè, and\nanother ".repeat(2_500).into_bytes();
    let mut document = Document::new(model.clone().into());
    // Some 40,000 pieces: several groups of chunks.
    let places: Vec<_> = memchr::memchr_iter(b'n', &model).collect();
    let edits: Vec<_> = places.iter().map(|at| (*at..at + 1, &b"\nN"[..])).collect();
    document.replace_each(&edits, Grouping::Alone, at(0));
    let before = model.clone();
    model =
        model.iter().flat_map(|&b| if b == b'n' { vec![b'\n', b'N'] } else { vec![b] }).collect();
    holds(&document, &model).unwrap();
    let copy = document.without_history();
    let mut seed = 7_u64;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % below
    };
    let mut changes = 0;
    for round in 0..60 {
        let start = next(model.len() + 1);
        // Some of them over many chunks, some to the end.
        let len = [0, 1, 300, 20_000, usize::MAX][next(5)].min(model.len() - start);
        let len = if round < 50 { len.min(20_000) } else { len };
        let inserted: &[u8] = [&b""[..], b"x", b"two\nlines"][next(3)];
        if len > 0 || !inserted.is_empty() {
            document.replace(start..start + len, inserted, Grouping::Alone, at(0));
            model.splice(start..start + len, inserted.iter().copied());
            changes += 1;
        }
        holds(&document, &model).unwrap();
    }
    for _ in 0..changes {
        document.undo();
    }
    assert!(document.equals(&copy));
    document.undo();
    assert_eq!(document.bytes(), before);
}

/// Checks that lines and ranges are at their right places.
fn holds(document: &Document, model: &[u8]) -> Result<(), TestCaseError> {
    let starts: Vec<usize> =
        std::iter::once(0).chain(memchr::memchr_iter(b'\n', model).map(|at| at + 1)).collect();
    prop_assert_eq!(document.lines(), starts.len());
    for (number, &start) in starts.iter().enumerate().step_by(1 + starts.len() / 40) {
        prop_assert_eq!(document.line_start(number), start);
        prop_assert_eq!(document.line_of(start), number);
        let end = starts.get(number + 1).map_or(model.len(), |next| next - 1);
        prop_assert_eq!(document.line(number), start..end);
        prop_assert_eq!(document.line_of(end), number);
        // A character begins with every byte but those that go on with one.
        let line = &model[start..end];
        let chars: Vec<usize> = (0..line.len()).filter(|at| line[*at] & 0xc0 != 0x80).collect();
        prop_assert_eq!(document.column(end), chars.len());
        prop_assert_eq!(document.at_column(number, chars.len() + 2), end);
        for (column, at) in chars.iter().enumerate().step_by(1 + chars.len() / 5) {
            prop_assert_eq!(document.at_column(number, column), start + at);
            prop_assert_eq!(document.column(start + at), column);
        }
        prop_assert_eq!(&document.read(start..end)[..], &model[start..end]);
    }
    prop_assert_eq!(document.line_start(starts.len() + 3), model.len());
    for at in (0..=model.len()).step_by(7) {
        prop_assert_eq!(document.byte(at), model.get(at).copied());
        let to = (at + 20).min(model.len());
        prop_assert_eq!(document.slices(at..to).collect::<Vec<_>>().concat(), &model[at..to]);
    }
    Ok(())
}
