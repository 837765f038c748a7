//! Connecting, losing the connection, and switching to another target.

use larder::app::{
    Effect, Event, Layer, Load, Loaded, Pane, Read, SessionState, Settings, Slot, TargetChoice,
    Targets,
};
use larder::model::{
    ConnectionState, Error, ErrorKind, ServerInfo, StoreInfo, Timestamp, WriteOutcome,
};

use super::{JSON, done, opened, shop};
use crate::stage::{NOW, Stage, record, shown, store};

#[test]
fn a_refused_connection_can_be_tried_again() {
    let mut stage = Stage::new(120, 36);
    stage.asked.clear();
    let error = Error::new(ErrorKind::Connection, "connection refused: 127.0.0.1:1");
    stage.event(Event::Connected(Err(error)));
    assert!(matches!(stage.app.session.state, SessionState::Failed(_)));
    stage.asked.clear();
    stage.keys("r");
    assert!(matches!(stage.asked[..], [Effect::Connect]));
}

#[test]
fn a_server_that_says_nothing_is_told_of_from_the_first_second_on() {
    let mut stage = Stage::new(80, 24);
    let second = |second: i64| Timestamp::from_micros(second * 1_000_000);
    let waited = |stage: &mut Stage, seconds: i64| {
        // Frames are drawn at one fixed moment, so the time of the question is moved back.
        stage.app.session.asked = Some(Timestamp::from_micros(NOW - seconds * 1_000_000));
        stage.frame()
    };
    assert_eq!(stage.app.wake(), Some(second(1)), "the wait is told then");
    stage.app.now = second(3);
    assert_eq!(stage.app.wake(), Some(second(4)), "and each second");
    let soon = waited(&mut stage, 0);
    assert!(soon.contains("connecting…") && !soon.contains("no answer"), "{soon}");
    for (seconds, told) in [(1, "no answer for 1 s"), (4, "no answer for 4 s")] {
        let frame = waited(&mut stage, seconds);
        for told in [" Connecting ", "redis://127.0.0.1:6379/0", told, "q quit"] {
            assert!(frame.contains(told), "{told}: {frame}");
        }
        assert!(!frame.contains("connecting…"), "{frame}");
    }
    // After a failure, a further try begins with what is known.
    stage.app.session.begun = Some(Timestamp::from_micros(NOW - 40_000_000));
    for _ in 0..2 {
        stage.event(Event::Connected(Err(Error::new(ErrorKind::Timeout, "no answer"))));
    }
    assert!(stage.frame().contains("tried 2 times in 40 s · retrying"), "{}", stage.frame());
    stage.keys("r");
    let frame = waited(&mut stage, 0);
    for told in ["waiting for an answer", "tried 2 times in 40 s"] {
        assert!(frame.contains(told), "{told}: {frame}");
    }
    stage.connect(vec![store("shop", 3)]);
    assert_eq!((stage.app.session.begun, stage.app.session.asked), (None, None));
    assert!(!stage.frame().contains("Connecting"), "{}", stage.frame());
}

#[test]
fn what_can_be_done_is_told_however_long_target_and_failure_are() {
    for (width, height) in [(40, 10), (80, 24), (120, 36)] {
        let mut stage = Stage::new(width, height);
        let hosts: Vec<_> = (0..9).map(|n| format!("sentinel-{n}.crawl.example:26379")).collect();
        stage.app.settings.label = format!("redis-sentinel://{}/5", hosts.join(","));
        let why = "the name of the master is known to none of the sentinels; ".repeat(6);
        stage.event(Event::Connected(Err(Error::new(ErrorKind::Connection, why))));
        let frame = stage.frame();
        let panel: Vec<&str> = frame.lines().skip(1).take(usize::from(height) - 2).collect();
        let panel = panel.join("\n");
        for told in
            ["redis-sentinel://", "/5", "the name of the", "retrying", "r retry now", "q quit"]
        {
            assert!(panel.contains(told), "{told} at {width}: {frame}");
        }
    }
}

