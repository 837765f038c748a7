//! What a release makes: a Debian package that holds what it should, archives where they are looked for, and
//! a crate of what is built.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn manifest() -> toml::Table {
    fs::read_to_string(root().join("Cargo.toml")).expect("a manifest").parse().expect("TOML")
}

/// What a script of `assets/` prints.
fn script(name: &str, arguments: &[&str]) -> String {
    let output = Command::new(root().join("assets").join(name))
        .args(arguments)
        .env("DEBFULLNAME", "A Maintainer")
        .env("DEBEMAIL", "maintainer@example.org")
        .env("SOURCE_DATE_EPOCH", "1795942800")
        .output()
        .expect("the script runs");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{name} {arguments:?}: {told}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// What goes into an archive, with something small for the program.
fn staged(folder: &Path) -> PathBuf {
    let staged = folder.join("staged");
    let target = "x86_64-unknown-linux-musl";
    script("release", &["--stage", env!("CARGO_BIN_EXE_larder"), target, staged.to_str().unwrap()]);
    fs::write(staged.join("larder"), "the program").unwrap();
    staged
}

fn dpkg_deb(arguments: &[&str], package: &Path) -> String {
    let output = Command::new("dpkg-deb").args(arguments).arg(package).output().expect("dpkg-deb");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_debian_package_holds_the_program_its_manual_completions_and_licences() {
    let folder = tempfile::tempdir().unwrap();
    let staged = staged(folder.path());
    let out = folder.path().to_str().unwrap();
    let package = || script("package", &[staged.to_str().unwrap(), "amd64", out]);
    package();
    let version = manifest()["package"]["version"].as_str().unwrap().to_owned();
    let file = folder.path().join(format!("larder_{version}-1_amd64.deb"));
    let first = fs::read(&file).expect("a package of this name");
    package();
    assert!(first == fs::read(&file).unwrap(), "the same files give the same bytes");

    let contents = dpkg_deb(&["--contents"], &file);
    let mut files = Vec::new();
    for line in contents.lines().filter(|line| !line.ends_with('/')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [mode, owner, size, .., path] = words[..] else { panic!("{line}") };
        assert_eq!(owner, "root/root", "{line}");
        let is_program = path == "./usr/bin/larder";
        assert_eq!(mode, if is_program { "-rwxr-xr-x" } else { "-rw-r--r--" }, "{line}");
        // Of the manual page, the completions and all that is read something must be there.
        let least = if is_program { 5 } else { 150 };
        assert!(size.parse::<u64>().unwrap() > least, "{line}");
        files.push(path.trim_start_matches("./usr/"));
    }
    let pages = fs::read_dir(root().join("docs")).unwrap();
    let pages = pages.map(|page| page.unwrap().file_name().into_string().unwrap());
    let pages: Vec<String> = pages.map(|page| format!("share/doc/larder/docs/{page}")).collect();
    let mut expected = vec![
        "bin/larder",
        "share/bash-completion/completions/larder",
        "share/doc/larder/README.md",
        "share/doc/larder/THIRD-PARTY.txt.gz",
        "share/doc/larder/changelog.Debian.gz",
        "share/doc/larder/changelog.gz",
        "share/doc/larder/copyright",
        "share/doc/larder/examples/config.example.toml",
        "share/fish/vendor_completions.d/larder.fish",
        "share/lintian/overrides/larder",
        "share/man/man1/larder.1.gz",
        "share/zsh/vendor-completions/_larder",
    ];
    expected.extend(pages.iter().map(String::as_str));
    expected.sort_unstable();
    files.sort_unstable();
    assert_eq!(files, expected);
    let control = dpkg_deb(&["--field"], &file);
    for line in ["Maintainer: A Maintainer <maintainer@example.org>", "Architecture: amd64"] {
        assert!(control.contains(line), "{control}");
    }
}

#[test]
fn what_is_linked_in_is_told_with_its_licence() {
    let folder = tempfile::tempdir().unwrap();
    let notices = fs::read_to_string(staged(folder.path()).join("THIRD-PARTY.txt")).unwrap();
    for told in [
        "\nmusl libc: MIT",
        "\nnucleo-matcher 0.3",
        "MPL-2.0",
        "Independent JPEG Group",
        "Permission is hereby granted",
        "Apache License",
    ] {
        assert!(notices.contains(told), "{told}");
    }
    assert!(!notices.contains("\ncriterion "), "what only tests need is not linked in");
}

#[test]
fn a_release_says_what_it_cannot_make_here_and_why() {
    let list = script("release", &["--list"]);
    assert!(
        cfg!(target_os = "macos") || list.contains("-apple-darwin: programs for macOS are"),
        "{list}"
    );
    for line in list.lines() {
        assert!(line.starts_with("NOT MADE: ") || line.split('-').count() >= 3, "{line}");
    }
    for name in ["release", "package", "pictures"] {
        let path = root().join("assets").join(name);
        let bits = fs::metadata(&path).expect("the script").permissions().mode();
        assert_eq!(bits & 0o111, 0o111, "{name} can be run");
        assert!(Command::new("bash").arg("-n").arg(&path).status().expect("bash").success());
    }
}

#[test]
fn archives_have_the_names_that_binstall_asks_for() {
    let manifest = manifest();
    let binstall = &manifest["package"]["metadata"]["binstall"];
    let url = binstall["pkg-url"].as_str().unwrap();
    assert!(url.ends_with("/{ name }-{ version }-{ target }.tar.gz"), "{url}");
    assert_eq!(binstall["bin-dir"].as_str(), Some("{ name }-{ version }-{ target }/{ bin }"));
    let script = fs::read_to_string(root().join("assets/release")).unwrap();
    assert!(script.contains("folder=$out/larder-$version-$target\n"), "{script}");
}

#[test]
fn the_crate_holds_what_is_built_and_neither_tests_nor_pictures() {
    let output = Command::new(env!("CARGO"))
        .args(["package", "--list", "--allow-dirty", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo");
    let list = String::from_utf8(output.stdout).unwrap();
    let files: Vec<&str> = list.lines().collect();
    let ends =
        |file: &str, ending: &str| Path::new(file).extension().is_some_and(|it| it == ending);
    for file in ["src/main.rs", "README.md", "LICENSE-MIT", "docs/recipes.md", "Cargo.lock"] {
        assert!(files.contains(&file), "{file} is missing: {list}");
    }
    for folder in ["tests/", "benches/", "fuzz/", ".ci/", ".github/", "proptest-regressions/"] {
        assert!(!files.iter().any(|file| file.starts_with(folder)), "{folder}");
    }
    assert!(!files.iter().any(|file| ends(file, "svg") || ends(file, "snap")), "{list}");
    // What the source includes is there.
    let mut included = 0;
    for file in files.iter().filter(|file| ends(file, "rs")) {
        let folder = Path::new(file).parent().unwrap();
        let source = fs::read_to_string(root().join(file)).unwrap();
        for path in source.split("include_str!(\"").skip(1).filter_map(|it| it.split('"').next()) {
            let path = root().join(folder).join(path).canonicalize().unwrap();
            let path = path.strip_prefix(root().canonicalize().unwrap()).unwrap().to_owned();
            assert!(files.contains(&path.to_str().unwrap()), "{} is missing", path.display());
            included += 1;
        }
    }
    assert!(included >= 6, "{included} files are included");
}
