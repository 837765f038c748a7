//! The preview knows nothing of the terminal library, yet must measure text as it does.

use larder::text::{cells, fit, visible};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

/// Columns by which drawing moves to the right.
fn drawn(text: &str) -> usize {
    let width = (10 + text.len() * 2) as u16;
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, 1));
    usize::from(buffer.set_stringn(0, 0, text, width.into(), Style::default()).0)
}

#[test]
fn every_character_is_as_wide_as_it_is_drawn() {
    for c in (0..=0x0003_ffff).filter_map(char::from_u32) {
        let text = visible(&c.to_string()).into_owned();
        assert_eq!(cells(&text), drawn(&text), "{c:?}");
    }
}

#[test]
fn all_of_a_visible_text_is_drawn() {
    let text =
        visible("a\u{301}\u{200b}日\u{1f1e9}\u{1f1ea}ｶﾞ\u{1b}[0m\u{1161}\u{d4e}\n").into_owned();
    let graphemes: String =
        Span::raw(&*text).styled_graphemes(Style::default()).map(|g| g.symbol.to_owned()).collect();
    assert_eq!(graphemes, text);
}

proptest! {
    #[test]
    fn visible_text_is_as_wide_as_it_is_drawn(text in any::<String>(), width in 0_usize..60) {
        let text = visible(&text);
        prop_assert_eq!(cells(&text), drawn(&text));
        let fitted = fit(&text, width);
        prop_assert!(drawn(&fitted) <= width);
    }
}
