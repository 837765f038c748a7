//! Tests of the checks against the client library's own encoder and decoder.

use proptest::prelude::*;
use redis_protocol::resp2::decode::decode as decode2;
use redis_protocol::resp2::encode::encode as encode2;
use redis_protocol::resp2::types::OwnedFrame as Frame2;
use redis_protocol::resp3::decode::complete::decode as decode3;
use redis_protocol::resp3::encode::complete::encode as encode3;
use redis_protocol::resp3::types::OwnedFrame as Frame3;

use super::*;

const WIDE: Limit = Limit { string: 1 << 20, reply: 1 << 20 };

/// This number of questions, all with the same limit.
struct Same(usize, Limit);

impl Questions for Same {
    fn answered(&mut self) -> Option<Limit> {
        self.0 = self.0.checked_sub(1)?;
        Some(self.1)
    }

    fn told(&self) -> Limit {
        self.1
    }
}

/// Bytes that are passed on, given in steps of this size, and the result.
fn passed(
    protocol: Protocol,
    bytes: &[u8],
    step: usize,
    mut questions: Same,
) -> (Vec<u8>, Result<(), Violation>) {
    let mut framing = Framing::new(protocol);
    let (mut held, mut passed, mut pieces) = (Vec::new(), Vec::new(), Vec::new());
    for part in bytes.chunks(step.max(1)) {
        held.extend_from_slice(part);
        let read = framing.read(&held, &mut questions, &mut pieces);
        for piece in pieces.drain(..) {
            match piece {
                Piece::Pass(from, to) => passed.extend_from_slice(&held[from..to]),
                Piece::TooLarge(size) => passed.extend(format!("-TOO {size}\r\n").bytes()),
            }
        }
        match read {
            Ok(used) => drop(held.drain(..used)),
            Err(violation) => return (passed, Err(violation)),
        }
        assert!(held.len() < LONGEST_HEAD, "more is held than a short line: {}", held.len());
    }
    (passed, Ok(()))
}

fn violation(bytes: &[u8]) -> Violation {
    let mut found = None;
    for step in [1, 3, 1000, bytes.len()] {
        let (_, end) = passed(Protocol::Resp2, bytes, step, Same(100, WIDE));
        let end = end.expect_err("a violation");
        assert_eq!(*found.get_or_insert(end), end, "{step} bytes at a time");
    }
    found.expect("a violation")
}

#[test]
fn every_lie_has_its_name() {
    assert_eq!(violation(&b"*1\r\n".repeat(5000)), Violation::TooDeep);
    assert_eq!(violation(&[b"+".to_vec(), vec![b'x'; 100_000]].concat()), Violation::LongLine);
    assert_eq!(violation(&[b"-".to_vec(), vec![b'x'; 5_000_000]].concat()), Violation::LongLine);
    assert_eq!(violation(b"*1000000000\r\n"), Violation::LargeList);
    assert_eq!(violation(b"$99999999999\r\n"), Violation::LongString);
    for text in ["$-2\r\n", "*-2\r\n", "$\r\n", "$x\r\n", "*1x\r\n", "$99999999999999999999\r\n"] {
        assert_eq!(violation(text.as_bytes()), Violation::BadNumber, "{text}");
    }
    assert_eq!(violation(b":123456789012345678901\r\n"), Violation::BadNumber);
    assert_eq!(violation(&[b":".to_vec(), vec![b'1'; 100]].concat()), Violation::BadNumber);
    assert_eq!(violation(&[&b"$"[..], &[b'0'; 40], b"\r\n\r\n"].concat()), Violation::BadNumber);
    assert_eq!(violation(b"$3\r\nabcdef\r\n"), Violation::WrongLength);
    assert_eq!(violation(b"HTTP/1.1 400 Bad Request\r\n"), Violation::NoReply);
    assert_eq!(violation(b"*2\r\n:1\r\n>1\r\n"), Violation::NoReply);
    assert_eq!(violation(&b"+OK\r\n".repeat(101)), Violation::Unasked);
}

#[test]
fn a_server_may_say_why_it_takes_no_connection_before_it_is_asked() {
    let refusal = b"-ERR max number of clients reached\r\n";
    let (seen, end) = passed(Protocol::Resp2, refusal, 7, Same(0, WIDE));
    assert_eq!((&seen[..], end), (&refusal[..], Ok(())));
    let twice = refusal.repeat(2);
    assert_eq!(passed(Protocol::Resp2, &twice, 7, Same(0, WIDE)).1, Err(Violation::Unasked));
}

#[test]
fn a_string_that_is_too_large_is_left_out_and_the_rest_stays() {
    let limit = Limit { string: 10, reply: 1 << 20 };
    let bytes = b"*3\r\n:1\r\n$20\r\nxxxxxxxxxxxxxxxxxxxx\r\n$2\r\nab\r\n+OK\r\n";
    for step in 1..bytes.len() {
        let (seen, end) = passed(Protocol::Resp2, bytes, step, Same(2, limit));
        assert_eq!(end, Ok(()), "{step}");
        let seen = String::from_utf8(seen).unwrap();
        assert_eq!(seen, "*3\r\n:1\r\n-TOO 20\r\n$2\r\nab\r\n+OK\r\n", "{step}");
    }
}

#[test]
fn many_strings_take_no_more_than_one_reply_may() {
    let limit = Limit { string: 1000, reply: 2000 };
    let string = [&b"$1000\r\n"[..], &[b'x'; 1000], b"\r\n"].concat();
    let bytes = [&b"*3\r\n"[..], &string.repeat(3)].concat();
    let (seen, end) = passed(Protocol::Resp2, &bytes, 64, Same(1, limit));
    assert_eq!(end, Ok(()));
    assert!(seen.len() < 1100, "{}", seen.len());
}

