//! The core on a stage: keys and replies go in, effects and frames come out.

#![allow(clippy::unwrap_used, reason = "a test may fail")]
#![allow(dead_code, reason = "each test program uses its own part of it")]
#![allow(unreachable_pub, reason = "shared as a private module of several test programs")]
#![allow(missing_docs, reason = "a test helper whose names tell enough")]
#![allow(clippy::needless_pass_by_value, reason = "scripts read better without references")]

use std::sync::{Arc, LazyLock};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use larder::app::{
    App, Compute, Effect, Event, Load, Loaded, Read, RecordView, Settings, Slot, Ticket,
};
use larder::index::Builder;
use larder::keymap::KeyMap;
use larder::model::{
    ContentType, Error, Key, KeyPage, Record, RecordMeta, RecordState, ServerInfo, StoreInfo,
    Timestamp, WatchEvent, Write, WriteOutcome, Written,
};
use larder::ops::{Outcome, Resolution, WriteId};
use larder::preview::Preview;
use larder::theme::{Symbols, Theme};
use larder::view::{Appearance, Pictures, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

#[path = "words.rs"]
pub mod words;

/// The result of a computation.
pub fn computed(read: Read) -> Loaded {
    match read {
        Read::Compute(compute) => compute.run(&|| true, &mut |_| {}).unwrap(),
        // The record is as it was read.
        Read::Load(Load::Review(look)) => {
            Loaded::Reviewed(Box::new(look.over(Some(look.record[0].clone()))))
        }
        Read::Load(load) => panic!("{load:?} needs a storage"),
    }
}

/// The moment at which all frames are drawn.
pub const NOW: i64 = 1_795_356_000_000_000;

/// The built-in keys, read once: that takes longer than most tests.
pub static KEYS: LazyLock<Arc<KeyMap>> = LazyLock::new(Arc::default);

/// The theme without colours, read once: that takes as long as drawing a frame.
pub fn plain() -> Theme {
    static PLAIN: LazyLock<Theme> = LazyLock::new(Theme::plain);
    PLAIN.clone()
}

/// A core, with its requests that were not answered.
pub struct Stage {
    pub app: App,
    pub asked: Vec<Effect>,
    sent: Vec<(WriteId, Write)>,
}

impl Stage {
    pub fn new(width: u16, height: u16) -> Self {
        Self::with(width, height, Settings::default())
    }

    pub fn with(width: u16, height: u16, settings: Settings) -> Self {
        let settings = Settings { label: "redis://127.0.0.1:6379/0".to_owned(), ..settings };
        let mut app = App::new(settings, Arc::clone(&KEYS), (width, height));
        let asked = app.start();
        Self { app, asked, sent: Vec::new() }
    }

    pub fn event(&mut self, event: Event) -> &mut Self {
        let effects = self.app.handle(event);
        self.asked.extend(effects);
        self.see()
    }

    /// Waits, when a dialog has opened by itself, until it takes keys.
    fn see(&mut self) -> &mut Self {
        if let Some(until) = self.app.unseen_until() {
            self.app.now = until;
            let effects = self.app.handle(Event::Time);
            self.asked.extend(effects);
        }
        if let Some(notice) = &self.app.notice {
            assert_eq!(words::too_long(notice.tone, &notice.text), None, "{}", notice.text);
        }
        self
    }

    /// Presses keys: characters, and names in angle brackets such as `<enter>` or `<ctrl-s>`.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for key in self::keys(keys) {
            self.event(Event::Key(key)).finish_work();
        }
        self
    }

    /// Does the work on a long value that its editor has asked for.
    pub fn finish_work(&mut self) -> &mut Self {
        let works = |effect: &Effect| match effect {
            Effect::Read(slot, _, Read::Compute(Compute::Open(..) | Compute::Work(..))) => {
                Some(*slot)
            }
            _ => None,
        };
        while let Some(slot) = self.asked.iter().find_map(works) {
            let (ticket, read) = self.take(slot);
            self.event(Event::Loaded(slot, ticket, Ok(computed(read))));
        }
        let reopens = |effect: &Effect| matches!(effect, Effect::ReopenDraft(..));
        while let Some(at) = self.asked.iter().position(reopens) {
            if let Effect::ReopenDraft(id, what, how) = self.asked.remove(at) {
                let (draft, there) = *what;
                self.event(Event::DraftReady(Box::new(how.ready(id, draft, there))));
            }
        }
        self
    }

    /// Gives an event of the newest watcher.
    pub fn noticed(&mut self, noticed: WatchEvent) -> &mut Self {
        let ticket = self.asked.iter().rev().find_map(|effect| match effect {
            Effect::Watch(ticket, _) => Some(*ticket),
            _ => None,
        });
        let ticket = ticket.unwrap_or_else(|| panic!("nothing is watched: {:?}", self.asked));
        self.event(Event::Watched(ticket, noticed))
    }

    /// Answers the oldest read of a slot.
    pub fn answer(&mut self, slot: Slot, result: Result<Loaded, Error>) -> &mut Self {
        let (ticket, _) = self.take(slot);
        self.event(Event::Loaded(slot, ticket, result))
    }

    /// Takes the oldest read of a slot out of the requests.
    pub fn take(&mut self, slot: Slot) -> (Ticket, Read) {
        let at = self
            .asked
            .iter()
            .position(|effect| matches!(effect, Effect::Read(asked, ..) if *asked == slot));
        let at = at.unwrap_or_else(|| panic!("no read of {slot:?} in {:?}", self.asked));
        match self.asked.remove(at) {
            Effect::Read(_, ticket, read) => (ticket, read),
            other => panic!("{other:?}"),
        }
    }

    /// The only write that was asked for; from now on it is under way.
    pub fn write(&mut self) -> Write {
        // That of much text is prepared first.
        let prepares = |effect: &Effect| {
            matches!(effect, Effect::Read(Slot::Saving, _, Read::Compute(Compute::Store(_))))
        };
        if self.asked.iter().any(prepares) {
            self.compared();
        }
        let writes: Vec<_> = self.writes();
        assert_eq!(writes.len(), 1, "{writes:?}");
        self.sent.extend(self.asked.iter().filter_map(|effect| match effect {
            Effect::Write(id, plan) => Some((*id, plan.write()?)),
            _ => None,
        }));
        self.asked.retain(|effect| !matches!(effect, Effect::Write(..)));
        writes.into_iter().next().unwrap()
    }

    pub fn writes(&self) -> Vec<Write> {
        let writes = self.asked.iter().filter_map(|effect| match effect {
            Effect::Write(_, plan) => plan.write(),
            _ => None,
        });
        writes.collect()
    }

    /// Answers a write under way.
    pub fn written(&mut self, write: Write, result: Result<Written, Error>) -> &mut Self {
        let id = self.sent_id(&write);
        self.event(Event::Written(id, result.map(Outcome::from)))
    }

    /// Answers what became of a write whose answer was lost.
    pub fn resolved(&mut self, write: Write, result: Result<WriteOutcome, Error>) -> &mut Self {
        let id = self.sent_id(&write);
        let result = result.map(|outcome| Resolution::of(&write, outcome));
        self.event(Event::Resolved(id, result))
    }

    /// The id of a write that was sent; the last one, if it was sent more than once.
    pub fn sent_id(&self, write: &Write) -> WriteId {
        let sent = self.sent.iter().rev().find(|(_, sent)| sent == write);
        sent.unwrap_or_else(|| panic!("{write:?} was not sent")).0
    }

    /// Answers the record that is in the way of a save.
    pub fn theirs(&mut self, record: Option<Record>) -> &mut Self {
        self.answer(Slot::Theirs, Ok(Loaded::Value(record)))
    }

    /// Makes the comparison or the merge that a save needs.
    pub fn compared(&mut self) -> &mut Self {
        let (ticket, read) = self.take(Slot::Saving);
        self.event(Event::Loaded(Slot::Saving, ticket, Ok(computed(read))))
    }

    /// Connects to a server with these stores.
    pub fn connect(&mut self, stores: Vec<StoreInfo>) -> &mut Self {
        let server = ServerInfo {
            product: "Redis".to_owned(),
            version: "8.2.1".to_owned(),
            latency: Some(std::time::Duration::from_micros(300)),
            ..ServerInfo::default()
        };
        self.asked.clear();
        self.event(Event::Connected(Ok(server)));
        self.answer(Slot::Stores, Ok(Loaded::Stores(stores, None)))
    }

    /// Opens the store under the cursor, with these records, and answers the read of the first.
    pub fn open(&mut self, records: &[Record]) -> &mut Self {
        self.keys("<enter>");
        self.answer(Slot::Keys, Ok(Loaded::keys(index(records), 1.0)));
        self.show(records)
    }

    /// Answers the read of the record under the cursor, from these.
    pub fn show(&mut self, records: &[Record]) -> &mut Self {
        while self.asked.iter().any(|e| matches!(e, Effect::Read(Slot::Record, ..))) {
            let (ticket, read) = self.take(Slot::Record);
            let Read::Load(Load::Record { key, .. } | Load::Whole { key, .. }) = &read else {
                panic!("{read:?}")
            };
            let record = records.iter().find(|record| record.meta.key == *key);
            let shown =
                record.map_or(RecordView::Missing(key.clone()), |record| shown(record.clone()));
            self.event(Event::Loaded(Slot::Record, ticket, Ok(Loaded::Record(shown))));
        }
        self
    }

    /// The text in the editor.
    pub fn edited(&self) -> String {
        let bytes = self.app.editor.as_ref().unwrap().value.bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    /// The screen as text, without colours.
    pub fn frame(&mut self) -> String {
        let buffer = self.buffer(plain());
        let mut text = String::new();
        for y in 0..buffer.area.height {
            let mut line = String::new();
            let mut skip = 0;
            for x in 0..buffer.area.width {
                let symbol = buffer[(x, y)].symbol();
                if skip == 0 {
                    line.push_str(symbol);
                    skip = larder::text::cells(symbol).saturating_sub(1);
                } else {
                    skip -= 1;
                }
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    pub fn buffer(&mut self, theme: Theme) -> ratatui::buffer::Buffer {
        let (width, height) = self.app.size;
        let appearance = Appearance { theme, symbols: Symbols::UNICODE, pictures: Pictures::Cells };
        self.app.now = Timestamp::from_micros(NOW);
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| draw(frame, &self.app, &appearance)).unwrap();
        terminal.backend().buffer().clone()
    }

    pub fn notice(&self) -> &str {
        self.app.notice.as_ref().map_or("", |notice| &notice.text)
    }
}

pub fn keys(keys: &str) -> Vec<KeyEvent> {
    let mut rest = keys;
    let mut all = Vec::new();
    while let Some(c) = rest.chars().next() {
        let (name, after) = match rest.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
            Some((name, after)) => (name.to_owned(), after),
            None => (c.to_string(), &rest[c.len_utf8()..]),
        };
        rest = after;
        all.push(key(&name));
    }
    all
}

/// A key by its name: `j`, `esc`, `ctrl-s`.
pub fn key(name: &str) -> KeyEvent {
    let (mut modifiers, mut rest) = (KeyModifiers::NONE, name);
    for (prefix, modifier) in [
        ("ctrl-", KeyModifiers::CONTROL),
        ("alt-", KeyModifiers::ALT),
        ("shift-", KeyModifiers::SHIFT),
    ] {
        if let Some(after) = rest.strip_prefix(prefix) {
            (modifiers, rest) = (modifiers | modifier, after);
        }
    }
    let code = match rest {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" if modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
        "tab" => KeyCode::Tab,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "pgup" => KeyCode::PageUp,
        "pgdn" => KeyCode::PageDown,
        "backspace" => KeyCode::Backspace,
        "del" => KeyCode::Delete,
        "space" => KeyCode::Char(' '),
        function if function.len() > 1 && function.starts_with('f') => {
            KeyCode::F(function[1..].parse().unwrap())
        }
        one => KeyCode::Char(one.chars().next().unwrap()),
    };
    KeyEvent::new(code, modifiers)
}

pub fn index(records: &[Record]) -> Arc<larder::index::Index> {
    let mut page = KeyPage::default();
    for record in records {
        let meta = &record.meta;
        let state = Some(meta.state.clone()).filter(|state| *state != RecordState::default());
        page.push(meta.key.as_bytes(), meta.content_type.as_str(), meta.size, state);
    }
    let mut builder = Builder::new();
    builder.add(&page);
    Arc::new(builder.finish().packed())
}

pub fn record(key: &str, content_type: &str, value: impl AsRef<[u8]>) -> Record {
    let value = value.as_ref().to_vec();
    Record {
        meta: RecordMeta {
            key: Key::from(key),
            content_type: ContentType::from(content_type),
            size: value.len() as u64,
            ..RecordMeta::default()
        },
        value: value.into(),
    }
}

pub fn shown(record: Record) -> RecordView {
    let preview = Arc::new(Preview::build_as(&record, larder::preview::Mode::Auto));
    RecordView::Whole(record, preview)
}

pub fn store(name: &str, records: u64) -> StoreInfo {
    let ago = |seconds: i64| Some(Timestamp::from_micros(NOW - seconds * 1_000_000));
    StoreInfo {
        store: name.into(),
        id: Some("AbCdEfGhIjKlMnOpQ".to_owned()),
        name: (name != "default").then(|| name.to_owned()),
        records: Some(records),
        created_at: ago(86_400),
        modified_at: ago(120),
        accessed_at: ago(30),
        ..StoreInfo::default()
    }
}
