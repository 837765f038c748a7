//! Previews for tests.

use proptest::prelude::*;

use super::{Preview, Viewport};
use crate::model::{Record, RecordMeta};

pub(super) fn preview(text: &str, content_type: &str) -> Preview {
    let meta = RecordMeta { content_type: content_type.into(), ..RecordMeta::default() };
    Preview::build(&Record { meta, value: text.to_owned().into() })
}

pub(super) fn view(width: u16, height: u16, wrap: bool) -> Viewport {
    Viewport { width, height, wrap }
}

/// Values of all kinds, some with long lines, as text or JSON.
pub(super) fn values() -> impl Strategy<Value = (String, &'static str)> {
    let piece = prop_oneof![
        "[a-z ]{0,40}",
        "[\\t\\ra-züé日本\u{301}\u{200d}\u{202e}👨ཀ]{0,20}",
        Just("\u{301}".repeat(200)),
        ("[a-zé日]{1,7}", 1_usize..7000).prop_map(|(word, times)| word.repeat(times)),
    ];
    let text = proptest::collection::vec(piece, 0..12).prop_map(|lines| lines.join("\n"));
    (text, any::<bool>()).prop_map(|(text, json)| {
        if json {
            let strings: Vec<_> =
                text.lines().map(|line| serde_json::Value::from(line).to_string()).collect();
            let text = format!(
                "[{}, {{\"deep\": [[[-0, NaN]]]}}]",
                [strings, vec!["1".into()]].concat().join(",")
            );
            (text, "application/json")
        } else {
            (text, "text/plain")
        }
    })
}
