//! The beginning of a JSON text, made whole so that it can be shown.

use std::ops::Range;

use super::{Sink, Token, scan};

/// Bytes before the end of a beginning in which something may be cut in two: the longest literal, an escape.
const CUT: usize = 10;

/// The values of a beginning of JSON, with the closing brackets that are missing behind them; `None` where it
/// is whole, is no JSON, or has no value.
pub(in crate::preview) fn closed(text: &[u8]) -> Option<Vec<u8>> {
    let mut open = Open { text, brackets: Vec::new(), whole: None };
    let fault = scan(text, &mut open).err()?;
    let cut = fault.message.starts_with("Unterminated") || fault.offset + CUT > text.len();
    let (end, depth) = open.whole.filter(|_| cut)?;
    let missing = open.brackets.get(..depth)?.iter().rev();
    Some(text[..end].iter().chain(missing).copied().collect())
}

/// The brackets that are to be closed, from the outside in.
struct Open<'a> {
    text: &'a [u8],
    brackets: Vec<u8>,
    /// End of the last whole value, and the number of brackets that are open there.
    whole: Option<(usize, usize)>,
}

impl Sink for Open<'_> {
    fn token(&mut self, token: Token, at: Range<usize>) {
        match token {
            // The code of the closing bracket is the opening one's plus 2.
            Token::Open => self.brackets.push(self.text[at.start] + 2),
            Token::Close => {
                self.brackets.pop();
            }
            Token::Empty | Token::String | Token::Number | Token::Literal => {}
            Token::Key | Token::Gap => return,
        }
        // A number may go on behind the end.
        let whole = token != Token::Number || at.end < self.text.len();
        if token != Token::Open && whole {
            self.whole = Some((at.end, self.brackets.len()));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{check, compact, tests::json};
    use super::*;

    fn told(text: &str) -> String {
        closed(text.as_bytes()).map(|text| String::from_utf8(text).unwrap()).unwrap_or_default()
    }

    #[test]
    fn what_is_cut_is_left_out_and_what_is_open_is_closed() {
        for (text, whole) in [
            ("[1, 23", "[1]"),
            ("{\"a\": [1, {\"b\": \"x\", \"c\": tr", "{\"a\": [1, {\"b\": \"x\"}]}"),
            ("[{\"a\": 1}, {\"b\": \"a long string that is", "[{\"a\": 1}]"),
            ("[[1], [[], ", "[[1], [[]]]"),
            ("[1, \"\\u00", "[1]"),
            ("[", ""),
            ("[1, 2]", ""),
            ("{\"a\": 1}\n{\"a\": 2}\n{\"a\": 3}", ""),
            ("[1, oops, and some more of it", ""),
            ("words", ""),
        ] {
            assert_eq!(told(text), whole, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_beginning_becomes_json(text in json(), share in 0_usize..1000) {
            let text = format!("[1, {text} ]");
            let end = text.len() * share / 1000;
            let head = &text.as_bytes()[..end];
            if let Some(whole) = std::str::from_utf8(head).ok().and_then(|head| closed(head.as_bytes())) {
                prop_assert_eq!(check(&whole), Ok(()));
                prop_assert!(compact(text.as_bytes()).len() > 2);
                let brackets = whole.iter().rev().take_while(|byte| matches!(byte, b']' | b'}'));
                prop_assert!(text.as_bytes().starts_with(&whole[..whole.len() - brackets.count()]));
            } else if end > 3 && std::str::from_utf8(head).is_ok() {
                prop_assert!(check(head).is_ok(), "nothing of {:?}", &text[..end]);
            }
        }
    }
}
