//! What the documents say holds: recipes run as they stand, commands and options are there, settings are
//! taken, links lead somewhere, and versions are those that the tests run with.

mod blocks;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use self::blocks::{Block, blocks, pages};
use crate::pty::larder;
use crate::server::{self, Server};

/// Two servers and a folder with an Apify project, as the recipes expect them.
struct Place {
    servers: [Server; 2],
    folder: tempfile::TempDir,
}

impl Place {
    fn empty() -> Self {
        Self { servers: [Server::start(), Server::start()], folder: tempfile::tempdir().unwrap() }
    }

    fn new() -> Self {
        let place = Self::empty();
        let records = place.folder.path().join("my-actor/apify_storage/key_value_stores/default");
        fs::create_dir_all(&records).unwrap();
        fs::write(records.join("INPUT.json"), "{}").unwrap();
        place.shell(
            "larder create; larder create --name shop-snapshots
             larder set default INPUT '{\"start\":1}' -c application/json
             larder set shop-snapshots page-000001 '{\"title\":\"Tin\"}' -c application/json
             larder set shop-snapshots page-000002 '{\"title\":\"Jar\"}' -c application/json
             printf '\\211PNG' | larder set shop-snapshots shelf.png --file - -c image/png",
        );
        place
    }

    /// With the addresses of its own servers instead of the usual ones.
    fn own(&self, code: &str) -> String {
        let [first, second] = &self.servers;
        code.replace("localhost:6379", &format!("127.0.0.1:{}", first.port()))
            .replace("localhost:6380", &format!("127.0.0.1:{}", second.port()))
    }

    /// Runs a program for a minute at most, as a user would who has larder on the path.
    fn run(&self, program: &Path, arguments: &[&str], target: bool) -> Output {
        let program_folder = larder().parent().unwrap().to_path_buf();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(program_folder).chain(std::env::split_paths(&path));
        let mut command = Command::new("timeout");
        command.arg("60").arg(program).args(arguments);
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if ["LARDER_", "CRAWLEE_", "APIFY_", "REDIS_"].iter().any(|it| name.starts_with(it)) {
                command.env_remove(name);
            }
        }
        command.env("PATH", std::env::join_paths(path).unwrap()).env("HOME", self.folder.path());
        command.env("XDG_CONFIG_HOME", self.folder.path().join("config"));
        if target {
            command.env("LARDER_URL", self.servers[0].url());
        }
        command.current_dir(self.folder.path()).output().unwrap()
    }

    fn shell(&self, code: &str) -> String {
        let target = !code.contains("APIFY_");
        let output = self.run(Path::new("bash"), &["-euo", "pipefail", "-c", code], target);
        told(&output, code)
    }

    fn python(&self, code: &str) -> String {
        let lines: String = code.lines().flat_map(|line| ["    ", line, "\n"]).collect();
        let code = format!("import asyncio\nasync def main():\n{lines}asyncio.run(main())\n");
        told(&self.run(&server::python(), &["-c", &code], true), &code)
    }
}

fn told(output: &Output, code: &str) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{code}\n{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

fn is_run(block: &Block) -> bool {
    block.not_run.is_none() && ["sh", "python"].contains(&block.language.as_str())
}

#[test]
fn recipes_do_what_they_say() {
    let page = pages().into_iter().find(|page| page.ends_with("recipes.md")).unwrap();
    let blocks = blocks(&page);
    let run: Vec<&Block> = blocks.iter().filter(|block| is_run(block)).collect();
    assert!(run.len() >= 10, "{} recipes are run", run.len());
    // What a program has written is what the recipe after it reads.
    let mut written: Option<Place> = None;
    for block in run {
        let printed = if block.language == "python" {
            let place = written.insert(Place::empty());
            place.python(&place.own(&block.code))
        } else {
            let place = written.take().unwrap_or_else(Place::new);
            place.shell(&place.own(&block.code))
        };
        if let Some(expected) = &block.expected {
            assert_eq!(printed, *expected, "{}:{}", page.display(), block.line);
        }
    }
}

#[test]
fn recipes_that_are_not_run_say_why() {
    for page in pages().iter().filter(|page| page.ends_with("recipes.md")) {
        for block in blocks(page) {
            let line = block.line;
            match (&block.not_run, block.language.as_str()) {
                (Some(why), _) => assert!(why.len() > 10, "{line}: {why}"),
                (None, language) => {
                    assert!(["sh", "python", "toml", "text"].contains(&language), "{line}");
                }
            }
        }
    }
}

#[test]
fn settings_in_the_documents_are_taken() {
    let place = Place::new();
    let mut taken = 0;
    for page in pages() {
        for block in blocks(&page).iter().filter(|block| block.language == "toml") {
            let file = place.folder.path().join("settings.toml");
            fs::write(&file, &block.code).unwrap();
            let arguments = ["--config", file.to_str().unwrap(), "config", "show"];
            told(&place.run(larder(), &arguments, false), &block.code);
            taken += 1;
        }
    }
    assert!(taken >= 2, "{taken} blocks of settings");
}

#[test]
fn commands_and_options_in_the_documents_are_there() {
    let mut helps: HashMap<String, Option<String>> = HashMap::new();
    // What is no command is taken for a target.
    let mut help = |word: &str| {
        let known = helps.entry(word.to_owned()).or_insert_with(|| {
            let output = Command::new(larder()).args([word, "--help"]).output().unwrap();
            let help = String::from_utf8(output.stdout).unwrap();
            help.contains(&format!("Usage: larder {word} ")).then_some(help)
        });
        known.clone()
    };
    let top = Command::new(larder()).arg("--help").output().unwrap();
    let top = String::from_utf8(top.stdout).unwrap();
    let mut checked = 0;
    for page in pages() {
        for block in blocks(&page).iter().filter(|block| block.language == "sh") {
            for call in block.calls() {
                let help = call.iter().find_map(|word| help(word)).unwrap_or(top.clone());
                for option in call.iter().filter(|word| word.starts_with("--") && word.len() > 2) {
                    let option = option.split('=').next().unwrap();
                    assert!(help.contains(option), "{}: {call:?}", page.display());
                    checked += 1;
                }
            }
        }
    }
    assert!(checked >= 30, "{checked} options");
}

#[test]
fn links_lead_to_files() {
    let mut links = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.starts_with("https://") || link.contains('\n') {
                continue;
            }
            let file = page.parent().unwrap().join(link.split('#').next().unwrap());
            assert!(file.exists(), "{}: {link}", page.display());
            links += 1;
        }
    }
    assert!(links >= 20, "{links} links");
}

#[test]
fn versions_in_the_readme_are_those_of_the_tests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: PathBuf| fs::read_to_string(path).unwrap();
    let (script, readme) = (read(root.join("tests/run")), read(root.join("README.md")));
    for (name, row) in
        [("crawlee", "Crawlee for Python"), ("memory_storage", "Crawlee for JavaScript")]
    {
        let line = script.lines().find(|line| line.starts_with(&format!("{name}="))).unwrap();
        let version = line.trim_end_matches('}').rsplit(['=', '-']).next().unwrap();
        let row = readme.lines().find(|line| line.starts_with(&format!("| {row} |"))).unwrap();
        assert!(version.contains('.') && row.contains(version), "{version}: {row}");
    }
    for server in ["redis-8.2", "valkey-9.1"] {
        assert!(script.contains(server), "{server}");
        let (product, version) = server.split_once('-').unwrap();
        let row =
            readme.lines().find(|line| line.to_lowercase().starts_with(&format!("| {product} |")));
        assert!(row.unwrap().contains(version), "{server}");
    }
}
