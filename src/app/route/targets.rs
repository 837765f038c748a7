//! Switches to another target, with a new state.

use super::super::App;
use super::super::event::Effect;
use super::super::notice::Notice;
use super::super::session::{Session, SessionState};

pub(in crate::app) fn switch(app: &mut App, at: usize) {
    let Some(choice) = app.settings.targets.get(at) else { return };
    let failed = matches!(app.session.state, SessionState::Failed(_));
    if let Err(problem) = &choice.label {
        app.notice = Some(Notice::failure(problem.clone()));
    } else if at == app.settings.target && !failed {
        app.notice = Some(Notice::info(format!("{} is open already", choice.name)));
    } else if !app.writes.pending.is_empty() {
        // The answer would come while another target is shown.
        let why = "a write is under way; wait, then switch";
        app.notice = Some(Notice::warning(why));
    } else {
        app.out.effects.push(Effect::Switch(at));
    }
}

/// Takes whether the shell has let go of the old storage. Of the old state only the user's own stays, such as
/// the mouse, whether changes are watched, the staged edits and the notices.
pub(in crate::app) fn switched(app: &mut App, result: Result<usize, String>) {
    let at = match result {
        Ok(at) => at,
        Err(why) => {
            app.notice = Some(Notice::warning(why));
            return;
        }
    };
    let mut settings = app.settings.clone();
    let Some(choice) = settings.targets.get(at).cloned() else { return };
    settings.target = at;
    settings.label = choice.label.unwrap_or_default();
    settings.read_only = choice.read_only;
    settings.welcome = false;
    settings.open = None;
    settings.crawl_first = false;
    settings.wrap = app.record.wrap;
    settings.panes = app.split.sizes;
    let mut new = App::new(settings, app.keymap.clone(), app.size);
    new.mouse.on = app.mouse.on;
    new.watch.on = app.watch.on;
    new.now = app.now;
    new.quitting = app.quitting;
    new.staged = std::mem::take(&mut app.staged).at(&new.settings.label);
    new.notices = std::mem::take(&mut app.notices);
    new.recent = std::mem::take(&mut app.recent);
    new.recent.leave_target();
    new.out = std::mem::take(&mut app.out);
    // A reply to an earlier read must not be taken for an answer.
    for ticket in &mut new.out.tickets {
        ticket.0 += 1;
    }
    new.notice = Some(Notice::info(format!("opening {}…", choice.name)));
    new.session = Session::new(true);
    new.session.asks(new.now);
    *app = new;
    app.out.effects.push(Effect::Connect);
}
