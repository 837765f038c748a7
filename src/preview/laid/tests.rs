use super::*;

fn laid(language: Language, text: &str) -> Vec<String> {
    let (index, laid) = lay_out(language, text.as_bytes(), &|| true).unwrap();
    assert_eq!(index.lines(), laid.lines.len());
    let line = |number: usize| {
        let line = laid.line(text.as_bytes(), &index, number);
        let start = line.parts[0].source.unwrap();
        assert_eq!((laid.line_of(start), laid.line_start(number)), (number, start));
        let part = std::str::from_utf8(line.parts[0].bytes).unwrap();
        "  ".repeat(line.depth) + part
    };
    (0..laid.lines.len()).map(line).collect()
}

/// The text with its white space left out.
fn dense(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn a_sitemap_on_one_line_has_a_line_for_each_value() {
    let url =
        "<url><loc>https://a.example/1?x=1&amp;y=2</loc><lastmod>2026-11-01</lastmod><x/></url>";
    let text =
        format!("<?xml version=\"1.0\"?><urlset xmlns=\"http://s\">{}</urlset>", url.repeat(9));
    let lines = laid(Language::Xml, &text);
    assert_eq!(
        lines[..7],
        [
            "<?xml version=\"1.0\"?>",
            "<urlset xmlns=\"http://s\">",
            "  <url>",
            "    <loc>https://a.example/1?x=1&amp;y=2</loc>",
            "    <lastmod>2026-11-01</lastmod>",
            "    <x/>",
            "  </url>",
        ]
    );
    assert_eq!((lines.len(), &**lines.last().unwrap()), (2 + 9 * 5 + 1, "</urlset>"));
    assert_eq!(dense(&lines.concat()), dense(&text));
}

#[test]
fn mixed_text_comments_and_data_keep_their_bytes() {
    let one = "<p>Some <b>bold</b> words<!-- a > b --><![CDATA[<raw> & ]]></p>";
    let text = format!("<r>{}</r>", one.repeat(10));
    let lines = laid(Language::Xml, &text);
    assert_eq!(
        lines[..6],
        [
            "<r>",
            "  <p>Some",
            "    <b>bold</b>",
            "    words",
            "    <!-- a > b -->",
            "    <![CDATA[<raw> & ]]>"
        ]
    );
    assert_eq!(lines[6], "  </p>");
    assert_eq!(dense(&lines.concat()), dense(&text));
}

#[test]
fn html_keeps_words_together_and_lays_out_its_scripts() {
    let text = format!(
        "<!doctype html><html><head><meta charset=utf-8><title>T</title><script>window.a={{\"b\":[1,2],\
         \"c\":{{}}}};go(function(){{x;y}})</script></head><body><ul>{}</ul><p>Some <b>bold</b> \
         words<br>more</body></html>",
        "<li>one<li><a href=x>two</a>".repeat(20)
    );
    let lines = laid(Language::Html, &text);
    assert_eq!(
        lines[..19],
        [
            "<!doctype html>",
            "<html>",
            "  <head>",
            "    <meta charset=utf-8>",
            "    <title>T</title>",
            "    <script>window.a={",
            "        \"b\":[1,2],",
            "        \"c\":{}",
            "      };",
            "      go(function(){",
            "        x;",
            "        y",
            "      })",
            "    </script>",
            "  </head>",
            "  <body>",
            "    <ul>",
            "      <li>one",
            "      <li><a href=x>two</a>",
        ]
    );
    let end = &lines[lines.len() - 4..];
    assert_eq!(end, ["    </ul>", "    <p>Some <b>bold</b> words<br>more", "  </body>", "</html>"]);
    assert_eq!(dense(&lines.concat()), dense(&text));
}

#[test]
fn scripts_and_styles_have_a_line_for_each_statement() {
    let script =
        "function f(a,b){for(var i=0;i<9;i++){g(\"};\",/[;{]/)}return{a:1,b:[{c:1},{d:2}]}}/*;{*/";
    let lines = laid(Language::Script, &script.repeat(8));
    assert_eq!(
        lines[..14],
        [
            "function f(a,b){",
            "  for(var i=0;i<9;i++){",
            "    g(\"};\",/[;{]/)",
            "  }",
            "  return{",
            "    a:1,b:[{",
            "      c:1",
            "    },",
            "    {",
            "      d:2",
            "    }]",
            "  }",
            "}",
            "/*;{*/function f(a,b){",
        ]
    );
    assert_eq!(dense(&lines.concat()), dense(&script.repeat(8)));
    let style = "@media (min-width:1px){.a:hover,b{color:red;background:url(\"x;}\")}}".repeat(8);
    let lines = laid(Language::Css, &style);
    let rule = ["@media (min-width:1px){", "  .a:hover,b{", "    color:red;"];
    assert_eq!(lines[..3], rule);
    assert_eq!(lines[3..6], ["    background:url(\"x;}\")", "  }", "}"]);
    assert_eq!(dense(&lines.concat()), dense(&style));
}

#[test]
fn what_has_lines_of_its_own_stays_as_it_is() {
    let is_laid = |language, text: &str| lay_out(language, text.as_bytes(), &|| true).is_some();
    assert!(!is_laid(Language::Xml, &"<a>\n  <b>text</b>\n</a>\n".repeat(100)));
    assert!(!is_laid(Language::Xml, "<a><b>short</b></a>"));
    let long = "<a><b>text</b></a>".repeat(100);
    assert!(is_laid(Language::Xml, &long) && !is_laid(Language::Yaml, &long));
    assert!(lay_out(Language::Xml, long.as_bytes(), &|| true).is_some());
    let many = "<a/>".repeat(1 << 19);
    assert!(lay_out(Language::Xml, many.as_bytes(), &|| false).is_none(), "nobody wants it");
}

#[test]
fn hostile_source_is_laid_out_in_linear_time_and_keeps_its_bytes() {
    let many = |text: &str| text.repeat(100_000);
    for (language, text) in [
        (Language::Xml, many("<a>")),
        (Language::Html, many("<div>")),
        (Language::Html, many("</div>")),
        (Language::Html, many("<li><b>")),
        (Language::Xml, many("<a></b>")),
        (Language::Script, many("{")),
        (Language::Script, many("}")),
        (Language::Script, many("([{")),
        (Language::Css, many("a{")),
        (Language::Xml, many("<")),
        (Language::Xml, many("<!--")),
        (Language::Html, format!("<script>{}", many("{;"))),
    ] {
        let (index, laid) = lay_out(language, text.as_bytes(), &|| true).unwrap();
        let bytes: usize = laid.lines.iter().map(|(begin, end, _)| (end - begin) as usize).sum();
        assert_eq!(bytes, text.len(), "{language:?} {}", &text[..8]);
        assert!(laid.lines.iter().all(|(.., depth)| usize::from(*depth) <= DEEPEST));
        assert_eq!(index.lines(), laid.lines.len());
    }
}
