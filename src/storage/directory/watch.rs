//! Follows changes in a storage directory.
//!
//! One thread for each storage, from its first listener to its last, gathers changes and reports them. Their
//! sources:
//!
//! ```text
//! native     file notifications of the platform, or
//! poll       periodic listings where there are none
//!   ↓
//! inbox      changes, gathered into batches
//! worker     the thread: reads changed records, reports them
//!   debounce records that are still being written, and records already reported
//!   recount  when to count which store again
//! stat       stamps of files and directories, file system types
//! ```

mod debounce;
mod inbox;
mod native;
mod poll;
mod recount;
mod stat;
mod worker;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use futures::stream::{self, BoxStream, StreamExt as _};
use tokio::sync::mpsc;

use self::inbox::Inbox;
use self::native::Native;
use self::poll::Poller;
use self::worker::{Source, Worker};
use super::root::Root;
use crate::model::{StoreName, WatchEvent, WatchSource};
use crate::storage::DirectoryTiming;

/// Limit on the events that wait for a slow listener; later ones are missed.
const ROOM: usize = 64;

/// Hub of one storage directory: its listeners and the thread that serves them.
pub(super) struct Hub(Arc<HubState>);

struct HubState {
    root: Root,
    /// Whether notifications are never used.
    polling: bool,
    timing: DirectoryTiming,
    inbox: Arc<Inbox>,
    listeners: Mutex<Listeners>,
}

/// Listeners, and the source that the running thread uses.
#[derive(Default)]
struct Listeners {
    list: Vec<Listener>,
    next: u64,
    /// The way of finding changes, while the thread runs.
    source: Option<WatchSource>,
}

/// Receiving end of one stream.
struct Listener {
    id: u64,
    store: Option<StoreName>,
    to: mpsc::Sender<WatchEvent>,
    /// Whether events were lost and the listener has not been told so yet.
    behind: bool,
}

impl Hub {
    /// A hub that has started nothing yet.
    pub(super) fn new(root: Root, timing: DirectoryTiming) -> Self {
        Self::with(root, false, timing)
    }

    /// A hub that never uses notifications.
    pub(super) fn polling(root: Root, timing: DirectoryTiming) -> Self {
        Self::with(root, true, timing)
    }

    fn with(root: Root, polling: bool, timing: DirectoryTiming) -> Self {
        let (inbox, listeners) = (Arc::new(Inbox::new(timing)), Mutex::default());
        Self(Arc::new(HubState { root, polling, timing, inbox, listeners }))
    }

    /// Listens from now on; see [`Storage::watch`](crate::storage::Storage::watch).
    pub(super) fn watch(&self, store: Option<&StoreName>) -> BoxStream<'static, WatchEvent> {
        let (to, mut from) = mpsc::channel(ROOM);
        let id = self.listen(store, to);
        let guard = ListenGuard { shared: self.0.clone(), id };
        stream::poll_fn(move |context| {
            let _ = &guard;
            from.poll_recv(context)
        })
        .boxed()
    }

    fn listen(&self, store: Option<&StoreName>, to: mpsc::Sender<WatchEvent>) -> u64 {
        let shared = &self.0;
        let mut listeners = shared.listeners();
        listeners.next += 1;
        let id = listeners.next;
        if let Some(store) = store {
            // The present state, since polling begins a moment later.
            let before = shared.root.store(store).ok().flatten().and_then(stat::own);
            shared.inbox.note(|pending| {
                pending.follow(store);
                if let Some(before) = before {
                    pending.began(store, before);
                }
            });
        }
        let source = match listeners.source.clone() {
            Some(source) => {
                shared.inbox.wake();
                source
            }
            None => shared.start(&mut listeners, store),
        };
        let ends = matches!(source, WatchSource::None { .. });
        // There is room, since nothing was sent yet.
        let _ = to.try_send(WatchEvent::Source(source));
        if !ends {
            listeners.list.push(Listener { id, store: store.cloned(), to, behind: false });
        }
        id
    }
}

