//! The links of a page, numbered.

use std::collections::HashMap;

use super::super::row::Role;
use super::writer::Writer;

/// Limit on the addresses that are kept.
const MOST: usize = 1000;

/// The addresses in the order of their first link, each once.
#[derive(Default)]
pub(super) struct Links {
    numbers: HashMap<Vec<u8>, usize>,
    addresses: Vec<Vec<u8>>,
    /// Number of links to addresses that were not kept.
    more: usize,
}

impl Links {
    /// The number of a link; `None` where it leads to no other page, or where the limit is reached.
    pub(super) fn number(&mut self, address: Vec<u8>) -> Option<usize> {
        let address: Vec<u8> =
            address.into_iter().filter(|byte| !matches!(byte, b'\n' | b'\r' | b'\t')).collect();
        let address = address.trim_ascii();
        let scheme = address.get(..11).is_some_and(|it| it.eq_ignore_ascii_case(b"javascript:"));
        if address.is_empty() || address.starts_with(b"#") || scheme {
            return None;
        }
        if let Some(&number) = self.numbers.get(address) {
            return Some(number);
        }
        if self.addresses.len() == MOST {
            self.more += 1;
            return None;
        }
        self.addresses.push(address.to_owned());
        self.numbers.insert(address.to_owned(), self.addresses.len());
        Some(self.addresses.len())
    }

    /// The addresses, by their numbers.
    pub(super) fn into_addresses(self) -> Vec<Vec<u8>> {
        self.addresses
    }

    /// Writes the list of the addresses.
    pub(super) fn write(&self, writer: &mut Writer) {
        if self.addresses.is_empty() {
            return;
        }
        writer.leave();
        writer.end_block(2);
        writer.word(b"Links", Role::Key);
        for (index, address) in self.addresses.iter().enumerate() {
            writer.end_block(1);
            writer.word(format!("[{}]", index + 1).as_bytes(), Role::Number);
            writer.text(b" ");
            writer.word(address, Role::String);
        }
        if self.more > 0 {
            writer.end_block(1);
            writer.word(format!("and {} more links", self.more).as_bytes(), Role::Dim);
        }
    }
}