#[test]
fn messages_are_no_answers_and_streams_are_refused() {
    let message = b">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n";
    let (seen, end) = passed(Protocol::Resp3, &message.repeat(9), 5, Same(0, WIDE));
    assert_eq!((seen.len(), end), (message.len() * 9, Ok(())));
    for stream in ["$?\r\n", "*?\r\n", "|1\r\n+a\r\n+b\r\n", ";4\r\n", "*1\r\n>1\r\n"] {
        let (_, end) = passed(Protocol::Resp3, stream.as_bytes(), 2, Same(9, WIDE));
        assert!(end.is_err(), "{stream}");
    }
}

fn frame2() -> impl Strategy<Value = Frame2> {
    let leaf = prop_oneof![
        "[^\r\n]{0,20}".prop_map(|text| Frame2::SimpleString(text.into_bytes())),
        "[^\r\n]{0,20}".prop_map(Frame2::Error),
        any::<i64>().prop_map(Frame2::Integer),
        prop::collection::vec(any::<u8>(), 0..300).prop_map(Frame2::BulkString),
        Just(Frame2::Null),
    ];
    leaf.prop_recursive(8, 64, 6, |inner| {
        prop::collection::vec(inner, 0..6).prop_map(Frame2::Array)
    })
}

fn frame3() -> impl Strategy<Value = Frame3> {
    let attributes = None;
    let leaf = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..60)
            .prop_map(|data| Frame3::BlobString { data, attributes: None }),
        any::<i64>().prop_map(|data| Frame3::Number { data, attributes: None }),
        any::<bool>().prop_map(|data| Frame3::Boolean { data, attributes: None }),
        (-1e9..1e9).prop_map(|data| Frame3::Double { data, attributes: None }),
        Just(Frame3::Null),
        Just(Frame3::SimpleError { data: "ERR no".into(), attributes }),
    ];
    leaf.prop_recursive(6, 48, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5)
                .prop_map(|data| Frame3::Array { data, attributes: None }),
            prop::collection::hash_map(
                "[a-z]{1,5}".prop_map(|text| Frame3::BlobString {
                    data: text.into_bytes(),
                    attributes: None
                }),
                inner,
                0..4
            )
            .prop_map(|data| Frame3::Map { data, attributes: None }),
        ]
    })
}

proptest! {
    #[test]
    fn what_the_library_writes_is_passed_on_as_it_is(
        frames in prop::collection::vec(frame2(), 1..4),
        step in 1_usize..200,
    ) {
        let mut bytes = Vec::new();
        for frame in &frames {
            let mut buffer = vec![0; 1 << 20];
            let length = encode2(&mut buffer, frame, false).unwrap();
            bytes.extend_from_slice(&buffer[..length]);
        }
        let (seen, end) = passed(Protocol::Resp2, &bytes, step, Same(frames.len(), WIDE));
        prop_assert_eq!(end, Ok(()));
        prop_assert_eq!(seen, bytes);
    }

    #[test]
    fn so_it_is_in_the_newer_protocol(frame in frame3(), step in 1_usize..100) {
        let mut buffer = vec![0; 1 << 20];
        let length = encode3(&mut buffer, &frame, false).unwrap();
        let (seen, end) = passed(Protocol::Resp3, &buffer[..length], step, Same(1, WIDE));
        prop_assert_eq!(end, Ok(()));
        prop_assert_eq!(&seen[..], &buffer[..length]);
    }

    /// Whatever is passed on, the library decodes without an error.
    #[test]
    fn what_is_passed_on_can_be_decoded(
        bytes in prop::collection::vec(prop::sample::select(&b"+-:$*\r\n0123a"[..]), 0..400),
        step in 1_usize..50,
    ) {
        let limit = Limit { string: 100, reply: 5000 };
        let (seen, _) = passed(Protocol::Resp2, &bytes, step, Same(1000, limit));
        let mut rest = &seen[..];
        while let Some((_, taken)) = decode2(rest).map_err(|error| format!("{error}: {rest:?}")).unwrap() {
            rest = &rest[taken..];
        }
    }

    /// In the newer protocol the library may refuse texts, keys of maps and numbers, but it does not fail on
    /// them.
    #[test]
    fn what_is_passed_on_in_the_newer_protocol_ends_in_order(
        bytes in prop::collection::vec(prop::sample::select(&b"+-:$*%~>_#,=!\r\n0123a\xff"[..]), 0..400),
        step in 1_usize..50,
    ) {
        let limit = Limit { string: 100, reply: 5000 };
        let (seen, _) = passed(Protocol::Resp3, &bytes, step, Same(1000, limit));
        let mut rest = &seen[..];
        while let Ok(Some((_, taken))) = decode3(rest) {
            prop_assert!(taken > 0);
            rest = &rest[taken..];
        }
    }

    #[test]
    fn the_cuts_do_not_matter(
        bytes in prop::collection::vec(prop::sample::select(&b"+-:$*\r\n0123a"[..]), 0..300),
        step in 1_usize..40,
    ) {
        let limit = Limit { string: 5, reply: 2000 };
        let whole = passed(Protocol::Resp2, &bytes, bytes.len(), Same(1000, limit));
        let parts = passed(Protocol::Resp2, &bytes, step, Same(1000, limit));
        prop_assert_eq!(whole, parts);
    }
}
