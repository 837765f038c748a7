//! Commands in the form for fred, and replies as they come back.

use bytes::Bytes;
use fred::types::{ClusterHash, CustomCommand, Resp3Frame, Value};
use fred::util::redis_keyslot;

use super::super::error;
use crate::model::Result;

/// A command: its name, which may contain a space (`CLIENT INFO`), and its arguments.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Command {
    /// Name, such as `JSON.GET`.
    pub(crate) name: &'static str,
    /// Arguments.
    pub(crate) args: Vec<Value>,
}

impl Command {
    /// A command from arguments that can be converted to values.
    pub(crate) fn new(name: &'static str, args: impl IntoIterator<Item = Value>) -> Self {
        Self { name, args: args.into_iter().collect() }
    }

    /// The cluster slot of its first key; `None` for a command without keys.
    pub(super) fn slot(&self) -> Option<u16> {
        let key = match self.name {
            "EVAL" | "EVAL_RO" | "EVALSHA" => self.args.get(2),
            "PING" | "INFO" | "ROLE" | "HELLO" | "SCAN" | "TIME" | "DBSIZE" | "MULTI" | "EXEC"
            | "SELECT" | "AUTH" | "ECHO" => None,
            name if has_subcommand_without_key(name) => None,
            _ => self.args.first(),
        };
        key.and_then(bytes_of).map(|key| redis_keyslot(&key))
    }

    /// Approximate size of the arguments on the wire, in bytes.
    pub(super) fn size(&self) -> usize {
        self.args.iter().map(|arg| bytes_of(arg).map_or(16, |bytes| bytes.len())).sum()
    }

    /// The command in fred's form. `slot` overrides that of the first key.
    pub(super) fn prepare(self, slot: Option<u16>) -> Prepared {
        crate::logs::debug!("sending {} with {} arguments", self.name, self.args.len());
        let hash = match slot.or_else(|| self.slot()) {
            Some(slot) => ClusterHash::Custom(slot),
            None => ClusterHash::Random,
        };
        let mut args = self.args;
        // fred takes an array of three or four elements whose first is `message`, `subscribe` or similar for
        // news of a channel, and drops it: such a value would make the reply vanish.
        let keep =
            args.len().checked_sub(1).filter(|n| self.name == "HMGET" && (3..=4).contains(n));
        if keep.is_some()
            && let Some(last) = args.last().cloned()
        {
            args.resize(6, last);
        }
        Prepared { command: CustomCommand::new_static(self.name, hash, false), args, keep }
    }
}

fn has_subcommand_without_key(name: &str) -> bool {
    ["CLIENT ", "CLUSTER ", "CONFIG ", "COMMAND", "MODULE ", "ACL ", "SCRIPT ", "SENTINEL "]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

fn bytes_of(value: &Value) -> Option<Bytes> {
    match value {
        Value::Bytes(bytes) => Some(bytes.clone()),
        Value::String(text) => Some(text.inner().clone()),
        _ => None,
    }
}

/// A command in fred's form.
pub(super) struct Prepared {
    pub(super) command: CustomCommand,
    pub(super) args: Vec<Value>,
    /// Number of elements of the reply that were requested.
    keep: Option<usize>,
}

impl Prepared {
    /// Number of elements of the reply to keep.
    pub(super) fn keep(&self) -> Option<usize> {
        self.keep
    }
}

/// The value of a reply; an error reply, even inside an array, becomes an error.
pub(super) fn value(frame: Resp3Frame, keep: Option<usize>) -> Result<Value> {
    let mut value = match frame {
        Resp3Frame::BlobString { data, .. } | Resp3Frame::VerbatimString { data, .. } => {
            Value::Bytes(data)
        }
        Resp3Frame::SimpleString { data, .. } | Resp3Frame::BigNumber { data, .. } => {
            Value::String(String::from_utf8_lossy(&data).into_owned().into())
        }
        Resp3Frame::SimpleError { data, .. } => return Err(error::reply(&data)),
        Resp3Frame::BlobError { data, .. } => {
            return Err(error::reply(&String::from_utf8_lossy(&data)));
        }
        Resp3Frame::Number { data, .. } => Value::Integer(data),
        Resp3Frame::Double { data, .. } => Value::Double(data),
        Resp3Frame::Boolean { data, .. } => Value::Boolean(data),
        Resp3Frame::Array { data, .. } => array(data)?,
        Resp3Frame::Push { data, .. } => array(without_channel_mark(data))?,
        _ => Value::Null,
    };
    if let (Value::Array(values), Some(keep)) = (&mut value, keep) {
        values.truncate(keep);
    }
    Ok(value)
}

fn array(frames: Vec<Resp3Frame>) -> Result<Value> {
    frames.into_iter().map(|frame| value(frame, None)).collect::<Result<_>>().map(Value::Array)
}

/// The replies of a transaction, each on its own; `None` if it was given up because of a watched key.
pub(super) fn replies(frame: Resp3Frame) -> Result<Option<Vec<Result<Value>>>> {
    let data = match frame {
        Resp3Frame::Array { data, .. } => data,
        Resp3Frame::Push { data, .. } => without_channel_mark(data),
        Resp3Frame::Null => return Ok(None),
        other => return value(other, None).map(|value| Some(vec![Ok(value)])),
    };
    Ok(Some(data.into_iter().map(|frame| value(frame, None)).collect()))
}

/// Removes the extra element that an array inside a reply gets on its way if it looks like news of a channel
/// (its first element is `pmessage`, as a record's key can be). RESP2 itself has no pushes, so every push is
/// one of these.
fn without_channel_mark(mut frames: Vec<Resp3Frame>) -> Vec<Resp3Frame> {
    if !frames.is_empty() {
        frames.remove(0);
    }
    frames
}
