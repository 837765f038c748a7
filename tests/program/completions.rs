//! The completions of bash, zsh and fish, each at a real prompt, with a real storage.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::programs;
use crate::pty::{Screen, larder};
use crate::server::test_env;

/// A name that does much if a shell takes it for anything but a name.
const HOSTILE: &str = "evil $(touch pwned) `touch pwned` 'a\" ;touch pwned & *";

/// A directory with stores and a record, a config file with a profile, and a file.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("storage")).unwrap();
        fs::write(path("notes.txt"), "").unwrap();
        let config = format!("[profiles.production]\nurl = '{}'\n", path("storage").display());
        fs::write(path("config.toml"), config).unwrap();
        let place = Self { folder };
        for alias in ["shop", "co:lon", "quo ted", "ctl\u{1b}[31m", "bidi\u{202e}x", HOSTILE] {
            place.run(&["create", "--alias", alias]);
        }
        place.run(&["set", "shop", "page 1", "text"]);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str]) {
        let storage = self.path("storage");
        let output = Command::new(larder()).arg("-t").arg(storage).args(arguments).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// A shell at its prompt, which completes larder's arguments.
    fn shell(&self, name: &str) -> Screen {
        let own = test_env().join("shells");
        let find = |path: &str| own.join(path).to_str().unwrap().to_owned();
        let path = format!(
            "{}:{}:{}",
            larder().parent().unwrap().display(),
            find("usr/bin"),
            std::env::var("PATH").unwrap()
        );
        let (program, arguments, set_up): (&str, &[&str], &str) = match name {
            "bash" => (
                "/bin/bash",
                &["--norc", "--noprofile", "-i"],
                "bind 'set enable-bracketed-paste off'; PS1='$ '; . <(larder completions bash)",
            ),
            "zsh" => (
                "/usr/bin/env",
                &["zsh", "-f", "-i"],
                "PS1='$ '; autoload -U compinit; compinit -u -D; . <(larder completions zsh)",
            ),
            _ => (
                "/usr/bin/env",
                &["fish", "-i"],
                "function fish_prompt; echo '$ '; end; larder completions fish | source",
            ),
        };
        let storage = self.path("storage");
        let config = self.path("config.toml");
        let mut variables = vec![
            ("PATH", path),
            ("LARDER_URL", storage.to_str().unwrap().to_owned()),
            ("LARDER_CONFIG", config.to_str().unwrap().to_owned()),
        ];
        // Debian's packages where nothing could be installed.
        if own.exists() {
            variables.push(("LD_LIBRARY_PATH", find("usr/lib/x86_64-linux-gnu")));
            let functions = ["", "/Completion", "/Completion/Base", "/Completion/Unix"]
                .map(|folder| find(&format!("usr/share/zsh/functions{folder}")));
            variables.push(("FPATH", functions.join(":")));
        }
        let variables: Vec<_> =
            variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut screen = Screen::start_program(Path::new(program), arguments, &variables, 50, 100);
        screen.keys(&format!("cd {}; {set_up}; echo rea''dy\r", self.folder.path().display()));
        screen.wait_for_text("ready");
        screen
    }
}

