//! Limits of a walk, which has none itself: its cursor is the server's, and so is the answer that it is over.

use fred::types::Value;

use super::super::{RedisStorage, command, reply};
use crate::model::{Error, ErrorKind, Result};

/// Limit on the entries of a walk, as a multiple of the server's count: entries that stay are met once, and
/// some of them again when the table changes its size.
const TIMES: u64 = 4;
/// Number of entries allowed beyond that, since a crawl writes meanwhile.
const BEYOND: u64 = 100_000;
/// Number of places allowed for each entry: a table that was emptied is sparse.
const SPARSE: u64 = 64;
/// Number of places allowed beyond that.
const PLACES: u64 = 1_000_000;
/// Count that is assumed where the server does not tell it.
const UNTOLD: u64 = 10_000_000;

/// Progress of a walk, and its limit until the server is asked for the count again.
pub(in crate::storage::redis) struct Bounds {
    given: u64,
    places: u64,
    counted: u64,
}

impl Bounds {
    pub(in crate::storage::redis) fn new() -> Self {
        Self { given: 0, places: 0, counted: 0 }
    }

    /// Records a page: the number of entries that it asked for, and the number that it got. Now and then asks
    /// for the number of all entries with `count`, which is HLEN or DBSIZE.
    ///
    /// # Errors
    /// The walk gives far more entries than the server counts.
    pub(in crate::storage::redis) async fn page(
        &mut self,
        storage: &RedisStorage,
        asked: u32,
        given: usize,
        (count, hash): (&'static str, Option<&Value>),
    ) -> Result<()> {
        self.note(asked, given);
        if self.is_within() {
            return Ok(());
        }
        let told = storage.connections.run_bulk(command(count, hash.cloned())).await;
        self.counted(told.and_then(|told| reply::integer(&told)))
    }

    fn note(&mut self, asked: u32, given: usize) {
        self.given = self.given.saturating_add(given as u64);
        self.places = self.places.saturating_add(asked.into());
    }

    fn is_within(&self) -> bool {
        self.given <= self.counted.saturating_mul(TIMES).saturating_add(BEYOND)
            && self.places <= self.counted.saturating_mul(SPARSE).saturating_add(PLACES)
    }

    fn counted(&mut self, told: Result<u64>) -> Result<()> {
        self.counted = match told {
            Ok(count) => count,
            Err(error) if matches!(error.kind, ErrorKind::Connection | ErrorKind::Timeout) => {
                return Err(error);
            }
            Err(_) => UNTOLD,
        };
        if self.is_within() {
            return Ok(());
        }
        let problem =
            format!("a list that does not end: {} of {} entries", self.given, self.counted);
        Err(Error::new(ErrorKind::Server, problem).hint("check the address: no sound Redis server"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Number of pages of a walk before it is ended.
    fn pages(count: u64, asked: u32, given: usize) -> Option<u64> {
        let mut bounds = Bounds::new();
        (1..200_000).find(|_| {
            bounds.note(asked, given);
            !bounds.is_within() && bounds.counted(Ok(count)).is_err()
        })
    }

    #[test]
    fn a_walk_ends_that_gives_many_times_more_than_there_is() {
        assert_eq!(pages(3, 1000, 1000), Some(101));
        assert_eq!(pages(1_000_000, 1000, 1000), Some(4101));
    }

    #[test]
    fn a_walk_ends_that_gives_nothing_for_ever() {
        assert_eq!(pages(3, 100, 0), Some(10_002));
    }

    #[test]
    fn a_walk_that_gives_what_there_is_twice_and_more_while_it_grows_is_let_be() {
        let mut bounds = Bounds::new();
        for page in 0..4000_u64 {
            bounds.note(1000, 2000);
            assert!(bounds.is_within() || bounds.counted(Ok(page * 700 + 50_000)).is_ok());
        }
    }

    #[test]
    fn a_server_that_does_not_count_is_believed_for_long() {
        let mut bounds = Bounds::new();
        let refused = || Err(Error::new(ErrorKind::Permission, "no"));
        let ended = (0..100_000).find(|_| {
            bounds.note(1000, 1000);
            !bounds.is_within() && bounds.counted(refused()).is_err()
        });
        assert_eq!(ended, Some(40_100));
    }
}
