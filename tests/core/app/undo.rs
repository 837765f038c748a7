//! Steps undone and done again, on a directory of real records.

use larder::app::{Effect, Event, JobId, Layer, ListDialog, Load, Loaded, Read, RecordView, Slot};
use larder::model::{
    Expect, Key, OpenBy, Reading, Record, RecordMeta, SetValue, StoreInfo, StoreName, Timestamp,
    Version, Want, WatchEvent, Write,
};
use larder::ops::{self, Failed, OldValues, Plan, Progress, WriteId};
use larder::storage::{self, Options, Storage, Target};
use tokio::runtime::Runtime;

use super::JSON;
use crate::stage::{NOW, Stage, computed, record, shown, store};

/// A browser whose reads and writes are made in a directory.
pub(super) struct Shop {
    pub(super) stage: Stage,
    pub(super) storage: std::sync::Arc<dyn Storage>,
    pub(super) runtime: Runtime,
    pub(super) name: StoreName,
    pub(super) folder: tempfile::TempDir,
}

impl Shop {
    fn with(records: &[Record], (width, height): (u16, u16)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (target, options) = (
            Target::Directory(folder.path().to_owned()),
            Options { durable: false, ..Options::default() },
        );
        let name = StoreName::from("shop");
        let storage = runtime.block_on(async {
            let storage = storage::connect(&target, &options).await.unwrap();
            storage.open(&OpenBy::Name("shop".into())).await.unwrap();
            for record in records {
                let plan = Plan::set(SetValue {
                    store: name.clone(),
                    key: record.meta.key.clone(),
                    value: record.value.clone(),
                    content_type: record.meta.content_type.clone(),
                    expected: Expect::Anything,
                });
                ops::perform(&*storage, &plan).await.unwrap();
            }
            storage
        });
        let mut stage = Stage::new(width, height);
        stage.app.now = Timestamp::from_micros(NOW);
        stage.connect(vec![store("shop", records.len() as u64)]);
        stage.open(records);
        stage.asked.retain(|effect| matches!(effect, Effect::Watch(..)));
        Self { stage, storage, runtime, name, folder }
    }

    pub(super) fn of(records: &[(&str, &str)]) -> Self {
        let records: Vec<_> = records.iter().map(|(key, value)| record(key, JSON, value)).collect();
        Self::with(&records, (120, 36))
    }

    /// A shop with this number of records, each with its number.
    fn many(count: usize) -> Self {
        let records: Vec<_> =
            (0..count).map(|at| record(&format!("k{at:03}"), JSON, at.to_string())).collect();
        Self::with(&records, (120, 36))
    }

    fn read(&self, key: &Key, want: Want) -> Option<Reading> {
        self.runtime.block_on(self.storage.read(&self.name, key, want)).unwrap()
    }

    pub(super) fn value(&self, key: &str) -> Option<String> {
        let read = self.read(&key.into(), Want::Whole).map(Reading::into_record);
        read.map(|record| String::from_utf8(record.value.to_vec()).unwrap())
    }

    /// The write that was asked for.
    fn asked(&mut self) -> (WriteId, Plan) {
        let at = self.stage.asked.iter().position(|it| matches!(it, Effect::Write(..)));
        match self.stage.asked.remove(at.unwrap()) {
            Effect::Write(id, plan) => (id, *plan),
            other => panic!("{other:?}"),
        }
    }

    /// Makes a write, as the shell does; with `is_cancelled`, until it is cancelled after a part.
    fn make(&mut self, (id, plan): (WriteId, Plan), is_cancelled: bool) -> &mut Self {
        let (progress, old_values) = (Progress::default(), OldValues::in_memory());
        let made = self.runtime.block_on(async {
            let made = ops::perform_in_steps(&*self.storage, &plan, &old_values, &progress);
            let cancel = async {
                while is_cancelled && progress.share().is_none_or(|share| share == 0.0) {
                    tokio::task::yield_now().await;
                }
                if is_cancelled {
                    progress.cancel();
                }
            };
            tokio::join!(made, cancel).0
        });
        let made = made.map_err(|Failed { error, inverse, rest, anew, .. }| {
            if let Some(inverse) = inverse {
                self.stage.event(Event::MadeInPart(id, inverse, rest));
            } else if let Some(anew) = anew {
                self.stage.event(Event::Gone(id, anew));
            }
            error
        });
        self.stage.event(Event::Written(id, made));
        self.settle();
        self
    }

