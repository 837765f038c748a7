//! The terminal's title: the target and the store, for a list of windows.

use crate::app::{App, SessionState};
use crate::model::ConnectionState;
use crate::text::visible;

/// The word before the target.
const NAME: &str = "larder";

/// The title, safe to be shown.
pub fn title(app: &App) -> String {
    let target = visible(&app.settings.label);
    let store = app.keys.store.as_ref().map(crate::model::StoreName::escaped);
    let store = store.as_deref().map(visible);
    let away = match &app.session.state {
        SessionState::Open(ConnectionState::Up) | SessionState::Connecting => None,
        _ => Some("no connection"),
    };
    let mut title = format!("{NAME}: {target}");
    for part in store.iter().map(|store| &**store).chain(away) {
        title.push_str(" · ");
        title.push_str(part);
    }
    title
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::app::Settings;
    use crate::keymap::KeyMap;

    #[test]
    fn the_title_tells_the_target_and_the_store() {
        let label = "redis://127.0.0.1:6379".to_owned();
        let settings = Settings { label, ..Settings::default() };
        let mut app = App::new(settings, Arc::new(KeyMap::default()), (80, 24));
        assert_eq!(title(&app), "larder: redis://127.0.0.1:6379");
        app.keys.store = Some("shop\x1b]0;x".into());
        assert!(!title(&app).contains('\x1b'));
        app.keys.store = Some("shop".into());
        let reason = String::new();
        app.session.state =
            SessionState::Open(ConnectionState::Down { tries: 1, reason, wants_password: false });
        assert_eq!(title(&app), "larder: redis://127.0.0.1:6379 · shop · no connection");
    }
}
