//! A browser whose loads and writes are made on a real storage, and the commands next to it.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use larder::app::{Effect, Event, Layer, Load, Loaded, Read, Slot};
use larder::model::{Reading, Record, StoreName, Want};
use larder::ops::{OldValues, perform_kept};
use larder::storage::Storage;

use super::account::{Save, Value};
use super::meanwhile::Meanwhile;
use crate::stage::{Stage, computed, index, shown, store};

/// The way a value is changed in the browser, and the member that is changed only in this way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Road {
    /// Alone, in a line.
    Leaf,
    /// In the editor, with the whole record.
    Editor,
}

impl Road {
    pub(super) fn member(self) -> &'static str {
        match self {
            Self::Leaf => "leaf",
            Self::Editor => "editor",
        }
    }
}

/// The browser's report of one save.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Told {
    /// It was merged with what Crawlee wrote.
    pub(super) merged: bool,
    /// Number of decisions that were needed because Crawlee had changed the same value.
    pub(super) decided: u64,
}

pub(super) struct Browser<'a> {
    stage: Box<Stage>,
    storage: &'a dyn Storage,
    pub(super) road: Road,
    /// The saves that were reported as made.
    pub(super) saves: Vec<Save>,
}

pub(super) async fn read(storage: &dyn Storage) -> Record {
    let read = storage.read(&StoreName::from("race"), &"k".into(), Want::Whole).await.unwrap();
    let Some(Reading::Whole(record)) = read else { panic!("a whole record was wanted") };
    record
}

fn value(record: &Record) -> Value {
    Value::of(std::str::from_utf8(&record.value).unwrap())
}

impl<'a> Browser<'a> {
    /// A browser with the record open.
    pub(super) async fn open(storage: &'a dyn Storage, road: Road) -> Self {
        let mut stage = Box::new(Stage::new(120, 36));
        stage.connect(vec![store("race", 1)]);
        stage.open(&[read(storage).await]);
        stage.keys("<tab>");
        stage.asked.clear();
        Self { stage, storage, road, saves: Vec::new() }
    }

    /// Serves the browser's requests until there are no more.
    async fn settle(&mut self, meanwhile: &mut Meanwhile<'_>) {
        while !self.stage.asked.is_empty() {
            let event = match self.stage.asked.remove(0) {
                Effect::Read(slot, ticket, Read::Compute(compute)) => {
                    Event::Loaded(slot, ticket, Ok(computed(Read::Compute(compute))))
                }
                Effect::Read(slot, ticket, Read::Load(load)) => {
                    let loaded = match (slot, load) {
                        (Slot::Record, _) => Loaded::Record(shown(read(self.storage).await)),
                        (_, Load::Value { .. }) => Loaded::Value(Some(read(self.storage).await)),
                        (_, Load::Keys { .. }) => {
                            Loaded::keys(index(&[read(self.storage).await]), 1.0)
                        }
                        (_, Load::Stores) => Loaded::Stores(vec![store("race", 1)], None),
                        _ => continue,
                    };
                    Event::Loaded(slot, ticket, Ok(loaded))
                }
                Effect::Write(id, plan) => {
                    meanwhile.before_write();
                    let made = perform_kept(self.storage, &plan, &OldValues::in_memory()).await;
                    Event::Written(id, made.map_err(|failed| failed.error))
                }
                _ => continue,
            };
            self.stage.event(event);
        }
    }

    /// Reads the record, and types another value for this member.
    pub(super) async fn begin(&mut self, member: &'static str, spelled: &str) {
        let meanwhile = &mut Meanwhile::nothing();
        if self.stage.app.leaf().is_some() {
            self.stage.keys("<esc>");
        }
        self.stage.keys("r");
        self.settle(meanwhile).await;
        let now = value(self.stage.app.record.record().unwrap());
        match self.road {
            Road::Leaf => {
                self.stage.keys("<enter>");
                self.settle(meanwhile).await;
                let path = format!("$.{member}");
                self.stage.keys("g");
                while self.stage.app.leaf().unwrap().path() != path {
                    self.stage.keys("j");
                }
                self.stage.keys(&format!("<enter><ctrl-u>{spelled}"));
            }
            Road::Editor => {
                self.stage.keys("e<alt-a>");
                self.stage.event(Event::Paste(now.with(member, spelled)));
            }
        }
        let shown = now.spelled(member).to_owned();
        self.saves.push(Save { member, spelled: spelled.to_owned(), shown });
    }