    /// Answers all computations and reads of records; walks and watches stay asked, and the rest is dropped.
    pub(super) fn settle(&mut self) {
        let mut walks = Vec::new();
        while !self.stage.asked.is_empty() {
            let event = match self.stage.asked.remove(0) {
                Effect::Read(slot, ticket, read @ Read::Compute(_)) => {
                    Event::Loaded(slot, ticket, Ok(computed(read)))
                }
                Effect::Read(slot, ticket, Read::Load(Load::Record { key, .. })) => {
                    let read = self.read(&key, Want::Whole).map(Reading::into_record);
                    let view = read.map_or(RecordView::Missing(key), shown);
                    Event::Loaded(slot, ticket, Ok(Loaded::Record(view)))
                }
                kept @ (Effect::Read(Slot::Keys, ..) | Effect::Watch(..)) => {
                    walks.push(kept);
                    continue;
                }
                _ => continue,
            };
            self.stage.event(event);
        }
        self.stage.asked = walks;
    }

    /// Presses keys that ask for a write, and makes it.
    pub(super) fn makes(&mut self, keys: &str) -> &mut Self {
        self.stage.keys(keys);
        let asked = self.asked();
        self.make(asked, false)
    }

    /// Answers the walk of the open store's keys with these records.
    fn shows(&mut self, records: &[Record]) {
        let walk = |effect: &Effect| matches!(effect, Effect::Read(Slot::Keys, ..));
        let at = self.stage.asked.iter().rposition(walk).unwrap();
        let Effect::Read(_, ticket, _) = self.stage.asked.remove(at) else { panic!() };
        let walked = Ok(Loaded::keys(crate::stage::index(records), 1.0));
        self.stage.event(Event::Loaded(Slot::Keys, ticket, walked));
    }

    fn cursor(&self) -> String {
        self.stage.app.keys.current().unwrap().key.escaped()
    }

    /// The rows of the log, with their remarks.
    pub(super) fn log(&mut self) -> Vec<String> {
        self.stage.keys("U");
        let Some(Layer::List(ListDialog::Log(log))) = self.stage.app.layer() else { panic!() };
        let listing = larder::app::Dialog::listing(log).unwrap();
        let rows = listing.rows.iter().map(|row| format!("{} · {}", row.text, row.state));
        let rows = rows.collect();
        self.stage.keys("U");
        rows
    }
}

#[test]
fn many_records_are_put_back_in_steps_that_can_be_stopped_and_gone_on_with() {
    let mut shop = Shop::many(60);
    shop.makes("<ctrl-a>dy");
    assert_eq!((shop.stage.notice(), shop.stage.app.keys.len()), ("deleted 60 records", 0));
    shop.stage.keys("u");
    let (id, plan) = shop.asked();
    shop.stage.event(Event::WriteProgress(id, 0.4));
    assert_eq!(shop.stage.notice(), "undoing: deleted 60 records… 40 %");
    shop.stage.keys("J");
    let frame = shop.stage.frame();
    assert!(frame.contains("undoing: deleted 60 records") && frame.contains("40 %"), "{frame}");
    shop.stage.keys("x");
    let cancelled = |effect: &Effect| matches!(effect, Effect::CancelWrite(it) if *it == id);
    assert!(shop.stage.asked.iter().any(cancelled));
    assert!(shop.stage.frame().contains("stopping"), "{}", shop.stage.frame());
    assert!(!shop.stage.app.jobs().iter().any(|job| job.cancellable), "once is enough");
    shop.stage.keys("J");
    shop.make((id, plan), true);
    let back = shop.stage.app.keys.len();
    assert!(back > 0 && back < 60, "{back}");
    let there = (0..60).filter(|at| shop.value(&format!("k{at:03}")).is_some()).count();
    assert_eq!(there, back, "what is told is there");
    let said = format!(
        "undone in part: deleted 60 records; cancelled after {back} of 60 records; undoing goes on \
         with the others"
    );
    assert_eq!(shop.stage.notice(), said);
    let parts = [
        format!("deleted 60 records ({back} of them) · undone"),
        format!("deleted 60 records ({} of them) · undoable", 60 - back),
    ];
    assert_eq!(shop.log(), parts);
    shop.makes("u");
    let said = format!("undone: deleted 60 records ({} of them)", 60 - back);
    assert_eq!((shop.stage.notice(), shop.stage.app.keys.len()), (said.as_str(), 60));
    for at in 0..60 {
        assert_eq!(shop.value(&format!("k{at:03}")).unwrap(), at.to_string());
    }
    shop.makes("<ctrl-r>").makes("<ctrl-r>");
    assert_eq!(shop.stage.app.keys.len(), 0);
    shop.makes("u").makes("u");
    assert_eq!(shop.stage.app.keys.len(), 60);
}

