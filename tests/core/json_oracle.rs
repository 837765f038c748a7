//! Real Python checks the JSON checker: verdict, message, line and column must be the same.

use std::io::Write as _;
use std::process::{Command, Stdio};

use larder::preview::json::{PYTHON_DEPTH, check};

use crate::server;

/// Reads lines in hexadecimal, and answers each with `ok` or `line column message`. Python's own safety
/// limits are lifted.
const ORACLE: &str = r"
import json, sys
sys.set_int_max_str_digits(0)
sys.setrecursionlimit(100000)
for line in sys.stdin:
    try:
        json.loads(bytes.fromhex(line).decode('utf-8'))
        print('ok')
    except json.JSONDecodeError as e:
        print(e.lineno, e.colno, e.msg)
    except UnicodeDecodeError as e:
        before = e.object[:e.start].decode()
        print(before.count('\n') + 1, len(before) - before.rfind('\n'), 'not UTF-8')
";

const CORPUS: &[&str] = &[
    "",
    " ",
    "null",
    "true",
    "false",
    "nul",
    "NaN",
    "-NaN",
    "Infinity",
    "-Infinity",
    "-Infinit",
    "Infinit",
    "0",
    "-0",
    "-",
    "+1",
    "01",
    "1.",
    "1.0",
    "1.e5",
    ".5",
    "1e",
    "1e+",
    "1E5",
    "1e-05",
    "1E+400",
    "-1.5e3x",
    "- 1",
    "1 2",
    "[",
    "]",
    "{",
    "}",
    "[]",
    "{}",
    "[ ]",
    "{ }",
    "[1",
    "[1,",
    "[1,]",
    "[1 2]",
    "[,1]",
    "{\"a\"",
    "{\"a\":",
    "{\"a\":1",
    "{\"a\":1,",
    "{\"a\":1,}",
    "{,}",
    "{\"a\" 1}",
    "{a:1}",
    "{\"a\":1 \"b\":2}",
    "{\"a\":1,\"a\":2}",
    "{1:2}",
    "[1}",
    "{\"a\":1]",
    "\"",
    "\"a",
    "\"a\\",
    "\"a\\\"",
    "\"\\u",
    "\"\\u12",
    "\"\\u1234",
    "\"\\u1234\"",
    "\"\\u123g\"",
    "\"\\ud800\"",
    "\"\\ud800\\udc00\"",
    "\"\\ud800\\u\"",
    "\"\\ud800\\u12\"",
    "\"\\ud800\\u0041\"",
    "\"\\udc00\\ud800\"",
    "\"\\x\"",
    "\"\\é\"",
    "\"\\u00é0\"",
    "\"a\nb\"",
    "\"\t\"",
    "\"\u{7f}\"",
    "\"\u{0}\"",
    "\"\u{1f}\"",
    "\u{feff}1",
    "\u{feff}",
    " \u{feff}1",
    "\u{a0}1",
    "1\u{2028}",
    "\u{b}1",
    "[\n1,\n\n é é\n]",
    "{\"é日\": \"ü\", \"b\" 1}",
    "[\"é\n\"]",
    "[\r\n1,\r\n2\r\n,]",
    "'a'",
    "// x\n1",
    "[1, /* */ 2]",
    "[[[[[[[[[[1]]]]]]]]]]",
    "{\"a\":{\"b\":{\"c\":[{}]}}}",
    "nullx",
    "truefalse",
    "[NaN, Infinity, -Infinity, NaNN]",
    "{\"a\": NaN, \"b\": -Infinity}",
    "\"a\" \"b\"",
    "123456789012345678901234567890123456789012345678901234567890",
    "[1e999999, 0.0000000001]",
];

/// A small generator, so that a failure is repeated in the next run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }
}

