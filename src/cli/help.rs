//! The texts of `--help` that clap does not make itself.

/// A text for builds with the demo only.
#[cfg(feature = "demo")]
macro_rules! demo {
    ($text:literal) => {
        $text
    };
}
#[cfg(not(feature = "demo"))]
macro_rules! demo {
    ($text:literal) => {
        ""
    };
}

/// `larder --help`: one screen of 80×24. A test checks that it names every command and option.
pub(super) const OVERVIEW: &str = concat!(
    "\
larder: a terminal browser for the key-value stores of Crawlee crawls

",
    demo!("  larder demo                     watch a made-up crawl fill a store\n"),
    "  larder path/to/project          browse its storage; without a path, ./storage
  larder redis://127.0.0.1:6379   browse a Redis server
Usage: larder [OPTIONS] [TARGET]  or  larder [OPTIONS] [-t TARGET] COMMAND …
Commands for scripts:  ls  export  import  completions  man  help  and
  stores   list the stores               delete   delete records
  create   open or create a store        purge    remove all records
  info     show metadata                 drop     remove a store
  keys     list keys                     targets  profiles and other targets
  get      print a value",
    demo!("                 demo     a crawl to look around in"),
    "
  set      set a record                  url      a record's public URL
  exists   test for a record             repair   mend a store's metadata
  watch    print changes as they happen  drafts   what was typed and not stored
  rename   give a record another key     copy     make a second one of its value
  retype   change the content type       aside    what a purge has set aside
  config   settings, and where they are  doctor   try every step to the records
Options:  -q, --quiet   -v, --verbose   -h, --help   -V, --version   --no-color 
  -t, --target TARGET  path, URL, profile      --read-only  refuse every write
      --timeout SECS   give up after SECS s    --touch      update accessed_at
      --config FILE    other settings          --json       print JSON Lines
      --wait-replicas N  for N to have it      --color WHEN always, never
"
);

/// The text under the short help of a command.
pub(super) const GLOBAL: &str = "Global options: larder --help. Examples: --help";

pub(super) const STORES: &str = "\
A terminal gets names, counts and ages; elsewhere a line has all fields, with times to the second.

Examples:
  larder stores
  larder stores --json | jq -r 'select(.records > 1000) | .store'";

pub(super) const LS: &str = "\
Examples:
  larder ls
  larder ls shop --prefix page-";

pub(super) const CONFIG: &str = "\
Nothing is connected to, no password_command is run, and no secret is shown.

Examples:
  larder config path
  larder config show
  larder config show --json | jq -r 'select(.from != \"default\") | .setting'
  larder config example > config.toml
  larder config schema > config.schema.json";

pub(super) const DOCTOR: &str = "\
Each step is a line: larder and the terminal, the config file, the target and what names it, name server, \
connection, the certificate's names and how long it holds, login, the server, its role and how far it is, each right of \
the user's, the server's clock, whether stores, keys and values can be read, and how changes are told. Nothing is changed. The exit code is that of the first step that \
failed.

Examples:
  larder doctor
  larder doctor redis://127.0.0.1:6379
  larder doctor --json | jq 'select(.ok == false)'";

pub(super) const HELP: &str = "\
Topics: environment, exit-codes, json, keys, targets. They are in the manual page too.

Examples:
  larder help get
  larder help exit-codes";

pub(super) const CREATE: &str = "\
As Crawlee's KeyValueStore.open does; without --name and --alias it is the default store. \
A terminal is told what was done; elsewhere, and with --json, one line of JSON tells about the store, with \
`created` true if it was not there.

Examples:
  larder create --name shop-snapshots
  larder create --alias scratch | jq -r .id";

pub(super) const INFO: &str = "\
`bytes` is about what the store's values take of the server's memory, or their files on the disk; \
`value_bytes` is their own sizes together, which is added up for up to a million records, and for more \
with --sum.

Examples:
  larder info shop-snapshots
  larder info shop-snapshots page-000042 --json | jq .size";

pub(super) const KEYS: &str = "\
Where standard output is not a terminal, sizes are bytes, types are whole, and keys are printed byte for \
byte; a key with a line break in it, which is said on standard error, is told apart only by --json or --null. There, --fields puts a tab between \
fields. With --sort or --reverse, nothing is printed before all keys are read, and --limit is of what is sorted.

Examples:
  larder keys shop --prefix page- --limit 100
  larder keys shop --sort size --limit 10
  larder keys shop --fields key,size
  larder keys shop --null | xargs -0 -n 1 larder info shop --";

