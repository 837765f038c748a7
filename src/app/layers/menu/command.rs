//! The shell command that does the same as a row of a menu. It names the target without its secret.

use crate::keymap::{Action, Context};
use crate::model::{Key, StoreName};

use super::super::super::App;
use super::super::super::layout::Pane;
use super::super::super::recent::Item;

/// Limit on the marked records that a command names.
const MOST_KEYS: usize = 20;

/// The command that does the same, if there is one.
pub(super) fn of(app: &App, item: &Item) -> Option<String> {
    let words = match item {
        Item::Act(context, action) => of_action(app, *context, *action)?,
        // Only names that are text can be typed.
        Item::Store(store) => vec!["keys".to_owned(), store.as_str()?.to_owned()],
        Item::Record(store, key) => {
            vec!["get".to_owned(), store.as_str()?.to_owned(), key.as_str()?.to_owned()]
        }
        Item::Draft(id, ..) => vec!["drafts".to_owned(), "show".to_owned(), id.as_str().to_owned()],
        Item::CopyTo(store) => {
            let own = of_action(app, Context::Keys, Action::Duplicate)?;
            if app.keys.store.as_ref() == Some(store) {
                // Within the store, a copy needs another key.
                return written(&app.settings.label, &own);
            }
            let [copy, from, key, _] = <[String; 4]>::try_from(own).ok()?;
            vec![copy, from, key, "--to".to_owned(), store.as_str()?.to_owned()]
        }
        Item::Row(_) | Item::Target(_) | Item::ReviewSaves => return None,
    };
    written(&app.settings.label, &words)
}

fn of_action(app: &App, context: Context, action: Action) -> Option<Vec<String>> {
    let in_stores = match context {
        Context::Stores => true,
        Context::Global => app.focus == Pane::Stores,
        _ => false,
    };
    let store = match app.stores.current().filter(|_| in_stores) {
        Some(info) => Some(&info.store),
        None => app.keys.store.as_ref(),
    };
    let store = store.map_or(Some("STORE"), StoreName::as_str)?;
    let current = app
        .keys
        .current()
        .filter(|_| app.keys.group(app.keys.cursor.at).is_none_or(|group| group.leaf));
    let key = current.as_ref().map_or(Some("KEY"), |meta| meta.key.as_str())?;
    let marked = &app.keys.marks.keys;
    let words: Vec<&str> = match action {
        Action::Targets => vec!["targets"],
        Action::NewStore => vec!["create", "--name", "NAME"],
        Action::Refresh if in_stores => vec!["stores"],
        Action::Open if in_stores => vec!["keys", store],
        Action::Details if in_stores => vec!["info", store],
        Action::Purge => vec!["purge", store],
        Action::Drop => vec!["drop", store],
        Action::Follow => vec!["watch", store],
        Action::Refresh => vec!["keys", store],
        Action::Open | Action::CopyValue | Action::Fetch => vec!["get", store, key],
        Action::SaveValue => vec!["get", store, key, "--output", "FILE"],
        Action::Details => vec!["info", store, key],
        Action::Edit | Action::EditExternal => vec!["set", store, key, "VALUE"],
        Action::NewRecord => vec!["set", store, "KEY", "VALUE"],
        Action::Delete if !marked.is_empty() && marked.len() <= MOST_KEYS => {
            let keys: Option<Vec<&str>> = marked.iter().map(Key::as_str).collect();
            ["delete", store].into_iter().chain(keys?).collect()
        }
        Action::Delete if marked.is_empty() => vec!["delete", store, key],
        Action::Rename => vec!["rename", store, key, "NEW_KEY"],
        Action::Duplicate => vec!["copy", store, key, "NEW_KEY"],
        Action::Retype => vec!["retype", store, key, "CONTENT_TYPE"],
        _ => return None,
    };
    Some(words.into_iter().map(str::to_owned).collect())
}

/// A command as it is typed into a shell: its name, then its words.
fn written(label: &str, words: &[String]) -> Option<String> {
    let (name, words) = words.split_first()?;
    // Behind `--`, a name that looks like an option is not taken for one.
    let options = ["--name", "--output", "--to"];
    let odd = words.iter().any(|word| word.starts_with('-') && !options.contains(&word.as_str()));
    let ends = odd.then(|| "--".to_owned());
    let words: Option<Vec<String>> = words.iter().map(|word| quoted(word)).collect();
    // A `~` stays outside the quotes, for the shell to replace.
    let target = match label.strip_prefix("~/") {
        Some("") => label.to_owned(),
        Some(path) => format!("~/{}", quoted(path)?),
        None => quoted(label)?,
    };
    let start = ["larder".to_owned(), "-t".to_owned(), target, name.clone()];
    Some(start.into_iter().chain(ends).chain(words?).collect::<Vec<_>>().join(" "))
}

/// A word as it is typed into a shell; none for a word that cannot be typed.
pub(in crate::app) fn quoted(word: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+=,".contains(c);
    if word.chars().any(char::is_control) {
        return None;
    }
    // A shell may take these beginnings for a user's folder or for a program.
    if word.chars().all(plain) && !word.starts_with('=') && !word.is_empty() {
        return Some(word.to_owned());
    }
    Some(format!("'{}'", word.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_as_a_shell_needs_them() {
        assert_eq!(quoted("page-1.html").as_deref(), Some("page-1.html"));
        assert_eq!(quoted("it's $HOME").as_deref(), Some(r"'it'\''s $HOME'"));
        assert_eq!(quoted("").as_deref(), Some("''"));
        assert_eq!(quoted("a\nb"), None);
        assert_eq!(quoted("~root").as_deref(), Some("'~root'"));
        assert_eq!(quoted("=ls").as_deref(), Some("'=ls'"));
        let command = written("~/my crawl", &["stores".to_owned()]).unwrap();
        assert_eq!(command, "larder -t ~/'my crawl' stores");
    }

    #[test]
    fn a_key_that_looks_like_an_option_is_none() {
        let words = ["delete", "shop", "--all"].map(str::to_owned);
        let command = written("./storage", &words).unwrap();
        assert_eq!(command, "larder -t ./storage delete -- shop --all");
    }
}
