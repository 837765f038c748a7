//! A fuzz target for the check of replies.

use super::{DEEPEST, Framing, LONGEST_HEAD, Limit, Piece, Protocol, Questions, Violation};

/// Three questions, the last with a smaller limit, and messages.
struct Questions3(Vec<Limit>);

impl Questions for Questions3 {
    fn answered(&mut self) -> Option<Limit> {
        self.0.pop()
    }

    fn told(&self) -> Limit {
        Limit { string: 64, reply: 1024 }
    }
}

/// Bytes that are passed on, with a mark where something is left out, and the result.
fn read_in_parts(protocol: Protocol, data: &[u8], step: usize) -> (Vec<u8>, Result<(), Violation>) {
    let roomy = Limit { string: 1 << 16, reply: 1 << 20 };
    let small = Limit { string: 16, reply: 512 };
    let mut questions = Questions3(vec![small, roomy, roomy]);
    let mut framing = Framing::new(protocol);
    let (mut held, mut passed, mut pieces) = (Vec::new(), Vec::new(), Vec::new());
    for part in data.chunks(step.max(1)) {
        held.extend_from_slice(part);
        let read = framing.read(&held, &mut questions, &mut pieces);
        for piece in pieces.drain(..) {
            match piece {
                Piece::Pass(from, to) => passed.extend_from_slice(&held[from..to]),
                Piece::TooLarge(size) => passed.extend(format!("-TOO {size}\r\n").bytes()),
            }
        }
        assert!(framing.open.len() <= DEEPEST, "lists in lists");
        match read {
            Ok(used) => drop(held.drain(..used)),
            Err(violation) => return (passed, Err(violation)),
        }
        assert!(held.len() < LONGEST_HEAD, "{} bytes are held", held.len());
    }
    (passed, Ok(()))
}

/// However the bytes are cut on their way, the passed bytes and the faults are the same.
pub(crate) fn read(data: &[u8]) {
    for protocol in [Protocol::Resp2, Protocol::Resp3] {
        let (whole, end) = read_in_parts(protocol, data, data.len());
        for step in [1, 3, 64] {
            let (parts, other) = read_in_parts(protocol, data, step);
            assert_eq!(end, other, "{step} bytes at a time");
            assert!(parts == whole || end.is_err(), "{step} bytes at a time");
        }
    }
}

pub(crate) const SAMPLES: &[&[u8]] = &[
    b"+OK\r\n:42\r\n$5\r\nhello\r\n$-1\r\n",
    b"*2\r\n$1\r\n0\r\n*4\r\n$1\r\nk\r\n$2\r\nvv\r\n$3\r\nkey\r\n$22\r\n{\"size\":1,\"key\":\"key\"}\r\n",
    b"*3\r\n*2\r\n:0\r\n:5460\r\n*-1\r\n*0\r\n-NOPERM no permissions\r\n",
    b"%2\r\n+server\r\n+redis\r\n+proto\r\n:3\r\n_\r\n#t\r\n,1.5\r\n(12345\r\n",
    b">3\r\n+message\r\n$7\r\nchannel\r\n$4\r\ntext\r\n~1\r\n=7\r\ntxt:abc\r\n!3\r\nERR\r\n",
    b"$40\r\n0123456789012345678901234567890123456789\r\n",
];
