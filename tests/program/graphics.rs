//! Pictures that the terminal itself draws: the questions to it, the data sent, and the pictures freed.

use crate::programs;
use crate::pty::Screen;
use crate::signals::project_of;
use crate::slices::{leave_as_it_comes, pixels, start};

/// Answers of terminals: to kitty's question, the name, the size of a cell, and the kind.
const KITTY: &[u8] = b"\x1b_Gi=31;OK\x1b\\\x1bP>|kitty(0.35.2)\x1b\\\x1b[6;20;10t\x1b[?62;c";
const ITERM: &[u8] = b"\x1bP>|iTerm2 3.5.0\x1b\\\x1b[6;20;10t\x1b[?62;4c";
const SIXEL: &[u8] = b"\x1bP>|foot(1.16.2)\x1b\\\x1b[6;20;10t\x1b[?62;4;22c";

/// The question for the name; it is followed by the one that every terminal answers.
const ASKED_NAME: &[u8] = b"\x1b[>0q";

/// The end of a slice.
const ASKED_WELL: &[u8] = b"\x1b[5n";

/// A picture in soft colours with an edge, like a page; or with colours that are hard to pack.
fn picture(hard: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 400, 300);
    encoder.set_color(png::ColorType::Rgb);
    let pixel = |at: u32| {
        let (x, y) = (at % 400, at / 400);
        if hard {
            return [0, 1, 2].map(|part| {
                let mixed = (at * 3 + part).wrapping_mul(0x9e37_79b1);
                ((mixed ^ (mixed >> 15)).wrapping_mul(0x85eb_ca77) >> 20) as u8
            });
        }
        let lines = if ((x * 7919) ^ (y * 104_729)) % 7 < 3 { 20 } else { 255 };
        if y < 150 { [lines; 3] } else { [(x / 2) as u8, (y / 2) as u8, 90] }
    };
    let pixels: Vec<u8> = (0..400 * 300).flat_map(pixel).collect();
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    bytes
}

fn project(hard: bool) -> tempfile::TempDir {
    project_of(&[
        ("aaaa", "text/plain", b"first of all"),
        ("bbbb", "image/png", &picture(hard)),
        ("cccc", "text/plain", b"what comes next"),
    ])
}

fn count(bytes: &[u8], what: &[u8]) -> usize {
    bytes.windows(what.len()).filter(|part| *part == what).count()
}

/// Number of cells that show parts of a picture which the terminal draws.
fn placeholders(screen: &vt100::Screen) -> usize {
    let (rows, columns) = screen.size();
    let cells = (0..rows.get())
        .flat_map(|row| (0..columns.get()).filter_map(move |column| screen.cell(row, column)));
    cells.filter(|cell| cell.contents().starts_with('\u{10EEEE}')).count()
}

/// The largest number of bytes between the ends of two slices.
fn largest_slice(bytes: &[u8]) -> usize {
    let ends = bytes.windows(ASKED_WELL.len()).enumerate();
    let ends: Vec<_> = ends.filter(|(_, part)| *part == ASKED_WELL).map(|(at, _)| at).collect();
    assert!(ends.len() > 3, "{} slices", ends.len());
    ends.windows(2).map(|two| two[1] - two[0]).max().unwrap()
}

#[test]
fn kitty_gets_a_picture_in_slices_and_forgets_it_when_it_leaves() {
    let folder = project(false);
    let mut screen = start(folder.path());
    screen.answer(KITTY);
    let from = screen.written();
    assert_eq!(count(&screen.raw(0), ASKED_NAME), 0, "not before there is a picture");
    screen.keys("j");
    screen.wait_for_screen("the picture", |screen| placeholders(screen) > 1000);
    let sent = screen.raw(from);
    assert_eq!((count(&sent, b"a=T,U=1,f=100"), count(&sent, "▀".as_bytes())), (1, 0));
    assert!(count(&sent, b"_Gm=0,q=2;") == 1 && largest_slice(&sent) < 5000, "in slices");
    // A dialog over it is text over text; a picture that is no longer shown is freed.
    screen.keys("?");
    screen.wait_for_screen("what covers it", |screen| {
        screen.contents().contains("What can be done") && placeholders(screen) < 1000
    });
    screen.keys("\x1b");
    screen.wait_for_screen("the picture", |screen| placeholders(screen) > 1000);
    assert_eq!(count(&screen.raw(from), b"a=T,U=1"), 1, "it has it already");
    let from = screen.written();
    screen.keys("j");
    screen.wait_for_text("what comes next");
    screen.wait_for_output(from, b"a=d,d=I,i=");
    assert_eq!(screen.with(placeholders), 0);
    screen.keys("k");
    screen.wait_for_screen("the picture", |screen| placeholders(screen) > 1000);
    assert_eq!(count(&screen.raw(0), ASKED_NAME), 1, "asked once");
    // At another size it is another picture.
    let from = screen.written();
    screen.resize(30, 100);
    screen.wait_for_output(from, b"a=d,d=I,i=");
    screen.wait_for_output(from, b"a=T,U=1");
    screen.wait_for_screen("the picture", |screen| placeholders(screen) > 500);
    let from = screen.written();
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
    assert!(count(&screen.raw(from), b"a=d,d=I,i=") == 1 && screen.is_given_back());
}

