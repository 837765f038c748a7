//! Pinned records: kept for each target, first in the palette and marked in the list.

use crate::model::{Key, StoreName};

/// Limit on the pinned records of one target.
pub const MOST_PINS: usize = 100;

/// A pinned record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// Its store.
    pub store: StoreName,
    /// Its key.
    pub key: Key,
}

/// The pinned records of the present target, the newest first.
#[derive(Debug, Clone, Default)]
pub struct Pins(Vec<Pin>);

impl Pins {
    /// The pins, from the newest to the oldest.
    pub fn all(&self) -> &[Pin] {
        &self.0
    }

    /// Whether a record is pinned.
    pub fn has(&self, store: &StoreName, key: &Key) -> bool {
        self.0.iter().any(|pin| pin.key == *key && pin.store == *store)
    }

    /// Takes the pins of the target.
    pub(super) fn take(&mut self, pins: Vec<Pin>) {
        self.0 = pins;
    }

    /// Pins a record, as the newest, or unpins it.
    pub(super) fn set(&mut self, pin: &Pin, is_pinned: bool) {
        self.0.retain(|known| known != pin);
        if is_pinned {
            self.0.insert(0, pin.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_pinned_once_and_the_newest_comes_first() {
        let pin = |key: &str| Pin { store: "shop".into(), key: key.into() };
        let mut pins = Pins::default();
        for key in ["a", "b", "a"] {
            pins.set(&pin(key), true);
        }
        assert_eq!(pins.all(), [pin("a"), pin("b")]);
        pins.set(&pin("a"), false);
        assert!(pins.has(&"shop".into(), &"b".into()) && !pins.has(&"shop".into(), &"a".into()));
        assert!(!pins.has(&"other".into(), &"b".into()), "it is of one store");
    }
}
