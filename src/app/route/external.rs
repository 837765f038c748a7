//! Events outside larder: a value was opened in another program, or a crawl ended.

use std::path::Path;

use bytes::Bytes;

use crate::keymap::Action;
use crate::model::Crawl;
use crate::text;

use super::super::App;
use super::super::event::{Effect, NotEdited, OpenedExternal};
use super::super::layers::{Details, quoted};
use super::super::notice::Notice;
use super::unasked;

/// Takes whether a value of this name was handed on.
pub(super) fn opened(app: &mut App, name: &str, result: Result<OpenedExternal, String>) {
    match result {
        Ok(OpenedExternal::With(program)) => {
            app.tell(Notice::done(format!("{name} opened with {program}: changes go nowhere")));
        }
        Ok(OpenedExternal::File { path, login }) => to_be_fetched(app, &path, login),
        Err(why) => {
            let remedy = app.keymap.says(app.context(), Action::SaveValue, "saves it");
            app.tell(Notice::failure(text::then(&why, " · ", remedy)));
        }
    }
}

/// Takes what the user's own editor left.
pub(super) fn edited(app: &mut App, result: Result<Bytes, NotEdited>) {
    if let Some(editor) = &mut app.editor {
        let then = editor.returned(result, app.record.record(), &mut ctx!(app));
        app.after_edit(then);
    }
}

/// Takes the crawl, which was read to see whether it still runs.
pub(super) fn crawl_read(app: &mut App, crawl: &Crawl) {
    for told in app.watch.crawling.ended(crawl, app.now) {
        app.tell(Notice::info(told.clone()));
        app.out.effects.push(Effect::Notify(format!("{}: {told}", app.settings.label)));
    }
}

/// Says how the machine with the screen can get the file, and copies the command.
fn to_be_fetched(app: &mut App, path: &Path, login: Option<(String, u16)>) {
    let shown = path.display().to_string();
    let command = login.and_then(|(login, port)| fetching(&shown, &login, port));
    let free = app.layers.is_empty() && app.editor.is_none();
    let Some(command) = command else {
        return app.tell(Notice::done(format!("the value is in {shown} until larder ends")));
    };
    if free {
        let facts = vec![
            ("file", shown),
            ("until", "larder ends".to_owned()),
            ("fetch with", command.clone()),
            ("", "run that where you sit; it is copied".to_owned()),
        ];
        unasked::open(app, Details::new("Open elsewhere", facts).into());
    }
    app.out.effects.push(Effect::Copy { what: "command", bytes: Bytes::from(command) });
}

/// The command that fetches a file of this machine.
fn fetching(path: &str, login: &str, port: u16) -> Option<String> {
    let port = if port == 22 { String::new() } else { format!("-P {port} ") };
    // Since OpenSSH 9, no shell splits the part behind the colon.
    Some(format!("scp {port}{} .", quoted(&format!("{login}:{path}"))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_fetches_the_file() {
        let path = "/tmp/larder-tmp-a1B2c3/1/page.html";
        assert_eq!(
            fetching(path, "me@10.0.0.5", 22).unwrap(),
            "scp me@10.0.0.5:/tmp/larder-tmp-a1B2c3/1/page.html ."
        );
        assert_eq!(
            fetching("/tmp/it's/a", "me@[::1]", 2222).unwrap(),
            r"scp -P 2222 'me@[::1]:/tmp/it'\''s/a' ."
        );
    }
}
