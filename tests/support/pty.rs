//! A program in a real pseudo-terminal, with the screen a terminal would show of it.
//!
//! A test waits for what the screen says, never for a time: [`Screen::wait_for`] ends at once when
//! it is there, and fails with a picture of the screen when it does not come.
#![allow(dead_code, reason = "every test binary uses its own part of this file")]
#![allow(unreachable_pub, reason = "shared as a private module of several test binaries")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::fs::{Mode, OFlags};

/// Limit on the time that a screen may take to show what is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Variables of the caller that would change what the program does.
const FOREIGN: [&str; 31] = [
    "LARDER_URL",
    "LARDER_PROFILE",
    "REDIS_URL",
    "APIFY_LOCAL_STORAGE_DIR",
    "CRAWLEE_STORAGE_DIR",
    "LARDER_PASSWORD",
    "LARDER_CONFIG",
    "LARDER_READ_ONLY",
    "LARDER_LOG",
    "NO_COLOR",
    "COLORTERM",
    "COLORFGBG",
    "TMUX",
    "STY",
    "VISUAL",
    "EDITOR",
    "XDG_CONFIG_HOME",
    "XDG_STATE_HOME",
    "XDG_DATA_HOME",
    "XDG_CACHE_HOME",
    "SSH_CONNECTION",
    "SSH_CLIENT",
    "SSH_TTY",
    "TERM_PROGRAM",
    "LC_TERMINAL",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "WSL_DISTRO_NAME",
    "LARDER_PAGER",
    "PAGER",
    "LESS",
];

/// The sequences before and after a frame that is to be shown at once.
const BEGIN_UPDATE: &[u8] = b"\x1b[?2026h";
const END_UPDATE: &[u8] = b"\x1b[?2026l";

/// The questions that the terminal answers.
const ASKED_BACKGROUND: &[u8] = b"\x1b]11;?\x07";
const ASKED_KIND: &[u8] = b"\x1b[c";
const ASKED_WELL: &[u8] = b"\x1b[5n";

/// The terminal's answer about its background.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// A colour, like `rgb:1e1e/1e1e/2e2e`.
    Color(&'static str),
    /// A colour, but only after a while, as over a slow line.
    Late(&'static str),
    /// No answer, as from some terminals.
    Silent,
}

/// The background of most terminals.
pub const DARK: Ground = Ground::Color("rgb:1616/1818/1d1d");
/// A light background.
pub const LIGHT: Ground = Ground::Color("rgb:ffff/ffff/ffff");

type Input = Arc<Mutex<Box<dyn Write + Send>>>;

/// A program in a terminal of its own; dropping it ends the program.
pub struct Screen {
    child: Box<dyn Child + Send + Sync>,
    /// The terminal's side; none once it was hung up.
    master: Option<(Box<dyn MasterPty + Send>, Input)>,
    output: Arc<(Mutex<Output>, Condvar)>,
    /// The behaviour of the terminal's side, apart from reading.
    mood: Arc<Mood>,
    /// The modes before the program ran.
    modes: String,
    started: Instant,
    home: tempfile::TempDir,
    /// Whether the last key that was typed is the escape key.
    escaped: bool,
}

struct Mood {
    /// Whether it takes no bytes.
    stalled: AtomicBool,
    /// Whether it ends with the next bytes.
    leaving: AtomicBool,
    /// Number of bytes that it still takes.
    room: AtomicUsize,
    /// The answer to the question what it is.
    kind: Mutex<Vec<u8>>,
}

impl Default for Mood {
    fn default() -> Self {
        let room = AtomicUsize::new(usize::MAX);
        let kind = Mutex::new(b"\x1b[?62;22c".to_vec());
        Self { stalled: AtomicBool::default(), leaving: AtomicBool::default(), room, kind }
    }
}

impl Mood {
    fn takes_nothing(&self) -> bool {
        self.stalled.load(Ordering::SeqCst) || self.room.load(Ordering::SeqCst) == 0
    }
}

/// All that the program has written.
struct Output {
    parser: vt100::Parser,
    raw: Vec<u8>,
    last: Instant,
    ended: bool,
    /// Whether only a part of a frame has come, which a terminal would not show.
    in_part: bool,
}

impl Output {
    /// Notes whether the bytes from `from` on begin or end a frame.
    fn note_update(&mut self, from: usize) {
        let tail = &self.raw[from.saturating_sub(BEGIN_UPDATE.len() - 1)..];
        let last = |what: &[u8]| tail.windows(what.len()).rposition(|part| part == what);
        let (begun, ended) = (last(BEGIN_UPDATE), last(END_UPDATE));
        if begun != ended {
            self.in_part = begun > ended;
        }
    }
}

/// The built program.
pub fn larder() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_larder"))
}

