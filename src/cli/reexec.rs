//! Removes passwords from the process's arguments, which every user of the machine can read.
//!
//! larder starts itself again in the same process, with the password in the environment, which only its own
//! user can read. Programs that larder starts do not get it: see
//! [`SECRETS`](crate::config::environment::SECRETS).

use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use percent_encoding::percent_decode_str;

use super::arguments::{Cli, Command as Chosen};
use crate::config::environment::{PASSWORD, SENTINEL_PASSWORD};
use crate::storage::target::{is_path, strip_password};

/// Starts larder again, without the passwords in its arguments. Returns if there are none, or if they cannot
/// be hidden: then the user has shown them already, and the command may as well go on.
pub fn hide_passwords(cli: &Cli) {
    let examined = match &cli.command {
        Some(Chosen::Doctor { named }) => named.as_ref(),
        _ => None,
    };
    let named = [&cli.global.target, &cli.browse].into_iter().flatten();
    for target in named.chain(examined) {
        let Some(hidden) = Hidden::of(target) else { continue };
        let Ok(program) = env::current_exe() else { return };
        let given: Vec<OsString> = env::args_os().collect();
        let words = given.iter().skip(1).cloned();
        let arguments: Vec<OsString> = match examined {
            // `doctor` takes no word that could be the same text with another meaning.
            Some(_) => words
                .map(|word| if word == **target { (&*hidden.url).into() } else { word })
                .collect(),
            None => replace(words, target, &hidden.url),
        };
        if given.get(1..) == Some(&*arguments) {
            // The target is written in a form that is not known here; starting again would never end.
            return;
        }
        let mut command = Command::new(program);
        if let Some(name) = given.first() {
            command.arg0(name);
        }
        command.args(arguments);
        for (name, password) in
            [(PASSWORD, &hidden.password), (SENTINEL_PASSWORD, &hidden.sentinel_password)]
        {
            // A password that the user has put there takes precedence over that of the URL.
            let own = env::var_os(name).is_some_and(|value| !value.is_empty());
            if let (Some(password), false) = (password, own) {
                command.env(name, password);
            }
        }
        // This returns only on a failure.
        let why = command.exec();
        crate::logs::warn!("the password stays in the process list: {why}");
    }
}

/// A target without its passwords; `None` if it has none.
pub(super) fn shown(target: &str) -> Option<String> {
    let Hidden { url, .. } = Hidden::of(target)?;
    let added = if target.contains("://") { "" } else { "redis://" };
    Some(url.strip_prefix(added).unwrap_or(&url).to_owned())
}

/// A URL without its passwords, and the passwords.
#[derive(Debug, PartialEq, Eq)]
struct Hidden {
    url: String,
    password: Option<String>,
    sentinel_password: Option<String>,
}

impl Hidden {
    /// `None` if the target has no password.
    fn of(target: &str) -> Option<Self> {
        if is_path(target) {
            return None;
        }
        // `user:password@host` is taken as a URL too.
        let prefix = if target.contains("://") || !target.contains('@') { "" } else { "redis://" };
        let (url, password) = strip_password(&format!("{prefix}{target}"));
        let (url, sentinel_password) = strip_parameter(url, "sentinelPassword");
        let password = password.map(|secret| secret.expose().to_owned());
        let found = password.is_some() || sentinel_password.is_some();
        found.then_some(Self { url, password, sentinel_password })
    }
}

fn strip_parameter(url: String, name: &str) -> (String, Option<String>) {
    let Some((before, query)) = url.split_once('?') else { return (url, None) };
    let mut value = None;
    let rest: Vec<&str> = query
        .split('&')
        .filter(|pair| match pair.split_once('=') {
            Some((known, text)) if known == name => {
                value = Some(percent_decode_str(text).decode_utf8_lossy().into_owned());
                false
            }
            _ => true,
        })
        .collect();
    if value.is_none() {
        return (url, None);
    }
    let mark = if rest.is_empty() { "" } else { "?" };
    (format!("{before}{mark}{}", rest.join("&")), value)
}

/// The arguments with `target` replaced by `url` where it is the target, and only there: a key or a value may
/// be the same text.
pub(super) fn replace(
    arguments: impl Iterator<Item = OsString>,
    target: &str,
    url: &str,
) -> Vec<OsString> {
    let mut out: Vec<OsString> = Vec::new();
    let mut options = true;
    let mut browse = true;
    for argument in arguments {
        let after_flag = out.last().is_some_and(|last| last == "-t" || last == "--target");
        let flag = ["--target=", "-t=", "-t"].into_iter().find(|flag| {
            argument.to_str().and_then(|text| text.strip_prefix(flag)) == Some(target)
        });
        let named = argument == OsStr::new(target);
        let replaced = match flag {
            Some(flag) if options => Some(format!("{flag}{url}")),
            _ if named && (browse || (options && after_flag)) => Some(url.to_owned()),
            _ => None,
        };
        // A word that stands alone before any other is the target to browse; a command ends that.
        browse = browse
            && (argument.as_encoded_bytes().starts_with(b"-") || after_flag || {
                out.last().is_some_and(|last| last == "--config" || last == "--timeout")
            });
        options = options && argument != "--";
        out.push(replaced.map_or(argument, OsString::from));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(arguments: &[&str]) -> Vec<String> {
        let arguments = arguments.iter().map(OsString::from);
        let out = replace(arguments, "redis://:p@h", "redis://h");
        out.into_iter().map(|text| text.into_string().unwrap()).collect()
    }

    #[test]
    fn the_target_is_replaced_and_nothing_else() {
        let (url, clean) = ("redis://:p@h", "redis://h");
        assert_eq!(replaced(&[url]), [clean]);
        assert_eq!(
            replaced(&["--touch", "--config", "f", url]),
            ["--touch", "--config", "f", clean]
        );
        assert_eq!(replaced(&["--", url]), ["--", clean]);
        assert_eq!(replaced(&["-t", url, "get", "s", url]), ["-t", clean, "get", "s", url]);
        assert_eq!(replaced(&["get", "s", url, "-t", url]), ["get", "s", url, "-t", clean]);
        assert_eq!(replaced(&["get", "s", "-t", url, "--", url])[4..], ["--", url]);
        for flag in ["--target=", "-t=", "-t"] {
            let given = format!("{flag}{url}");
            assert_eq!(
                replaced(&[&given, "stores"]),
                [format!("{flag}{clean}").as_str(), "stores"]
            );
        }
    }

    #[test]
    fn all_passwords_of_a_url_are_hidden() {
        let hidden = Hidden::of(
            "redis-sentinel://ann:p%40ss@h:1/0?sentinelPassword=gu%25ard&sentinelServiceName=x",
        );
        let hidden = hidden.unwrap();
        assert_eq!(hidden.url, "redis-sentinel://ann@h:1/0?sentinelServiceName=x");
        assert_eq!(hidden.password.as_deref(), Some("p@ss"));
        assert_eq!(hidden.sentinel_password.as_deref(), Some("gu%ard"));
        assert_eq!(Hidden::of(":secret@host:1").unwrap().url, "redis://host:1");
        assert_eq!(Hidden::of("ann:secret@host:1/").unwrap().url, "redis://ann@host:1/");
        for open in [
            "redis://h",
            "redis://ann@h",
            "/run/redis.sock",
            "production",
            "a@b",
            "./a:b@c",
            "file:///a:b@c",
        ] {
            assert_eq!(Hidden::of(open), None, "{open}");
        }
    }
}