pub(super) const WATCH: &str = "\
Prints until it is interrupted or its output is closed. What is there at the start is not printed. \
With --wait, a store that is not there yet is waited for, and what it then holds is new; of one that \
is there already only changes are printed, as without it. \
On a Redis server, changes in a store of more than 10,000 records are found by walking it round \
and round within [watch] server_budget, so they may come late; what came and went between two \
looks is not told. A terminal gets heads and the time of each line.

Examples:
  larder watch shop
  larder watch shop --json -n 100 | jq .key
  larder watch shop --wait";

pub(super) const GET: &str = "\
On a terminal, JSON is laid out and coloured, text is shown with its control characters as symbols, what is longer \
than the terminal goes through $LARDER_PAGER, $PAGER or less, and anything else needs --force or --output. In a pipe and \
with --force, the bytes are as stored; with --color always, JSON is laid out and coloured in a pipe too. A value without sound metadata is printed too, with exit code 5.

With --json, several keys or --keys-from, a line of JSON is printed for each record: `value` is the JSON, or the \
text, that it holds, and null of None; `value_base64` has the bytes of anything else (also of text that is not UTF-8, and \
of JSON with NaN). They are read many at a time. Keys that are not there are named, and make the exit code 1, unless \
--if-exists is given.

Examples:
  larder get default INPUT | jq .
  larder get default INPUT --json | jq .value
  larder keys shop --null | larder get shop --keys-from - --null | jq -c .value
  larder get shop-snapshots page-000042 -o page.html";

pub(super) const SET: &str = "\
VALUE is text, and a file's content is bytes; without --content-type they get the types that \
Crawlee gives a str and bytes. With a JSON type, VALUE and the file must be JSON as Python reads it; \
VALUE is stored spaced as Crawlee spaces it, a file as it is. Where the type declares a charset, VALUE is \
stored in it (Crawlee for Python reads only UTF-8); a file must be in it already. A record whose file is \
named for its type, such as INPUT.json, keeps that type where the value can have it.

Examples:
  larder set default greeting 'Hello'
  larder set default INPUT '{\"start\": 1}' --content-type application/json
  curl -s example.org | larder set shop page --file - -c text/html";

pub(super) const EXISTS: &str = "\
Examples:
  larder exists default INPUT && echo there
  larder exists id:4nJ0PcRnFGqCv8dGt default-key --json";

pub(super) const DELETE: &str = "\
Fails with exit code 1 only if none of the keys was there, and not even then with --if-exists; with some missing, \
it names them. A record \
that changes while it is being deleted stays, is named, and makes the exit code 4.

Examples:
  larder delete shop-snapshots page-000042 page-000043
  larder delete shop-snapshots page-000042 --dry-run
  larder keys shop --prefix old- --null | larder delete shop --keys-from - --null
  larder delete shop-snapshots -- --a-key-like-an-option";

pub(super) const RENAME: &str = "\
On a server this is one step. In a directory the new record is there before the old one is removed: \
whatever happens, the value is there under one of the keys, or under both. What other programs have noted in \
the metadata goes with it. A record that is in the way stays, and makes the exit code 4, unless --overwrite is \
given.

Examples:
  larder rename shop-snapshots page-42 page-000042
  larder rename shop-snapshots page-42 page-000042 --overwrite --dry-run";

pub(super) const COPY: &str = "\
Value and content type are the same byte for byte. With --to, the copy gets into another store, which must \
be there. A record that is in the way stays, and makes the exit code 4, unless --overwrite is given.

Examples:
  larder copy default INPUT INPUT-before
  larder copy default INPUT --to shop-settings
  larder copy default INPUT-before INPUT --overwrite";

pub(super) const RETYPE: &str = "\
The value stays as it is, byte for byte. A record whose metadata is missing or damaged gets it anew.

Examples:
  larder retype shop-snapshots page-000042 text/html
  larder retype default OUTPUT 'application/json; charset=utf-8'";

pub(super) const EXPORT: &str = "\
A line of JSON for each record, in the order of the keys, from which import makes the same one again, byte for \
byte: `value` is its JSON as it is spelled, or its text, and null of None; `value_text` is JSON that spans lines or \
has NaN; `value_base64` has the bytes of anything else. A file that is there is not written over unasked. What an \
export that was ended has left, --resume goes on with, behind the last record in it. Records that change meanwhile are \
as they were when they were read. To a folder (a name that ends with /, or one that is there) each value is \
written to a file of its own, named for its key and type, and the lines to records.jsonl, where `file` names it.

Examples:
  larder export shop-snapshots shop.jsonl
  larder export shop-snapshots shop/
  larder export shop-snapshots shop.jsonl --resume
  larder export shop-snapshots --prefix page- | gzip > pages.jsonl.gz";

