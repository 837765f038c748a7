use std::collections::BTreeSet;

use super::*;

/// The example with every setting switched on.
pub(super) fn switched_on() -> String {
    let lines = EXAMPLE.lines().map(|line| match line.strip_prefix('#') {
        Some(setting) if !setting.starts_with(' ') => setting,
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The settings of a struct, as its own error message lists them.
pub(super) fn known(table: &str) -> BTreeSet<String> {
    let why = Config::parse(&format!("{table}\nno-such-setting = 1")).unwrap_err();
    let list = why.split_once("expected one of ").or(why.split_once("expected ")).unwrap().1;
    list.split([',', ' '])
        .filter(|word| word.starts_with('`'))
        .map(|name| name.trim_matches('`').to_owned())
        .collect()
}

fn names(table: &toml::Table) -> BTreeSet<String> {
    table.keys().cloned().collect()
}

#[test]
fn the_example_as_it_stands_changes_nothing() {
    assert_eq!(Config::parse(EXAMPLE).unwrap(), Config::default());
}

#[test]
fn the_example_shows_the_defaults() {
    let mut config = Config::parse(&switched_on()).unwrap();
    // There is no default: the target then depends on where larder is started.
    assert!(config.target.take().is_some());
    config.profiles.clear();
    let mut keys: toml::Table = include_str!("../../assets/keymap.toml").parse().unwrap();
    keys.remove("footer");
    assert_eq!(names(&config.keys), names(&keys));
    for (context, table) in &std::mem::take(&mut config.keys) {
        assert_eq!(table, &keys[context], "copy [{context}] from assets/keymap.toml");
    }
    let ansi: toml::Table = include_str!("../../assets/themes/ansi.toml").parse().unwrap();
    assert_eq!(std::mem::take(&mut config.theme.colors), ansi);
    assert_eq!(config, Config::default());
}

#[test]
fn the_example_shows_every_setting() {
    let example: toml::Table = switched_on().parse().unwrap();
    assert_eq!(names(&example), known(""));
    let theme = example["theme"].as_table().unwrap();
    assert_eq!(names(theme), known("[theme]"));
    let watch = example["watch"].as_table().unwrap();
    assert_eq!(names(watch), known("[watch]"));
    let profile = example["profiles"]["production"].as_table().unwrap();
    assert_eq!(names(profile), known("[profiles.x]"));
}

#[test]
fn an_unknown_setting_is_named_with_its_line() {
    let why = Config::parse("touch = true\nread_onyl = true\n").unwrap_err();
    assert!(why.starts_with(":2: unknown setting `read_onyl`, expected one of "), "{why}");
    let why = Config::parse("[profiles.a]\nurl = 'redis://h'\npasword = 'x'").unwrap_err();
    assert!(why.starts_with(":3: unknown setting `pasword`"), "{why}");
    assert!(!why.contains("newer"), "{why}");
    let why = Config::parse("zebra = 1").unwrap_err();
    assert!(why.contains("a larder newer than"), "{why}");
}

#[test]
fn a_wrong_value_is_named_with_its_setting() {
    let why = Config::parse("touch = 'maybe'").unwrap_err();
    assert!(why.starts_with(":1: touch: invalid type"), "{why}");
    let why = Config::parse("\npreview_limit = '2 parsecs'").unwrap_err();
    assert!(why.starts_with(":2: preview_limit: `2 parsecs` is not a size"), "{why}");
    let why = Config::parse("connect_timeout = -1").unwrap_err();
    assert!(why.starts_with(":1: connect_timeout: "), "{why}");
}

#[test]
fn a_wrong_key_or_colour_is_named_with_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("larder.toml");
    for (text, word) in [
        ("[keys.global]\nfly = 'f'", "fly"),
        ("[keys.global]\nhelp = 'ctlr-h'", "ctlr-h"),
        ("[theme]\nname = 'neon'", "neon"),
        ("[theme.colors]\nskies = 'blue'", "skies"),
    ] {
        fs::write(&file, text).unwrap();
        let config = Config::load(Some(&file), &Environment::default()).unwrap();
        let why = config.check().unwrap_err();
        assert!(why.problem.contains(word) && why.problem.contains("larder.toml"), "{why}");
    }
    assert!(Config::parse(&switched_on()).unwrap().check().is_ok());
}

#[test]
fn a_theme_file_is_found_beside_the_config_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("larder.toml");
    fs::write(&file, "[theme]\nname = 'mine.toml'").unwrap();
    let config = Config::load(Some(&file), &Environment::default()).unwrap();
    assert_eq!(Path::new(&config.theme.name), folder.path().join("mine.toml"));
    let why = config.check().unwrap_err();
    assert!(why.problem.contains("mine.toml"), "{why}");
    fs::write(folder.path().join("mine.toml"), "ok = 'green'").unwrap();
    assert!(config.check().is_ok());
}

#[test]
fn no_message_quotes_a_line_with_a_secret() {
    for text in [
        "[profiles.a]\npassword = hidden",
        "[profiles.a]\npassword = \"hidden",
        "[profiles.a]\nurl = ['hidden']",
    ] {
        let why = Config::parse(text).unwrap_err();
        assert!(!why.contains("hidden"), "{why}");
        assert!(!why.contains('\n'), "{why}");
    }
}

#[test]
fn a_named_file_must_be_there_and_the_usual_one_need_not() {
    let environment = Environment::default();
    let why = Config::load(Some(Path::new("/no/such/file.toml")), &environment).unwrap_err();
    assert_eq!(why.kind, ErrorKind::Usage);
    assert!(why.problem.contains("/no/such/file.toml"), "{why}");
}

#[test]
fn the_environment_goes_before_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("larder.toml");
    fs::write(&file, "read_only = true\nlog = 'warn'\n[profiles.a]\nca_file = 'ca.pem'").unwrap();
    let environment = Environment {
        read_only: Some(false),
        log: Some(LevelFilter::Debug),
        config: Some(file),
        no_color: true,
        ..Environment::default()
    };
    let config = Config::load(None, &environment).unwrap();
    assert_eq!((config.read_only, config.log, config.color), (false, LevelFilter::Debug, false));
    assert_eq!(config.profiles["a"].ca_file.as_deref(), Some(&*folder.path().join("ca.pem")));
}

