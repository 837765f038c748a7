//! The config file, profiles and the log.
#![allow(clippy::expect_used, reason = "helpers of tests, outside #[test]")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::program::{Program, clean, json_lines, run};
use crate::server::Server;

/// Writes the usual config file.
#[track_caller]
fn configure(program: &Program, text: &str) {
    let folder = program.home.path().join(".config/larder");
    fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("config.toml");
    fs::write(&file, text).expect("a file");
    // Some of them hold a password.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("its mode");
}

#[test]
fn an_unknown_setting_is_named_with_its_file() {
    let program = Program::with_shop();
    configure(&program, "touch = false\nread_onyl = true\n");
    let why = program.fails(&["stores"], 2);
    assert!(why.contains("`read_onyl`") && why.contains("config.toml:2:"), "{why}");
    let other = program.home.path().join("other.toml");
    fs::write(&other, "[profiles.x]\nurl = 'redis://h'\npasswrod = 'x'\n").unwrap();
    let why = program.fails(&["--config", other.to_str().unwrap(), "stores"], 2);
    assert!(why.contains("`passwrod`") && why.contains("other.toml:3:"), "{why}");
    fs::write(&other, "").unwrap();
    program.ok(&["stores", "--config", other.to_str().unwrap()]);
    let why = program.fails(&["--config", "/no/such/file", "stores"], 2);
    assert!(why.contains("/no/such/file cannot be read: there is no such file"), "{why}");
    assert!(why.contains("larder config example") && !why.contains("os error"), "{why}");
}

#[test]
fn keys_and_colours_are_checked_for_commands_too() {
    let program = Program::with_shop();
    for (text, word) in [
        ("mouse =\n", ":1: mouse: a value is missing"),
        ("[theme.colors]\nfoo = 'red'\n", "`foo`"),
        ("[keys.keys]\nfly = 'x'\n", "`fly`"),
        ("[keys.stores]\nup = ['q', 'ctrl-c']\n", "quit"),
    ] {
        configure(&program, text);
        let why = program.fails(&["stores"], 2);
        assert!(why.contains(word), "{why}");
    }
    configure(&program, "[keys.stores]\nup = 'q'\n");
    program.ok(&["stores"]);
}

#[test]
fn the_example_can_be_used_as_it_is() {
    let program = Program::with_shop();
    configure(&program, include_str!("../../../config.example.toml"));
    assert_eq!(program.ok(&["get", "shop", "page-2"]), "<p>two</p>");
}

#[test]
fn a_profile_is_a_target() {
    let program = Program::with_shop();
    let locked = Server::start_with(&["--requirepass", "opensesame"]);
    configure(
        &program,
        &format!(
            "[profiles.locked]\nurl = '{}'\npassword_command = 'echo opensesame; echo more'\n\
             read_only = true\n[profiles.shop]\nurl = '{}'\n",
            locked.url(),
            program.server.url()
        ),
    );
    assert_eq!(program.ok(&["-t", "locked", "stores", "--json"]), "");
    program.fails(&["-t", "locked", "create", "--name", "new"], 4);
    assert_eq!(program.ok(&["stores", "-t", "shop", "--json"]).lines().count(), 1);
    let mut command = clean(program.home.path());
    command.env("REDIS_URL", "locked").arg("stores");
    assert_eq!(run(&mut command, b"").code, 0);
}

#[test]
fn the_log_is_a_file_and_holds_no_password() {
    let program = Program::with_shop();
    let log = program.home.path().join(".local/state/larder/larder.log");
    program.ok(&["stores"]);
    assert!(!log.exists());
    let mut command = program.command(["-t", "redis://:s3cr3t@127.0.0.1:1", "stores"]);
    let answer = run(command.env("LARDER_LOG", "trace"), b"");
    assert_eq!(answer.code, 3, "{}", answer.err);
    let text = fs::read_to_string(&log).unwrap();
    assert!(text.contains("Connection"), "{text}");
    assert!(!text.contains("s3cr3t") && !answer.err.contains("s3cr3t"));
}

