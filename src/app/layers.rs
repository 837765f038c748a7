//! Dialogs over the panes, one upon the other; the topmost takes the keys.

mod confirm;
pub mod crawl;
mod details;
mod dialog;
mod draft;
mod jobs;
mod leaf;
mod log;
pub mod merge;
mod prompt;
mod review;
mod targets;
mod totals;

pub use crawl::Overview;
pub use details::{Details, Help};
pub use dialog::{Dialog, Overlay, Then};
pub use draft::DraftView;
pub use jobs::Jobs;
pub use leaf::LeafCursor;
pub use log::Log;
pub use merge::MergeView;
pub use review::Review;
pub use targets::Targets;
pub use totals::Totals;

use super::question::{Confirm, Prompt};

/// The dialogs there are, a line each.
macro_rules! layers {
    ($($(#[$doc:meta])* $name:ident($content:ty),)*) => {
        /// Something that takes the keys until it is answered.
        #[derive(Debug, Clone)]
        pub enum Layer {
            $($(#[$doc])* $name($content),)*
        }

        impl Layer {
            /// What all dialogs have in common.
            pub fn dialog(&self) -> &dyn Dialog {
                match self {
                    $(Self::$name(content) => content,)*
                }
            }

            /// The same, to be changed.
            pub fn dialog_mut(&mut self) -> &mut dyn Dialog {
                match self {
                    $(Self::$name(content) => content,)*
                }
            }
        }

        $(impl From<$content> for Layer {
            fn from(content: $content) -> Self {
                Self::$name(content)
            }
        })*
    };
}

layers! {
    /// A question whose default is No.
    Confirm(Box<Confirm>),
    /// A line to type.
    Prompt(Box<Prompt>),
    /// The keys.
    Help(Help),
    /// What is known of a store or record.
    Details(Details),
    /// How much there is of each content type.
    Totals(Totals),
    /// The rest of the crawl.
    Crawl(Box<Overview>),
    /// Long work under way.
    Jobs(Jobs),
    /// What was done.
    Log(Log),
    /// The cursor in the values of the JSON that is shown.
    Leaf(Box<LeafCursor>),
    /// A draft that was found.
    Draft(Box<DraftView>),
    /// What a save changes, before it is made.
    Review(Box<Review>),
    /// What was typed and what someone else wrote, where they meet.
    Merge(Box<MergeView>),
    /// The targets, and the one under the cursor.
    Targets(Targets),
}

impl From<Review> for Layer {
    fn from(review: Review) -> Self {
        Self::Review(Box::new(review))
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