#[test]
fn what_may_pass_is_tried_again_with_growing_pauses_and_nothing_else_is() {
    let mut stage = Stage::new(120, 36);
    let fail = |stage: &mut Stage, kind| {
        stage.asked.clear();
        stage.event(Event::Connected(Err(Error::new(kind, "no"))));
        let pauses = stage.asked.iter().map(|effect| match effect {
            Effect::ConnectAgain(after) => after.as_millis(),
            other => panic!("{other:?}"),
        });
        pauses.collect::<Vec<_>>()
    };
    for (kind, millis) in [
        (ErrorKind::Connection, 500),
        (ErrorKind::Timeout, 1000),
        (ErrorKind::Loading, 2000),
        (ErrorKind::Connection, 4000),
        (ErrorKind::Connection, 5000),
        (ErrorKind::Connection, 5000),
    ] {
        assert_eq!(fail(&mut stage, kind), [millis], "{kind:?}");
        assert!(stage.frame().contains("trying"));
    }
    for kind in [ErrorKind::Auth, ErrorKind::Usage, ErrorKind::Tls] {
        assert_eq!(fail(&mut stage, kind), [0; 0], "{kind:?}");
        assert!(!stage.frame().contains("trying"));
    }
    stage.keys("r");
    assert_eq!(fail(&mut stage, ErrorKind::Connection), [500], "r begins anew");
    stage.connect(vec![store("shop", 3)]);
    assert_eq!(fail(&mut stage, ErrorKind::Connection), [0; 0], "a late failure");
    assert!(matches!(stage.app.session.state, SessionState::Open(_)));
}

#[test]
fn the_browser_stays_when_the_server_goes_and_refreshes_when_it_is_back() {
    let mut stage = opened();
    let down = ConnectionState::Down {
        tries: 3,
        reason: "the server closed the connection".into(),
        wants_password: false,
    };
    stage.event(Event::Connection(down));
    assert_eq!(stage.app.keys.len(), 3);
    assert!(stage.frame().contains("tried 3 times"));
    stage.event(Event::Connection(ConnectionState::Up));
    assert_eq!(stage.notice(), "connected again");
    let down = ConnectionState::Down {
        tries: 1,
        reason: "the server closed the connection".into(),
        wants_password: false,
    };
    stage.event(Event::Connection(down));
    assert!(stage.app.notice.is_none(), "{}", stage.notice());
    stage.event(Event::Connection(ConnectionState::Up));
    stage.take(Slot::Stores);
    stage.take(Slot::Keys);
}

#[test]
fn what_became_of_a_write_is_not_hidden_by_the_connection_that_is_back() {
    let mut stage = opened();
    stage.keys("dy");
    let write = stage.write();
    let down = ConnectionState::Down {
        tries: 1,
        reason: "the server went away".into(),
        wants_password: false,
    };
    stage.event(Event::Connection(down));
    stage.written(write, Ok(done()));
    let said = stage.notice().to_owned();
    assert!(said.contains("deleted"), "{said}");
    stage.event(Event::Connection(ConnectionState::Up));
    assert_eq!(stage.notice(), said);
}

#[test]
fn a_replica_that_is_promoted_takes_writes_as_soon_as_it_says_so() {
    let replica = ServerInfo { replica: true, read_only: true, ..ServerInfo::default() };
    let mut stage = Stage::new(120, 36);
    stage.asked.clear();
    stage.event(Event::Connected(Ok(replica.clone())));
    let asks = |stage: &mut Stage| {
        let asked = stage.asked.iter().any(|effect| matches!(effect, Effect::AskServer(_)));
        stage.asked.clear();
        asked
    };
    assert!(asks(&mut stage) && stage.frame().contains("replica"));
    stage.event(Event::Server(Err(Error::new(ErrorKind::Timeout, "busy"))));
    assert!(asks(&mut stage));
    stage.event(Event::Server(Ok(replica)));
    assert!(asks(&mut stage) && stage.app.is_read_only());
    stage.event(Event::Server(Ok(ServerInfo::default())));
    assert!(!asks(&mut stage), "a primary is asked nothing");
    assert!(!stage.app.is_read_only());
    assert_eq!(stage.notice(), "this server is a replica no longer");
    assert!(!stage.frame().contains("read-only"));
    // The other way round, it is told by a write that was refused.
    let mut stage = opened();
    stage.keys("dy");
    let write = stage.write();
    stage.written(write, Err(Error::new(ErrorKind::ReadOnly, "a replica")));
    assert!(asks(&mut stage));
}

#[test]
fn a_server_that_refuses_something_is_told_with_a_word() {
    let mut stage = Stage::new(120, 36);
    let notes = vec!["INFO is refused".to_owned()];
    stage.event(Event::Connected(Ok(ServerInfo { notes, ..ServerInfo::default() })));
    assert_eq!(stage.notice(), "INFO is refused");
}