#[test]
fn a_deletion_that_is_stopped_says_what_is_gone_and_that_can_be_undone() {
    let mut shop = Shop::many(300);
    shop.stage.keys("<ctrl-a>dy");
    let asked = shop.asked();
    shop.make(asked, true);
    // Either the records were still being read, or a first part of them was deleted.
    let gone = 300 - shop.stage.app.keys.len();
    let notice = shop.stage.notice().to_owned();
    let told = format!("deleted {gone} records; cancelled after {gone} of 300 records");
    assert!(gone < 300 && notice.starts_with(&told), "{gone}: {notice}");
    assert_eq!(shop.log().len(), usize::from(gone > 0), "only what was done is a step");
}

#[test]
fn a_write_of_one_step_is_not_cancelled() {
    let mut shop = Shop::of(&[("a", "1"), ("b", "2")]);
    shop.stage.keys("dy");
    let (id, _) = shop.asked();
    let jobs = shop.stage.app.jobs();
    assert_eq!((jobs[0].id, jobs[0].cancellable), (JobId::Write(id), false));
}

#[test]
fn the_cursor_goes_back_with_a_record_whose_rename_is_undone() {
    let mut shop = Shop::of(&[("a", "1"), ("m", "2"), ("z", "3")]);
    shop.makes("R<ctrl-u>y<enter>");
    assert_eq!(shop.cursor(), "y");
    shop.makes("u");
    assert_eq!((shop.cursor().as_str(), shop.value("a").as_deref()), ("a", Some("1")));
    shop.makes("<ctrl-r>");
    assert_eq!(shop.cursor(), "y");
    // This works wherever the cursor is.
    shop.stage.keys("g");
    assert_eq!(shop.cursor(), "m");
    shop.makes("u");
    assert_eq!(shop.cursor(), "a");
    // The cursor does not go there if it moves on meanwhile.
    shop.stage.keys("<ctrl-r>");
    let asked = shop.asked();
    shop.stage.keys("G");
    shop.make(asked, false);
    assert_eq!(shop.cursor(), "z");
}

#[test]
fn a_rename_over_another_record_is_undone_with_both_in_one_step() {
    let mut shop = Shop::of(&[("a", "1"), ("m", "2"), ("z", "3")]);
    shop.makes("R<ctrl-u>z<enter>y");
    assert_eq!((shop.cursor().as_str(), shop.value("z").as_deref()), ("z", Some("1")));
    shop.makes("u");
    assert_eq!(shop.cursor(), "a");
    let values = ["a", "m", "z"].map(|key| shop.value(key).unwrap());
    assert_eq!(values, ["1", "2", "3"]);
    shop.makes("<ctrl-r>");
    assert_eq!(
        (shop.cursor().as_str(), shop.value("a"), shop.value("z").unwrap().as_str()),
        ("z", None, "1")
    );
}

#[test]
fn the_log_says_that_older_steps_are_no_longer_kept() {
    let mut shop = Shop::of(&[("a", "1"), ("b", "2")]);
    for _ in 0..50 {
        shop.makes("R<ctrl-u>c<enter>").makes("R<ctrl-u>a<enter>");
    }
    assert_eq!(shop.log().len(), 100);
    assert!(!shop.log().iter().any(|row| row.contains("no longer kept")));
    shop.makes("R<ctrl-u>c<enter>");
    let rows = shop.log();
    assert_eq!((rows.len(), rows[100].as_str()), (101, "older steps are no longer kept · "));
    // The cursor reaches the row, and no action works there.
    shop.stage.keys("UG");
    assert!(shop.stage.frame().contains("older steps are no longer kept"));
    shop.stage.keys("<enter>");
    assert!(matches!(shop.stage.app.layer(), Some(Layer::List(ListDialog::Log(_)))));
}

/// The last frame of a browser over a record of this size in bytes, which nobody has read.
fn large(size: u64, keys: &str) -> String {
    let mut large = record("large", JSON, "1");
    large.meta = RecordMeta { size, ..large.meta };
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("shop", 2)]);
    stage.open(&[large, record("small", JSON, "2")]).keys(keys);
    stage.frame()
}

