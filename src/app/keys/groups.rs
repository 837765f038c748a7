//! Keys grouped by what they share, which one can enter and leave.

use std::sync::Arc;

use crate::index::{Group, Groups, Index};
use crate::model::RecordMeta;

use super::super::ctx::{Ctx, Request};
use super::super::event::Slot;
use super::super::layout::Pane;
use super::super::list::Move;
use super::super::load::{Compute, Scope};
use super::super::notice::Notice;
use super::KeysPane;

/// The groups that the middle pane shows instead of keys.
#[derive(Debug, Clone, Default)]
pub struct Grouping {
    /// The beginning that all keys here have in common.
    pub scope: Scope,
    /// The groups by what the keys share beyond that, as rows of `index`.
    groups: Groups,
    index: Arc<Index>,
    /// The scopes of the groups around this one.
    above: Vec<Scope>,
    /// The key that the cursor is to go to.
    wanted: Option<Vec<u8>>,
    /// Whether the keys themselves are shown, for example for a filter.
    pub flat: bool,
    reading: bool,
    outdated: bool,
}

impl Grouping {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Whether a group was entered, so that there are others around it.
    pub(super) fn is_entered(&self) -> bool {
        !self.above.is_empty()
    }

    /// Number of records in all rows together.
    pub fn records(&self) -> u64 {
        self.groups.records()
    }

    /// The row at a place, a group or a record.
    pub fn group(&self, at: usize) -> Option<Group> {
        self.groups.get(&self.index, at)
    }

    /// The row at a place, if it is a record.
    pub fn record(&self, at: usize) -> Option<RecordMeta> {
        self.group(at).filter(|group| group.leaf)?;
        self.index.get(self.groups.row(at)?)
    }
}

impl Grouping {
    /// Whether a row of the index is a row here, not one within a group.
    pub(super) fn shows(&self, row: usize) -> bool {
        let at = self.groups.position_of(row);
        self.groups.row(at) == Some(row) && self.record(at).is_some()
    }
}

impl KeysPane {
    /// Shows groups instead of keys, or keys again.
    pub(in crate::app) fn toggle_groups(&mut self, ctx: &mut Ctx<'_>) {
        if self.grouping.is_some() {
            return self.leave_grouping(ctx);
        }
        self.filter.clear();
        self.grouping = Some(Grouping { flat: true, ..Grouping::default() });
        self.read_groups(ctx);
    }

    fn leave_grouping(&mut self, ctx: &mut Ctx<'_>) {
        ctx.cancel(Slot::Groups);
        self.grouping = None;
        self.scope = Scope::default();
        self.reselect(ctx);
    }

    /// Has the groups of the present index found, one search at a time.
    pub(in crate::app) fn read_groups(&mut self, ctx: &mut Ctx<'_>) {
        let Some(grouping) = &mut self.grouping else { return };
        if std::mem::replace(&mut grouping.reading, true) {
            grouping.outdated = true;
            return;
        }
        grouping.outdated = false;
        let read = Compute::Groups(self.sync.index().clone(), grouping.scope.clone());
        ctx.read(Slot::Groups, read);
    }

    /// Finds the groups again, as the index has changed.
    pub(in crate::app) fn regroup(&mut self, ctx: &mut Ctx<'_>) {
        if self.are_grouped() {
            self.read_groups(ctx);
        }
    }

    pub(in crate::app) fn grouped(
        &mut self,
        index: Arc<Index>,
        scope: &Scope,
        groups: Groups,
        ctx: &mut Ctx<'_>,
    ) {
        let height = ctx.list_height(Pane::Keys);
        let under = self.group(self.cursor.at).map(|group| group.prefix);
        let Some(grouping) = &mut self.grouping else { return };
        grouping.reading = false;
        if grouping.outdated || grouping.scope != *scope {
            return self.read_groups(ctx);
        }
        if groups.len() == index.len() && *scope == Scope::default() {
            ctx.tell(Notice::info("these keys share no beginning"));
            return self.leave_grouping(ctx);
        }
        let fresh = std::mem::take(&mut grouping.flat);
        let held = under.filter(|_| !fresh).map(|key| key.as_bytes().to_vec());
        if fresh || grouping.wanted.is_some() {
            self.cursor.come_back();
        }
        let at = grouping.wanted.take().or(held).map_or(0, |key| match index.find(&key) {
            Ok(row) | Err(row) => groups.position_of(row),
        });
        (grouping.groups, grouping.index) = (groups, index);
        let len = grouping.len();
        self.scope = Scope::default();
        self.cursor.hold(at, len, height);
        self.fit_marks();
        ctx.request(Request::ShowRecord);
    }

    /// Enters the group under the cursor; false if there is none.
    pub(in crate::app) fn enter_group(&mut self, ctx: &mut Ctx<'_>) -> bool {
        let Some(group) = self.group(self.cursor.at).filter(|group| !group.leaf) else {
            return false;
        };
        let entered = Scope { prefix: group.prefix.as_bytes().to_vec(), numbered: group.numbered };
        let Some(grouping) = &mut self.grouping else { return false };
        // In an entered group, the cursor begins at the first row.
        grouping.wanted = Some(entered.prefix.clone());
        grouping.above.push(std::mem::replace(&mut grouping.scope, entered));
        self.read_groups(ctx);
        true
    }

    /// Leaves the group, or the groups altogether; false if there are none.
    pub(in crate::app) fn leave_group(&mut self, ctx: &mut Ctx<'_>) -> bool {
        let Some(grouping) = &mut self.grouping else { return false };
        if !grouping.flat {
            let Some(scope) = grouping.above.pop() else {
                self.leave_grouping(ctx);
                return true;
            };
            let left = std::mem::replace(&mut grouping.scope, scope);
            grouping.wanted = Some(left.prefix);
        }
        self.filter.clear();
        self.read_groups(ctx);
        true
    }

    /// Shows the keys of the present group instead of groups, as filters and orders are about keys.
    pub(in crate::app) fn flatten_groups(&mut self, ctx: &mut Ctx<'_>) {
        if let Some(grouping) = self.grouping.as_mut().filter(|grouping| !grouping.flat) {
            grouping.flat = true;
            self.scope = grouping.scope.clone();
            let (len, height) = (self.len(), ctx.list_height(Pane::Keys));
            self.cursor.go(Move::Home, len, height);
        }
    }
}