fn with_targets() -> Stage {
    let choice = |name: &str, label: &str, read_only| TargetChoice {
        name: name.to_owned(),
        label: Ok(label.to_owned()),
        read_only,
    };
    let broken = TargetChoice {
        name: "typo".to_owned(),
        label: Err("`http://` is not a Redis address".to_owned()),
        read_only: false,
    };
    let targets = vec![
        choice("local", "redis://127.0.0.1:6379/0", false),
        choice("production", "redis://127.0.0.1:7000/0", true),
        broken,
    ];
    let mut stage = Stage::with(120, 36, Settings { targets, ..Settings::default() });
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    stage.keys("j").open(&shop());
    stage
}

#[test]
fn the_list_of_targets_opens_on_the_present_one_and_closes_without_effect() {
    let mut stage = with_targets();
    stage.asked.clear();
    for close in ["<esc>", "q", "T", "<enter>"] {
        stage.keys("T");
        let Some(Layer::Targets(Targets { cursor, .. })) = stage.app.layer() else {
            panic!("{close}")
        };
        assert_eq!(cursor.at, 0);
        stage.keys(close);
        assert!(stage.app.layers.is_empty() && stage.asked.is_empty(), "{close}");
    }
    assert_eq!(stage.notice(), "local is open already");
}

#[test]
fn a_switch_starts_afresh_and_takes_no_reply_of_before() {
    let mut stage = with_targets();
    stage.keys("Mj");
    let (ticket, _) = stage.take(Slot::Record);
    stage.asked.clear();
    stage.keys("Tj<enter>");
    let [Effect::Switch(at)] = stage.asked[..] else { panic!("{:?}", stage.asked) };
    assert_eq!(at, 1);
    assert_eq!(stage.app.keys.len(), 3, "the old one stays until the shell has let go of it");
    stage.asked.clear();
    stage.event(Event::Switched(Ok(at)));
    assert!(matches!(stage.asked[..], [Effect::Connect]));
    assert!(matches!(stage.app.session.state, SessionState::Connecting));
    assert!(stage.app.keys.store.is_none() && stage.app.keys.is_empty());
    assert!(!stage.app.stores.ready && stage.app.record.shown.is_none());
    assert_eq!(stage.app.settings.label, "redis://127.0.0.1:7000/0");
    assert!(stage.app.is_read_only() && !stage.app.mouse.on);
    assert_eq!(stage.notice(), "opening production…");
    let late = Loaded::Record(shown(record("b", JSON, "2")));
    stage.event(Event::Loaded(Slot::Record, ticket, Ok(late)));
    assert!(stage.app.record.shown.is_none());
    stage.connect(vec![store("theirs", 1), store("others", 1)]);
    assert_eq!((stage.app.stores.total(), stage.notice()), (2, ""));
}

#[test]
fn a_switch_waits_for_the_write_under_way() {
    let mut stage = with_targets();
    stage.keys("dy");
    let write = stage.write();
    stage.keys("Tj<enter>");
    assert!(stage.notice().contains("a write is under way"));
    assert!(stage.asked.iter().all(|effect| !matches!(effect, Effect::Switch(_))));
    stage.written(write, Ok(done()));
    stage.keys("Tj<enter>");
    assert!(stage.asked.iter().any(|effect| matches!(effect, Effect::Switch(1))));
    // The shell may still be saving a file.
    stage.event(Event::Switched(Err("something is being written".to_owned())));
    assert_eq!(stage.notice(), "something is being written");
    assert_eq!(stage.app.settings.target, 0);
}

#[test]
fn a_target_that_cannot_be_opened_can_be_tried_again_or_left() {
    let mut stage = with_targets();
    stage.keys("T<end><enter>");
    assert_eq!(stage.notice(), "`http://` is not a Redis address");
    stage.event(Event::Switched(Ok(1))).asked.clear();
    let error = Error::new(ErrorKind::Connection, "connection refused: 127.0.0.1:7000");
    stage.event(Event::Connected(Err(error)));
    let frame = stage.frame();
    assert!(frame.contains("T other target"), "{frame}");
    stage.keys("r");
    assert!(matches!(stage.asked.last(), Some(Effect::Connect)));
    stage.event(Event::Connected(Err(Error::new(ErrorKind::Connection, "still nothing"))));
    stage.keys("T<enter>");
    assert!(matches!(stage.asked.last(), Some(Effect::Switch(1))), "it is tried anew");
    stage.keys("Tk<enter>");
    assert!(matches!(stage.asked.last(), Some(Effect::Switch(0))));
}

