//! Pictures, which come after everything else and in slices.

use super::*;
use crate::tui::backend::flow::{ANSWER, QUESTION, SLICE};

/// A block of a picture: its place, its size and its colour.
type Block = ((u16, u16), (u16, u16), u8);

fn blocks() -> impl Strategy<Value = Vec<Block>> {
    let block = ((0u16..20, 0u16..6), (1u16..12, 1u16..5), any::<u8>());
    prop::collection::vec(block, 0..4)
}

fn put(buf: &mut Buffer, ((x, y), (columns, rows), colour): Block) {
    let style = Style::new().fg(Color::Indexed(colour)).bg(Color::Indexed(!colour));
    let area = Rect::new(x, y, columns, rows).intersection(buf.area);
    for position in area.positions() {
        buf[position].reset();
        buf[position].set_symbol("▀").set_style(style.add_modifier(PIXEL));
    }
}

fn drawn(before: &Buffer, after: &Buffer, shown: &mut Screen) -> String {
    shown.draw(before.diff(after).into_iter())
}

proptest! {
    /// However much of a picture was drawn when the next frame came, a terminal shows the same in the end as
    /// a cleared one; and everything but pictures is there at once.
    #[test]
    fn a_picture_that_was_cut_off_leaves_nothing(
        frames in prop::collection::vec((frame(), blocks(), frame(), 0usize..6), 1..5),
    ) {
        let area = Rect::new(0, 0, 20, 6);
        let terminal = || vt100::Parser::new(6.try_into().unwrap(), 20.try_into().unwrap(), 0);
        let (mut lean, mut shown) = (terminal(), screen(20, 6));
        let mut before = Buffer::empty(area);
        for (below, pictures, above, slices) in frames {
            let mut after = Buffer::empty(area);
            write(&mut after, below);
            for block in pictures {
                put(&mut after, block);
            }
            write(&mut after, above);
            even_out(&mut after);
            let mut plain = terminal();
            let clean = Buffer::empty(area);
            plain.process(cell_by_cell(clean.diff(&after).into_iter()).as_bytes());
            lean.process(drawn(&before, &after, &mut shown).as_bytes());
            let same = |lean: &vt100::Parser, pictures: bool| {
                (0..6).flat_map(|y| (0..20).map(move |x| (x, y))).find(|&(x, y)| {
                    let cell = |terminal: &vt100::Parser| terminal.screen().cell(y, x).map(seen);
                    let pixel = after[(x, y)].modifier.contains(PIXEL);
                    (pictures || !pixel) && cell(lean) != cell(&plain)
                })
            };
            prop_assert_eq!(same(&lean, false), None, "of the text");
            for _ in 0..slices {
                lean.process(shown.paint(40).as_bytes());
            }
            let mut whole = 0;
            // The last frame, or one that stays for a long time.
            while slices == 5 && shown.owes() {
                lean.process(shown.paint(40).as_bytes());
                whole += 1;
                prop_assert!(whole < 1000);
            }
            if slices == 5 {
                prop_assert_eq!(same(&lean, true), None, "of all");
            }
            before = after;
        }
    }
}

/// A picture in all colours, which takes tens of thousands of bytes.
fn picture() -> Buffer {
    let mut buf = Buffer::empty(Rect::new(0, 0, 80, 30));
    for (at, cell) in buf.content.iter_mut().enumerate() {
        let colour = |add: usize| {
            let [.., red, green, blue] = ((at + add) * 7919).to_be_bytes();
            Color::Rgb(red, green, blue)
        };
        let style = Style::new().fg(colour(0)).bg(colour(1)).add_modifier(PIXEL);
        cell.set_symbol("▀").set_style(style);
    }
    buf
}

#[test]
fn no_more_of_a_picture_is_on_its_way_than_two_slices() {
    let bytes = Counter::default();
    let mut backend = CompactBackend::new(bytes.clone());
    backend.size.set(Size::new(80, 30));
    let (blank, picture) = (Buffer::empty(Rect::new(0, 0, 80, 30)), picture());
    backend.draw(blank.diff(&picture).into_iter()).unwrap();
    let first = bytes.0.get();
    assert!((SLICE..12_500 - 2500).contains(&first), "{first} bytes at once");
    assert!(backend.slice_due().is_some_and(|wait| !wait.is_zero()));
    backend.paint().unwrap();
    assert_eq!(bytes.0.get(), first, "nothing before it has answered");
    // Other answers say nothing about the picture.
    backend.heard("?62;22c");
    backend.paint().unwrap();
    assert_eq!(bytes.0.get(), first);
    let mut slices = 2;
    while backend.slice_due().is_some() {
        let before = bytes.0.get();
        backend.heard(ANSWER);
        backend.paint().unwrap();
        let more = bytes.0.get() - before;
        assert!(more > 0 && more < SLICE + 1000, "{more} bytes in a slice");
        slices += 1;
    }
    assert!(slices > 15, "{slices} slices");
    // The next picture is sent again, without the rest of this one.
    backend.heard(ANSWER);
    backend.heard(ANSWER);
    assert!(!backend.is_answer_awaited());
    backend.draw(blank.diff(&picture).into_iter()).unwrap();
    assert!(backend.slice_due().is_some());
    let before = bytes.0.get();
    backend.draw(picture.diff(&blank).into_iter()).unwrap();
    assert_eq!(backend.slice_due(), None, "it has left");
    assert!(bytes.0.get() - before < SLICE + QUESTION.len());
}

#[test]
fn text_makes_room_for_a_picture_in_few_bytes() {
    let text = Buffer::with_lines(vec!["x".repeat(80); 30]);
    let blank = Buffer::empty(text.area);
    let mut shown = screen(80, 30);
    drawn(&blank, &text, &mut shown);
    let cleared = drawn(&text, &picture(), &mut shown);
    assert!(cleared.len() < 300, "{} bytes", cleared.len());
    assert!(cleared.starts_with("\x1b[1;1H\x1b[80X"), "{cleared:?}");
    // A picture over another one stays until the cells of that come.
    while shown.owes() {
        shown.paint(4000);
    }
    let mut other = picture();
    other.content.reverse();
    assert_eq!(drawn(&picture(), &other, &mut shown), "");
    assert!(shown.owes());
}