    /// Saves the typed value; conflicts are decided for this side (`true`) or the other.
    pub(super) async fn save(&mut self, mine: bool, meanwhile: &mut Meanwhile<'_>) -> Told {
        let mut told = Told::default();
        self.stage.keys(if self.road == Road::Leaf { "<enter>" } else { "<ctrl-s>" });
        self.settle(meanwhile).await;
        while let Some(Layer::Merge(view)) = self.stage.app.layer() {
            let places: Vec<_> = view.merge.conflicts.iter().map(|it| it.at.as_str()).collect();
            let save = self.saves.last_mut().unwrap();
            // If Crawlee was faster many times in a row, the user is asked without a conflict.
            if !places.is_empty() {
                let both = format!("$.{}", save.member);
                assert_eq!(places, [both], "nothing else is changed by both");
                told.decided += 1;
            }
            let theirs = Value::of(std::str::from_utf8(&view.merge.theirs.value).unwrap());
            theirs.spelled(save.member).clone_into(&mut save.shown);
            meanwhile.while_deciding();
            self.stage.keys(if mine { "m<enter>" } else { "t<enter>" });
            self.settle(meanwhile).await;
        }
        let stage = &mut self.stage;
        let is_open = stage.app.editor.is_some() || stage.app.unsaved_leaf().is_some();
        let frame = if is_open { stage.frame() } else { String::new() };
        assert!(!is_open, "{} {frame}", stage.notice());
        let is_taken = told.decided > 0 && !mine && stage.notice().starts_with("nothing to save");
        assert!(is_taken || stage.notice().starts_with("saved k"), "{}", stage.notice());
        told.merged = stage.notice().contains("merged");
        if told.decided > 0 && !mine {
            // Crawlee's value was taken: the save changes nothing.
            self.saves.pop();
        }
        told
    }
}

/// `larder get` and `larder set --if-unchanged`, as a script runs them.
pub(super) struct Script {
    target: String,
    folder: tempfile::TempDir,
    pub(super) saves: Vec<Save>,
    read: Option<(Value, String)>,
}

impl Script {
    pub(super) fn new(target: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { target: target.to_owned(), folder, saves: Vec::new(), read: None }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("value")
    }

    fn larder(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_larder"));
        command.args(arguments).args(["-t", &self.target]).env("HOME", self.folder.path());
        command.env_remove("LARDER_CONFIG").env_remove("LARDER_READ_ONLY").output().unwrap()
    }

    /// Reads the record, and computes its digest.
    pub(super) fn read(&mut self) {
        let read = self.larder(&["get", "race", "k"]);
        assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
        let digest = ring::digest::digest(&ring::digest::SHA256, &read.stdout);
        let digest = digest.as_ref().iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        self.read = Some((Value::of(&String::from_utf8(read.stdout).unwrap()), digest));
    }

    /// Saves this over the version that was read; tells whether it was made.
    pub(super) fn save(&mut self, member: &'static str, spelled: &str) -> bool {
        let (now, digest) = self.read.take().expect("it was read");
        fs::write(self.file(), now.with(member, spelled)).unwrap();
        let (file, kind) = (self.file(), "application/json; charset=utf-8");
        let file = file.to_str().unwrap();
        let set = ["set", "race", "k", "--file", file, "-c", kind, "--if-unchanged", &digest];
        let set = self.larder(&set);
        match set.status.code() {
            Some(0) => {
                let (spelled, shown) = (spelled.to_owned(), now.spelled(member).to_owned());
                self.saves.push(Save { member, spelled, shown });
                true
            }
            Some(4) => {
                let why = String::from_utf8_lossy(&set.stderr);
                assert!(why.contains("changed"), "{why}");
                false
            }
            other => panic!("{other:?}: {}", String::from_utf8_lossy(&set.stderr)),
        }
    }
}
