//! Dialogs over the panes, one over the other; the topmost takes the keys.

mod asides;
mod column;
mod compare;
mod confirm;
mod contents;
pub mod crawl;
mod details;
mod dialog;
mod draft;
mod entries;
mod found;
mod jobs;
mod leaf;
mod links;
pub mod list;
mod log;
mod menu;
pub mod merge;
mod messages;
mod overlay;
mod places;
mod prompt;
mod review;
mod staged;
mod staged_diff;
mod step;
mod table;
mod targets;
mod totals;
mod versions;

pub use asides::Asides;
pub use column::ColumnDialog;
pub use compare::CompareView;
pub use contents::ContentsView;
pub use crawl::Overview;
pub use details::Details;
pub use dialog::{CursorRows, Dialog};
pub use draft::DraftView;
pub use entries::EntriesDialog;
pub use found::PathDialog;
pub use jobs::Jobs;
pub use leaf::{LeafCursor, UnsavedLeaf};
pub use links::LinksDialog;
pub use log::Log;
pub(in crate::app) use menu::COMMANDS;
pub(in crate::app) use menu::command::quoted;
pub use menu::{Help, Menu, MenuRow, Palette};
pub use merge::MergeView;
pub use overlay::{Overlay, Then};
pub use places::PlacesDialog;
pub use review::Review;
pub use staged_diff::StagedDiff;
pub use step::StepView;
pub use table::{RowRecord, TableCursor};
pub use targets::Targets;
pub use totals::Totals;
pub use versions::VersionsView;

use std::any::Any;

use crate::keymap::Action;

use super::question::{Confirm, Prompt};