#[test]
fn targets_lists_the_profiles_and_what_larder_alone_opens() {
    let program = Program::empty();
    configure(
        &program,
        "target = 'live'\n\
         [profiles.live]\nurl = 'rediss://ann:s3cr3t@127.0.0.1:1'\nread_only = true\n\
         [profiles.crawl]\nurl = './crawl'\npassword_command = 'touch asked'\n\
         [profiles.typo]\nurl = 'http://x'\n",
    );
    let crawl = program.home.path().join(".config/larder/crawl/key_value_stores");
    fs::create_dir_all(crawl).unwrap();
    let list = |args: &[&str], env: &[(&str, &str)]| {
        let answer = run(clean(program.home.path()).args(args).envs(env.iter().copied()), b"");
        assert_eq!((answer.code, answer.err.as_str()), (0, ""));
        String::from_utf8(answer.out).unwrap()
    };
    let text = list(&["targets"], &[]);
    assert!(text.contains("* live") && text.contains("rediss://ann@127.0.0.1:1/0"), "{text}");
    assert!(
        text.contains("~/.config/larder/crawl") && text.contains("! [profiles.typo] url"),
        "{text}"
    );
    assert!(
        text.contains("* live is opened by plain `larder` (from the config file's target)"),
        "{text}"
    );
    assert!(!text.contains("s3cr3t") && !program.home.path().join("asked").exists());
    let env = [("REDIS_URL", "redis://:s3cr3t@127.0.0.1:2")];
    let rows = json_lines(&list(&["targets", "--json"], &env));
    let names: Vec<_> = rows.iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["crawl", "live", "typo", "REDIS_URL"]);
    let default: Vec<_> = rows.iter().map(|row| row["default"].as_bool().unwrap()).collect();
    assert_eq!(default, [false, true, false, false]);
    assert_eq!(rows[3]["target"], "redis://127.0.0.1:2/0");
    assert_eq!((&rows[1]["read_only"], &rows[2]["target"]), (&true.into(), &().into()));
}

#[test]
fn the_first_place_that_names_a_target_is_taken() {
    let program = Program::empty();
    let home = program.home.path();
    let folder = |name: &str| {
        let folder = home.join(name);
        fs::create_dir_all(folder.join("key_value_stores")).unwrap();
        folder.display().to_string()
    };
    let places = ["flag", "url", "profile", "file", "shared", "apify", "crawlee", "storage"];
    let [flag, url, profile, file, shared, apify, crawlee, _] = places.map(folder);
    configure(&program, &format!("target = '{file}'\n[profiles.mine]\nurl = '{profile}'\n"));
    let given = [
        ("LARDER_URL", &*url),
        ("LARDER_PROFILE", "mine"),
        ("REDIS_URL", &*shared),
        ("APIFY_LOCAL_STORAGE_DIR", &*apify),
        ("CRAWLEE_STORAGE_DIR", &*crawlee),
    ];
    let opened = |args: &[&str], env: &[(&str, &str)]| {
        let name = ["create", "--name", "mark"];
        let answer = run(clean(home).args(args).args(name).envs(env.iter().copied()), b"");
        assert_eq!((answer.code, answer.err.as_str()), (0, ""));
        let there = |place: &&str| home.join(place).join("key_value_stores/mark").exists();
        let opened: Vec<_> = places.into_iter().filter(there).collect();
        assert_eq!(opened.len(), 1, "{opened:?}");
        fs::remove_dir_all(home.join(opened[0]).join("key_value_stores/mark")).unwrap();
        opened[0]
    };
    assert_eq!(opened(&["-t", &flag], &given), "flag");
    assert_eq!(opened(&[], &given), "url");
    assert_eq!(opened(&[], &given[1..]), "profile");
    assert_eq!(opened(&[], &given[2..]), "file");
    configure(&program, "");
    for (from, place) in [(2, "shared"), (3, "apify"), (4, "crawlee"), (5, "storage")] {
        assert_eq!(opened(&[], &given[from..]), place);
    }
}

#[test]
fn a_profile_named_like_a_command_is_refused_with_file_and_line() {
    let program = Program::with_shop();
    for name in ["stores", "help", "demo"] {
        configure(&program, &format!("mouse = true\n[profiles.{name}]\nurl = './x'\n"));
        let why = program.fails(&["keys", "shop"], 2);
        assert!(why.contains("config.toml:2: ") && why.contains(name), "{why}");
    }
}

#[test]
fn a_word_that_is_nothing_is_told_with_what_it_may_mean() {
    let program = Program::with_shop();
    configure(&program, "[profiles.production]\nurl = './x'\n");
    for (args, said) in [
        (&["stoers"][..], "unknown command or target `stoers`; did you mean `stores`?"),
        (&["-t", "stoers", "stores"], "unknown target `stoers`; it is no URL or directory"),
        (&["-t", "produktion", "stores"], "did you mean the profile `production`?"),
        (&["produktion"], "did you mean the profile `production`?"),
    ] {
        let why = program.fails(args, 2);
        assert!(why.contains(said), "{why}");
    }
}

#[test]
fn nothing_is_opened_that_nobody_named() {
    let program = Program::empty();
    let home = program.home.path();
    for args in [&[][..], &["stores"]] {
        let answer = run(clean(home).args(args), b"");
        assert_eq!(answer.code, 2);
        assert_eq!(answer.err.lines().count(), 4, "{}", answer.err);
        for word in ["larder demo", "larder path/to/storage", "larder redis://"] {
            assert!(answer.err.contains(word), "{}", answer.err);
        }
    }
    let answer = run(clean(home).arg("targets"), b"");
    assert_eq!(answer.code, 0);
    assert!(String::from_utf8(answer.out).unwrap().contains("finds nothing to open"));
    let why = program.fails(&["-t", "./no/such", "stores"], 2);
    assert!(why.contains("no such directory or socket: ./no/such"), "{why}");
}
