//! The fields of JSON that each command prints, for the help and the manual page.
//!
//! A test runs the commands and compares their output with these.

/// A line of JSON that commands print.
struct Line {
    of: &'static str,
    fields: &'static [(&'static str, &'static str)],
}

/// The promise that holds for all lines.
pub(super) const PROMISE: &str = "With --json, standard output has a JSON object a line, and standard error an object for each \
     error and warning. Fields may be added; removing or renaming one, or giving it another meaning, is told in \
     the changelog and is a breaking release. Times are as in 2026-11-22T13:57:47.827633+00:00. A name or a key \
     that is not UTF-8 is escaped, and its bytes are beside it in NAME_base64. With keys --fields, an object has \
     the fields that are named, in their order, and no others.";

const STORE: &[(&str, &str)] = &[
    ("store", "the internal name"),
    ("id", "Crawlee's id of it; null where nothing tells it"),
    ("name", "its name; null of a store with an alias"),
    ("accessed_at, created_at, modified_at", "times; null where nothing tells them"),
    ("records", "how many there are; null where the server does not say"),
    (
        "bytes",
        "about what the values take of the server's memory or the disk; null where that was not asked, as in stores",
    ),
    ("metadata_key", "the Redis key, or the file, of the metadata; null in stores"),
    ("values", "how many values there are, where that differs from records"),
    (
        "expires_at",
        "when Redis removes the store, or a part of it, by itself; absent where it does not, and in stores",
    ),
    ("ignored", "what is no record: count, and the first names"),
    (
        "state",
        "what is wrong, else absent: half_made, ghost, not_indexed, stale_id, damaged, forbidden, unreadable",
    ),
    ("problem", "why it is in that state, where there is more to say"),
];

const RECORD: &[(&str, &str)] = &[
    ("key", "the key"),
    ("content_type", "the content type; null where no metadata tells it"),
    ("size", "the value's size in bytes; null where damaged metadata does not tell it"),
    (
        "state",
        "what is wrong, else absent: no_metadata, no_value, bad_metadata, wrong_size, bare_file, not_read, \
         unreadable, several_files",
    ),
];

const REPLICAS: &[(&str, &str)] = &[
    (
        "replicas",
        "on how many replicas a write is, where --wait-replicas asks; null where that is not known",
    ),
    ("replicas_wanted", "on how many it is to be"),
];

