//! Records that get another key or another content type in a directory, as each of Crawlee's programs
//! writes them.

use std::fs;
use std::path::PathBuf;

use larder::model::{ErrorKind, StoreName};
use larder::ops::{self, OldValues, Operation};

use super::Directory;

fn files(path: &PathBuf) -> Vec<(String, String)> {
    let entries = fs::read_dir(path).unwrap().map(Result::unwrap);
    let mut files: Vec<_> = entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap())
        })
        .filter(|(name, _)| name != "__metadata__.json")
        .collect();
    files.sort();
    files
}

fn owned(files: &[(&str, &str)]) -> Vec<(String, String)> {
    files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

fn rename(store: &StoreName, key: &str, to: &str) -> Operation {
    let (store, overwrite) = (store.clone(), false);
    Operation::Rename { store, key: key.into(), to: to.into(), overwrite }
}

async fn make(made: &Directory, operation: &Operation) -> ops::Outcome {
    let plan = ops::plan(made.storage(), operation).await.unwrap().undoable(false);
    ops::perform_kept(made.storage(), &plan, &OldValues::in_memory()).await.unwrap()
}

const STORE: &str = r#"{"id": "a", "name": null, "accessed_at": "2026-11-22 13:57:47+00:00",
  "created_at": "2026-11-22 13:57:47+00:00", "modified_at": "2026-11-22 13:57:47+00:00"}"#;

#[tokio::test]
async fn what_other_programs_note_beside_a_record_goes_with_it_and_comes_back() {
    let noted = |key: &str, kind: &str| {
        format!(
            "{{\n  \"key\": \"{key}\",\n  \"content_type\": \"{kind}\",\n  \"size\": 4,\n  \
             \"by\": \"me\",\n  \"n\": 1.10\n}}"
        )
    };
    let (old, new) = (noted("old", "text/plain"), noted("n/ew", "text/plain"));
    let before = [("__metadata__.json", STORE), ("old", "text"), ("old.__metadata__.json", &old)];
    let (made, store, path) = Directory::with_files(&before).await;
    let outcome = make(&made, &rename(&store, "old", "n/ew")).await;
    assert_eq!(files(&path), owned(&[("n%2Few", "text"), ("n%2Few.__metadata__.json", &new)]));
    ops::perform(made.storage(), &outcome.inverse.unwrap()).await.unwrap();
    assert_eq!(files(&path), owned(&before[1..]));
    let (key, content_type) = ("old".into(), "text/html".into());
    make(&made, &Operation::Retype { store, key, content_type }).await;
    let html = noted("old", "text/html");
    assert_eq!(files(&path), owned(&[("old", "text"), ("old.__metadata__.json", &html)]));
}

#[tokio::test]
async fn a_record_of_crawlee_for_javascript_keeps_its_form_and_gets_the_ending_of_its_type() {
    let nested =
        r#""{\"extension\":\"html\",\"key\":\"page\",\"contentType\":\"text/html\",\"by\":1}""#;
    let before = [("page.__metadata__.json", nested), ("page.html", "<p>")];
    let (made, store, path) = Directory::with_files(&before).await;
    let outcome = make(&made, &rename(&store, "page", "side")).await;
    let side = nested.replace("page", "side");
    assert_eq!(files(&path), owned(&[("side.__metadata__.json", &side), ("side.html", "<p>")]));
    ops::perform(made.storage(), &outcome.inverse.unwrap()).await.unwrap();
    assert_eq!(files(&path), owned(&before));
    let retype = Operation::Retype { store, key: "page".into(), content_type: "text/plain".into() };
    let outcome = make(&made, &retype).await;
    let text =
        nested.replace("html\\\",\\\"key", "txt\\\",\\\"key").replace("text/html", "text/plain");
    assert_eq!(files(&path), owned(&[("page.__metadata__.json", &text), ("page.txt", "<p>")]));
    ops::perform(made.storage(), &outcome.inverse.unwrap()).await.unwrap();
    assert_eq!(files(&path), owned(&before));
}

