//! Parses sub-key notifications of a server: `<event>|<length>:<key>[,<length>:<key>…]`.

use crate::model::Key;

/// One message: the fields of a hash, and what happened to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SubKeys {
    /// Whether the fields were removed.
    pub(super) removed: bool,
    /// The fields, in the server's order; one can be repeated.
    pub(super) keys: Vec<Key>,
}

/// Parses a message; `None` for anything but its exact form. Lengths are in bytes, and a key may contain any
/// bytes, including the separators.
pub(super) fn parse(message: &[u8]) -> Option<SubKeys> {
    let bar = memchr::memchr(b'|', message)?;
    let (event, mut rest) = (&message[..bar], &message[bar + 1..]);
    if event.is_empty() || !event.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    let mut keys = Vec::new();
    loop {
        let colon = memchr::memchr(b':', rest)?;
        let (length, key) = (length(&rest[..colon])?, &rest[colon + 1..]);
        let (key, after) = key.split_at_checked(length)?;
        keys.push(Key::from(key));
        match after.split_first() {
            None => break,
            Some((b',', others)) => rest = others,
            Some(_) => return None,
        }
    }
    Some(SubKeys { removed: matches!(event, b"hdel" | b"hexpired"), keys })
}

/// A number in the server's form: no sign, no leading zero.
fn length(digits: &[u8]) -> Option<usize> {
    let (first, others) = digits.split_first()?;
    let plain = digits.iter().all(u8::is_ascii_digit) && (*first != b'0' || others.is_empty());
    std::str::from_utf8(digits).ok().filter(|_| plain)?.parse().ok()
}

#[cfg(any(test, feature = "fuzz"))]
pub(crate) mod fuzz {
    //! A fuzz target for messages.

    /// Every parsed message is in its exact form, and no part of it is lost.
    pub(crate) fn parse(data: &[u8]) {
        let Some(parsed) = super::parse(data) else { return };
        let bar = data.iter().position(|byte| *byte == b'|').unwrap_or_default();
        let mut written = data[..=bar].to_vec();
        for (at, key) in parsed.keys.iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            written.extend(format!("{comma}{}:", key.as_bytes().len()).bytes());
            written.extend_from_slice(key.as_bytes());
        }
        assert_eq!(written.escape_ascii().to_string(), data.escape_ascii().to_string());
    }

    pub(crate) const SAMPLES: &[&[u8]] = &[
        b"hset|6:page-1",
        b"hdel|3:a,b,2:|:,0:",
        b"hexpired|10:0123456789,1:\xff",
        b"hset|18446744073709551615:x",
    ];
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The message in the server's form.
    fn encode(event: &str, keys: &[Vec<u8>]) -> Vec<u8> {
        let mut message = format!("{event}|").into_bytes();
        for (at, key) in keys.iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            message.extend_from_slice(format!("{comma}{}:", key.len()).as_bytes());
            message.extend_from_slice(key);
        }
        message
    }

    fn hostile_key() -> impl Strategy<Value = Vec<u8>> {
        let separators =
            prop::collection::vec(prop::sample::select(&b",|:0123456789\n\0"[..]), 0..12);
        prop_oneof![prop::collection::vec(any::<u8>(), 0..40), separators]
    }

    proptest! {
        #[test]
        fn every_message_is_taken_apart_again(
            event in prop::sample::select(&["hset", "hdel", "hincrby", "hexpired", "hpersist"][..]),
            keys in prop::collection::vec(hostile_key(), 1..6),
        ) {
            let parsed = parse(&encode(event, &keys)).unwrap();
            prop_assert_eq!(parsed.removed, ["hdel", "hexpired"].contains(&event));
            let keys: Vec<Key> = keys.iter().map(|key| Key::from(&key[..])).collect();
            prop_assert_eq!(parsed.keys, keys);
        }

        #[test]
        fn what_is_taken_apart_is_nothing_else(message in prop::collection::vec(any::<u8>(), 0..60)) {
            // Every parsed message is in the server's form.
            if let Some(parsed) = parse(&message) {
                let event = message.split(|byte| *byte == b'|').next().unwrap();
                let keys: Vec<_> = parsed.keys.iter().map(|key| key.as_bytes().to_vec()).collect();
                prop_assert_eq!(encode(std::str::from_utf8(event).unwrap(), &keys), message);
            }
        }

        #[test]
        fn a_message_that_was_cut_is_refused(keys in prop::collection::vec(hostile_key(), 1..4)) {
            let message = encode("hset", &keys);
            let last = message.len() - keys.last().unwrap().len();
            for end in last.max(1)..message.len() {
                prop_assert_eq!(parse(&message[..end]), None);
            }
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for message in [
            "",
            "|",
            "hset",
            "hset|",
            "|1:a",
            "hset|:",
            "hset|:a",
            "hset|1:",
            "hset|1:ab",
            "hset|2:a",
            "hset|1:a,",
            "hset|1:a,,1:b",
            "hset|01:a",
            "hset|+1:a",
            "hset|-1:a",
            "hset| 1:a",
            "hset|1a",
            "h set|1:a",
            "hset|99999999999999999999:a",
            "hset|1:a;1:b",
            "1:a|hset",
        ] {
            assert_eq!(parse(message.as_bytes()), None, "{message}");
        }
    }
}
