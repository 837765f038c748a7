//! The words in the borders of panes and dialogs, and in the line at the top: as few as in a notice.

use crate::stage::words::{MOST, count};

/// Sentences of more words than a person reads in passing.
pub(super) fn too_long(frame: &str) -> Vec<String> {
    let is_line = |c: char| ('\u{2500}'..='\u{257f}').contains(&c);
    let edges = frame.lines().filter(|line| line.contains(['╭', '┏', '╰', '┗']));
    let inside = edges.flat_map(|line| line.split(is_line));
    let top = frame.lines().next().unwrap_or_default().split("  ");
    let parts = inside.chain(top).map(str::trim).filter(|part| !is_command(part));
    parts.filter(|part| !is_list(part) && count(part) > MOST).map(str::to_owned).collect()
}

/// Whether a text is a command to be copied.
fn is_command(text: &str) -> bool {
    text.starts_with("larder -t ")
}

/// Whether a text is a list of keys or of states, each in a word or two.
fn is_list(text: &str) -> bool {
    text.split("  ").flat_map(|part| part.split(" · ")).all(|part| count(part) <= 5)
}

#[test]
fn a_sentence_of_nine_words_is_found() {
    let long = "this is not known, for nobody has told it";
    let frame =
        format!(" larder  ! {long}\n┏ {long} ━┓\n┃ {long} ┃\n┗ d delete  u undo ━ 1 / 9 ━┛");
    assert_eq!(too_long(&frame), [long, &format!("! {long}")]);
}
