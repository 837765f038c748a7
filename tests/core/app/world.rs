//! A storage in a few maps, which answers the core's requests when a test says so.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use larder::app::{
    ContentsPage, Effect, Event, Load, Loaded, Read, RecordView, Side, Slot, StagedNow, Summary,
    Ticket,
};
use larder::edit::{Diff, TypedValue};
use larder::model::{
    Content, ContentType, Contents, Error, ErrorKind, Expect, Key, KeyPage, OpenBy, Reading,
    Record, RecordMeta, SetValue, Version, WatchEvent,
};
use larder::ops::{Outcome, Plan, PlannedChange, PlannedRecord, Resolution, WriteId};

use crate::stage::{index, record, shown, store};

type Records = BTreeMap<Key, Record>;

/// The stored records, and the requests that are not answered.
#[derive(Default)]
pub(super) struct World {
    stores: BTreeMap<String, Records>,
    /// Whether the server can be reached.
    pub(super) up: bool,
    pub(super) reads: Vec<(Slot, Ticket, Read)>,
    pub(super) writes: Vec<(WriteId, Plan)>,
    /// Writes whose answers were lost, and whether they were made.
    pub(super) lost: Vec<(WriteId, bool)>,
    pub(super) settles: Vec<WriteId>,
    pub(super) files: Vec<(std::path::PathBuf, bytes::Bytes)>,
    pub(super) outside: Option<bytes::Bytes>,
    pub(super) quit: bool,
    watched: Option<Ticket>,
    /// Events that have occurred, so that a test can tell whether it tried anything.
    pub(super) seen: BTreeSet<&'static str>,
    /// Answers that have been given, to be given again too late.
    pub(super) given: Vec<Event>,
}

