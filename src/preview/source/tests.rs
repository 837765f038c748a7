use proptest::prelude::*;

use super::*;

/// The tokens that are not plain text, each with its role.
fn told(language: Language, text: &str) -> Vec<(&str, Role)> {
    let tokens = tokens(language, text.as_bytes());
    tokens
        .map(|token| (text[token.at.clone()].trim(), token.role()))
        .filter(|(text, role)| !text.is_empty() && *role != Role::Plain)
        .collect()
}

fn of_role(language: Language, text: &str, role: Role) -> Vec<&str> {
    told(language, text).into_iter().filter(|told| told.1 == role).map(|told| told.0).collect()
}

const PAGE: &str = "<!DOCTYPE html><title>a <b> &amp; b</title>\n<style>a:hover{color:#fff}</style>\
    <script type=module>if (a</b/.test('</p>')) return \"x\" // </i>\n</SCRIPT >\
    <p class='x > y' hidden data-n=1>5 < 6 &nbsp;<!-- <i> --><!--><br/></p>";

#[test]
fn pages_are_told_with_the_script_and_the_style_in_them() {
    let names = of_role(Language::Html, PAGE, Role::Key);
    let expected = [
        "title", "title", "style", "color", "style", "script", "if", "return", "SCRIPT", "p", "br",
        "p",
    ];
    assert_eq!(names, expected);
    let strings = of_role(Language::Html, PAGE, Role::String);
    assert_eq!(strings, ["module", "/b/", "'</p>'", "\"x\"", "x > y", "1"]);
    assert_eq!(of_role(Language::Html, PAGE, Role::Literal), ["&amp;", "&nbsp;"]);
    let dim = of_role(Language::Html, PAGE, Role::Dim);
    assert_eq!(dim, ["<!", "DOCTYPE html>", "//", "</i>", "<!", "-- <i> -->", "<!", "-->"]);
}

#[test]
fn a_script_ends_only_with_its_tag() {
    let text = "<script>var a = '</scriptx>'; b</script>c";
    assert_eq!(of_role(Language::Html, text, Role::Key), ["script", "var", "script"]);
    let open = "<script>x = `a\nb";
    assert_eq!(of_role(Language::Html, open, Role::String), ["`a\nb"]);
}

#[test]
fn regular_expressions_are_told_from_divisions() {
    let text = "a / b / c; d = /[/'\"]x\\//gi; f(1) / 2 / 3; return /x/";
    assert_eq!(of_role(Language::Script, text, Role::String), ["/[/'\"]x\\//gi", "/x/"]);
    assert_eq!(of_role(Language::Script, text, Role::Number), ["1", "2", "3"]);
}

#[test]
fn json_is_told_as_a_script() {
    let text = "{\"a\\\"\": [1.5, -2e3, true, \"b\", null]} /* c */";
    let expected = [
        ("{", Role::Punctuation),
        ("\"a\\\"\"", Role::Key),
        (":", Role::Punctuation),
        ("[", Role::Punctuation),
        ("1.5", Role::Number),
        (",", Role::Punctuation),
        ("-", Role::Punctuation),
        ("2e3", Role::Number),
        (",", Role::Punctuation),
        ("true", Role::Literal),
        (",", Role::Punctuation),
        ("\"b\"", Role::String),
        (",", Role::Punctuation),
        ("null", Role::Literal),
        ("]}", Role::Punctuation),
        ("/*", Role::Dim),
        ("c */", Role::Dim),
    ];
    assert_eq!(told(Language::Script, text), expected);
}

#[test]
fn styles_tell_properties_from_selectors() {
    let text = "@media (a) { b:hover { color : red; --x: 1px } }\n@font-face { src: url('a') }";
    assert_eq!(of_role(Language::Css, text, Role::Key), ["color", "--x", "src"]);
    assert_eq!(of_role(Language::Css, text, Role::Number), ["1px"]);
    assert_eq!(of_role(Language::Css, text, Role::Literal), ["@media", "@font-face"]);
}

