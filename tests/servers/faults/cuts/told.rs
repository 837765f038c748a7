//! larder's report of several records, some of whose answers were lost: the numbers in its sentence.

use larder::ops::Resolution;

/// Number of records that are saved, that are not, that may be, and that someone else has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Told {
    all: Option<u64>,
    saved: u64,
    not: u64,
    unknown: u64,
    skipped: u64,
}

impl Told {
    pub(super) fn of(resolution: &Resolution) -> Result<Self, String> {
        let (sentence, skipped) = match resolution {
            Resolution::Done(outcome, sentence) => (sentence, outcome.skipped.len() as u64),
            Resolution::Open(error) | Resolution::Refused(error) => {
                let staged = error.problem.matches("stays staged").count() as u64;
                (&error.problem, staged)
            }
        };
        let mut told = Self { skipped, ..Self::default() };
        let known = sentence.strip_prefix("answer lost");
        let known = known.and_then(|rest| rest.strip_prefix("; ").or(rest.strip_prefix(", but ")));
        let known = known.ok_or_else(|| sentence.clone())?;
        for part in known.split("; ") {
            let words: Vec<_> = part.trim().split(' ').collect();
            let number = |word: &str| word.parse::<u64>().map_err(|_| sentence.clone());
            match &words[..] {
                ["all", all, "records", "are", "saved"] => {
                    (told.all, told.saved) = (Some(number(all)?), number(all)?);
                }
                ["none", "of", all, "records", "is", "saved"] => {
                    told.all = Some(number(all)?);
                    told.not = number(all)? - skipped;
                }
                [some, "of", all, "records", "is" | "are", "saved"] => {
                    (told.all, told.saved) = (Some(number(all)?), number(some)?);
                }
                [some, "of", all, "records", "is" | "are", "not", "saved"] => {
                    (told.all, told.not) = (Some(number(all)?), number(some)?);
                }
                [some, "is" | "are", "not"] => told.not = number(some)?,
                ["of", key, "it", "is", "not", "known", ..] => {
                    told.unknown = number(key).unwrap_or(1);
                }
                // The rest says why, and what is left.
                _ if told.all.is_some() || told.unknown > 0 => break,
                _ => return Err(sentence.clone()),
            }
        }
        if matches!(resolution, Resolution::Done(..)) && told.unknown + told.not > 0 {
            return Err(format!("done: {sentence}"));
        }
        Ok(told)
    }

    /// Checks the numbers: at most `most` records can be saved, `now` are saved now, and `later` in the end.
    pub(super) fn is_so(self, most: u64, now: u64, later: u64) -> Result<(), String> {
        let Self { all, saved, not, unknown, skipped } = self;
        let adds_up = all.is_none_or(|all| all == saved + not + unknown + skipped);
        let may_be = saved..=saved + unknown;
        let is_so = adds_up && may_be.contains(&now) && may_be.contains(&later);
        let is_so = is_so && saved + unknown <= most;
        if is_so { Ok(()) } else { Err(format!("{self:?}, but {now} of {most}, then {later}")) }
    }
}
