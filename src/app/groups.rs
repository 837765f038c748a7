//! Keys grouped by what they share, which one can enter and leave.

use std::sync::Arc;

use crate::index::{Group, Groups, Index};
use crate::model::RecordMeta;

use super::event::Slot;
use super::list::Move;
use super::load::{Compute, Scope};
use super::{App, Notice, Pane};

/// The groups that the middle pane shows instead of keys.
#[derive(Debug, Clone, Default)]
pub struct Grouping {
    /// What all keys here have in common.
    pub scope: Scope,
    /// What they share beyond that; of `index`.
    groups: Groups,
    index: Arc<Index>,
    /// The groups around this one.
    above: Vec<Scope>,
    /// The key that the cursor is to go to.
    wanted: Option<Vec<u8>>,
    /// Whether the keys themselves are shown, as for a filter.
    pub flat: bool,
    reading: bool,
    outdated: bool,
}

impl Grouping {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// A row, group or record.
    pub fn group(&self, at: usize) -> Option<Group> {
        self.groups.get(&self.index, at)
    }

    /// A row, if it is a record.
    pub fn record(&self, at: usize) -> Option<RecordMeta> {
        self.group(at).filter(|group| group.leaf)?;
        self.index.get(self.groups.row(at)?)
    }
}

impl App {
    /// Shows groups instead of keys, or keys again.
    pub(super) fn toggle_groups(&mut self) {
        if self.keys.grouping.is_some() {
            return self.leave_grouping();
        }
        self.keys.filter.clear();
        self.keys.grouping = Some(Grouping { flat: true, ..Grouping::default() });
        self.read_groups();
    }

    fn leave_grouping(&mut self) {
        self.out.cancel(Slot::Groups);
        self.keys.grouping = None;
        self.keys.scope = Scope::default();
        self.select_keys();
    }

    /// Finds the groups of the present index, once at a time.
    pub(super) fn read_groups(&mut self) {
        let Some(grouping) = &mut self.keys.grouping else { return };
        if std::mem::replace(&mut grouping.reading, true) {
            grouping.outdated = true;
            return;
        }
        grouping.outdated = false;
        let read = Compute::Groups(self.keys.sync.index().clone(), grouping.scope.clone());
        self.out.read(Slot::Groups, read);
    }

    /// The index has changed.
    pub(super) fn regroup(&mut self) {
        if self.keys.are_grouped() {
            self.read_groups();
        }
    }

    pub(super) fn grouped(&mut self, index: Arc<Index>, scope: &Scope, groups: Groups) {
        let height = self.list_height(Pane::Keys);
        let under = self.keys.group(self.keys.cursor.at).map(|group| group.prefix);
        let Some(grouping) = &mut self.keys.grouping else { return };
        grouping.reading = false;
        if grouping.outdated || grouping.scope != *scope {
            return self.read_groups();
        }
        if groups.len() == index.len() && *scope == Scope::default() {
            self.tell(Notice::info("these keys share no beginning"));
            return self.leave_grouping();
        }
        let fresh = std::mem::take(&mut grouping.flat);
        let held = under.filter(|_| !fresh).map(|key| key.as_bytes().to_vec());
        let at = grouping.wanted.take().or(held).map_or(0, |key| match index.find(&key) {
            Ok(row) | Err(row) => groups.position_of(row),
        });
        (grouping.groups, grouping.index) = (groups, index);
        let len = grouping.len();
        self.keys.scope = Scope::default();
        self.keys.cursor.hold(at, len, height);
        self.follow_cursor();
    }

    /// Enters the group under the cursor; false if there is none.
    pub(super) fn enter_group(&mut self) -> bool {
        let Some(group) = self.keys.group(self.keys.cursor.at).filter(|group| !group.leaf) else {
            return false;
        };
        let entered = Scope { prefix: group.prefix.as_bytes().to_vec(), numbered: group.numbered };
        let Some(grouping) = &mut self.keys.grouping else { return false };
        // The first row is the one to begin with.
        grouping.wanted = Some(entered.prefix.clone());
        grouping.above.push(std::mem::replace(&mut grouping.scope, entered));
        self.read_groups();
        true
    }

    /// Leaves the group, or the groups altogether; false if there are none.
    pub(super) fn leave_group(&mut self) -> bool {
        let Some(grouping) = &mut self.keys.grouping else { return false };
        if !grouping.flat {
            let Some(scope) = grouping.above.pop() else {
                self.leave_grouping();
                return true;
            };
            let left = std::mem::replace(&mut grouping.scope, scope);
            grouping.wanted = Some(left.prefix);
        }
        self.keys.filter.clear();
        self.read_groups();
        true
    }

    /// Filters and orders are about keys: those of the present group are shown.
    pub(super) fn flatten_groups(&mut self) {
        if let Some(grouping) = self.keys.grouping.as_mut().filter(|grouping| !grouping.flat) {
            grouping.flat = true;
            self.keys.scope = grouping.scope.clone();
            let (len, height) = (self.keys.len(), self.list_height(Pane::Keys));
            self.keys.cursor.go(Move::Home, len, height);
        }
    }
}