impl Screen {
    /// Starts larder with arguments and further environment variables. `HOME` is an empty folder of
    /// its own, and no variable of the caller's names a target, a colour or an editor.
    pub fn start(args: &[&str], env: &[(&str, &str)], rows: u16, cols: u16) -> Self {
        Self::start_program(larder(), args, env, rows, cols)
    }

    /// Starts any program in the same way: a shell, to test what only a shell does (Ctrl-Z).
    pub fn start_program(
        program: &Path,
        args: &[&str],
        env: &[(&str, &str)],
        rows: u16,
        cols: u16,
    ) -> Self {
        Self::start_on(DARK, program, args, env, rows, cols)
    }

    /// As [`Screen::start_program`], in a terminal with this background. Others have a dark one.
    pub fn start_on(
        ground: Ground,
        program: &Path,
        args: &[&str],
        env: &[(&str, &str)],
        rows: u16,
        cols: u16,
    ) -> Self {
        Self::start_as(ground, true, program, args, env, rows, cols)
    }

    /// Starts larder in a session for which the terminal is not the controlling one, as `su -c` and
    /// `docker exec` do: no signal tells of its end.
    pub fn start_apart(args: &[&str], env: &[(&str, &str)], rows: u16, cols: u16) -> Self {
        Self::start_as(DARK, false, larder(), args, env, rows, cols)
    }

