//! Checks whether larder's report of a write is true, and whether the server was left as it should be.

use larder::model::{Error, ErrorKind, WriteOutcome, Written};
use larder::ops::Resolution;

use super::sent::Sent;
use super::told::Told;
use crate::server::{Client, Reply};

/// All data of the store on the server, and the number of writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    /// Every Redis key with its content, in order; without times.
    pub(super) keys: Vec<(String, Vec<Vec<u8>>)>,
    /// `accessed_at` and `modified_at` of the store.
    pub(super) times: Option<(String, String)>,
    /// Number of writes that were run.
    pub(super) runs: usize,
}

/// larder's report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// The answer came.
    Answered(Result<Written, Error>),
    /// The answer was lost, and it was found out what became of the write.
    Resolved(Result<WriteOutcome, Error>),
    /// Some answers of several records were lost, and all records are reported.
    Told(Result<Resolution, Error>),
}

/// One write, and its possible results.
pub(super) struct Case {
    pub(super) sent: Sent,
    /// The store before it.
    pub(super) before: Seen,
    /// The store after each of its steps; only a long delete has several.
    pub(super) steps: Vec<Seen>,
    /// Number of records that are gone after each step.
    pub(super) gone: Vec<u64>,
    /// What its answer says.
    pub(super) answer: Result<Written, ErrorKind>,
    /// Whether larder may close connections.
    pub(super) may_close: bool,
}

impl Case {
    /// Whether both states are the same, apart from times.
    fn alike(&self, step: &Seen, seen: &Seen) -> bool {
        // A new store has an id and times of its own.
        let new = self.sent.creates();
        let names = |seen: &Seen| seen.keys.iter().map(|key| key.0.clone()).collect::<Vec<_>>();
        if new { names(step) == names(seen) } else { step.keys == seen.keys }
    }

    /// Number of steps that were made; `None` for a state that no step leaves.
    fn made(&self, seen: &Seen) -> Option<usize> {
        // The last first: a step that has nothing to do changes only the times.
        let steps = self.steps.iter().enumerate().rev();
        let step = steps.map(|(at, step)| (at + 1, step)).chain([(0, &self.before)]);
        step.filter(|(at, _)| *at == 0 || seen.runs > 0)
            .find(|(_, step)| self.alike(step, seen))
            .map(|(at, _)| at)
    }

    /// What is wrong, if anything: `now` is the server at larder's report, `later` after late bytes have
    /// arrived.
    pub(super) fn wrong(&self, said: &Said, now: &Seen, later: &Seen) -> Option<String> {
        if later.runs > self.steps.len() {
            return Some(format!("run {} times", later.runs));
        }
        for seen in [now, later] {
            let Some(made) = self.made(seen) else { return Some("half made".to_owned()) };
            // A record that someone has changed is looked at by a script, and not by a transaction.
            let ran = |step: &Seen| step.runs == seen.runs && self.alike(step, seen);
            let ran = seen.runs == 0 || self.steps.iter().any(ran);
            if (made == 0) != (seen.runs == 0) || !ran && self.answer.is_ok() {
                return Some(format!("{} steps were run and {made} are there", seen.runs));
            }
            if let Some((accessed, modified)) = &seen.times {
                let old = self.before.times.as_ref();
                let moved = old.map(|old| (*accessed != old.0, *modified != old.1));
                if moved.is_some_and(|(one, other)| one != other) {
                    return Some("half of the times moved".to_owned());
                }
            }
        }
        let (made, at_last) = (self.made(now)?, self.made(later)?);
        let stays = now.runs == later.runs;
        let all = self.steps.len();
        let word = |right: bool, word: &str| (!right).then(|| format!("wrong word: {word}"));
        match said {
            Said::Answered(Ok(written)) => word(made == all && self.counts(written), "answered")
                .or_else(|| word(self.answer.is_ok(), "done, although there was nothing to do")),
            Said::Answered(Err(error)) | Said::Told(Ok(Resolution::Refused(error))) => {
                self.refused(error, made, stays)
            }
            Said::Resolved(Ok(outcome)) => match outcome {
                WriteOutcome::Applied(written) => {
                    word(made == all && stays && self.counts(written), "made")
                        .or_else(|| word(self.answer.is_ok(), "made, although it was refused"))
                }
                WriteOutcome::There(_) => {
                    let wanted = self.steps.last().is_some_and(|step| self.alike(step, now));
                    word(wanted, "there")
                        .or_else(|| word(self.answer.is_ok(), "there, although it was refused"))
                }
                WriteOutcome::Refused(error) => self.refused(error, made, stays),
                // A plan of which nothing is as it was shown changes nothing, made or not.
                WriteOutcome::NotApplied if self.keeps_all() => word(stays, "not made"),
                WriteOutcome::NotApplied => word(made == 0 && at_last == 0 && stays, "not made"),
                // What was refused and may still come was not made either.
                WriteOutcome::NotSoFar => word(made == 0 || self.answer.is_err(), "not so far")
                    .or_else(|| word(!self.may_close, "not so far, where it could be closed")),
                WriteOutcome::Partly { gone, all: of, pending } => {
                    let records = made.checked_sub(1).map_or(0, |at| self.gone[at]);
                    let listed = self.sent.listed().unwrap_or(self.gone[all - 1]);
                    word(*gone == records && *of == listed, "so many of so many")
                        .or_else(|| word(*pending || stays, "no more will go"))
                        .or_else(|| word(!*pending || !self.may_close, "more may go"))
                }
                // Refused, it leaves all as it was.
                WriteOutcome::Other => {
                    let wanted = self.steps.last().is_some_and(|step| self.alike(step, now));
                    word(!wanted || self.answer.is_err(), "not there")
                        .or_else(|| word(stays || self.answer.is_err(), "no more can be made"))
                }
                WriteOutcome::Unclear => None,
            },
            Said::Told(Ok(told)) => Told::of(told)
                .and_then(|told| {
                    let records = |made: usize| made.checked_sub(1).map_or(0, |at| self.gone[at]);
                    told.is_so(self.gone[all - 1], records(made), records(at_last))
                })
                .err()
                .map(|why| format!("wrong word: {why}")),
            // Not known.
            Said::Resolved(Err(_)) | Said::Told(Err(_)) => None,
        }
    }