#[test]
fn a_budget_is_a_share_in_percent() {
    let budget = |text: &str| {
        let config = Config::parse(&format!("[watch]\nserver_budget = {text}"));
        config.map(|config| config.watch.server_budget)
    };
    assert_eq!(budget("\"0.5 %\""), Ok(0.005));
    assert_eq!(budget("\"0%\""), Ok(0.0));
    assert!(budget("\"101 %\"").unwrap_err().contains("server_budget"));
    assert!(budget("\"2\"").unwrap_err().contains("0 %"));
}

/// A folder with these files.
fn files(texts: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in texts {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    folder
}

fn load(folder: &tempfile::TempDir, name: &str) -> Result<Config> {
    Config::load(Some(&folder.path().join(name)), &Environment::default())
}

#[test]
fn a_file_goes_before_what_it_includes_and_a_later_one_before_an_earlier() {
    let folder = files(&[
        (
            "larder.toml",
            "include = ['team/a.toml', 'b.toml']\nmouse = false\n[profiles.p]\nread_only = true",
        ),
        (
            "team/a.toml",
            "include = ['deep.toml']\nmouse = true\nwrap = false\nlog = 'warn'\n\
             [profiles.p]\nurl = 'rediss://h'\nca_file = 'ca.pem'\nread_only = false\n\
             [theme]\nname = 'mine.toml'\n[keys.global]\nhelp = 'H'\nquit = 'Q'",
        ),
        ("team/deep.toml", "log = 'trace'\ntitle = false"),
        ("b.toml", "log = 'info'\n[profiles.p]\npassword = 'hidden'\n[keys.global]\nhelp = 'I'"),
    ]);
    let config = load(&folder, "larder.toml").unwrap();
    assert_eq!((config.mouse, config.wrap, config.title), (false, false, false));
    assert_eq!(config.log, LevelFilter::Info);
    // A profile is joined from all files, and a file's name is relative to the file that names it.
    let profile = &config.profiles["p"];
    assert_eq!((&*profile.url, profile.password.as_deref()), ("rediss://h", Some("hidden")));
    assert!(profile.read_only);
    assert_eq!(profile.ca_file.as_deref(), Some(&*folder.path().join("team/ca.pem")));
    assert_eq!(Path::new(&config.theme.name), folder.path().join("team/mine.toml"));
    let keys = config.keys["global"].as_table().unwrap();
    assert_eq!((keys["help"].as_str(), keys["quit"].as_str()), (Some("I"), Some("Q")));
    let of: Vec<_> = config.files().map(|file| file.file_name().unwrap().to_owned()).collect();
    assert_eq!(of, ["larder.toml", "b.toml", "a.toml", "deep.toml"]);
    // Each value names its file.
    let settings = config.effective(&Environment::default());
    let from = |name: &str| {
        let setting = settings.iter().find(|setting| setting.name == name).unwrap();
        setting.from.rsplit('/').next().unwrap().to_owned()
    };
    for (name, place) in [
        ("mouse", "larder.toml:2"),
        ("wrap", "a.toml:3"),
        ("log", "b.toml:1"),
        ("title", "deep.toml:2"),
        ("profiles.p.url", "a.toml:6"),
        ("profiles.p.password", "b.toml:3"),
        ("profiles.p.read_only", "larder.toml:4"),
        ("keys.global.help", "b.toml:5"),
        ("notify", "default"),
    ] {
        assert_eq!(from(name), place, "{name}");
    }
    assert!(!format!("{settings:?}").contains("hidden"));
    // The file that holds a password is the one to make private.
    assert!(config.warning().unwrap().contains("b.toml holds a password"));
}

#[test]
fn what_is_wrong_with_an_included_file_names_that_file() {
    let included = "include = ['b.toml']\n";
    for (other, said) in [
        ("mouse = 1", "/b.toml:1: mouse: "),
        ("\nno_such = 1", "/b.toml:2: unknown setting `no_such`"),
        ("include = ['larder.toml']", "/b.toml:1: include: "),
        ("include = ['b.toml']", "includes itself"),
        ("include = ['none.toml']", "none.toml cannot be read: "),
    ] {
        let folder = files(&[("larder.toml", included), ("b.toml", other)]);
        let why = load(&folder, "larder.toml").unwrap_err();
        assert_eq!(why.kind, ErrorKind::Usage);
        assert!(why.problem.contains(said), "{said}: {why}");
    }
    let folder = files(&[("larder.toml", included), ("b.toml", "[keys.global]\nfly = 'f'")]);
    let why = load(&folder, "larder.toml").unwrap().check().unwrap_err();
    assert!(why.problem.contains("/b.toml: ") && why.problem.contains("fly"), "{why}");
    // A file that is included twice does not include a file that includes it.
    let folder = files(&[
        ("larder.toml", "include = ['a.toml', 'b.toml']"),
        ("a.toml", "include = ['b.toml']"),
        ("b.toml", "wrap = false"),
    ]);
    assert!(!load(&folder, "larder.toml").unwrap().wrap);
    // Files that include each other repeatedly come to an end.
    let texts: Vec<(String, String)> = (0..8)
        .map(|at| {
            let next = format!("'{}.toml',", at + 1).repeat(8);
            (
                format!("{at}.toml"),
                if at == 7 { String::new() } else { format!("include = [{next}]") },
            )
        })
        .collect();
    let texts: Vec<_> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let why = load(&files(&texts), "0.toml").unwrap_err();
    assert!(why.problem.contains("more than 64 files"), "{why}");
}

#[test]
fn files_without_an_end_are_given_up() {
    let environment = Environment::default();
    let why = Config::load(Some(Path::new("/dev/zero")), &environment).unwrap_err();
    assert_eq!(why.kind, ErrorKind::Usage);
    assert!(why.problem.contains("/dev/zero cannot be read: file too large"), "{why}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("larder.toml");
    fs::write(&file, "include = ['/dev/zero']").unwrap();
    let why = Config::load(Some(&file), &environment).unwrap_err();
    assert!(why.problem.contains("larder.toml:1: include: /dev/zero cannot be read"), "{why}");
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("mine.toml")).unwrap();
    fs::write(&file, "[theme]\nname = 'mine.toml'").unwrap();
    let why = Config::load(Some(&file), &environment).unwrap().check().unwrap_err();
    assert!(why.problem.contains("mine.toml: file too large"), "{why}");
}
