//! Polling, where there are no file notifications.
//!
//! A followed store is listed whenever its directory's time changes; its names and inodes show which files
//! were added, removed or replaced. A file that was changed in place, or replaced by one with the same inode,
//! is found by reading the stamps of some files each time, in turn.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Bound;
use std::time::{Duration, Instant};

use super::inbox::Inbox;
use super::native::StoreChanges;
use super::recount::PAUSE;
use super::stat::{self, Stamp};
use crate::model::StoreName;
use crate::storage::directory::folder::Folder;
use crate::storage::directory::names::{self, FileKind};
use crate::storage::directory::root::Root;

/// Limit on the time that one look spends on stamps.
const ASKING: Duration = Duration::from_millis(10);

/// Limit on the files of a store that are remembered; of a larger store only the fact of a change is
/// reported.
const MOST: usize = 200_000;

/// A file at its last look.
#[derive(Debug, Clone, Copy)]
struct Mark {
    inode: u64,
    /// A digest of its stamp, once that was read.
    stamp: Option<u64>,
    listing: u32,
}

/// The files of a store.
#[derive(Debug, Default)]
pub(super) struct Snapshot {
    marks: BTreeMap<Vec<u8>, Mark>,
    listing: u32,
    asked: Vec<u8>,
    folder: Option<Stamp>,
    again: bool,
    too_large: bool,
}

impl Snapshot {
    /// Starts a listing.
    fn begin(&mut self) {
        self.listing += 1;
        self.too_large = false;
    }

    /// Takes a name of the listing; `stamp` is called for new and replaced files. Returns whether the file
    /// changed.
    fn listed(&mut self, name: &[u8], inode: u64, stamp: impl FnOnce() -> Option<Stamp>) -> bool {
        let (listing, full) = (self.listing, self.marks.len() >= MOST);
        if let Some(mark) = self.marks.get_mut(name) {
            mark.listing = listing;
            if mark.inode == inode {
                return false;
            }
            mark.inode = inode;
            let now = stamp().map(digest);
            // Some file systems give other inode numbers each time.
            return std::mem::replace(&mut mark.stamp, now) != now || now.is_none();
        }
        if full {
            self.too_large = true;
            return false;
        }
        let first = listing == 1;
        let stamp = if first { None } else { stamp().map(digest) };
        self.marks.insert(name.to_vec(), Mark { inode, stamp, listing });
        !first
    }

    /// Ends a listing; returns the names that are gone.
    fn end(&mut self) -> Vec<Vec<u8>> {
        let mut gone = Vec::new();
        self.marks.retain(|name, mark| {
            let there = mark.listing == self.listing;
            if !there {
                gone.push(name.clone());
            }
            there
        });
        gone
    }

    /// Reads stamps from where it ended the last time, each file at most once, until `enough` returns true.
    /// Returns the names of changed files.
    fn ask(
        &mut self,
        mut stamp: impl FnMut(&[u8]) -> Option<Stamp>,
        mut enough: impl FnMut() -> bool,
    ) -> Vec<Vec<u8>> {
        let mut changed = Vec::new();
        let start = std::mem::take(&mut self.asked);
        let after =
            self.marks.range_mut::<[u8], _>((Bound::Excluded(&start[..]), Bound::Unbounded));
        let mut last = None;
        let mut stopped = false;
        for (name, mark) in after {
            if enough() {
                stopped = true;
                break;
            }
            compare(name, mark, &mut stamp, &mut changed);
            last = Some(name.clone());
        }
        if stopped {
            self.asked = last.unwrap_or(start);
            return changed;
        }
        let before =
            self.marks.range_mut::<[u8], _>((Bound::Unbounded, Bound::Included(&start[..])));
        for (name, mark) in before {
            if enough() {
                break;
            }
            compare(name, mark, &mut stamp, &mut changed);
            self.asked.clone_from(name);
        }
        changed
    }
}

