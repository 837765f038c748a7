//! Switches from one target to another.

use tokio::sync::mpsc;

use crate::app::{Effect, Event};
use crate::storage::Target;

use super::{EVENT_QUEUE, Shell};

/// The target that the browser is connected to.
pub(super) enum CurrentTarget {
    Given(Box<Target>),
    Listed(usize),
}

impl Shell {
    /// Lets go of the storage, to open another target of the list: all reads end, and their results are
    /// ignored. Refuses while a write is under way, also one to a file. Also gives the core's effects for a
    /// file that was saved meanwhile.
    pub(super) fn switch(&mut self, at: usize) -> (Result<usize, String>, Vec<Effect>) {
        let refused = |why: &str| (Err(why.to_owned()), Vec::new());
        if self.tasks.is_writing() {
            return refused("a write is under way; wait, then switch");
        }
        let chosen = self.targets.as_ref().and_then(|targets| targets.choices().get(at));
        let chosen = chosen.map(|choice| (choice.read_only, choice.wait_replicas));
        let Some((read_only, wait_replicas)) = chosen else {
            return refused("there is no such target");
        };
        let (sender, events) = mpsc::channel(EVENT_QUEUE);
        let mut old = std::mem::replace(&mut self.events, events);
        (self.connected, self.storages) = mpsc::channel(1);
        self.tasks.start_over(sender);
        // A value that was saved to a file does not concern the storage.
        let mut effects = Vec::new();
        while let Ok(event) = old.try_recv() {
            if matches!(event, Event::Saved(..)) {
                effects.extend(self.app.handle(event));
            }
        }
        (self.options.read_only, self.options.wait_replicas) = (read_only, wait_replicas);
        (self.target, self.password) = (CurrentTarget::Listed(at), None);
        (Ok(at), effects)
    }
}