#[test]
fn what_was_not_sent_of_a_picture_is_dropped_when_the_cursor_moves() {
    let folder = project(true);
    let mut screen = start(folder.path());
    screen.answer(KITTY);
    screen.keys("j");
    screen.wait_for_screen("the picture", |screen| placeholders(screen) > 1000);
    leave_as_it_comes(&mut screen, b"a=T,U=1", |screen, written| {
        // The commands are ended before the picture is freed.
        screen.wait_for_output(written, b"_Gm=0,q=2;\x1b\\\x1b_Ga=d,d=I,i=");
    });
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
}

#[test]
fn others_get_it_in_parts_that_draw_themselves() {
    for (answers, begins) in [(ITERM, &b"\x1b]1337;File="[..]), (SIXEL, b"\x1bP0;1;0q\"1;1;")] {
        let folder = project(false);
        let mut screen = start(folder.path());
        screen.answer(answers);
        let from = screen.written();
        screen.keys("j");
        let drawn = |from| count(&screen.raw(from), begins);
        screen.wait_for("the title of the picture", |text| text.contains("400 × 300 pixels"));
        loop {
            let written = screen.written();
            if drawn(from) >= 20 {
                break;
            }
            screen.wait_more(written);
        }
        let sent = screen.raw(from);
        assert_eq!(count(&sent, "▀".as_bytes()) + count(&sent, "\u{10EEEE}".as_bytes()), 0);
        assert!(largest_slice(&sent) < 5000, "{} bytes", largest_slice(&sent));
        // A dialog is in front of it; what it has covered comes again.
        screen.keys("?");
        screen.wait_for_text("What can be done");
        let from = screen.written();
        screen.keys("\x1b");
        screen.wait_for_output(from, begins);
        screen.keys("q");
        assert_eq!(screen.exit_code(), 0);
        assert!(screen.is_given_back());
    }
}

#[test]
fn a_terminal_that_answers_late_or_nonsense_types_nothing() {
    let folder = project(false);
    let mut screen = start(folder.path());
    screen.answer(b"");
    screen.keys("j");
    screen.wait_for_screen("the picture in characters", |screen| pixels(screen) > 1000);
    // The letters in it are keys that would delete, quit, and confirm that.
    screen.bytes(b"\x1b_Gi=31;EINVAL:dy qqq\x1b\\\x1bP>|dy qqq dy\x1b\\\x1bP1$rqqqdy\x1b\\");
    let from = screen.written();
    for byte in b"\x1b[6;20;10t\x1b[?62;4c" {
        screen.bytes(&[*byte]);
    }
    screen.wait_for_output(from, b"\x1bP0;1;0q");
    screen.keys("j");
    screen.wait_for_text("what comes next");
    assert!(folder.path().join("key_value_stores/shop/bbbb").exists());
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
}

#[test]
fn over_ssh_a_picture_is_sent_once_a_key_has_said_so() {
    let folder = project(false);
    let state = tempfile::tempdir().unwrap();
    let own = state.path().join("larder");
    std::fs::create_dir(&own).unwrap();
    std::fs::write(own.join("welcomed"), "").unwrap();
    let env = [
        ("COLORTERM", "truecolor"),
        ("SSH_CONNECTION", "10.0.0.7 5 10.0.0.1 22"),
        ("XDG_STATE_HOME", state.path().to_str().unwrap()),
    ];
    let begin = || {
        let screen = Screen::start(&[folder.path().to_str().unwrap()], &env, 36, 120);
        screen.wait_for_text("first of all");
        screen.answer(KITTY);
        screen
    };
    let mut screen = begin();
    screen.keys("j");
    screen.wait_for_screen("the picture in characters", |screen| pixels(screen) > 1000);
    screen.wait_for_text("I sharp picture");
    assert_eq!(count(&screen.raw(0), ASKED_NAME), 0, "it is not even asked");
    screen.keys("I");
    screen.wait_for_screen("the picture", |screen| placeholders(screen) > 1000);
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
    let kept = std::fs::read_to_string(own.join("pictures-over-ssh")).unwrap();
    assert_eq!(kept, "10.0.0.7\n");
    // It holds for the next time, until the key says otherwise.
    let mut screen = begin();
    screen.keys("j");
    screen.wait_for_screen("the picture", |screen| placeholders(screen) > 1000);
    screen.keys("I");
    screen.wait_for_screen("the picture in characters", |screen| pixels(screen) > 1000);
    screen.wait_for_text("pictures are drawn in characters");
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
}

#[test]
fn through_tmux_each_command_is_passed_on_where_tmux_says_so() {
    let folder = project(false);
    let tools = tempfile::tempdir().unwrap();
    let tmux = tools.path().join("tmux");
    programs::script(&tmux, "echo on xterm-kitty 'kitty(0.35.2)'");
    let path = format!("{}:{}", tools.path().display(), std::env::var("PATH").unwrap());
    let env = [("COLORTERM", "truecolor"), ("TMUX", "/tmp/none,1,0"), ("PATH", &path)];
    let mut screen = Screen::start(&[folder.path().to_str().unwrap()], &env, 36, 120);
    screen.wait_for_text("first of all");
    screen.keys("j");
    screen.wait_for_screen("the picture", |screen| placeholders(screen) > 1000);
    let sent = screen.raw(0);
    assert_eq!(count(&sent, b"\x1bPtmux;\x1b\x1b_Ga=T,U=1"), 1);
    assert_eq!(count(&sent, b"_G"), count(&sent, b"\x1bPtmux;\x1b\x1b_G"), "and nothing else");
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
}
