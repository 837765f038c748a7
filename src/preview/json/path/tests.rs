use proptest::prelude::*;
use serde_json::Value;

use super::super::tests::json;
use super::*;

fn found(path: &str, text: &str) -> Vec<(String, String)> {
    let finds = JsonPath::parse(path).unwrap().find(text.as_bytes());
    assert_eq!(finds.total, finds.values.len() as u64);
    let said = |value: FoundValue| (value.path, text[value.at].to_owned());
    finds.values.into_iter().map(said).collect()
}

fn texts(path: &str, text: &str) -> Vec<String> {
    found(path, text).into_iter().map(|(_, text)| text).collect()
}

const SHOP: &str = r#"{"offers": [{"price": 1.50, "a b": {"price": 1E400}}, {"price": 2, "price": 3},
    {"pr\u0069ce": [ 4 ]}, 5], "price": null, "": {"x": {}}}"#;

#[test]
fn values_are_found_with_their_places_and_keep_their_bytes() {
    let expected = [
        ("$.offers[0].price", "1.50"),
        ("$.offers[1].price", "2"),
        ("$.offers[1].price", "3"),
        ("$.offers[2][\"pr\\u0069ce\"]", "[ 4 ]"),
    ];
    let expected = expected.map(|(path, text)| (path.to_owned(), text.to_owned()));
    assert_eq!(found("$.offers[*].price", SHOP), expected);
    assert_eq!(found(" .offers[0]['a b'].price ", SHOP)[0].0, "$.offers[0][\"a b\"].price");
    assert_eq!(texts("$..price", SHOP), ["1.50", "1E400", "2", "3", "[ 4 ]", "null"]);
    assert_eq!(texts("$.offers..price[0]", SHOP), ["4"]);
    assert_eq!(texts("$.offers[3]", SHOP), ["5"]);
    assert_eq!(texts("$[\"\"].*", SHOP), ["{}"]);
    assert_eq!(texts("$..[0]..price", "[[{\"price\": 1}], 2]"), ["1"]);
    assert_eq!(texts("$", "[1]"), ["[1]"]);
    assert_eq!(texts("$..*", "[[1], 2]"), ["[1]", "1", "2"]);
    assert!(texts("$.offers.price", SHOP).is_empty() && texts("$.x", "3").is_empty());
}

