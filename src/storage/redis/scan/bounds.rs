//! The end of a walk that has none: its cursor is the server's, and so is the word that it is over.

use fred::types::Value;

use super::super::{RedisStorage, command, reply};
use crate::model::{Error, ErrorKind, Result};

/// How many times more entries than the server counts a walk may give: it meets what is there all
/// the time once, and some of it again when the table changes its size.
const TIMES: u64 = 4;
/// How many entries it may give beyond that: a crawl writes meanwhile.
const BEYOND: u64 = 100_000;
/// How many places it may go through for each entry: a table that was emptied is sparse.
const SPARSE: u64 = 64;
/// How many places it may go through beyond that.
const PLACES: u64 = 1_000_000;
/// What is taken for the count where the server does not tell it.
const UNTOLD: u64 = 10_000_000;

/// How far a walk has come, and how far it may go before the server is asked how much there is.
pub(in crate::storage::redis) struct Bounds {
    given: u64,
    places: u64,
    counted: u64,
}

impl Bounds {
    pub(in crate::storage::redis) fn new() -> Self {
        Self { given: 0, places: 0, counted: 0 }
    }

    /// A page that asked for so many entries gave so many. Now and then asks `count`, which is HLEN
    /// or DBSIZE, how many there are.
    ///
    /// # Errors
    /// It gives far more than the server counts.
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
        let problem = format!(
            "the list of this server does not end: it has {} entries by its own count, and gave {}",
            self.counted, self.given
        );
        Err(Error::new(ErrorKind::Server, problem).hint("check the address: no sound Redis server"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pages that a walk gives before it is ended.
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