#[test]
fn xml_is_told_by_its_own_rules() {
    let text =
        "<?xml version='1.0'?><url:loc a=\"b\">x<![CDATA[ <y> ]]></url:loc><script>a<b/></script>";
    let names = of_role(Language::Xml, text, Role::Key);
    assert_eq!(names, ["url:loc", "url:loc", "script", "b", "script"]);
    assert_eq!(
        of_role(Language::Xml, text, Role::Dim).concat(),
        "<?xml version='1.0'?><![CDATA[]]>"
    );
}

#[test]
fn yaml_tells_keys_values_and_comments() {
    let text = "---\na b: 12 # x\n- c: \"d: e\"\n  'f': [true, g]\nurl: http://h:1/#i\n? &j *k\n";
    assert_eq!(of_role(Language::Yaml, text, Role::Key), ["a b", "c", "'f'", "url"]);
    assert_eq!(of_role(Language::Yaml, text, Role::Dim), ["# x"]);
    assert_eq!(of_role(Language::Yaml, text, Role::String), ["\"d: e\""]);
    assert_eq!(of_role(Language::Yaml, text, Role::Literal), ["true", "&j", "*k"]);
    assert_eq!(of_role(Language::Yaml, text, Role::Number), ["12"]);
}

#[test]
fn markdown_tells_headings_code_and_links() {
    let text = "# a\nb `c` [d](e)\n```js\n# f\n```\n> g\n- h **i**\n";
    assert_eq!(of_role(Language::Markdown, text, Role::Key), ["# a"]);
    assert_eq!(of_role(Language::Markdown, text, Role::String), ["`c`", "[d]", "# f"]);
    assert_eq!(of_role(Language::Markdown, text, Role::Literal), ["(e)"]);
    assert_eq!(of_role(Language::Markdown, text, Role::Dim), ["> g"]);
}

#[test]
fn types_and_first_bytes_tell_the_language() {
    let of = |kind: &str, text: &str| Language::of(&kind.into(), text.as_bytes());
    assert_eq!(of("text/HTML; charset=utf-8", ""), Some(Language::Html));
    assert_eq!(of("image/svg+xml", ""), Some(Language::Xml));
    assert_eq!(of("application/x-yaml", ""), Some(Language::Yaml));
    assert_eq!(of("", "\n<!doctype HTML>"), Some(Language::Html));
    assert_eq!(of("text/plain", "<?xml version"), Some(Language::Xml));
    assert_eq!(of("text/plain", "<p>"), None);
    assert_eq!(of("text/csv", "<?xml"), None);
}

pub(in crate::preview) const LANGUAGES: [Language; 6] = [
    Language::Html,
    Language::Xml,
    Language::Script,
    Language::Css,
    Language::Markdown,
    Language::Yaml,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn tokens_follow_one_another_whatever_they_are_made_of(
        pieces in proptest::collection::vec(
            prop_oneof![
                "[<>/!?&;'\"`=a-z{}:#@\\\\\\[\\]\\n -]{0,12}",
                Just(PAGE.to_owned()),
                Just("<script>".to_owned()),
                ("[a-z<'\"\\\\/*-]{1,3}", 1000_usize..6000).prop_map(|(text, times)| text.repeat(times)),
            ],
            0..8,
        ),
        at in 0_usize..1000,
    ) {
        let text = pieces.concat();
        for language in LANGUAGES {
            let mut end = 0;
            let mut roles = Vec::new();
            for token in tokens(language, text.as_bytes()) {
                prop_assert_eq!(token.at.start, end);
                prop_assert!(token.at.end > end && token.at.len() <= LONGEST + 8);
                end = token.at.end;
                roles.push((end, token.role()));
            }
            prop_assert_eq!(end, text.len());
            // The roles are the same wherever the painter begins and in whatever order it is asked.
            let source = Source::new(language, text.as_bytes());
            let mut painter = source.painter(text.as_bytes());
            for offset in [at, at + 1, at * 7, at * 8, at / 2, at * 20, 0, end.saturating_sub(1)] {
                let expected = roles.get(roles.partition_point(|role| role.0 <= offset));
                let expected = expected.map_or(Role::Plain, |role| role.1);
                prop_assert_eq!(painter.role_at(offset), expected);
            }
        }
    }
}