#[test]
fn keys_are_found_as_they_are_told() {
    let text = r#"{"a\"]b": 1, "c\\": 2, "d'": 3, "e]": {"f.g": 4}, "\u0069": 5}"#;
    for (path, value) in found("$.*", text) {
        assert_eq!(texts(&path, text), [value], "{path}");
    }
    assert_eq!(texts(r"$['d\'']", text), ["3"]);
    assert_eq!(texts(r#"$['a"]b']"#, text), ["1"]);
    assert_eq!(texts("$['e]']['f.g']", text), ["4"]);
    assert_eq!(texts("$.i", text), ["5"]);
}

#[test]
fn several_items_are_found_by_their_numbers() {
    let items = |path: &str| texts(path, "[0, 1, 2, 3, 4]").concat();
    assert_eq!([items("$[1:3]"), items("$[3:]"), items("$[:2]")], ["12", "34", "01"]);
    assert_eq!([items("$[::2]"), items("$[1::3]"), items("$[4:2]")], ["024", "14", ""]);
    assert_eq!(items("$[:]"), "01234");
}

#[test]
fn what_is_no_path_is_told() {
    let why = |path: &str| JsonPath::parse(path).unwrap_err();
    assert_eq!(JsonPath::parse("$$.a[1]"), JsonPath::parse("$.a[1]"), "pasted behind the sign");
    assert_eq!(why("price"), "a path begins with $, as $.offers[*].price");
    assert_eq!(why("$."), "a name is missing behind the dot");
    assert_eq!(why("$.a[1"), "] is missing");
    assert_eq!(why("$['a]"), "'] is missing behind the name");
    let items = "is not understood: a number from 0, 2:5, * or a name in quotes is";
    for path in ["[-1]", "[-2:]", "[1:2:0]", "[1:2:3:4]", "[0,1]", "[?(@.a > 1)]", "[]"] {
        assert_eq!(why(&format!("${path}")), format!("{path} {items}"));
    }
    assert_eq!(why("$a"), "a path goes on with . or [, not with a");
    assert!(JsonPath::parse(&format!("${}", ".a".repeat(63))).is_ok());
    assert_eq!(why(&format!("${}", ".a".repeat(64))), "a path has at most 63 steps");
}

#[test]
fn hostile_json_is_bounded() {
    let deep = "[".repeat(50_000) + &"]".repeat(50_000);
    let finds = JsonPath::parse("$..*").unwrap().find(deep.as_bytes());
    assert_eq!((finds.values.len(), finds.total, finds.too_deep), (2000, 10_000, true));
    assert!(finds.values.iter().all(|value| value.path.len() < 200));
    assert!(!JsonPath::parse("$[0][0]").unwrap().find(deep.as_bytes()).too_deep);
    let wide = format!("[{}1]", "1,".repeat(4999));
    let finds = JsonPath::parse("$[*]").unwrap().find(wide.as_bytes());
    assert_eq!((finds.values.len(), finds.total), (2000, 5000));
    let key = "k\u{1b}".repeat(1000).replace('\u{1b}', "\\u001b\u{202e}");
    let finds = JsonPath::parse("$.*").unwrap().find(format!("{{\"{key}\": 1}}").as_bytes());
    assert!(finds.values[0].path.len() < 300 && !finds.values[0].path.contains('\u{202e}'));
}

/// Finds values in the slow way.
fn walk<'a>(value: &'a Value, steps: &[Step], out: &mut Vec<&'a Value>) {
    let Some((step, rest)) = steps.split_first() else { return out.push(value) };
    let children: Vec<(Option<&str>, usize, &Value)> = match value {
        Value::Array(items) => items.iter().enumerate().map(|(at, it)| (None, at, it)).collect(),
        Value::Object(all) => all.iter().map(|(key, it)| (Some(&**key), 0, it)).collect(),
        _ => Vec::new(),
    };
    for (key, at, child) in children {
        let leads = match &step.kind {
            Kind::Any => true,
            Kind::Key(name) => key == Some(name),
            Kind::Item(item) => key.is_none() && *item == at,
            Kind::Items(from, to, step) => {
                key.is_none()
                    && (*from..*to).step_by(*step).take_while(|it| *it <= at).any(|it| it == at)
            }
        };
        if leads {
            walk(child, rest, out);
        }
        if step.deep {
            walk(child, steps, out);
        }
    }
}

proptest! {
    #[test]
    fn the_same_is_found_as_by_walking(
        text in json(),
        path in "\\$(\\.\\.?[a-c]|\\.\\.?\\*|(\\.\\.)?\\[(\\*|[0-2]|[01]?:[0-3]?(:[12])?)\\]){1,4}",
    ) {
        // Only what serde reads: no repeated keys, and no numbers out of its range.
        let Ok(value) = serde_json::from_str::<Value>(&text) else { return Ok(()) };
        let text = value.to_string();
        let path = JsonPath::parse(&path).unwrap();
        let mut walked = Vec::new();
        walk(&value, &path.0, &mut walked);
        // A value is found once, however many ways lead to it.
        let mut walked: Vec<*const Value> = walked.into_iter().map(std::ptr::from_ref).collect();
        walked.sort_unstable();
        walked.dedup();
        let finds = path.find(text.as_bytes());
        prop_assert_eq!(finds.total as usize, walked.len());
        prop_assert!(finds.values.is_sorted_by_key(|found| found.at.start));
        for found in &finds.values {
            prop_assert!(serde_json::from_str::<Value>(&text[found.at.clone()]).is_ok());
        }
    }
}