#[test]
fn what_is_too_much_to_be_kept_is_told_before_it_is_done() {
    let told = "Cannot be undone: too much to keep.";
    for keys in ["d", "R<ctrl-u>small<enter>"] {
        let frame = large(300 << 20, keys);
        assert!(frame.contains(told), "{keys}: {frame}");
        let frame = large(100 << 20, keys);
        assert!(!frame.contains("cannot be undone"), "{keys}: {frame}");
    }
    // A rename keeps no values.
    assert!(!large(300 << 20, "R<ctrl-u>other<enter>").contains("cannot be undone"));
}

#[test]
fn a_save_over_what_is_damaged_is_told_to_be_for_good() {
    let set = |content_type: &str| {
        let version =
            Version { content_type: content_type.into(), ..Version::of(&record("a", "", "1")) };
        let set = SetValue {
            store: "shop".into(),
            key: "a".into(),
            value: "2".into(),
            content_type: JSON.into(),
            expected: Expect::Is(version),
        };
        ops::words::for_good(&Plan::set(set).undoable(false))
    };
    assert_eq!(set(JSON), None);
    let told = "Cannot be undone: damaged, or not known.";
    assert_eq!(set("").as_deref(), Some(told));
}

impl Shop {
    /// The changes of the newest step, as they are drawn.
    fn newest(&mut self) -> String {
        self.stage.keys("Ug<enter>");
        assert!(matches!(self.stage.app.layer(), Some(Layer::Step(_))));
        assert!(self.stage.frame().contains("looking for what is changed"));
        self.settle();
        let frame = self.stage.frame();
        self.stage.keys("<esc><esc>");
        assert!(self.stage.app.layers.is_empty());
        frame
    }
}