    fn start_as(
        ground: Ground,
        controlling: bool,
        program: &Path,
        args: &[&str],
        env: &[(&str, &str)],
        rows: u16,
        cols: u16,
    ) -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        // As for somebody who knows larder: a hint would stand in the footer.
        let state = home.path().join(".local/state/larder");
        std::fs::create_dir_all(&state).expect("a folder");
        std::fs::write(state.join("welcomed"), "").expect("a file");
        let pair = native_pty_system().openpty(size(rows, cols)).expect("a pseudo-terminal");
        let modes = modes(&*pair.master);
        let mut command = CommandBuilder::new(program);
        command.set_controlling_tty(controlling);
        command.args(args);
        command.cwd(home.path());
        for name in FOREIGN {
            command.env_remove(name);
        }
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("HOME", home.path());
        for (name, value) in env {
            command.env(name, value);
        }
        let started = Instant::now();
        let child = pair.slave.spawn_command(command).expect("the program starts");
        // Only the program holds the other side now, so its end ends the reading.
        drop(pair.slave);
        let output = Arc::new((
            Mutex::new(Output {
                parser: vt100::Parser::new(nonzero(rows), nonzero(cols), 0),
                raw: Vec::new(),
                last: started,
                ended: false,
                in_part: false,
            }),
            Condvar::new(),
        ));
        let reader = pair.master.try_clone_reader().expect("a reader");
        let shared = Arc::clone(&output);
        let input = Arc::new(Mutex::new(pair.master.take_writer().expect("a writer")));
        let answers = Arc::clone(&input);
        let mood = Arc::<Mood>::default();
        let same = Arc::clone(&mood);
        thread::spawn(move || read_all(reader, &shared, ground, &answers, &same));
        Self {
            child,
            master: Some((pair.master, input)),
            output,
            mood,
            modes,
            started,
            home,
            escaped: false,
        }
    }

    /// Types: `"jj\r"`, `"\x1b[A"` for the up arrow, `"\x04"` for Ctrl-D. An escape key, `"\x1b"`, is
    /// read alone: what is typed next waits until it is, or the two would be read as Alt and a key.
    pub fn keys(&mut self, keys: &str) {
        self.bytes(keys.as_bytes());
    }

    /// Types bytes that are not text.
    pub fn bytes(&mut self, bytes: &[u8]) {
        if std::mem::replace(&mut self.escaped, bytes.ends_with(b"\x1b")) {
            self.wait_read();
        }
        let (_, input) = self.master.as_ref().expect("the terminal is there");
        type_in(input, bytes).expect("the terminal takes keys");
    }

    /// Waits until the program has read all that was typed, or is gone.
    #[track_caller]
    pub fn wait_read(&self) {
        let (master, _) = self.master.as_ref().expect("the terminal is there");
        let terminal = master.tty_name().expect("the terminal has a name");
        let deadline = Instant::now() + PATIENCE;
        let unread = || {
            let flags = OFlags::RDONLY | OFlags::NOCTTY;
            let terminal = rustix::fs::open(&terminal, flags, Mode::empty()).ok()?;
            rustix::io::ioctl_fionread(terminal).ok().filter(|bytes| *bytes > 0)
        };
        while let Some(bytes) = unread() {
            assert!(Instant::now() < deadline, "{bytes} bytes unread\n{}", dump(&self.output()));
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits until the screen's text satisfies `check`, and returns it; fails with the screen. A frame of
    /// which only a part has come is not checked.
    #[track_caller]
    pub fn wait_for(&self, what: &str, check: impl Fn(&str) -> bool) -> String {
        let check = |output: &Output| !output.in_part && check(&output.parser.screen().contents());
        let output = self.wait_until(what, check);
        output.parser.screen().contents()
    }

    /// Waits until the screen shows `text` somewhere in one line.
    #[track_caller]
    pub fn wait_for_text(&self, text: &str) -> String {
        self.wait_for(text, |contents| contents.contains(text))
    }

    /// Waits until the screen, with its colours and modes, satisfies `check`.
    #[track_caller]
    pub fn wait_for_screen(&self, what: &str, check: impl Fn(&vt100::Screen) -> bool) {
        let check = |output: &Output| !output.in_part && check(output.parser.screen());
        drop(self.wait_until(what, check));
    }

    /// Waits until what was written from byte `from` on holds `bytes`: clipboard, titles, modes.
    #[track_caller]
    pub fn wait_for_output(&self, from: usize, bytes: &[u8]) {
        let what = String::from_utf8_lossy(bytes).escape_debug().to_string();
        drop(self.wait_until(&what, |output| {
            output.raw[from..].windows(bytes.len()).any(|window| window == bytes)
        }));
    }

    #[track_caller]
    fn wait_until(&self, what: &str, check: impl Fn(&Output) -> bool) -> MutexGuard<'_, Output> {
        let deadline = Instant::now() + PATIENCE;
        let mut output = self.output();
        while !check(&output) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || output.ended {
                let why = if output.ended { "the program ended" } else { "it did not come" };
                let picture = dump(&output);
                // The picture is the message; a poisoned lock would hide it.
                drop(output);
                panic!("waited for: {what}; {why}\n{picture}");
            }
            output = self.output.1.wait_timeout(output, left).expect("the reader runs").0;
        }
        output
    }

    /// The text on the screen now, trailing blanks cut off.
    pub fn contents(&self) -> String {
        self.output().parser.screen().contents()
    }

    /// What `look` makes of the screen now: cells, colours, cursor, modes.
    pub fn with<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.output().parser.screen())
    }

    /// How many bytes the program has written so far.
    pub fn written(&self) -> usize {
        self.output().raw.len()
    }

    /// The bytes it has written from byte `from` on.
    pub fn raw(&self, from: usize) -> Vec<u8> {
        self.output().raw[from..].to_vec()
    }

    /// When the program was started.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// When its last byte came.
    pub fn last_output(&self) -> Instant {
        self.output().last
    }

    /// Waits until more than `from` bytes are written, and tells when the latest of them came.
    #[track_caller]
    pub fn wait_more(&self, from: usize) -> Instant {
        self.wait_until("any output", |output| output.raw.len() > from).last
    }

    /// Waits until nothing was written for `pause` from now on, for measurements only: a test
    /// waits for what it wants to see.
    pub fn wait_quiet(&self, pause: Duration) {
        let called = Instant::now();
        let deadline = called + PATIENCE;
        loop {
            let quiet = self.last_output().max(called).elapsed();
            if quiet >= pause {
                return;
            }
            assert!(Instant::now() < deadline, "never quiet\n{}", dump(&self.output()));
            thread::sleep(pause.checked_sub(quiet).unwrap_or_default());
        }
    }

    /// The program's `HOME`.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The id of the process that was started. Of larder, this one waits for the browser.
    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("a started program has an id")
    }

    /// The id of the process that is the browser: what is measured is measured here.
    pub fn worker(&self) -> u32 {
        let children = format!("/proc/{0}/task/{0}/children", self.pid());
        let children = std::fs::read_to_string(children).expect("the program runs");
        let mut children = children.split_whitespace();
        let child = children.next().expect("the browser has a parent").parse().expect("a number");
        assert_eq!(children.next(), None, "the parent does nothing else");
        child
    }

    /// Whether the terminal is as the program found it: its modes, and nothing left on.
    pub fn is_given_back(&self) -> bool {
        self.has_modes_back()
            && self.with(|screen| {
                !screen.alternate_screen()
                    && !screen.hide_cursor()
                    && !screen.bracketed_paste()
                    && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
            })
    }

    /// Whether its modes are, where nothing of what it was sent can be seen.
    pub fn has_modes_back(&self) -> bool {
        let (master, _) = self.master.as_ref().expect("the terminal is there");
        modes(&**master) == self.modes
    }

    /// Lets the terminal take no bytes from now on, except a few under way; or lets it take them again.
    pub fn stall(&self, stalled: bool) {
        self.mood.stalled.store(stalled, Ordering::SeqCst);
    }

    /// From now on the terminal answers this when it is asked what it is, to that and to what was asked
    /// before.
    pub fn answer(&self, answers: &[u8]) {
        *self.mood.kind.lock().expect("nobody panics with it") = answers.to_vec();
    }

    /// Lets the terminal take this number of bytes from now on, and then none; with `None`, all.
    pub fn take_only(&self, bytes: Option<usize>) {
        self.mood.room.store(bytes.unwrap_or(usize::MAX), Ordering::SeqCst);
    }

    /// Waits until the terminal has taken all that it may.
    #[track_caller]
    pub fn wait_taken(&self) {
        drop(
            self.wait_until("it takes all it may", |_| self.mood.room.load(Ordering::SeqCst) == 0),
        );
    }

    /// Closes the other side of the terminal, as a line that breaks does. `key` must make the program
    /// write something.
    #[track_caller]
    pub fn hang_up(&mut self, key: &str) {
        self.mood.leaving.store(true, Ordering::SeqCst);
        self.keys(key);
        let deadline = Instant::now() + PATIENCE;
        let mut output = self.output();
        while !output.ended {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "the key wrote nothing");
            output = self.output.1.wait_timeout(output, left).expect("the reader runs").0;
        }
        drop(output);
        self.master = None;
    }

    /// Waits for the program's end, up to this time; `None` if it runs on.
    pub fn ends_within(&mut self, patience: Duration) -> Option<portable_pty::ExitStatus> {
        let deadline = Instant::now() + patience;
        loop {
            match self.child.try_wait().expect("a state") {
                None if Instant::now() < deadline => thread::sleep(Duration::from_millis(2)),
                ended => return ended,
            }
        }
    }

    /// Changes the terminal's size, which the program is told of by SIGWINCH.
    pub fn resize(&mut self, rows: u16, cols: u16) {
        // The picture first: what the program draws for the new size must find room.
        self.output().parser.set_size(nonzero(rows), nonzero(cols));
        let (master, _) = self.master.as_ref().expect("the terminal is there");
        master.resize(size(rows, cols)).expect("the terminal takes a size");
    }

    /// Sends a signal by its name: `"TERM"`, `"HUP"`, `"CONT"`.
    pub fn signal(&self, name: &str) {
        send(name, self.pid());
    }

    /// Waits for the program's end and returns its exit code; one that a signal ended has 1 here,
    /// and [`Screen::exit`] names the signal.
    #[track_caller]
    pub fn exit_code(&mut self) -> u32 {
        self.exit().exit_code()
    }

    /// Waits for the program's end and for the last of its output.
    #[track_caller]
    pub fn exit(&mut self) -> portable_pty::ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        let mut output = self.output();
        while !output.ended {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let picture = dump(&output);
                drop(output);
                panic!("the program does not end\n{picture}");
            }
            output = self.output.1.wait_timeout(output, left).expect("the reader runs").0;
        }
        drop(output);
        self.child.wait().expect("an exit status")
    }

    /// Whether the program is still there.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().expect("a state").is_none()
    }

    /// The screen with a frame around it, and the last bytes written, for messages.
    pub fn picture(&self) -> String {
        dump(&self.output())
    }

    fn output(&self) -> MutexGuard<'_, Output> {
        self.output.0.lock().expect("the reader runs")
    }
}

