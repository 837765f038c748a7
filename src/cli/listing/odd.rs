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
    /// In a list of bare lines.
    with_line_break: u64,
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
        let is_bare = arguments.bare && !arguments.null && !output.terminal;
        let with_nul = arguments.null && key.contains(&0);
        let with_line_break = is_bare && key.contains(&b'\n');
        if with_nul || with_line_break {
            self.first.get_or_insert_with(|| Key::from(key));
        }
        self.with_nul += u64::from(with_nul);
        self.with_line_break += u64::from(with_line_break);
        with_nul
    }

    /// Says what was met, and gives the exit code.
    pub(super) fn told(&self) -> u8 {
        let Some(first) = &self.first else { return DONE };
        let first = first.named();
        if self.with_nul > 0 {
            let keys = text::plural(self.with_nul, "key");
            say(&format!("{keys} with a NUL byte left out, as {first}; keys --json lists all"));
            return REFUSED;
        }
        let keys = text::plural(self.with_line_break, "key");
        note(&format!("{keys} with a line break, as {first}; --null lists such for a script"));
        DONE
    }
}