/// The words of this line after Tab, as the shell itself splits them.
fn completed(screen: &mut Screen, line: &str, number: usize) -> Vec<String> {
    screen.keys("clear\r");
    // The command is put before the line, so that the completed line is shown, and not run.
    screen.keys(&format!("{line}\t\u{1}printf '[%s]\\n' beg''in{number} \u{5} '' en''d{number}\r"));
    let (begin, end) = (format!("[begin{number}]"), format!("[end{number}]"));
    let text = screen.wait_for("the words", |text| text.contains(&end));
    assert!(!text.contains("no matches found"), "{text}");
    let (_, words) = text.split_once(&begin).unwrap();
    let (words, _) = words.split_once(&end).unwrap();
    let words = words.replace('\n', "");
    let words = words.trim().trim_start_matches('[').trim_end_matches(']');
    words.split("][").filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn completes(name: &str) {
    let place = Place::new();
    let mut screen = place.shell(name);
    let mut number = 0;
    let mut check = |line: &str, wanted: &[&str]| {
        number += 1;
        assert_eq!(completed(&mut screen, line, number), wanted, "{name}: {line}");
    };
    check("larder repa", &["larder", "repair"]);
    check("larder keys sh", &["larder", "keys", "shop"]);
    check("larder --json keys sh", &["larder", "--json", "keys", "shop"]);
    check("larder keys co:l", &["larder", "keys", "co:lon"]);
    check("larder keys quo", &["larder", "keys", "quo ted"]);
    check("larder keys 'quo t", &["larder", "keys", "quo ted"]);
    check("larder keys evi", &["larder", "keys", HOSTILE]);
    check("larder keys ctl", &["larder", "keys", "ctl"]);
    check("larder keys bidi", &["larder", "keys", "bidi"]);
    check("larder get shop pag", &["larder", "get", "shop", "page 1"]);
    check("larder -t prod", &["larder", "-t", "production"]);
    check("larder prod", &["larder", "production"]);
    check("larder -t not", &["larder", "-t", "notes.txt"]);
    check("larder get shop x -o not", &["larder", "get", "shop", "x", "-o", "notes.txt"]);
    check(
        "larder set shop x y -c image/pn",
        &["larder", "set", "shop", "x", "y", "-c", "image/png"],
    );
    check("larder get --dig", &["larder", "get", "--digest"]);
    // No file belongs there.
    check("larder keys not", &["larder", "keys", "not"]);
    check("larder get shop not", &["larder", "get", "shop", "not"]);
    assert!(!place.path("pwned").exists(), "{name} ran a name");
}

#[test]
fn bash_completes_what_belongs_there_and_runs_nothing_of_it() {
    completes("bash");
}

#[test]
fn zsh_completes_what_belongs_there_and_runs_nothing_of_it() {
    completes("zsh");
}

#[test]
fn fish_completes_what_belongs_there_and_runs_nothing_of_it() {
    completes("fish");
}

/// The answer to a shell for these words, and the time that it took.
fn answer(words: &[&str], variables: &[(&str, &str)]) -> (String, Duration) {
    let begun = Instant::now();
    let mut child = Command::new(larder())
        .args(["__complete", "zsh"])
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let typed = words.join("\0") + "\0";
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    (String::from_utf8(output.stdout).unwrap(), begun.elapsed())
}

#[test]
fn a_storage_that_is_not_reached_is_given_up_within_a_second_in_silence() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("redis://127.0.0.1:{}", listener.local_addr().unwrap().port());
    for target in [silent.as_str(), "redis://127.0.0.1:1", "/nonexistent", "nonsense"] {
        let (text, took) = answer(&["larder", "-t", target, "keys", ""], &[]);
        assert!(text.lines().count() <= 1, "{text}");
        // A busy machine may take a while to start it.
        assert!(took < Duration::from_millis(1900), "{target}: {took:?}");
    }
}

#[test]
fn nothing_is_asked_for_a_password_and_no_ssh_is_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let asked = path("asked");
    let config = format!(
        "[profiles.asks]\nurl = 'redis://127.0.0.1:1'\npassword_command = 'touch {asked}'\n"
    );
    fs::write(path("config.toml"), config).unwrap();
    programs::script(Path::new(&path("ssh")), &format!("touch {asked}"));
    let variables = [("LARDER_CONFIG", &*path("config.toml")), ("LARDER_SSH", &*path("ssh"))];
    for target in ["asks", "redis+ssh://host/127.0.0.1:1"] {
        assert_eq!(answer(&["larder", "-t", target, "keys", ""], &variables).0, "words\n");
    }
    assert!(!Path::new(&asked).exists());
    let profiles = answer(&["larder", "-t", "as"], &variables).0;
    assert_eq!(profiles, "words\nasks\tredis://127.0.0.1:1/0\n");
}
