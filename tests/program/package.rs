//! What the Debian package is to hold is there, or made by the script that makes the package.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Source, folder and permissions of each file in the package.
fn assets() -> Vec<[String; 3]> {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("a manifest");
    let manifest: toml::Table = manifest.parse().expect("TOML");
    let assets = manifest["package"]["metadata"]["deb"]["assets"].as_array().expect("a list");
    let row = |row: &toml::Value| row.clone().try_into().expect("three texts");
    assets.iter().map(row).collect()
}

#[test]
fn every_file_of_the_package_is_there_or_made_by_its_script() {
    let path = root().join("assets/package");
    let script = fs::read_to_string(&path).expect("the script");
    assert!(script.contains("\nout=target/package\n"), "{script}");
    let mut made = 0;
    for [source, folder, _] in assets() {
        assert!(folder.starts_with("usr/"), "{folder}");
        if let Some(name) = source.strip_prefix("target/package/") {
            assert!(script.contains(&format!(" >\"$out/{name}\"\n")), "{name} is not made");
            made += 1;
        } else if source != "target/release/larder" {
            assert!(root().join(&source).is_file(), "{source} is not there");
        }
    }
    assert_eq!(script.matches(" >\"$out/").count(), made, "all that is made is packed");
    for script in ["package", "pictures"] {
        let path = root().join("assets").join(script);
        let bits = fs::metadata(&path).expect("the script").permissions().mode();
        assert_eq!(bits & 0o111, 0o111, "{script} can be run");
        assert!(Command::new("bash").arg("-n").arg(&path).status().expect("bash").success());
    }
}

#[test]
fn every_file_that_is_made_comes_from_a_command_that_works() {
    let script = fs::read_to_string(root().join("assets/package")).expect("the script");
    let commands = script.lines().filter_map(|line| line.strip_prefix("\"$larder\" "));
    let commands: Vec<&str> = commands.filter_map(|line| Some(line.split_once(" >")?.0)).collect();
    assert_eq!(commands.len(), 4, "{commands:?}");
    for command in commands {
        let output = Command::new(env!("CARGO_BIN_EXE_larder"))
            .args(command.split(' '))
            .output()
            .expect("larder runs");
        assert!(output.status.success() && output.stdout.len() > 1000, "larder {command}");
    }
}
