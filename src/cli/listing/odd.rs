//! Keys that a list for another program would tell wrongly.

use crate::cli::arguments::KeysOptions;
use crate::cli::exit::{DONE, REFUSED};
use crate::cli::messages::{note, say};
use crate::cli::output::Output;
use crate::model::Key;
use crate::text;

/// Those that were met: what reads the list would take one for two others.
#[derive(Debug, Default)]
pub(super) struct OddKeys {
    /// Left out of a list with NUL bytes between the keys.
    with_nul: u64,
    /// In lines that a key breaks, or in columns that it shifts.
    split: u64,
    /// The first.
    first: Option<Key>,
}

impl OddKeys {
    /// Whether the key stays out of the list, because it holds what ends it.
    pub(super) fn is_left_out(
        &mut self,
        key: &[u8],
        arguments: &KeysOptions,
        output: &Output,
    ) -> bool {
        let with_nul = arguments.null && key.contains(&0);
        let split = split_by(arguments, output).iter().any(|end| key.contains(end));
        if with_nul || split {
            self.first.get_or_insert_with(|| Key::from(key));
        }
        self.with_nul += u64::from(with_nul);
        self.split += u64::from(split);
        with_nul
    }

    /// Says what was met, and gives the exit code.
    pub(super) fn told(&self, arguments: &KeysOptions) -> u8 {
        let Some(first) = &self.first else { return DONE };
        let first = first.named();
        if self.with_nul > 0 {
            let keys = text::plural(self.with_nul, "key");
            say(&format!("{keys} with a NUL byte left out, as {first}; keys --json lists all"));
            return REFUSED;
        }
        let keys = text::plural(self.split, "key");
        let with = if arguments.fields.is_empty() { "a line break" } else { "a line break or tab" };
        let other = if arguments.bare { "--null" } else { "--json" };
        note(&format!("{keys} with {with}, as {first}; {other} lists such for a script"));
        DONE
    }
}

/// The bytes in a key after which a script takes what follows for something else.
fn split_by(arguments: &KeysOptions, output: &Output) -> &'static [u8] {
    if output.terminal || output.json || arguments.null {
        return b"";
    }
    if !arguments.fields.is_empty() {
        return b"\n\t";
    }
    // Whole rows that are coloured have keys made visible.
    if arguments.bare || output.theme.is_none() { b"\n" } else { b"" }
}
