//! A fuzz target for a record's metadata file and the names of files.

use super::{ContentType, Form, Key, News, is_name, names, renewed};

/// The first line is a file's name, the rest the metadata's text: neither leads out of the folder, and
/// rewritten metadata is read back as it was meant.
pub(crate) fn parse(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (base, text) = (&data[..end], data.get(end + 1..).unwrap_or_default());
    let _ = names::classify(base);
    let key = Key::from(&*names::key(base));
    if let Ok(name) = names::writable(&key) {
        assert!(is_name(&name), "{key} would be the file {}", name.escape_ascii());
        assert_eq!(*names::key(&name), *key.as_bytes());
    }
    let Some(sidecar) = super::parse(base, text) else { return };
    if let Form::Named(name) = &sidecar.form {
        assert!(is_name(name), "leads to {}", name.escape_ascii());
    }
    if let Form::Nested(ending) = &sidecar.form {
        assert!(!ending.contains(['/', '\0']), "leads to {ending:?}");
    }
    let news =
        News { content_type: &ContentType::JSON, size: 7, name: b"value.json", ending: "json" };
    let Some(renewed) = renewed(text, &sidecar.form, &news) else { return };
    let again = super::parse(base, renewed.as_bytes());
    assert!(again.is_some_and(|again| again.content_type == ContentType::JSON), "{renewed}");
}

pub(crate) const SAMPLES: &[&[u8]] = &[
    b"page-1\n{\n  \"key\": \"page-1\",\n  \"content_type\": \"text/html\",\n  \"size\": 5\n}",
    b"a%2Fb.json\n{\"key\":\"a/b\",\"contentType\":\"application/json\",\"filename\":\"a%2Fb.json\"}",
    b"INPUT.json\n\"{\\\"extension\\\":\\\"json\\\",\\\"key\\\":\\\"INPUT\\\",\\\"contentType\\\":\\\"application/json\\\"}\"",
    b"..\n{\"key\":\"..\",\"content_type\":\"\",\"filename\":\"../x\"}",
    b"__metadata__.json\n{\"key\":\"k\",\"content_type\":\"t\",\"size\":\"3\",\"size\":3.0,\"filename\":null}",
    b".larder-x\nnull",
];