const LINES: [Line; 22] = [
    Line { of: "stores, info STORE, create: a store", fields: STORE },
    Line {
        of: "info STORE: besides",
        fields: &[
            (
                "value_bytes",
                "the sizes of all values together; only up to a million records, or with --sum",
            ),
            ("no_stores", "what lies beside the stores and is none: count, and the first names"),
        ],
    },
    Line { of: "create: besides", fields: &[("created", "whether it was not there before")] },
    Line { of: "keys, info STORE KEY, set, rename, copy, retype: a record", fields: RECORD },
    Line {
        of: "get: besides what keys prints",
        fields: &[
            ("value", "the JSON that is stored, or the text; null of None"),
            (
                "value_base64",
                "the bytes of anything else, of text that is not UTF-8, and of JSON with NaN",
            ),
            ("digest", "with --digest, in place of the value: its SHA-256"),
        ],
    },
    Line {
        of: "watch: besides what keys prints",
        fields: &[
            ("event", "new, changed or deleted; of deleted the key alone is known"),
            ("time", "when it was noticed"),
        ],
    },
    Line {
        of: "export: besides what keys prints",
        fields: &[
            ("value", "JSON as it is spelled, or the text; null of None"),
            ("value_text", "JSON that spans lines, or that has NaN"),
            ("value_base64", "the bytes of anything else"),
        ],
    },
    Line {
        of: "export FOLDER: besides what keys prints, in its records.jsonl",
        fields: &[("file", "the file beside it that has the value")],
    },
    Line {
        of: "export FILE",
        fields: &[
            ("store", "the internal name"),
            ("exported", "how many records were written"),
            ("bytes", "how many their values have"),
        ],
    },
    Line {
        of: "import",
        fields: &[
            ("store", "the internal name"),
            ("imported", "how many records were set; with --dry-run records: how many would be"),
            ("bytes", "how many their values have"),
            ("same", "how many were there already, the same"),
            ("in_the_way", "others that were there and stay: count, and the first names"),
            (
                "refused",
                "those that this storage cannot take, left out: count, and the first names; else absent",
            ),
        ],
    },
    Line { of: "exists", fields: &[("key", "the key"), ("exists", "whether it is there")] },
    Line { of: "url", fields: &[("key", "the key"), ("url", "its URL")] },
    Line {
        of: "delete",
        fields: &[
            ("deleted", "how many records"),
            ("missing", "keys that were not there; absent where that is not known for each"),
            ("skipped", "keys of records that have changed since they were looked at, and stay"),
        ],
    },
    Line {
        of: "purge, drop",
        fields: &[
            ("store", "the internal name"),
            ("purged", "how many records were removed"),
            ("dropped", "whether the store was there and is removed"),
        ],
    },
    Line {
        of: "create, set, rename, copy, retype, delete, import, purge, drop: besides",
        fields: REPLICAS,
    },
    Line {
        of: "--dry-run",
        fields: &[
            ("operation", "delete, import, purge, drop, rename, copy, retype, restore or discard"),
            ("store", "the internal name"),
            ("aside", "what would be restored or discarded"),
            ("from", "the record that would be renamed, copied or retyped"),
            ("to", "the other store"),
            ("key", "the key that it would have"),
            ("overwrites", "the record that would be replaced"),
            ("records", "how many; null where that is not known"),
            ("bytes", "how many they take; null where that is not known"),
            ("reversible", "whether it can be undone; what a command removes is gone"),
            ("warnings", "what to know before"),
            ("delete", "the records"),
            ("missing", "keys that are not there"),
        ],
    },
    Line {
        of: "repair",
        fields: &[
            ("store", "the internal name"),
            ("repaired", "whether anything was wrong and was mended"),
            ("file", "the file that is damaged; only where there is one"),
            ("before, after", "what it held, and what is to be in it"),
        ],
    },
    Line {
        of: "aside, aside restore, aside discard",
        fields: &[
            ("aside", "what it is called"),
            ("what", "records or store"),
            ("store", "the internal name"),
            ("records", "how many"),
            ("set_aside_at, expires_at", "times; null of what does not expire"),
            ("host, process", "the larder that has set it aside, where that is known"),
            ("in_steps", "whether it was not one step"),
            ("restored, left, discarded", "how many records"),
        ],
    },
    Line {
        of: "drafts",
        fields: &[
            ("draft", "what it is called"),
            ("bytes", "its size"),
            ("target, store, key", "where it belongs"),
            ("new", "whether it is a new record"),
            ("content_type", "the content type"),
            ("staged", "true of one that is kept to be saved with others, else absent"),
            ("inside", "the path of the value that holds what was typed"),
            ("value, change", "the path of the one value that was changed, and how"),
            ("place", "where the storage is"),
            ("typed_at", "when"),
            ("problem", "why it cannot be read"),
        ],
    },
    Line {
        of: "config show, config path",
        fields: &[
            ("setting", "its name"),
            ("value", "its value, as the config file has it"),
            ("from", "what says so: default, the file with the line, a variable or a flag"),
            ("path, exists", "of config path: the file, and whether it is there"),
        ],
    },
    Line {
        of: "doctor",
        fields: &[
            ("check", "what was tried"),
            ("ok", "whether it went well; null of what is neither"),
            ("says", "what was found"),
            ("remedy", "what can be done about it; null where there is nothing"),
        ],
    },
    Line {
        of: "targets",
        fields: &[
            ("name", "the profile's name, or the place that names the target"),
            ("profile", "whether it is a profile"),
            ("target", "the target without its password; null where it is none"),
            ("problem", "why it is none; else null"),
            ("read_only", "whether writes are refused"),
            ("default", "whether plain larder opens it"),
            ("default_by", "the place that names it, else null"),
        ],
    },
];

const ERROR: &[(&str, &str)] = &[
    (
        "error",
        "why a command ended: kind, message, remedy (null where there is none) and exit, the exit code. The kinds \
         are usage, not_found, read_only, permission, conflict, not_supported, connection, timeout, auth, tls, \
         loading, out_of_memory, disk_full, cannot_persist, wrong_type, no_json_module, damaged, in_doubt, cluster, \
         io and server",
    ),
    ("warning", "what is to be known besides: message"),
];

/// The lines, each with the commands that print it, and its fields; the last one is that of standard error.
pub(super) fn lines() -> Vec<(&'static str, &'static [(&'static str, &'static str)])> {
    let mut lines: Vec<_> = LINES.iter().map(|line| (line.of, line.fields)).collect();
    lines.push(("standard error", ERROR));
    lines
}