#[tokio::test]
async fn an_input_without_metadata_is_renamed_by_its_key_and_never_over_itself() {
    let (made, store, path) = Directory::with_files(&[("INPUT.json", r#"{"a":1}"#)]).await;
    // Both name one file.
    for (key, to) in [("INPUT", "INPUT.json"), ("INPUT.json", "INPUT")] {
        let mut operation = rename(&store, key, to);
        let plan = ops::plan(made.storage(), &operation).await;
        assert_eq!(plan.unwrap_err().kind, ErrorKind::Conflict);
        if let Operation::Rename { overwrite, .. } = &mut operation {
            *overwrite = true;
        }
        let plan = ops::plan(made.storage(), &operation).await.unwrap();
        let refused = ops::perform(made.storage(), &plan).await.unwrap_err().error;
        assert_eq!(refused.kind, ErrorKind::Usage, "{refused}");
        assert_eq!(files(&path), owned(&[("INPUT.json", r#"{"a":1}"#)]));
    }
    for key in ["INPUT", "INPUT.json"] {
        let outcome = make(&made, &rename(&store, key, "OLD_INPUT")).await;
        assert_eq!(files(&path), owned(&[("OLD_INPUT.json", r#"{"a":1}"#)]));
        ops::perform(made.storage(), &outcome.inverse.unwrap()).await.unwrap();
        assert_eq!(fs::read_dir(&path).unwrap().count(), 1, "{:?}", files(&path));
        fs::rename(path.join(&files(&path)[0].0), path.join("INPUT.json")).unwrap();
    }
}

/// Files of two records, of which one is renamed over the other: undone, both are as they were.
async fn both_come_back(before: &[(&str, &str)], key: &str, to: &str, after: &[(&str, &str)]) {
    let (made, store, path) = Directory::with_files(before).await;
    let before = files(&path);
    let operation = Operation::Rename { store, key: key.into(), to: to.into(), overwrite: true };
    let mut outcome = make(&made, &operation).await;
    assert_eq!(files(&path), owned(after), "{key} over {to}");
    for turn in 0..4 {
        let plan = outcome.inverse.unwrap_or_else(|| panic!("{key} over {to}: it can be undone"));
        outcome = ops::perform(made.storage(), &plan).await.unwrap();
        let files = files(&path);
        let wanted = if turn % 2 == 0 { &before } else { &owned(after) };
        assert_eq!(&files, wanted, "{key} over {to}, turn {turn}");
    }
}

#[tokio::test]
async fn a_rename_over_another_record_is_undone_in_every_form_of_its_metadata() {
    let noted = |key: &str, kind: &str, size: usize| {
        format!(
            "{{\n  \"key\": \"{key}\",\n  \"content_type\": \"{kind}\",\n  \"size\": {size}\n}}"
        )
    };
    // Crawlee for Python.
    let (a, b) = (noted("a", "text/plain", 4), noted("b", "text/html", 3));
    let over = noted("b", "text/plain", 4);
    let before = [
        ("__metadata__.json", STORE),
        ("a", "text"),
        ("a.__metadata__.json", &a),
        ("b", "<p>"),
        ("b.__metadata__.json", &b),
    ];
    both_come_back(&before, "a", "b", &[("b", "text"), ("b.__metadata__.json", &over)]).await;
    // Crawlee for JavaScript, whose files end as their types say.
    let nested = |key: &str, extension: &str, kind: &str| {
        format!(
            r#""{{\"extension\":\"{extension}\",\"key\":\"{key}\",\"contentType\":\"{kind}\"}}""#
        )
    };
    let (page, side) = (nested("page", "html", "text/html"), nested("side", "txt", "text/plain"));
    let over = nested("side", "html", "text/html");
    let before = [
        ("page.__metadata__.json", &*page),
        ("page.html", "<p>"),
        ("side.__metadata__.json", &*side),
        ("side.txt", "text"),
    ];
    let after = [("side.__metadata__.json", &*over), ("side.html", "<p>")];
    both_come_back(&before, "page", "side", &after).await;
    // No metadata: the file's ending is the type.
    let before = [("page.json", r#"{"a":1}"#), ("side.txt", "text")];
    both_come_back(&before, "page", "side", &[("side.json", r#"{"a":1}"#)]).await;
}
