//! Typed text that is left, to be continued later.

use crate::edit::draft::{Draft, DraftHead, DraftId};

/// The process in the name of a draft in which nobody types.
const NOBODY: u32 = 0;

/// A draft that is being kept; the typed text stays where it is until that is done.
#[derive(Debug)]
pub(in crate::app) struct Leaving {
    draft: Draft,
    /// Whether to end larder then.
    pub(in crate::app) quits: bool,
}

impl Leaving {
    /// The draft of the text as it is typed now.
    pub(in crate::app) fn new(draft: Draft, quits: bool) -> Self {
        let head = DraftHead { process: NOBODY, ..draft.head };
        Self { draft: Draft { head, ..draft }, quits }
    }

    /// The draft that is being kept.
    pub(in crate::app) fn draft(&self) -> &Draft {
        &self.draft
    }

    /// The name of the draft.
    pub(in crate::app) fn id(&self) -> DraftId {
        self.draft.head.id()
    }

    /// Whether the draft is the text as it is typed now.
    pub(in crate::app) fn is_all_of(&self, now: &Draft) -> bool {
        let (kept, now) = (&self.draft, now);
        let same = (&kept.head.key, &kept.head.content_type);
        same == (&now.head.key, &now.head.content_type) && kept.text.is_same(&now.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_holds_all_of_the_text_until_more_is_typed() {
        let head = DraftHead {
            target: "/storage".into(),
            store: "shop".into(),
            key: "page".into(),
            is_new: false,
            inner: None,
            leaf: None,
            content_type: "text/plain".into(),
            staged: false,
            place: "host, tty".into(),
            process: 7,
            began: crate::model::Timestamp::from_micros(1),
            at: crate::model::Timestamp::from_micros(2),
        };
        let now = Draft { head, base: None, text: "typed".into(), opened: None, leaf: None };
        let leaving = Leaving::new(now.clone(), true);
        assert!(leaving.is_all_of(&now) && leaving.quits);
        assert_ne!(leaving.id(), now.head.id());
        assert!(!leaving.is_all_of(&Draft { text: "typed on".into(), ..now.clone() }));
        let head = DraftHead { content_type: "text/html".into(), ..now.head.clone() };
        assert!(!leaving.is_all_of(&Draft { head, ..now }));
    }
}