impl World {
    pub(super) fn new() -> Self {
        let mut world = Self { up: true, ..Self::default() };
        for name in ["default", "shop"] {
            let records = ["a", "b", "c"]
                .map(|key| record(key, "text/plain", format!("{key} one\ntwo\nthree")));
            // A record whose values are changed one at a time.
            let json = record("b", super::JSON, r#"{"one": 1.10, "two": "x"}"#);
            let records = records.into_iter().chain([json]);
            let records = records.map(|record| (record.meta.key.clone(), record));
            world.stores.insert(name.to_owned(), records.collect());
        }
        world
    }

    /// Takes the core's effects.
    pub(super) fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Read(slot, ticket, read) => {
                    self.reads.retain(|(asked, ..)| *asked != slot);
                    self.reads.push((slot, ticket, read));
                }
                Effect::Cancel(slot) => self.reads.retain(|(asked, ..)| *asked != slot),
                Effect::Watch(ticket, _) => self.watched = Some(ticket),
                Effect::Write(id, plan) => self.writes.push((id, *plan)),
                Effect::Resolve(id) => self.settles.push(id),
                Effect::SaveFile { path, bytes, .. } => self.files.push((path, bytes)),
                Effect::OpenEditor { text, .. } => self.outside = Some(text.bytes()),
                Effect::Quit => self.quit = true,
                _ => {}
            }
        }
    }

    pub(super) fn is_asked(&self, slot: Slot) -> bool {
        self.reads.iter().any(|(asked, ..)| *asked == slot)
    }

    /// Answers one of the reads.
    pub(super) fn answer(&mut self, at: usize) -> Option<Event> {
        let (slot, ticket, read) = self.reads.get(at % self.reads.len().max(1))?.clone();
        let computed = matches!(read, Read::Compute(_));
        self.reads.retain(|(asked, ..)| *asked != slot);
        let result = if self.up || computed { self.read(read) } else { Err(away()) };
        let event = Event::Loaded(slot, ticket, result);
        self.given.push(event.clone());
        Some(event)
    }

    fn read(&self, read: Read) -> Result<Loaded, Error> {
        let find = |store: &larder::model::StoreName, key: &Key| {
            self.stores.get(&store.escaped()).and_then(|records| records.get(key)).cloned()
        };
        let to_shown =
            |found: Option<Record>, key: Key| found.map_or(RecordView::Missing(key), shown);
        Ok(match read {
            Read::Load(Load::Stores) => {
                let stores = self.stores.iter();
                let stores = stores.map(|(name, records)| store(name, records.len() as u64));
                Loaded::Stores(stores.collect(), None)
            }
            Read::Load(Load::Store(name)) => {
                let records = self.stores.get(&name.escaped()).ok_or_else(missing)?;
                Loaded::Store(Box::new(store(&name.escaped(), records.len() as u64)))
            }
            Read::Load(Load::Keys { store, .. }) => {
                let records = self.stores.get(&store.escaped()).ok_or_else(missing)?;
                Loaded::keys(index(&records.values().cloned().collect::<Vec<_>>()), 1.0)
            }
            Read::Load(Load::Summary(store)) => {
                let records = self.stores.get(&store.escaped()).ok_or_else(missing)?;
                let mut page = KeyPage::default();
                for record in records.values() {
                    page.push_meta(&record.meta);
                }
                Loaded::Summary(Box::new(Summary::of_page(store, &page)))
            }
            Read::Load(Load::Record { store, key, .. } | Load::Whole { store, key, .. }) => {
                Loaded::Record(to_shown(find(&store, &key), key))
            }
            Read::Load(Load::Meta { store, key }) => {
                let meta = find(&store, &key).map(|record| record.meta);
                Loaded::Meta(store, key, meta)
            }
            Read::Load(Load::Place { .. }) => Loaded::Place(None, None),
            Read::Load(Load::Value { store, key }) => Loaded::Value(find(&store, &key)),
            Read::Load(Load::Review(look)) => {
                let now = find(&look.store, &look.key);
                Loaded::Reviewed(Box::new(look.over(now.as_ref().map(TypedValue::from))))
            }
            Read::Load(Load::Pair(sides)) => {
                let typed = |side: &Side| match side {
                    Side::Record(store, key) => {
                        Ok(TypedValue::from(&find(store, key).ok_or_else(missing)?))
                    }
                    Side::File(_) => Err(missing()),
                };
                let (from, to) = (typed(&sides[0])?, typed(&sides[1])?);
                Loaded::Pair(Box::new(Diff::of(Some(&from), Some(&to))))
            }
            Read::Compute(compute) => compute.run(&|| true, &mut |_| {}).unwrap(),
            Read::Load(Load::Asides) => Loaded::Asides(Vec::new()),
            Read::Load(Load::Contents(of, from)) => {
                Loaded::Contents(Box::new(ContentsPage::new(of, from, Contents::default())))
            }
            Read::Load(Load::Crawl | Load::CrawlEnd) => Loaded::Crawl(Arc::default()),
            Read::Load(Load::Lost) => Loaded::Lost(1.0, Vec::new()),
            Read::Load(Load::Staged(sets)) => {
                let now = |set: &SetValue| {
                    let found = find(&set.store, &set.key).map(Reading::Whole);
                    StagedNow::of(set, found.as_ref())
                };
                let found = sets.iter().map(|set| (set.store.clone(), set.key.clone(), now(set)));
                Loaded::Staged(found.collect())
            }
        })
    }

    /// Answers one of the writes: makes it, refuses it, or loses the answer.
    pub(super) fn write(&mut self, at: usize, how: u8) -> Option<Event> {
        if self.writes.is_empty() {
            return None;
        }
        let (id, write) = self.writes.remove(at % self.writes.len());
        let result = match how % 8 {
            _ if !self.up => Err(away()),
            0 => Err(Error::new(ErrorKind::Permission, "the server forbids it")),
            lost @ 1..=3 => {
                let made = lost > 1 && self.make(&write).is_ok();
                self.lost.push((id, made));
                Err(Error::new(ErrorKind::InDoubt, "the connection broke"))
            }
            _ => self.make(&write),
        };
        let event = Event::Written(id, result);
        self.given.push(event.clone());
        Some(event)
    }

    /// Tells what became of one of the writes whose answers were lost, if that can be known.
    pub(super) fn resolve(&mut self, at: usize) -> Option<Event> {
        if self.settles.is_empty() {
            return None;
        }
        let id = self.settles.remove(at % self.settles.len());
        let made = self.lost.iter().any(|(lost, made)| *lost == id && *made);
        let result = match (self.up, made) {
            (false, _) => Err(away()),
            (true, true) => {
                let outcome = Outcome { records: 1, ..Outcome::default() };
                Ok(Resolution::Done(outcome, "the write was made".to_owned()))
            }
            (true, false) => {
                let error = Error::new(ErrorKind::Connection, "the write was not made");
                Ok(Resolution::Open(error))
            }
        };
        let event = Event::Resolved(id, result);
        self.given.push(event.clone());
        Some(event)
    }

    fn make(&mut self, plan: &Plan) -> Result<Outcome, Error> {
        let mut outcome = Outcome { records: 1, ..Outcome::default() };
        match &plan.change {
            PlannedChange::Create(OpenBy::Name(name) | OpenBy::Alias(name)) => {
                self.stores.entry(name.clone()).or_default();
            }
            PlannedChange::Create(_)
            | PlannedChange::SetMany(_)
            | PlannedChange::Repair(..)
            | PlannedChange::Rewrite(_)
            | PlannedChange::Swap(..)
            | PlannedChange::Restore(_)
            | PlannedChange::Discard(_)
            | PlannedChange::DropEmpty(..) => {}
            PlannedChange::Set(set) => {
                let records = self.stores.get_mut(&set.store.escaped()).ok_or_else(missing)?;
                let there = records.get(&set.key);
                let fits = match &set.expected {
                    Expect::Anything => panic!("nothing is overwritten unseen: {set:?}"),
                    Expect::Absent => there.is_none(),
                    Expect::Is(Version {
                        content: Content::Digest(..) | Content::Size(_), ..
                    }) => {
                        panic!("the editor has read the value")
                    }
                    Expect::Is(Version { content: Content::Bytes(value), content_type }) => there
                        .is_some_and(|there| {
                            there.value == value && there.meta.content_type == *content_type
                        }),
                };
                if !fits {
                    return Err(Error::new(ErrorKind::Conflict, "it has changed"));
                }
                let made = record(&set.key.escaped(), set.content_type.as_str(), &set.value);
                outcome.meta = Some(made.meta.clone());
                records.insert(set.key.clone(), made);
            }
            PlannedChange::Delete { store, records: planned } => {
                let records = self.stores.get_mut(&store.escaped()).ok_or_else(missing)?;
                outcome.records = 0;
                for record in planned {
                    match (record, records.get(record.key())) {
                        (PlannedRecord::There(shown), Some(now)) if now.meta != *shown => {
                            outcome.skipped.push(shown.key.clone());
                        }
                        (_, None) => {}
                        (_, Some(_)) => {
                            records.remove(record.key());
                            outcome.records += 1;
                        }
                    }
                }
            }
            PlannedChange::Purge(store) => {
                self.stores.get_mut(&store.name.escaped()).ok_or_else(missing)?.clear();
            }
            PlannedChange::Drop(store) => {
                self.stores.remove(&store.name.escaped()).ok_or_else(missing)?;
            }
        }
        Ok(outcome)
    }

    /// Lets somebody else set or delete a record; gives the watcher's event.
    pub(super) fn someone_else(
        &mut self,
        what: u8,
        open: Option<&str>,
        edited: Option<Key>,
    ) -> Option<Event> {
        let any = Key::from(["a", "b", "c", "d"][usize::from(what % 4)]);
        let key = edited.filter(|_| what & 16 == 0).unwrap_or(any);
        let name = open.unwrap_or("shop");
        let records = self.stores.get_mut(name)?;
        let noticed = if what & 4 == 0 {
            // In another place than the user's edit, or over it.
            let old = records.get(&key).and_then(|old| String::from_utf8(old.value.to_vec()).ok());
            let beside =
                old.as_ref().and_then(|old| old.rsplit_once('\n').filter(|_| what & 64 == 0));
            let json = old.as_ref().is_some_and(|old| old.starts_with('{'));
            let value = match beside {
                _ if json && what & 64 == 0 => {
                    format!(r#"{{"one": 1.10, "two": "theirs {what}"}}"#)
                }
                _ if json => format!(r#"{{"one": "theirs {what}", "two": "x"}}"#),
                Some((rest, _)) => format!("{rest}\ntheirs {what}"),
                None => format!("theirs {what}\ntwo\nthree"),
            };
            let kind = if json { super::JSON } else { "text/plain" };
            let made = record(&key.escaped(), kind, value);
            let meta = made.meta.clone();
            records.insert(key, made);
            WatchEvent::Records { set: vec![meta], removed: vec![] }
        } else {
            records.remove(&key);
            WatchEvent::Records { set: Vec::<RecordMeta>::new(), removed: vec![key] }
        };
        // Some events are never told, or late.
        (what & 8 == 0).then_some(Event::Watched(self.watched?, noticed))
    }

    /// Lets somebody else drop or make a store.
    pub(super) fn someones_store(&mut self, what: u8) -> Option<Event> {
        let name = ["default", "shop", "new"][usize::from(what % 3)];
        let noticed = if self.stores.remove(name).is_some() {
            WatchEvent::StoreGone(name.into())
        } else {
            self.stores.insert(name.to_owned(), Records::new());
            WatchEvent::Store(store(name, 0))
        };
        Some(Event::Watched(self.watched?, noticed))
    }

    /// Keys with their sizes and types, as the list must show them.
    pub(super) fn listed(&self, store: &str) -> Option<HashMap<Key, (u64, ContentType)>> {
        let records = self.stores.get(store)?.values();
        let fact = |record: &Record| (record.meta.size, record.meta.content_type.clone());
        Some(records.map(|record| (record.meta.key.clone(), fact(record))).collect())
    }
}

fn away() -> Error {
    Error::new(ErrorKind::Connection, "the server is away")
}

fn missing() -> Error {
    Error::new(ErrorKind::NotFound, "there is no such store")
}
