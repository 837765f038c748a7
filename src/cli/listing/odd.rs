//! Keys that would be wrong in a list for another program.

use crate::cli::arguments::KeysOptions;
use crate::cli::exit::{DONE, REFUSED};
use crate::cli::messages::{note, say};
use crate::cli::output::Output;
use crate::model::Key;
use crate::text;

/// Odd keys that were met: whatever reads the list would take one for two others.
#[derive(Debug, Default)]
pub(super) struct OddKeys {
    /// Number of keys left out of a list that has NUL bytes between the keys.
    with_nul: u64,
    /// Number of keys that break their line, or shift their columns.
    split: u64,
    /// The first odd key.
    first: Option<Key>,
}

impl OddKeys {
    /// Whether the key is left out of the list, because it contains the byte that ends a key.
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

    /// Reports the odd keys, and gives the exit code.
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

/// The bytes in a key at which a script would split it.
fn split_by(arguments: &KeysOptions, output: &Output) -> &'static [u8] {
    if output.terminal || output.json || arguments.null {
        return b"";
    }
    if !arguments.fields.is_empty() {
        return b"\n\t";
    }
    // In whole rows with colours, keys are made visible.
    if arguments.bare || output.theme.is_none() { b"\n" } else { b"" }
}
