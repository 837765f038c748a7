//! Binary values under keys: bytes are typed over, inserted and deleted; all other bytes stay.

use larder::app::{Effect, Event, Settings};
use larder::model::Write;

use crate::stage::{Stage, record, store};

fn editing(value: &[u8]) -> Stage {
    let mut stage = Stage::with(80, 24, Settings::default());
    stage.connect(vec![store("default", 1), store("shop", 1)]);
    stage.keys("j").open(&[record("k", "application/octet-stream", value)]);
    stage.keys("e");
    stage
}

fn bytes(stage: &Stage) -> Vec<u8> {
    stage.app.editor.as_ref().unwrap().value.bytes().to_vec()
}

fn all_bytes() -> Vec<u8> {
    (0..=255).cycle().take(1000).collect()
}

#[test]
fn one_byte_is_typed_over_and_every_other_is_what_it_was() {
    for at in [0, 1, 500, 999] {
        let value = all_bytes();
        let mut stage = editing(&value);
        stage.keys("<ctrl-g>");
        assert!(stage.frame().contains("go to offset: "));
        stage.keys(&at.to_string()).keys("<enter>");
        stage.keys("Ae<ctrl-s>");
        let Write::Set(set) = stage.write() else { panic!() };
        let mut expected = value;
        expected[at] = 0xae;
        assert_eq!(set.value, expected);
        assert_eq!(set.content_type.as_str(), "application/octet-stream");
    }
}

#[test]
fn half_a_byte_is_shown_and_is_no_change_until_the_other_half_comes() {
    let mut stage = editing(b"\xf0\x01\x02");
    stage.keys("<right>f");
    let frame = stage.frame();
    assert!(frame.contains("f0 f_ 02"), "{frame}");
    assert_eq!(bytes(&stage), b"\xf0\x01\x02");
    assert!(!stage.app.editor.as_ref().unwrap().is_changed());
    stage.keys("<backspace>");
    assert!(stage.frame().contains("f0 01 02"));
    // If the editor is left with half a byte typed, it asks.
    stage.keys("f<esc>");
    assert!(stage.frame().contains("Discard the changes"), "{}", stage.frame());
    stage.keys("n<backspace><esc>");
    assert!(stage.app.editor.is_none(), "nothing to be asked about");
}

#[test]
fn half_a_byte_is_not_left_behind_by_a_save() {
    for typed in ["f", "ae0"] {
        let mut stage = editing(b"\xf0\x01\x02");
        stage.keys(typed).keys("<ctrl-s>");
        let frame = stage.frame();
        assert!(frame.contains("type its second digit"), "{frame}");
        assert!(stage.app.layers.is_empty() && stage.app.editor.is_some(), "{typed}");
    }
}

#[test]
fn bytes_are_inserted_as_digits_and_characters_deleted_and_brought_back() {
    let mut stage = editing(b"\xffabc");
    stage.keys("<alt-i>00<alt-t>xé<del>");
    assert_eq!(bytes(&stage), b"\0x\xc3\xa9abc");
    stage.keys("<ctrl-end><backspace>");
    assert_eq!(bytes(&stage), b"\0x\xc3\xa9ab");
    for _ in 0..5 {
        stage.keys("<ctrl-z>");
    }
    assert_eq!(bytes(&stage), b"\xffabc");
    stage.event(Event::Paste("zz".to_owned()));
    assert_eq!(bytes(&stage), b"zz\xffabc");
}

#[test]
fn bytes_and_text_are_searched_and_what_is_found_is_copied() {
    let mut stage = editing(b"\0\0\xde\xad\xbe\xef text");
    stage.keys("<ctrl-f>de ad be<enter><alt-c>");
    let Some(Effect::Copy { bytes: copied, .. }) = stage.asked.pop() else { panic!() };
    assert_eq!(copied, "de ad be");
    stage.keys("<ctrl-x>");
    assert_eq!(bytes(&stage), b"\0\0\xef text");
    stage.keys("<ctrl-f><ctrl-u>tex<enter>");
    assert_eq!(stage.app.editor.as_ref().unwrap().value.hex().unwrap().selection(), Some(4..7));
    stage.keys("<ctrl-f><ctrl-u>nothing<enter>");
    assert_eq!(stage.notice(), "not found");
}

#[test]
fn what_the_bytes_would_mean_is_told() {
    let mut stage = editing(&[0x2a, 0, 0, 0, 0, 0, 0xf8, 0x3f]);
    let frame = stage.frame();
    for told in ["u8 42", "u16 le 42  be 10752", "i32 le 42"] {
        assert!(frame.contains(told), "{told}: {frame}");
    }
}

#[test]
fn the_cursor_is_on_the_screen_wherever_it_goes() {
    let mut stage = editing(&all_bytes());
    for keys in ["<ctrl-end>", "<pgup>", "<pgup><pgup>", "<ctrl-home>", "<pgdn>", "<up>", "<end>"] {
        stage.keys(keys);
        let frame = stage.frame();
        let edit = stage.app.editor.as_ref().unwrap().value.hex().unwrap();
        let row = format!("{:08x}", edit.cursor() / 16 * 16);
        assert!(frame.contains(&row), "{keys}: {row} in {frame}");
    }
}