    /// Whether it is a plan in which nothing is as it was shown.
    fn keeps_all(&self) -> bool {
        self.sent.listed().is_some() && self.answer == Err(ErrorKind::Conflict)
    }

    /// Whether the reported numbers of a write are those of its result.
    fn counts(&self, written: &Written) -> bool {
        self.answer.as_ref().is_ok_and(|answer| answer.records == written.records)
    }

    fn refused(&self, error: &Error, made: usize, stays: bool) -> Option<String> {
        let kinds = [ErrorKind::Connection, ErrorKind::Timeout];
        let partly = made.checked_sub(1).map(|at| format!("{} of", self.gone[at]));
        match &self.answer {
            // It was not sent, or not all of it.
            _ if kinds.contains(&error.kind) && stays => match partly {
                None => None,
                Some(words) if error.problem.starts_with(&words) => None,
                Some(_) => Some(format!("wrong word: {error}")),
            },
            Err(kind) if *kind == error.kind && stays => None,
            _ => Some(format!("wrong word: {error}")),
        }
    }
}

/// Reads all data on the server.
pub(super) fn look(client: &mut Client, runs: usize) -> Seen {
    let names = client.call(&[b"KEYS", b"*"]).items().into_iter();
    let mut names: Vec<_> = names.map(|name| name.bytes().unwrap()).collect();
    names.sort();
    let read = |name: &Vec<u8>| {
        let command = match name {
            name if name.ends_with(b":metadata") => "JSON.GET",
            name if name.ends_with(b":created_signal") => "LLEN",
            _ => "HGETALL",
        };
        vec![command.into(), name.clone()]
    };
    let contents = client.pipeline(&names.iter().map(read).collect::<Vec<_>>());
    let (mut keys, mut times) = (Vec::new(), None);
    for (name, content) in names.into_iter().zip(contents) {
        let content = match content {
            Reply::Bulk(text) => {
                let fields: serde_json::Value = serde_json::from_slice(&text).unwrap();
                let field = |name: &str| fields[name].as_str().unwrap_or_default().to_owned();
                times = Some((field("accessed_at"), field("modified_at")));
                vec![field("id").into_bytes(), field("created_at").into_bytes()]
            }
            Reply::Int(_) => vec![content.raw()],
            hash => {
                let hash: Vec<_> = hash.items().into_iter().map(Reply::raw).collect();
                let mut pairs: Vec<_> = hash.chunks(2).map(<[_]>::concat).collect();
                pairs.sort();
                pairs
            }
        };
        keys.push((String::from_utf8(name).unwrap(), content));
    }
    Seen { keys, times, runs }
}