#[test]
fn a_step_of_the_log_shows_what_it_has_changed() {
    let mut shop = Shop::of(&[("a", r#"{"price": 1.10, "n": 7}"#), ("b", "2"), ("c", "3")]);
    shop.stage.keys("<tab><enter>");
    shop.settle();
    shop.makes("j<enter><ctrl-u>1.20<enter>");
    shop.stage.keys("<esc>h");
    let frame = shop.newest();
    for part in ["saved a", "Just now, what it has changed", "$.price  1.10 → 1.20"] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    shop.stage.keys("?/undo the");
    let frame = shop.stage.frame();
    assert!(frame.contains("Undo the last change: saved a"), "named before: {frame}");
    shop.stage.keys("<esc><esc>");
    shop.makes("u");
    let frame = shop.newest();
    for part in ["and undone since", "$.price  1.10 → 1.20"] {
        assert!(frame.contains(part), "the way that it went: {part}: {frame}");
    }
    shop.makes("jdy");
    let frame = shop.newest();
    for part in ["deleted b", "b  removed  1 B", "1 - 2"] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    shop.makes("u").makes("<ctrl-a>dy");
    let frame = shop.newest();
    let keys = ["a", "b", "c"].map(|key| frame.find(&format!("{key}  removed")).unwrap());
    assert!(keys.is_sorted(), "in their order: {frame}");
    shop.makes("u").makes("gR<ctrl-u>y<enter>");
    let frame = shop.newest();
    for part in ["a → y", "The value stayed as it was."] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    shop.makes("u");
    assert!(shop.newest().contains("a → y"));
}

#[test]
fn a_step_that_keeps_nothing_says_why_and_shows_nothing() {
    let mut shop = Shop::of(&[("a", "1"), ("b", "2")]);
    shop.makes("dy").makes("u").makes("R<ctrl-u>y<enter>");
    // A step that was undone before cannot be done again, and its values are gone.
    shop.stage.keys("Uj");
    let frame = shop.stage.frame();
    assert!(frame.contains("something else was done since"), "{frame}");
    shop.stage.keys("<enter>");
    assert!(matches!(shop.stage.app.layer(), Some(Layer::List(_))));
}

#[test]
fn a_purge_that_is_done_again_beside_a_crawl_is_asked_about_with_what_is_there_now() {
    let mut shop = Shop::of(&[("a", "1"), ("b", "2")]);
    let info = shop.runtime.block_on(shop.storage.get_metadata(&shop.name)).unwrap();
    shop.stage.noticed(WatchEvent::Store(info));
    shop.makes("Pshop<enter>").makes("u");
    assert_eq!(shop.value("a").as_deref(), Some("1"));
    let crawled = Plan::set(SetValue {
        store: shop.name.clone(),
        key: "c".into(),
        value: "3".into(),
        content_type: JSON.into(),
        expected: Expect::Absent,
    });
    shop.runtime.block_on(ops::perform(&*shop.storage, &crawled)).unwrap();
    shop.makes("<ctrl-r>");
    assert!(shop.stage.notice().contains("has been written to since"), "{}", shop.stage.notice());
    let there = |shop: &Shop| ["a", "b", "c"].map(|key| shop.value(key).is_some());
    assert_eq!(there(&shop), [true; 3], "nothing goes unseen");
    assert!(matches!(shop.stage.app.layer(), Some(Layer::Confirm(_))));
    shop.makes("shop<enter>");
    assert_eq!(there(&shop), [false; 3]);
    let told = shop.stage.notice();
    assert_eq!(told, "done again: purged shop: 3 records removed", "as many as there were");
    shop.makes("u");
    assert_eq!(there(&shop), [true; 3]);
}

#[test]
fn a_purge_is_done_again_unasked_where_only_own_steps_came_between() {
    let mut shop = Shop::of(&[("a", "1"), ("b", "2"), ("c", "3")]);
    let info = shop.runtime.block_on(shop.storage.get_metadata(&shop.name)).unwrap();
    shop.stage.noticed(WatchEvent::Store(info));
    let there = |shop: &Shop| ["a", "b", "c"].map(|key| shop.value(key).is_some());
    shop.makes("dy").makes("Pshop<enter>").makes("u").makes("u");
    assert_eq!(there(&shop), [true; 3]);
    shop.makes("<ctrl-r>").makes("<ctrl-r>");
    assert!(shop.stage.app.layers.is_empty(), "it was answered before");
    assert_eq!(shop.stage.notice(), "done again: purged shop: 2 records removed");
    assert_eq!(there(&shop), [false; 3]);
    shop.makes("u").makes("u");
    assert_eq!(there(&shop), [true; 3]);
    // Somebody else writes between larder's own steps.
    let crawled = Plan::set(SetValue {
        store: shop.name.clone(),
        key: "d".into(),
        value: "4".into(),
        content_type: JSON.into(),
        expected: Expect::Absent,
    });
    shop.runtime.block_on(ops::perform(&*shop.storage, &crawled)).unwrap();
    shop.makes("<ctrl-r>").makes("<ctrl-r>");
    assert!(shop.stage.notice().contains("has been written to since"), "{}", shop.stage.notice());
    assert!(matches!(shop.stage.app.layer(), Some(Layer::Confirm(_))));
    assert_eq!((there(&shop), shop.value("d").is_some()), ([false, true, true], true));
}

#[test]
fn what_stays_set_aside_is_told_before_a_purge_is_undone_beside_a_crawl() {
    let mut shop = Shop::of(&[("a", "1"), ("b", "2")]);
    let info = shop.runtime.block_on(shop.storage.get_metadata(&shop.name)).unwrap();
    shop.stage.noticed(WatchEvent::Store(info));
    shop.makes("Pshop<enter>");
    let crawled = record("a", JSON, "crawled");
    let plan = Plan::set(SetValue {
        store: shop.name.clone(),
        key: "a".into(),
        value: crawled.value.clone(),
        content_type: JSON.into(),
        expected: Expect::Absent,
    });
    shop.runtime.block_on(ops::perform(&*shop.storage, &plan)).unwrap();
    shop.shows(std::slice::from_ref(&crawled));
    // While they are read again, their number is not known.
    shop.stage.keys("ru");
    let frame = shop.stage.frame();
    assert!(frame.contains("The store may have other records by now."), "{frame}");
    shop.stage.keys("n");
    shop.shows(std::slice::from_ref(&crawled));
    shop.stage.keys("u");
    let frame = shop.stage.frame();
    for part in [
        "Undo: purged shop: 2 records removed",
        "2 records",
        "The store has 1 record by now",
        "Records whose keys are taken stay set aside",
    ] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    shop.stage.keys("n");
    assert_eq!(shop.value("b"), None, "nothing is put back unasked");
    shop.stage.keys("u");
    shop.makes("y");
    let now = ["a", "b"].map(|key| shop.value(key).unwrap());
    assert_eq!(now, ["crawled", "2"]);
    assert!(shop.stage.notice().contains("1 record stays set aside"), "{}", shop.stage.notice());
    // If the purge is done again, records that have come since are purged too: so it asks.
    shop.stage.keys("<ctrl-r>");
    let frame = shop.stage.frame();
    for part in ["Redo: purged shop: 2 records removed", "What came since is set aside too"] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    shop.stage.keys("<esc>");
    let there = |shop: &Shop| ["a", "b"].map(|key| shop.value(key));
    let both = [Some("crawled".to_owned()), Some("2".to_owned())];
    assert_eq!(there(&shop), both, "nothing is purged unasked");
    shop.stage.keys("<ctrl-r>");
    shop.makes("shop<enter>");
    assert_eq!(there(&shop), [None, None]);
    assert_eq!(shop.stage.notice(), "done again: purged shop: 2 records removed");
    shop.makes("u");
    assert_eq!(there(&shop), both);
    assert!(shop.stage.notice().starts_with("undone: purged shop"), "{}", shop.stage.notice());
}

#[test]
fn a_step_waits_for_its_store_that_somebody_else_has_dropped() {
    let mut shop = Shop::of(&[("a", "1"), ("b", "2")]);
    shop.makes("dy");
    assert_eq!(shop.value("a"), None);
    let stores = |shop: &mut Shop, stores: Vec<StoreInfo>| {
        let asked = |effect: &Effect| matches!(effect, Effect::Read(Slot::Stores, ..));
        let at = shop.stage.asked.iter().rposition(asked).expect("the list is read");
        let Effect::Read(_, ticket, _) = shop.stage.asked.remove(at) else { panic!() };
        shop.stage.event(Event::Loaded(Slot::Stores, ticket, Ok(Loaded::Stores(stores, None))));
    };
    let dropped = Write::Drop(shop.name.clone());
    shop.runtime.block_on(shop.storage.write(&dropped)).unwrap();
    shop.stage.keys("u");
    let (id, plan) = shop.asked();
    let refused = shop.runtime.block_on(ops::perform(&*shop.storage, &plan)).unwrap_err();
    shop.stage.event(Event::Written(id, Err(refused.error)));
    stores(&mut shop, Vec::new());
    assert_eq!(shop.log(), ["deleted a · waits"]);
    shop.stage.keys("u");
    let told = "not undone: the store shop is not there";
    assert!(shop.stage.notice().contains(told), "{}", shop.stage.notice());
    // The store is made anew.
    shop.runtime.block_on(shop.storage.open(&OpenBy::Name("shop".into()))).unwrap();
    shop.stage.keys("r");
    stores(&mut shop, vec![store("shop", 0)]);
    shop.stage.asked.retain(|effect| !matches!(effect, Effect::Write(..)));
    shop.makes("u");
    assert_eq!(shop.value("a").as_deref(), Some("1"));
    assert_eq!(shop.log(), ["deleted a · undone"]);
}

#[test]
fn a_value_that_was_changed_alone_is_undone_and_done_again_with_the_cursor_on_it() {
    let mut shop = Shop::of(&[("a", r#"{"price": 1.10}"#)]);
    shop.stage.keys("<tab><enter>");
    shop.settle();
    shop.makes("j<enter><ctrl-u>2<enter>");
    assert_eq!(shop.value("a").unwrap(), r#"{"price": 2}"#);
    shop.makes("u");
    assert_eq!(shop.value("a").unwrap(), r#"{"price": 1.10}"#);
    shop.makes("<ctrl-r>");
    assert_eq!(shop.value("a").unwrap(), r#"{"price": 2}"#);
    assert_eq!(shop.stage.app.leaf().unwrap().path(), "$.price");
}

#[test]
fn while_something_is_being_done_no_step_before_it_is_undone() {
    let mut shop = Shop::of(&[("a", "1"), ("b", "2")]);
    shop.makes("dy");
    shop.stage.keys("dy");
    let deleting = shop.asked();
    shop.stage.keys("u");
    let notice = shop.stage.notice();
    assert!(notice.starts_with("still deleting b"), "{notice}");
    shop.make(deleting, true);
    assert_eq!((shop.value("a"), shop.value("b")), (None, None));
    shop.makes("u");
    assert_eq!((shop.value("a"), shop.value("b").as_deref()), (None, Some("2")));
}
