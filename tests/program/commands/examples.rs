//! `examples/`: what they print for a store on a server and in a directory.

use super::program::Program;

#[allow(dead_code, reason = "its main function is for the hand")]
#[path = "../../../examples/list_store.rs"]
mod list_store;

#[allow(dead_code, reason = "its main function is for the hand")]
#[path = "../../../examples/copy_store.rs"]
mod copy_store;

#[allow(dead_code, reason = "its main function is for the hand")]
#[path = "../../../examples/typed_values.rs"]
mod typed_values;

#[test]
fn the_examples_write_values_and_copy_them_to_another_target() {
    let program = Program::empty();
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("key_value_stores")).unwrap();
    let (server, directory) = (program.server.url(), folder.path().to_str().unwrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut out = Vec::new();
    runtime.block_on(typed_values::values(&server, "shop".into(), &mut out)).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), "Tin: 2.5\n");
    let copied = || runtime.block_on(copy_store::copied((&server, "shop"), (directory, "copy")));
    assert_eq!(copied().unwrap(), (1, 0));
    assert_eq!(copied().unwrap(), (0, 1), "what is there is kept");
    let run = program.run(["-t", directory, "get", "copy", "page-1"]);
    assert_eq!(run.out, br#"{"title": "Tin", "price": 2.5}"#, "{run:?}");
}

#[test]
fn the_example_lists_a_store_on_a_server_and_in_a_directory() {
    let program = Program::empty();
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("key_value_stores")).unwrap();
    let directory = folder.path().to_str().unwrap().to_owned();
    for target in [program.server.url(), directory] {
        for args in [
            &["create", "--name", "shop"][..],
            &["set", "-c", "application/json", "shop", "page-1", r#"{"a": 1}"#],
            &["set", "shop", "page-2", "\u{1b}[31mred"],
            &["set", "shop", "evil\u{1b}[31m", "x"],
        ] {
            let run = program.run([&["-t", target.as_str()], args].concat());
            assert_eq!(run.code, 0, "{run:?}");
        }
        let listed = list(&target, "page-");
        let lines: Vec<_> = listed.lines().collect();
        assert!(lines[0].starts_with("shop, changed 20"), "{listed}");
        assert_eq!(
            lines[1..],
            [
                format!("{:>8}  {:<40}  page-1", "8 B", "application/json"),
                format!("{:>8}  {:<40}  page-2", "8 B", "text/plain; charset=utf-8"),
                "2 records, 16 B".to_owned()
            ]
        );
        assert!(list(&target, "").contains("  evil␛[31m\n"));
    }
}

fn list(target: &str, prefix: &str) -> String {
    let mut out = Vec::new();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(list_store::list(target, "shop", prefix, &mut out)).unwrap();
    String::from_utf8(out).unwrap()
}
