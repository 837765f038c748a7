use proptest::prelude::*;

use super::*;

fn read(source: &str) -> String {
    String::from_utf8(reduce(source.as_bytes()).text).unwrap()
}

#[test]
fn a_page_is_read_title_first_and_its_links_last() {
    let page = "<!doctype html><html><head><style>p { x }</style><script>alert('<p>no</p>')</script></head>
        <body><nav><a href='/a?b&amp;c'>A  link</a> <a href=\"#top\">up</a></nav>
        <h1>The&nbsp;<b>head</b></h1><p>One\n  two<br>three &lt;four&gt; <!-- no --></p>
        <a href=/a?b&amp;c><img alt='A &quot;cup&quot;'></a><title>A\n title</title></body></html>";
    let expected = "A title\n\nA link[1] up\n\n# The head\n\nOne two\nthree <four>\n\n(image: A \"cup\")[1]\n\n\
        Links\n[1] /a?b&c\n";
    assert_eq!(read(page), expected);
}

#[test]
fn a_page_says_where_its_addresses_begin() {
    let page = "<link REL='stylesheet' href=a.css><link href='https://a.example/b?c&amp;d' rel='x Canonical'>
        <link rel=canonical href=/later><base target=_blank><base href=/d/><base href=/e/><a href=f>g</a>";
    let links = reduce(page.as_bytes()).links;
    let text = |bytes: Option<Vec<u8>>| String::from_utf8(bytes.unwrap()).unwrap();
    assert_eq!(links.addresses, [b"f"]);
    assert_eq!(text(links.own), "https://a.example/b?c&d");
    assert_eq!(text(links.base), "/d/");
    let links = reduce(b"<p>no <a>link</a>").links;
    assert_eq!((links.base, links.own, links.addresses.len()), (None, None, 0));
}

#[test]
fn lists_quotes_and_rules_are_told_by_signs() {
    let page =
        "<ul><li>a<ol><li>b<li>c</ol></li><li><p>d</p></li></ul><blockquote>e<hr>f</blockquote>g";
    let expected = "• a\n  1. b\n  2. c\n• d\n\n> e\n> ────────\n> f\n\ng\n";
    assert_eq!(read(page), expected);
}

#[test]
fn rows_of_a_table_are_lines() {
    let page = "<table><tr><th>a<th>b</tr><tr><td><div>1</div></td>\n<td><a href=x>2</a></td></tr></table>c";
    assert_eq!(read(page), "a │ b\n1 │ 2[1]\n\nc\n\nLinks\n[1] x\n");
}

#[test]
fn a_table_ends_the_cells_that_nothing_else_ends() {
    let page = "<table><tr><th>a<th>b<tr><td>1<td>2</table><p>c<p>d<br>e<dl><dt>f<dd>g</dl>";
    assert_eq!(read(page), "a │ b\n1 │ 2\n\nc\n\nd\ne\n\nf\ng\n");
    let nested = "<table><tr><td><table><tr><td>1<td>2</table><td>3</table>c<br>d";
    assert_eq!(read(nested), "1 │ 2\n\n3\n\nc\nd\n");
}

#[test]
fn what_can_be_pressed_or_typed_in_stands_apart() {
    let form =
        "<form><label>Search</label><input><textarea>a</textarea><button>Go</button>x</form>";
    assert_eq!(read(form), "Search a Go x\n");
}

#[test]
fn signs_that_part_words_are_not_seen() {
    let page = "<title>Ver\u{ad}trag</title><p>Hand&shy;made \u{ad}\u{ad}Donau\u{ad}dampf&#8203;er\u{200b}, “é”\u{ad}";
    assert_eq!(read(page), "Vertrag\n\nHandmade Donaudampfer, “é”\n");
    assert_eq!(read("<pre>a\u{ad}b"), "a\u{ad}b\n");
}

#[test]
fn preformatted_text_stays_as_it_is() {
    let page = "a<pre>  b\n\n    c &amp; d\n</pre>e";
    assert_eq!(read(page), "a\n\n  b\n\n    c & d\n\ne\n");
}

#[test]
fn an_application_that_has_not_run_is_bare() {
    let shell = "<title>Shop</title><noscript>You need to enable JavaScript to run this application.\
        </noscript><div id=root></div><script>run('a long text that is no text at all')</script>";
    assert!(reduce(shell.as_bytes()).bare);
    assert!(!reduce(format!("<p>{}", "words ".repeat(12)).as_bytes()).bare);
}

#[test]
fn what_is_written_is_bounded() {
    let page = "<p>".to_owned() + &"word ".repeat(MOST / 5 + 10);
    let page = reduce(page.as_bytes());
    assert!(page.cut && page.text.len() <= MOST + 8);
    let links = (0..1500).fold(String::new(), |text, at| text + &format!("<a href=/{at}>x</a> "));
    let text = read(&links);
    assert!(text.contains("[1000] /999\n") && text.ends_with("\nand 500 more links\n"), "{text}");
}

#[test]
fn a_long_title_is_cut_between_two_characters() {
    for title in ["日", "x日", "xx日"].map(|start| start.to_owned() + &"日".repeat(400)) {
        let page = reduce(format!("<title>{title}</title><p>text").as_bytes());
        assert!(std::str::from_utf8(&page.text).is_ok());
    }
}

#[test]
fn deep_nesting_takes_neither_stack_nor_time() {
    for tag in ["<div>", "<ul><li>x", "<blockquote>y", "<table><tr><td>z", "<a href=q>", "<pre>"] {
        let page = reduce(tag.repeat(20_000).as_bytes());
        assert!(page.text.len() <= MOST + 4096);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn roles_are_in_order_and_text_is_text(
        pieces in proptest::collection::vec(
            prop_oneof![
                "<?/?(a href=x|b|p|li|ul|ol|td|tr|h2|pre|blockquote|title|img alt=\"é&eacute;)\"?>?",
                "[a-zé日 \\n&;#<>]{0,20}",
            ],
            0..60,
        ),
    ) {
        let source = pieces.concat();
        let page = reduce(source.as_bytes());
        prop_assert!(std::str::from_utf8(&page.text).is_ok());
        let mut end = 0;
        for (at, _) in page.roles {
            prop_assert!(at.start >= end && at.end > at.start && at.end <= page.text.len());
            end = at.end;
        }
    }
}
