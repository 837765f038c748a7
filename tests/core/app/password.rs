//! Passwords that are typed: at the start, and later if the server begins to ask for one.

use larder::app::{Effect, Event, Pane, Password, Slot};
use larder::model::{ConnectionState, Error, ErrorKind};

use super::opened;
use crate::stage::{Stage, store};

fn refused() -> Error {
    Error::new(ErrorKind::Auth, "the server refused the user or the password")
}

/// Takes the connection away; a new one needs a password.
fn locked_out(stage: &mut Stage) {
    let reason = "password required".to_owned();
    let down = ConnectionState::Down { tries: 2, reason, wants_password: true };
    stage.event(Event::Connection(down));
}

#[test]
fn a_password_is_typed_unseen_and_asked_for_again_where_it_is_refused() {
    let mut stage = Stage::new(80, 24);
    stage.event(Event::Connected(Err(refused())));
    let frame = stage.frame();
    assert!(
        frame.contains("p type the password") && frame.contains("p type the password"),
        "{frame}"
    );
    stage.keys("p").keys("opensesamf<backspace>e");
    let frame = stage.frame();
    assert!(frame.contains("password: ••••••••••  "), "{frame}");
    assert!(!frame.contains("sesam"), "{frame}");
    stage.asked.clear();
    stage.keys("<enter>");
    let typed =
        matches!(&stage.asked[..], [Effect::LogIn(typed)] if *typed == Password::new("opensesame"));
    assert!(typed, "{:?}", stage.asked);
    assert!(!format!("{:?}", stage.asked).contains("sesam"), "{:?}", stage.asked);
    stage.event(Event::Connected(Err(refused())));
    let frame = stage.frame();
    assert!(frame.contains("the server refused the user or the password"), "{frame}");
    assert!(frame.contains("password:  ") && !frame.contains('•'), "{frame}");
    stage.asked.clear();
    stage.keys("x<esc>");
    assert!(stage.asked.is_empty() && stage.app.layers.is_empty());
    assert!(stage.frame().contains("p type the password"), "{}", stage.frame());
    // Only another try asks for it.
    stage.keys("r");
    stage.event(Event::Connected(Err(refused())));
    assert!(stage.app.layers.is_empty(), "{}", stage.frame());
    stage.connect(vec![store("default", 2), store("shop", 3)]);
    stage.keys("p");
    assert_eq!(stage.notice(), "the server asks for no password");
}

#[test]
fn a_password_that_is_wanted_in_the_middle_leaves_what_is_on_the_screen() {
    let mut stage = opened();
    locked_out(&mut stage);
    let frame = stage.frame();
    assert!(
        frame.contains("password required") && frame.contains("p type the password"),
        "{frame}"
    );
    assert!(frame.contains("json") && !frame.contains("pin"), "{frame}");
    // And in the help, whose keys are true.
    stage.keys("?/type the password");
    assert!(stage.frame().contains("p               Type the password"), "{}", stage.frame());
    stage.keys("<esc>?/pin the record");
    assert!(!stage.frame().contains("p               Pin"), "{}", stage.frame());
    stage.keys("<esc>");
    // This works in each pane, whatever its own key of that name does.
    for pane in [Pane::Stores, Pane::Keys, Pane::Record] {
        stage.app.focus = pane;
        assert!(stage.frame().contains("p type the password"), "{pane:?}: {}", stage.frame());
        stage.keys("p");
        assert!(stage.frame().contains("password: "), "{pane:?}: {}", stage.frame());
        stage.keys("<esc>");
    }
    stage.app.focus = Pane::Keys;
    stage.asked.clear();
    stage.keys("psesam<enter>");
    let typed =
        matches!(&stage.asked[..], [Effect::LogIn(typed)] if *typed == Password::new("sesam"));
    assert!(typed, "{:?}", stage.asked);
    stage.event(Event::LoggedIn(Err(refused())));
    let frame = stage.frame();
    assert!(frame.contains("the server refused the user or the password"), "{frame}");
    assert!(frame.contains("password:  ") && frame.contains("json"), "{frame}");
    stage.keys("sesame<enter>");
    stage.event(Event::LoggedIn(Ok(())));
    assert_eq!(stage.notice(), "logged in");
    stage.asked.clear();
    stage.event(Event::Connection(ConnectionState::Up));
    stage.take(Slot::Stores);
    stage.keys("j");
    let frame = stage.frame();
    assert!(!frame.contains("password") && frame.contains("p pin"), "{frame}");
    stage.keys("?");
    assert!(!stage.frame().contains("Type the password"), "{}", stage.frame());
}

#[test]
fn a_server_that_wants_a_password_for_a_further_connection_is_told_so_and_gets_it() {
    let mut stage = opened();
    stage.keys("r");
    let wanted = Error::new(ErrorKind::Auth, "password required");
    stage.answer(Slot::Keys, Err(wanted));
    let frame = stage.frame();
    assert!(
        frame.contains(" password required ") && frame.contains("p type the password"),
        "{frame}"
    );
    stage.keys("psesame<enter>");
    stage.asked.clear();
    stage.event(Event::LoggedIn(Ok(())));
    stage.take(Slot::Keys);
    assert!(!stage.frame().contains("type password"), "{}", stage.frame());
}

#[test]
fn a_refusal_that_comes_after_the_password_was_taken_is_read_again() {
    let mut stage = opened();
    locked_out(&mut stage);
    stage.keys("psesame<enter>");
    stage.event(Event::LoggedIn(Ok(())));
    stage.event(Event::Connection(ConnectionState::Up));
    let refusal = || Err(Error::new(ErrorKind::Auth, "password required"));
    // A walk that was asked for before the server took the password, and is answered now.
    for _ in 0..3 {
        stage.answer(Slot::Keys, refusal());
        assert!(!stage.frame().contains("p type the password"), "{}", stage.frame());
    }
    // One refusal after the other is no late answer any more.
    stage.answer(Slot::Keys, refusal());
    assert!(stage.frame().contains("p type the password"), "{}", stage.frame());
}

#[test]
fn the_editor_asks_for_the_password_before_it_saves() {
    let mut stage = opened();
    stage.keys("e").keys("x");
    locked_out(&mut stage);
    stage.asked.clear();
    stage.keys("<ctrl-s>");
    assert!(stage.frame().contains("password: "), "{}", stage.frame());
    stage.keys("sesame<enter>");
    let logs_in = |effect: &Effect| matches!(effect, Effect::LogIn(_));
    assert!(stage.asked.iter().any(logs_in), "{:?}", stage.asked);
    stage.event(Event::LoggedIn(Ok(())));
    stage.event(Event::Connection(ConnectionState::Up));
    assert!(stage.app.editor.is_some());
    stage.keys("<ctrl-s>");
    assert!(!stage.frame().contains("password"), "{}", stage.frame());
}
