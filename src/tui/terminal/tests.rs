//! Runs this test binary again in a real pty, and watches the screen.

use std::io::{Read, Write};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::{MouseProtocolMode, Parser, Screen};

use super::*;

const ROLE: &str = "LARDER_TERMINAL_TEST";

/// The program in the pty, which the other tests start.
#[test]
#[ignore = "the other tests run it in a pty"]
fn guest() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let key = || std::io::stdin().read_exact(&mut [0]).unwrap();
    let mut terminal = Terminal::enter(true, true, true).unwrap();
    let frame = |terminal: &mut Terminal| {
        terminal.draw(|frame| frame.render_widget("frame", frame.area()), Vec::new())
    };
    frame(&mut terminal).unwrap();
    key();
    match role.as_str() {
        "end" => drop(terminal),
        "panic" => panic!("a fault"),
        "panic in a thread" => {
            assert!(std::thread::spawn(|| panic!("a fault")).join().is_err());
            assert!(frame(&mut terminal).is_err());
            assert!(terminal.reenter().is_err());
            terminal.send(b"leftover").unwrap();
        }
        "suspend" => {
            terminal.suspend().unwrap();
            frame(&mut terminal).unwrap();
            key();
        }
        "other program" => {
            terminal.leave();
            terminal.leave();
            terminal.send(b"leftover").unwrap();
            println!("other program");
            key();
            terminal.reenter().unwrap();
            frame(&mut terminal).unwrap();
            key();
        }
        "redraw" => {
            let mut spoiled = std::io::stdout();
            spoiled.write_all(b"\x1b[1;1Hspoiled\x1b[3;3Hspoiled").unwrap();
            spoiled.flush().unwrap();
            key();
            terminal.redraw().unwrap();
            terminal.set_mouse(false).unwrap();
            frame(&mut terminal).unwrap();
            key();
        }
        _ => unreachable!("{role}"),
    }
}

struct Pty {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    parser: Arc<Mutex<Parser>>,
}

impl Pty {
    fn run(role: &str) -> Self {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args(["--exact", "tui::terminal::tests::guest", "--ignored", "--nocapture"]);
        command.env(ROLE, role);
        command.env("RUST_BACKTRACE", "0");
        let child = pair.slave.spawn_command(command).unwrap();
        let mut output = pair.master.try_clone_reader().unwrap();
        let parser = Arc::new(Mutex::new(Parser::default()));
        let fed = Arc::clone(&parser);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                fed.lock().unwrap().process(&bytes[..count]);
            }
        });
        let keyboard = pair.master.take_writer().unwrap();
        Self { master: pair.master, child, keyboard, parser }
    }

    fn press(&mut self) {
        self.keyboard.write_all(b"x").unwrap();
        self.keyboard.flush().unwrap();
    }

    fn wait_until(&mut self, what: &str, mut holds: impl FnMut(&mut Self) -> bool) {
        let start = Instant::now();
        while !holds(self) {
            let shown = self.screen(Screen::contents);
            assert!(start.elapsed() < Duration::from_secs(30), "waited for {what}; shown: {shown}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn screen<T>(&self, look: impl FnOnce(&Screen) -> T) -> T {
        look(self.parser.lock().unwrap().screen())
    }

    /// Whether the screen is larder's, with a frame and nothing else.
    fn is_taken(&self) -> bool {
        self.is_raw()
            && self.screen(|screen| {
                screen.alternate_screen()
                    && screen.hide_cursor()
                    && screen.bracketed_paste()
                    && screen.contents().trim() == "frame"
            })
    }

    /// Whether everything is as it was before.
    fn is_given_back(&self) -> bool {
        !self.is_raw()
            && self.screen(|screen| {
                !screen.alternate_screen()
                    && !screen.hide_cursor()
                    && !screen.bracketed_paste()
                    && screen.mouse_protocol_mode() == MouseProtocolMode::None
            })
    }

    fn is_raw(&self) -> bool {
        let flags = self.master.get_termios().unwrap().local_flags;
        !format!("{flags:?}").contains("ICANON")
    }

    fn is_stopped(&self) -> bool {
        let id = self.child.process_id().unwrap();
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('T'))
    }

    fn wait_for_the_end(&mut self) {
        self.wait_until("the end", |pty| pty.child.try_wait().unwrap().is_some());
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn started(role: &str) -> Pty {
    let mut pty = Pty::run(role);
    pty.wait_until("the first frame", |pty| pty.is_taken());
    assert_ne!(pty.screen(Screen::mouse_protocol_mode), MouseProtocolMode::None);
    pty
}

#[test]
fn the_terminal_is_given_back_at_the_end() {
    let mut pty = started("end");
    pty.press();
    pty.wait_until("the terminal back", |pty| pty.is_given_back());
    pty.wait_for_the_end();
}

#[test]
fn a_panic_gives_the_terminal_back_and_then_says_why() {
    for role in ["panic", "panic in a thread"] {
        let mut pty = started(role);
        pty.press();
        pty.wait_until("the message", |pty| {
            pty.screen(|screen| screen.contents().contains("a fault"))
        });
        pty.wait_for_the_end();
        assert!(pty.is_given_back(), "{role}");
        assert!(!pty.screen(Screen::contents).contains("leftover"));
    }
}

#[test]
fn suspending_stops_the_process_and_comes_back_whole() {
    let mut pty = started("suspend");
    pty.press();
    pty.wait_until("the stop", |pty| pty.is_stopped());
    pty.wait_until("the terminal back", |pty| pty.is_given_back());
    let id = pty.child.process_id().unwrap().to_string();
    assert!(Command::new("kill").args(["-CONT", &id]).status().unwrap().success());
    pty.wait_until("the frame again", |pty| pty.is_taken());
    pty.press();
    pty.wait_for_the_end();
    pty.wait_until("the terminal back", |pty| pty.is_given_back());
}

#[test]
fn another_program_gets_a_clean_terminal() {
    let mut pty = started("other program");
    pty.press();
    pty.wait_until("the other program", |pty| {
        pty.screen(|screen| screen.contents().contains("other program"))
    });
    assert!(pty.is_given_back());
    assert!(!pty.screen(Screen::contents).contains("leftover"));
    // The terminal is in line mode now.
    pty.keyboard.write_all(b"\n").unwrap();
    pty.wait_until("the frame again", |pty| pty.is_taken());
    pty.press();
    pty.wait_for_the_end();
}

#[test]
fn a_redraw_repairs_the_screen_without_asking_the_terminal() {
    let mut pty = started("redraw");
    pty.press();
    pty.wait_until("the spoiled screen", |pty| {
        pty.screen(|screen| screen.contents().matches("spoiled").count() == 2)
    });
    pty.press();
    pty.wait_until("the repaired screen", |pty| pty.is_taken());
    pty.wait_until("the mouse left alone", |pty| {
        pty.screen(Screen::mouse_protocol_mode) == MouseProtocolMode::None
    });
    pty.press();
    pty.wait_for_the_end();
}

#[test]
fn leaving_undoes_entering() {
    let (entering, leaving) = (entering(true), leaving(true, true));
    // 1002 is the mouse, also while a button is held.
    for mode in ["1049", "2004", "1002", "1006"] {
        assert!(entering.contains(&format!("\x1b[?{mode}h")), "{mode}");
        assert!(leaving.contains(&format!("\x1b[?{mode}l")), "{mode}");
    }
    assert!(entering.contains("\x1b[?25l") && leaving.contains("\x1b[?25h"));
    // Otherwise tmux would keep rows of a resized screen.
    assert!(leaving.contains("\x1b[2J\x1b[?1049l"));
}