impl HubState {
    fn listeners(&self) -> MutexGuard<'_, Listeners> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the source of changes, and the thread that reports them.
    fn start(
        self: &Arc<Self>,
        listeners: &mut Listeners,
        first: Option<&StoreName>,
    ) -> WatchSource {
        let silent = stat::silent(&stat::nearest(&self.root));
        let native = match silent {
            _ if self.polling => Err(String::new()),
            Some(kind) => Err(format!("no notifications on {kind}")),
            None => Native::start(&self.root, first, &self.inbox),
        };
        let (source, reported) = match native {
            Ok(native) => (Source::Files(native), WatchSource::Files),
            Err(why) => {
                let poller = Poller::new(self.root.clone());
                let reported =
                    WatchSource::Polling { within: self.timing.between_polls, why: why.clone() };
                (Source::Polling { poller, why }, reported)
            }
        };
        let worker = Worker::new(self.clone(), source);
        let thread = thread::Builder::new().name("watch".to_owned());
        match thread.spawn(move || worker.run()) {
            Ok(_) => {
                listeners.source = Some(reported.clone());
                reported
            }
            Err(why) => WatchSource::None { why: why.to_string() },
        }
    }

    /// Reports an event to all listeners.
    fn tell(&self, noticed: &WatchEvent) {
        let mut listeners = self.listeners();
        let source = listeners.source.clone();
        for listener in &mut listeners.list {
            listener.tell(noticed.clone(), source.as_ref());
        }
    }

    /// Reports an event to those who follow the store.
    fn tell_of(&self, store: &StoreName, noticed: &WatchEvent) {
        let mut listeners = self.listeners();
        let source = listeners.source.clone();
        for listener in &mut listeners.list {
            if listener.store.as_ref() == Some(store) {
                listener.tell(noticed.clone(), source.as_ref());
            }
        }
    }

    /// Tells listeners that lost events that they did, as far as they have room now; returns whether any is
    /// left.
    fn catch_up(&self) -> bool {
        let mut listeners = self.listeners();
        let source = listeners.source.clone();
        listeners.list.iter_mut().any(|listener| !listener.catches_up(source.as_ref()))
    }

    /// Whether nobody listens; the thread is then regarded as ended.
    fn ends(&self) -> bool {
        let mut listeners = self.listeners();
        let ends = listeners.list.is_empty();
        if ends {
            listeners.source = None;
        }
        ends
    }

    fn leave(&self, id: u64) {
        let mut listeners = self.listeners();
        if let Some(at) = listeners.list.iter().position(|listener| listener.id == id) {
            let listener = listeners.list.swap_remove(at);
            drop(listeners);
            if let Some(store) = listener.store {
                self.inbox.note(|pending| pending.unfollow(&store));
            }
            self.inbox.wake();
        }
    }
}

impl Listener {
    fn tell(&mut self, noticed: WatchEvent, source: Option<&WatchSource>) {
        if self.catches_up(source) && self.to.try_send(noticed).is_err() {
            self.behind = true;
        }
    }

    /// Whether nothing is lost, or the listener could be told so.
    fn catches_up(&mut self, source: Option<&WatchSource>) -> bool {
        if self.behind && self.to.capacity() > 1 {
            // The source may be among the lost events.
            let source = source.cloned().map(WatchEvent::Source);
            self.behind = [source, Some(WatchEvent::Lagged)]
                .into_iter()
                .flatten()
                .any(|noticed| self.to.try_send(noticed).is_err());
        }
        !self.behind
    }
}

/// Unregisters its listener when the stream is dropped.
struct ListenGuard {
    shared: Arc<HubState>,
    id: u64,
}

impl Drop for ListenGuard {
    fn drop(&mut self) {
        self.shared.leave(self.id);
    }
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub").field("root", &self.0.root).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lagging_listener_is_told_that_it_missed_events() {
        let (to, mut from) = mpsc::channel(4);
        let mut listener = Listener { id: 1, store: None, to, behind: false };
        let gone = |number: u32| WatchEvent::StoreGone(number.to_string().into());
        let source = Some(&WatchSource::Files);
        for number in 0..9 {
            listener.tell(gone(number), source);
        }
        for number in 0..4 {
            assert_eq!(from.try_recv().unwrap(), gone(number));
        }
        assert!(listener.catches_up(source));
        assert_eq!(from.try_recv().unwrap(), WatchEvent::Source(WatchSource::Files));
        assert_eq!(from.try_recv().unwrap(), WatchEvent::Lagged);
        listener.tell(gone(9), source);
        assert_eq!(from.try_recv().unwrap(), gone(9));
        assert!(from.try_recv().is_err());
    }
}