fn compare(
    name: &[u8],
    mark: &mut Mark,
    stamp: &mut impl FnMut(&[u8]) -> Option<Stamp>,
    changed: &mut Vec<Vec<u8>>,
) {
    // A file that vanished is missing in the next listing.
    let Some(now) = stamp(name).map(digest) else { return };
    if mark.stamp.replace(now).is_some_and(|before| before != now) {
        changed.push(name.to_vec());
    }
}

fn digest(stamp: Stamp) -> u64 {
    let mut hasher = DefaultHasher::new();
    stamp.hash(&mut hasher);
    hasher.finish()
}

/// A poller of a storage directory.
pub(super) struct Poller {
    root: Root,
    stores: HashMap<StoreName, Stamp>,
    snapshots: HashMap<StoreName, Snapshot>,
    /// Stamp of the directory of the stores before the first look.
    before: Option<Stamp>,
    fresh: bool,
}

impl Poller {
    /// A poller that knows nothing yet; the first look reports changes from now on, if only as missed.
    pub(super) fn new(root: Root) -> Self {
        let before = folder_of_stores(&root);
        Self { root, stores: HashMap::new(), snapshots: HashMap::new(), before, fresh: true }
    }

    /// Whether all of these stores were listed before.
    pub(super) fn knows(&self, followed: &[StoreName]) -> bool {
        followed.iter().all(|store| self.snapshots.contains_key(store))
    }

    /// Pause from a look that took `cost` to the next one.
    pub(super) fn pause(cost: Duration, least: Duration) -> Duration {
        (cost * PAUSE).max(least)
    }

    /// Looks once: records the changes in stores, and returns the added and removed stores.
    pub(super) fn poll(&mut self, inbox: &Inbox, now: Instant) -> StoreChanges {
        let there = stat::list(&self.root).unwrap_or_default();
        if std::mem::take(&mut self.fresh) && self.before != folder_of_stores(&self.root) {
            inbox.note(|pending| pending.missed(now));
        }
        let mut changes = StoreChanges::default();
        self.stores.retain(|store, _| {
            let stays = there.contains_key(store);
            if !stays {
                changes.removed.push(store.clone());
            }
            stays
        });
        for (store, stamp) in &there {
            match self.stores.insert(store.clone(), *stamp) {
                None => changes.added.push((store.clone(), *stamp)),
                Some(before) if before != *stamp => {
                    inbox.note(|pending| pending.changed(store, now));
                }
                Some(_) => {}
            }
        }
        let followed: HashSet<_> = inbox.note(|pending| pending.followed()).into_iter().collect();
        self.snapshots.retain(|store, _| followed.contains(store));
        for store in followed {
            self.poll_store(&store, inbox, now);
        }
        changes
    }

    fn poll_store(&mut self, store: &StoreName, inbox: &Inbox, now: Instant) {
        let Ok(Some(folder)) = self.root.store(store) else {
            // Like an empty store: every record that appears is new.
            let snapshot = Snapshot { listing: 1, ..Snapshot::default() };
            self.snapshots.insert(store.clone(), snapshot);
            inbox.note(|pending| {
                if pending.before(store).is_some() {
                    pending.missed(now);
                }
            });
            return;
        };
        let snapshot = self.snapshots.entry(store.clone()).or_default();
        let stamp = stat::own(&folder);
        let changed = snapshot.folder != stamp || snapshot.listing == 0;
        // Looked at once more after a change: another may have happened in the same tick of the clock.
        if changed || std::mem::take(&mut snapshot.again) {
            snapshot.again = changed;
            let first = snapshot.listing == 0;
            snapshot.folder = stamp;
            let changed = list(snapshot, &folder);
            inbox.note(|pending| {
                for name in changed {
                    pending.file(store, &name, now);
                }
                let before = pending.before(store);
                let between = first && before != stat::own(&folder);
                if between || (snapshot.too_large && !first) {
                    pending.missed(now);
                }
            });
        }
        let start = Instant::now();
        let asked = snapshot.ask(|name| stat::stamp(&folder, name), || start.elapsed() >= ASKING);
        if !asked.is_empty() {
            inbox.note(|pending| {
                for name in asked {
                    pending.file(store, &name, now);
                }
            });
        }
    }
}