/// Dialogs of one kind, a line each: the type, and the action that opens it, if one does.
macro_rules! dialogs {
    (
        $(#[$meta:meta])* $kind:ident;
        $($(#[$doc:meta])* $name:ident($content:ty) $(by $action:ident)?,)*
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone)]
        pub enum $kind {
            $($(#[$doc])* $name($content),)*
        }

        impl $kind {
            /// What all dialogs have in common.
            pub fn dialog(&self) -> &dyn Dialog {
                match self {
                    $(Self::$name(content) => content.as_dialog(),)*
                }
            }

            /// The same, mutable.
            pub fn dialog_mut(&mut self) -> &mut dyn Dialog {
                match self {
                    $(Self::$name(content) => content.as_dialog_mut(),)*
                }
            }

            /// The dialog that an action opens, in its state before it has looked at anything.
            pub(super) fn opened_by(action: Action) -> Option<Self> {
                $($(if action == Action::$action {
                    return Some(Self::$name(Default::default()));
                })?)*
                None
            }
        }

        $(impl From<$content> for $kind {
            fn from(content: $content) -> Self {
                Self::$name(content)
            }
        })*
    };
}

/// Gives a macro the list of all dialogs, by which the view also finds how each is drawn.
macro_rules! with_layers {
    ($make:ident) => {
        $make! {
            /// Something that takes the keys until it is answered.
            Layer;
            /// A question whose default is No.
            Confirm(Box<Confirm>),
            /// Whether a place of a text is replaced.
            Places(PlacesDialog),
            /// A line to type.
            Prompt(Box<Prompt>),
            /// What can be done, and with which keys.
            Help(Box<Help>),
            /// All that can be run by its name.
            Palette(Box<Palette>),
            /// The facts about a store or record.
            Details(Details),
            /// The records and bytes of each content type.
            Totals(Totals),
            /// The rest of the crawl.
            Crawl(Box<Overview>) by Crawl,
            /// The requests of a queue or the items of a dataset.
            Contents(Box<ContentsView>),
            /// A dialog that is a list of rows.
            List(ListDialog),
            /// The cursor in the values of the JSON that is shown.
            Leaf(Box<LeafCursor>),
            /// The cursor in the cells of the table that is shown.
            Table(Box<TableCursor>),
            /// A draft that was found.
            Draft(Box<DraftView>),
            /// The changes of a save, before it is made.
            Review(Box<Review>),
            /// The changes of all staged edits.
            StagedDiff(Box<StagedDiff>),
            /// The places where what was typed meets what someone else wrote.
            Merge(Box<MergeView>),
            /// The changes of a step of the log.
            Step(Box<StepView>),
            /// The versions of the record that is shown.
            Versions(Box<VersionsView>) by Versions,
            /// Two values that are compared.
            Compare(Box<CompareView>),
            /// The targets, and the one under the cursor.
            Targets(Targets) by Targets,
        }
    };
}

pub(crate) use with_layers;

with_layers!(dialogs);

dialogs! {
    /// A dialog that is a list of rows: it has no file of its own in the view.
    ListDialog;
    /// Long work under way.
    Jobs(Jobs) by Jobs,
    /// The log of what was done.
    Log(Log) by Journal,
    /// What a larder that ended has left set aside.
    Asides(Asides),
    /// The staged edits.
    Staged(staged::Staged) by Staged,
    /// The values that a path through JSON leads to.
    Paths(PathDialog),
    /// The links of a page.
    Links(LinksDialog),
    /// The entries of an archive.
    Entries(EntriesDialog),
    /// The values of a table's column.
    Column(ColumnDialog),
    /// The notices that the footer has shown.
    Messages(messages::Messages) by Messages,
}

/// A dialog, or one of several.
trait AsDialog {
    fn as_dialog(&self) -> &dyn Dialog;
    fn as_dialog_mut(&mut self) -> &mut dyn Dialog;
}

impl<T: Dialog> AsDialog for T {
    fn as_dialog(&self) -> &dyn Dialog {
        self
    }

    fn as_dialog_mut(&mut self) -> &mut dyn Dialog {
        self
    }
}

impl AsDialog for ListDialog {
    fn as_dialog(&self) -> &dyn Dialog {
        self.dialog()
    }

    fn as_dialog_mut(&mut self) -> &mut dyn Dialog {
        self.dialog_mut()
    }
}

impl Layer {
    /// The dialog that an action opens, if it opens one.
    pub(super) fn of(action: Action) -> Option<Self> {
        Self::opened_by(action).or_else(|| Some(Self::List(ListDialog::opened_by(action)?)))
    }

    /// The dialog, if it is of this type.
    pub fn get<T: Dialog>(&self) -> Option<&T> {
        let dialog: &dyn Any = self.dialog();
        let boxed = dialog.downcast_ref::<Box<T>>().map(|dialog| &**dialog);
        boxed.or_else(|| dialog.downcast_ref())
    }

    /// The same, mutable.
    pub(super) fn get_mut<T: Dialog>(&mut self) -> Option<&mut T> {
        let dialog: &mut dyn Any = self.dialog_mut();
        if dialog.is::<Box<T>>() {
            return dialog.downcast_mut::<Box<T>>().map(|dialog| &mut **dialog);
        }
        dialog.downcast_mut()
    }

    /// The lowest dialog of this type, if there is one.
    pub(super) fn find<T: Dialog>(layers: &mut [Self]) -> Option<&mut T> {
        layers.iter_mut().find_map(Self::get_mut)
    }

    /// The cursor in a table of any kind, if this dialog has one.
    pub(super) fn any_table(&mut self) -> Option<&mut TableCursor> {
        if let Self::Contents(shown) = self { shown.table.as_mut() } else { self.get_mut() }
    }

    /// The change of a value that is not stored, if there is one.
    pub(super) fn unsaved_in(layers: &mut [Self]) -> Option<&mut UnsavedLeaf> {
        Self::find::<LeafCursor>(layers)?.unsaved.as_deref_mut()
    }
}

impl From<Review> for Layer {
    fn from(review: Review) -> Self {
        Self::Review(Box::new(review))
    }
}

impl From<StepView> for Layer {
    fn from(view: StepView) -> Self {
        Self::Step(Box::new(view))
    }
}

impl From<CompareView> for Layer {
    fn from(view: CompareView) -> Self {
        Self::Compare(Box::new(view))
    }
}

impl From<StagedDiff> for Layer {
    fn from(shown: StagedDiff) -> Self {
        Self::StagedDiff(Box::new(shown))
    }
}

impl From<MergeView> for Layer {
    fn from(view: MergeView) -> Self {
        Self::Merge(Box::new(view))
    }
}

impl From<DraftView> for Layer {
    fn from(view: DraftView) -> Self {
        Self::Draft(Box::new(view))
    }
}