#[test]
fn the_first_start_shows_one_hint_until_the_first_key() {
    let told = "↵ open · ← back · / filter · ? all keys · q quit";
    let mut stage = Stage::with(80, 24, Settings { welcome: true, ..Settings::default() });
    assert_eq!(stage.notice(), told);
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    assert_eq!(stage.notice(), told);
    stage.keys("j");
    assert_eq!(stage.notice(), "");
    assert_eq!(Stage::new(80, 24).notice(), "");
    // If there is nothing to open yet, it waits until there is.
    let mut stage = Stage::with(80, 24, Settings { welcome: true, ..Settings::default() });
    let refused = Error::new(ErrorKind::Connection, "connection refused: 127.0.0.1:6379");
    stage.event(Event::Connected(Err(refused)));
    assert_eq!(stage.notice(), "");
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    assert_eq!(stage.notice(), told);
}

#[test]
fn many_stores_show_before_all_of_them_are_counted() {
    let mut stage = Stage::new(120, 36);
    stage.asked.clear();
    stage.event(Event::Connected(Ok(ServerInfo::default())));
    let (ticket, _) = stage.take(Slot::Stores);
    let bare = StoreInfo { store: "two".into(), ..StoreInfo::default() };
    let some = Loaded::SomeStores(vec![store("one", 7), bare]);
    stage.event(Event::Loaded(Slot::Stores, ticket, Ok(some)));
    assert_eq!(stage.app.stores.len(), 2);
    stage.keys("j");
    let all = Loaded::Stores(vec![store("a", 1), store("one", 7), store("two", 3)], None);
    stage.event(Event::Loaded(Slot::Stores, ticket, Ok(all)));
    let current = stage.app.stores.current().unwrap();
    assert_eq!((current.store.escaped(), current.records), ("two".to_owned(), Some(3)));
    // When it is read again, the old list stays until the new one is complete.
    stage.keys("r");
    let (ticket, _) = stage.take(Slot::Stores);
    let some = Loaded::SomeStores(vec![StoreInfo { store: "two".into(), ..StoreInfo::default() }]);
    stage.event(Event::Loaded(Slot::Stores, ticket, Ok(some)));
    assert_eq!(stage.app.stores.len(), 3);
}

#[test]
fn the_only_store_is_opened_at_once() {
    let mut stage = Stage::new(120, 36);
    stage.connect(vec![store("default", 2)]);
    assert_eq!(stage.app.focus, Pane::Keys);
    assert!(matches!(stage.take(Slot::Keys).1, Read::Load(Load::Keys { early: true, .. })));
}

#[test]
fn quitting_goes_through_the_shell() {
    let mut stage = opened();
    stage.keys("q");
    assert!(matches!(stage.asked.last(), Some(Effect::Quit)));
}

#[test]
fn a_switch_waits_until_it_is_known_what_became_of_a_write() {
    let mut stage = with_targets();
    stage.keys("dy");
    let write = stage.write();
    stage.written(write.clone(), Err(Error::new(ErrorKind::InDoubt, "the wire broke")));
    stage.keys("Tj<enter>");
    assert!(stage.notice().contains("a write is under way"), "{}", stage.notice());
    assert!(stage.asked.iter().all(|effect| !matches!(effect, Effect::Switch(_))));
    stage.resolved(write, Ok(WriteOutcome::NotApplied));
    assert!(stage.notice().contains("was not made"), "{}", stage.notice());
    stage.keys("Tj<enter>");
    assert!(stage.asked.iter().any(|effect| matches!(effect, Effect::Switch(1))));
}

#[test]
fn without_a_server_one_panel_says_what_where_how_often_and_which_keys() {
    let mut stage = Stage::new(80, 24);
    let refused = || Error::new(ErrorKind::Connection, "connection refused: 127.0.0.1:7541");
    stage.event(Event::Connected(Err(refused())));
    let frame = stage.frame();
    let label = stage.app.settings.label.clone();
    for told in ["Not connected", &label, "connection refused", "r retry now", "q quit"] {
        assert!(frame.contains(told), "{told}: {frame}");
    }
    assert!(!frame.contains("tried"), "{frame}");
    stage.app.session.begun = Some(Timestamp::from_micros(NOW - 3_000_000));
    stage.event(Event::Connected(Err(refused())));
    assert!(stage.frame().contains("tried 2 times in 3 s · retrying"), "{}", stage.frame());
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    assert!(!stage.frame().contains("Not connected"), "{}", stage.frame());
    let password = Error::new(ErrorKind::Permission, "the server wants a password");
    let mut stage = Stage::new(80, 24);
    stage.event(Event::Connected(Err(password)));
    let frame = stage.frame();
    assert!(frame.contains("r retry") && !frame.contains("retrying"), "{frame}");
}