pub(super) const IMPORT: &str = "\
The store must be there. A record that it has already stays: one that is the same counts as done, so that an import \
that was ended is gone on with by another; one that is not is named, and makes the exit code 4, unless --overwrite is \
given. One that was exported without a content type, for its metadata was damaged, becomes bytes. Lines that \
get --json prints are taken too, and a folder that export has written, with its files as they are \
now. Where an answer is lost, it is looked up what became of the write. A line that is no record ends the import, with its number and exit \
code 2; what was set before stays.

Examples:
  larder import shop-snapshots shop.jsonl --dry-run
  larder import shop-snapshots shop.jsonl
  larder -t redis://127.0.0.1 export shop | larder -t ./storage import shop -";

pub(super) const URL: &str = "\
A directory has file:// URLs. Redis has no public URLs: there, this fails with exit code 4.

Example:
  larder url default OUTPUT";

pub(super) const PURGE: &str = "\
A terminal is asked for the store's name; a script needs --yes.

Examples:
  larder purge shop-snapshots --dry-run
  larder purge shop-snapshots --yes";

pub(super) const DROP: &str = "\
A terminal is asked for the store's name; a script needs --yes.

Examples:
  larder drop shop-snapshots --dry-run
  larder drop shop-snapshots --yes --if-exists";

pub(super) const REPAIR: &str = "\
Shows what it will write before it asks; a script needs --yes. Id, name and times stay where the \
damaged metadata still tells them. On a Redis server, this fails with exit code 4.

Example:
  larder repair shop-snapshots";

pub(super) const TARGETS: &str = "\
Profiles stand in the config file. Plain `larder` opens LARDER_URL, else the profile \
LARDER_PROFILE, else the config file's target, else REDIS_URL, else APIFY_LOCAL_STORAGE_DIR, else \
CRAWLEE_STORAGE_DIR, else ./storage if it is there. Nothing is connected to.

Examples:
  larder targets
  larder targets --json | jq -r 'select(.default) | .target'";

pub(super) const DRAFTS: &str = "\
What is typed in the browser, for a record or for one value of its JSON, is kept in larder's state folder \
until it is stored or given up; editing its record offers it again. The beginning of a draft's name \
is enough where no other begins so. Nothing is connected to.

Examples:
  larder drafts
  larder drafts show 0f3a9c
  larder drafts export 0f3a9c51d2e47b86-6442a1f0-1f2e typed.json
  larder drafts export 0f3a9c - | jq .
  larder drafts remove 0f3a9c";

pub(super) const ASIDE: &str = "\
What the browser purges or drops is set aside. It removes that for good after ten minutes, or when it ends; \
what a killed one has left stays, and the next one offers it; a day after it was set aside or last restored in part, \
the next larder that looks and may write frees it. A restore puts no record over one that the store has again; \
such records stay set aside, and it ends with exit code 4. A terminal is asked for the store's name before \
anything is discarded; a script needs --yes.

Examples:
  larder aside
  larder aside restore dQ1yXhTzVb3RkNw0e
  larder aside discard dQ1yXhTzVb3RkNw0e --dry-run
  larder aside discard dQ1yXhTzVb3RkNw0e --yes";

#[cfg(feature = "demo")]
pub(super) const DEMO: &str = "\
Needs no server: the crawl fills a private directory, larder-demo-XXXXXX, in the system's temporary \
one, and it is removed at the end with all that is in it. The next demo removes what a killed one left \
behind. Without --records the crawl is finished after 100,000 records or 500 MB.

With --target, the crawl fills one new store there instead, and refuses a name that is taken. \
At the end just that store is dropped, if it is still the one that the demo made. So nothing is written \
to the default store, where crawlers keep their statistics, nor to request queues and datasets: the \
overview of the crawl shows a demo in its private directory alone. --read-only is for the browser alone; \
a target that the settings make read-only is refused.

Examples:
  larder demo
  larder demo --rate 50 --records 10000 --seed 7
  larder demo --target redis://127.0.0.1:6379 --store my-demo";

pub(super) const COMPLETIONS: &str = "\
Those of bash, zsh and fish ask larder what belongs there: commands, options, profiles, stores, drafts, the keys of a \
store, content types and files. That changes nothing, asks for nothing and takes a second at most.

Examples:
  larder completions bash > ~/.local/share/bash-completion/completions/larder
  larder completions fish > ~/.config/fish/completions/larder.fish
  larder completions zsh > ~/.zfunc/_larder";

pub(super) const MAN: &str = "\
Examples:
  larder man | man -l -
  larder man > ~/.local/share/man/man1/larder.1";
