//! Stand-ins for text that was typed for a conflict and may not be JSON yet: a string takes its place while
//! everything around it is laid out.

use std::collections::HashSet;

use bytes::Bytes;
use memchr::memmem;

use super::conflict::Choice;

/// First bytes of every stand-in.
const HEAD: &[u8] = b"\"typed-";

/// Strings in place of typed texts, each with a number behind a head that no text contains.
pub(super) struct StandIns {
    head: String,
}

impl StandIns {
    /// Stand-ins whose head is in none of these texts.
    pub(super) fn new(texts: [&[u8]; 2]) -> Self {
        let numbers = texts.into_iter().flat_map(|text| {
            let heads = memmem::find_iter(text, HEAD);
            heads.filter_map(move |at| number(&text[at + HEAD.len()..]).map(|(number, _)| number))
        });
        let taken: HashSet<u64> = numbers.collect();
        let free = (0..=taken.len() as u64).find(|number| !taken.contains(number));
        let free = free.unwrap_or_default();
        Self { head: format!("\"typed-{free}-") }
    }

    /// The choices with a string in place of each typed text.
    pub(super) fn instead_of(&self, choices: &[Choice]) -> Vec<Choice> {
        let stand_in = |(at, choice): (usize, &Choice)| match choice {
            Choice::Edited(_) => Choice::Edited(format!("{}{at}\"", self.head).into()),
            Choice::Mine | Choice::Theirs => choice.clone(),
        };
        choices.iter().enumerate().map(stand_in).collect()
    }

    /// The text with the typed texts in their places again.
    pub(super) fn give_way(&self, text: &[u8], choices: &[Choice]) -> Bytes {
        let mut out = Vec::with_capacity(text.len());
        let mut copied = 0;
        for at in memmem::find_iter(text, self.head.as_bytes()) {
            let behind = at + self.head.len();
            let Some((number, digits)) = number(&text[behind..]) else { continue };
            let choice = usize::try_from(number).ok().and_then(|number| choices.get(number));
            if let Some(Choice::Edited(typed)) = choice {
                out.extend_from_slice(&text[copied..at]);
                out.extend_from_slice(typed);
                // The quote, too.
                copied = behind + digits + 1;
            }
        }
        out.extend_from_slice(&text[copied..]);
        out.into()
    }
}

/// The number at the start of a text, and how many digits it has.
fn number(text: &[u8]) -> Option<(u64, usize)> {
    // A longer number is not one of these.
    let digits = text.iter().take(20).take_while(|byte| byte.is_ascii_digit()).count();
    let number = std::str::from_utf8(&text[..digits]).ok()?.parse().ok()?;
    Some((number, digits))
}