/// The text with some bytes changed, left out, doubled or inserted.
fn mutated(text: &[u8], dice: &mut Dice) -> Vec<u8> {
    const PIECES: &[&[u8]] = &[
        b"\"",
        b"\\",
        b"\\u",
        b"d800",
        b"[",
        b"]",
        b"{",
        b"}",
        b",",
        b":",
        b"-",
        b"0",
        b"1",
        b".",
        b"e",
        b"E+",
        b"\n",
        b" ",
        b"\r",
        b"\t",
        b"N",
        b"NaN",
        b"Infinity",
        b"null",
        b"\0",
        b"\xff",
        b"\xc3",
        b"\xa9",
        b"\xe6\x97\xa5",
        b"\xed\xa0\x80",
        b"\xf0\x9f\x98\x80",
    ];
    let mut text = text.to_vec();
    for _ in 0..=dice.roll(3) {
        let at = dice.roll(text.len() + 1);
        match dice.roll(4) {
            0 if at < text.len() => drop(text.remove(at)),
            1 => text.truncate(at),
            2 if at < text.len() => {
                let piece = text[at..(at + 1 + dice.roll(6)).min(text.len())].to_vec();
                text.splice(at..at, piece);
            }
            _ => drop(text.splice(at..at, PIECES[dice.roll(PIECES.len())].iter().copied())),
        }
    }
    text
}

#[test]
fn python_finds_the_same_faults() {
    let mut texts: Vec<Vec<u8>> = CORPUS.iter().map(|text| text.as_bytes().to_vec()).collect();
    let digits = "1".repeat(6000);
    texts.push(format!("[{digits}, -{digits}.{digits}E{digits}]").into_bytes());
    texts.push(("[".repeat(900) + &"]".repeat(900)).into_bytes());
    let mut dice = Dice(7);
    let whole = "{\"url\": \"https://x/é?q=\\u00e9\\n\", \"price\": 46.20, \"tags\": [\"日本\", null, \
                 true, -0, 1E5], \"more\": {\"NaN\": NaN, \"a\": [], \"b\": {}}}\n";
    let lines = whole.replace(", ", ",\n  ");
    for _ in 0..20_000 {
        let seed = match dice.roll(4) {
            0 => whole,
            1 => &*lines,
            _ => CORPUS[dice.roll(CORPUS.len())],
        };
        texts.push(mutated(seed.as_bytes(), &mut dice));
    }

    let python = server::python();
    let mut child = Command::new(&python)
        .args(["-c", ORACLE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|fault| panic!("{}: {fault}", python.display()));
    let mut input = std::io::BufWriter::new(child.stdin.take().unwrap());
    let asked = texts.clone();
    let writer = std::thread::spawn(move || {
        for text in asked {
            for byte in text {
                write!(input, "{byte:02x}").unwrap();
            }
            writeln!(input).unwrap();
        }
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let answers: Vec<_> = std::str::from_utf8(&output.stdout).unwrap().lines().collect();
    assert_eq!(answers.len(), texts.len());
    for (text, answer) in texts.iter().zip(answers) {
        let ours = match check(text) {
            Ok(()) => "ok".to_owned(),
            Err(fault) => format!("{} {} {}", fault.line, fault.column, fault.message),
        };
        assert_eq!(ours, answer, "of {}", text.escape_ascii());
    }
}

/// Prints the deepest nesting that Python reads within its own limits in a program, some calls deep like the
/// handlers of a crawl; for lists, for objects, and for both.
const DEEPEST: &str = r"
import json, sys
def reads(text, calls):
    if calls:
        return reads(text, calls - 1)
    try:
        json.loads(text)
        return True
    except RecursionError:
        return False
for left, inner, right in ('[', '', ']'), ('{' + chr(34) + 'a' + chr(34) + ':', '1', '}'), ('[', '{}', ']'):
    low, high = 1, 20000
    while high - low > 1:
        middle = (low + high) // 2
        if reads(left * middle + inner + right * middle, 30):
            low = middle
        else:
            high = middle
    print(low + (inner == '{}'))
";

#[test]
fn python_reads_what_is_not_told_to_be_too_deep() {
    let python = server::python();
    let output = Command::new(&python).args(["-c", DEEPEST]).output().unwrap();
    let limits = String::from_utf8(output.stdout).unwrap();
    let limits: Vec<usize> = limits.lines().map(|line| line.parse().unwrap()).collect();
    assert_eq!(limits.len(), 3, "{}", String::from_utf8_lossy(&output.stderr));
    for limit in limits {
        assert!(PYTHON_DEPTH <= limit, "Python reads {limit}");
        // No Python reads the deepest text of the test.
        assert!(limit < 19_000 && PYTHON_DEPTH > limit / 15, "{limit}");
    }
}