/// Sends a signal by its name to a process of the test's own.
pub fn send(name: &str, pid: u32) {
    let status = Command::new("kill").args(["-s", name, &pid.to_string()]).status();
    assert!(status.expect("kill runs").success(), "kill -s {name}");
}

fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios())
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.stall(false);
        self.take_only(None);
        if let Ok(None) = self.child.try_wait() {
            // SIGKILL by name: the library's own `kill` would first wait for a SIGHUP to work.
            let _ = Command::new("kill").args(["-s", "KILL", &self.pid().to_string()]).status();
            let _ = self.child.wait();
        }
    }
}

fn type_in(input: &Input, bytes: &[u8]) -> io::Result<()> {
    let mut input = input.lock().expect("the reader runs");
    input.write_all(bytes)?;
    input.flush()
}

/// Reads all output, and answers at once what a terminal answers.
fn read_all(
    mut reader: Box<dyn Read + Send>,
    shared: &(Mutex<Output>, Condvar),
    ground: Ground,
    input: &Input,
    mood: &Mood,
) {
    let mut buffer = vec![0; 1 << 16];
    let mut tail = Vec::new();
    loop {
        while mood.takes_nothing() {
            thread::sleep(Duration::from_millis(1));
        }
        let room = mood.room.load(Ordering::SeqCst);
        let most = room.clamp(1, buffer.len());
        // The end comes as an error (EIO) on Linux.
        let count = reader.read(&mut buffer[..most]).unwrap_or(0);
        if room != usize::MAX {
            // Unless it has been set anew meanwhile.
            let less = room.saturating_sub(count);
            let _ = mood.room.compare_exchange(room, less, Ordering::SeqCst, Ordering::SeqCst);
        }
        let now = Instant::now();
        // A question is written whole, in a write of its own.
        let asked = |what: &[u8]| buffer[..count].windows(what.len()).any(|part| part == what);
        let (color, after) = match ground {
            Ground::Color(color) => (color, Duration::ZERO),
            Ground::Late(color) => (color, Duration::from_millis(60)),
            Ground::Silent => ("", Duration::ZERO),
        };
        if !color.is_empty() && asked(ASKED_BACKGROUND) {
            thread::sleep(after);
            // A program that has ended meanwhile needs no answer.
            let _ = type_in(input, format!("\x1b]11;{color}\x07").as_bytes());
        }
        if asked(ASKED_KIND) {
            let _ = type_in(input, &mood.kind.lock().expect("nobody panics with it"));
        }
        // This one stands among other bytes, and may come in parts.
        tail.extend_from_slice(&buffer[..count]);
        let wells = tail.windows(ASKED_WELL.len()).filter(|part| *part == ASKED_WELL).count();
        if wells > 0 {
            let _ = type_in(input, &b"\x1b[0n".repeat(wells));
        }
        tail.drain(..tail.len().saturating_sub(ASKED_WELL.len() - 1));
        let Ok(mut output) = shared.0.lock() else { return };
        let last = count == 0 || mood.leaving.load(Ordering::SeqCst);
        if last {
            output.ended = true;
        } else {
            output.parser.process(&buffer[..count]);
            let from = output.raw.len();
            output.raw.extend_from_slice(&buffer[..count]);
            output.note_update(from);
            output.last = now;
        }
        drop(output);
        shared.1.notify_all();
        if last {
            return;
        }
    }
}

fn dump(output: &Output) -> String {
    let screen = output.parser.screen();
    let columns = screen.size().1.get();
    let edge = "─".repeat(usize::from(columns));
    let mut text = format!("╭{edge}╮\n");
    for row in screen.rows(0, columns) {
        // Best effort: wide characters shift the right edge.
        let fill = usize::from(columns).saturating_sub(row.chars().count());
        let _ = writeln!(text, "│{row}{}│", " ".repeat(fill));
    }
    let tail = &output.raw[output.raw.len().saturating_sub(300)..];
    let _ = write!(text, "╰{edge}╯\nlast bytes: {}", tail.escape_ascii());
    text
}

fn size(rows: u16, cols: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

fn nonzero(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).expect("a terminal has a size")
}