fn folder_of_stores(root: &Root) -> Option<Stamp> {
    root.stores().ok().flatten().and_then(stat::own)
}

/// Lists a store; returns the names that were added, removed or replaced.
fn list(snapshot: &mut Snapshot, folder: &Folder) -> Vec<Vec<u8>> {
    let mut changed = Vec::new();
    snapshot.begin();
    let listed = stat::names(folder, |name, inode, _| {
        if matches!(names::classify(name), FileKind::Value | FileKind::RecordMetadata(_))
            && snapshot.listed(name, inode, || stat::stamp(folder, name))
        {
            changed.push(name.to_vec());
        }
    });
    // An interrupted listing shows nothing about the files that it did not reach.
    if listed.is_ok() {
        changed.extend(snapshot.end());
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(size: i64) -> Stamp {
        Stamp { size, ..Stamp::default() }
    }

    fn listing(snapshot: &mut Snapshot, files: &[(&str, u64)]) -> Vec<String> {
        snapshot.begin();
        let mut changed = Vec::new();
        for (name, inode) in files {
            let size = i64::try_from(*inode).unwrap();
            if snapshot.listed(name.as_bytes(), *inode, || Some(stamp(size))) {
                changed.push((*name).to_owned());
            }
        }
        changed.extend(snapshot.end().into_iter().map(|name| String::from_utf8(name).unwrap()));
        changed
    }

    #[test]
    fn listings_report_added_replaced_and_removed_files() {
        let mut snapshot = Snapshot::default();
        assert!(listing(&mut snapshot, &[("a", 1), ("b", 2)]).is_empty());
        assert!(listing(&mut snapshot, &[("b", 2), ("a", 1)]).is_empty());
        assert_eq!(listing(&mut snapshot, &[("a", 1), ("b", 3), ("c", 4)]), ["b", "c"]);
        assert_eq!(listing(&mut snapshot, &[("b", 3)]), ["a", "c"]);
    }

    #[test]
    fn a_new_inode_with_the_same_stamp_is_no_change() {
        let mut snapshot = Snapshot::default();
        snapshot.begin();
        snapshot.listed(b"a", 1, || None);
        snapshot.end();
        snapshot.ask(|_| Some(stamp(7)), || false);
        snapshot.begin();
        assert!(!snapshot.listed(b"a", 2, || Some(stamp(7))));
        assert!(snapshot.listed(b"a", 3, || Some(stamp(8))));
    }

    #[test]
    fn stamps_are_polled_round_robin_and_report_files_changed_in_place() {
        let mut snapshot = Snapshot::default();
        listing(&mut snapshot, &[("a", 1), ("b", 2), ("c", 3)]);
        let mut asked = Vec::new();
        for _ in 0..3 {
            let mut left = 2;
            let mut enough = || {
                left -= 1;
                left < 0
            };
            let changed = snapshot.ask(
                |name| {
                    asked.push(name[0]);
                    Some(stamp(1))
                },
                &mut enough,
            );
            assert!(changed.is_empty());
        }
        assert_eq!(asked, b"abcabc");
        let changed = snapshot.ask(|name| Some(stamp(i64::from(name == b"b") + 1)), || false);
        assert_eq!(changed, [b"b"]);
    }

    #[test]
    fn a_store_over_the_file_limit_is_marked_too_large() {
        let mut snapshot = Snapshot::default();
        snapshot.begin();
        for number in 0..=MOST {
            snapshot.listed(number.to_string().as_bytes(), 1, || None);
        }
        assert!(snapshot.too_large);
    }
}
