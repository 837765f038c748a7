//! Real Crawlee and larder change one record again and again, a value of their own each and one that all
//! change: no update is lost that larder has not told or merged.
//!
//! Crawlee reads the record and writes it over whatever is there: what it has not read it overwrites, and
//! that loss is its own. larder saves from the editor, from the line of one value, and by
//! `set --if-unchanged`. Crawlee writes between larder's reading and its save, at a barrier, so that a
//! conflict is no matter of luck. On a server both change it at their own pace besides.
//!
//! `LARDER_RACE` is the number of writes of each of them: 10,000 by hand, fewer without it.

mod account;
mod browser;
mod crawler;
mod meanwhile;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use larder::storage::{Options, Storage, target::Target};

use self::account::Account;
use self::browser::{Browser, Road, Script, Told};
use self::crawler::{Crawler, Step};
use self::meanwhile::{Log, Meanwhile};
use crate::peer::connect;
use crate::server::Server;

/// Crawlee's writes in a round, and when they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Round {
    /// It writes before larder reads.
    Before,
    /// It changes its own value between larder's reading and its save.
    Beside,
    /// The same, and again before larder saves what it has merged, and once more.
    Thrice,
    /// It changes the value that larder changes; the user wants larder's.
    Mine,
    /// The same, and again while the user decides.
    MineAgain,
    /// The user wants Crawlee's.
    Theirs,
    /// It has read before larder saves, and writes that afterwards.
    Stale,
}

const ROUNDS: [Round; 7] = [
    Round::Before,
    Round::Beside,
    Round::Thrice,
    Round::Mine,
    Round::MineAgain,
    Round::Theirs,
    Round::Stale,
];

impl Round {
    fn is_shared(self) -> bool {
        matches!(self, Self::Mine | Self::MineAgain | Self::Theirs)
    }

    fn meanwhile<'a>(self, crawler: &'a mut Crawler, log: &'a mut Log) -> Meanwhile<'a> {
        use Step::{Share, Write};
        let (before_writes, while_deciding): (&[Step], &[Step]) = match self {
            Self::Before | Self::Stale => (&[], &[]),
            Self::Beside => (&[Write], &[]),
            Self::Thrice => (&[Write, Write, Write], &[]),
            Self::Mine | Self::Theirs => (&[Share], &[]),
            Self::MineAgain => (&[Share], &[Share]),
        };
        Meanwhile::new(crawler, log, before_writes, while_deciding)
    }

    /// What the browser must tell of its save.
    fn told(self) -> Told {
        let decided = match self {
            Self::Mine | Self::Theirs => 1,
            Self::MineAgain => 2,
            _ => 0,
        };
        Told { merged: !matches!(self, Self::Before | Self::Stale), decided }
    }

    /// Number of times that a script must be refused.
    fn refused(self) -> u64 {
        match self {
            Self::Before | Self::Stale => 0,
            Self::Thrice => 3,
            _ => 1,
        }
    }
}

/// The member that is changed, and its new value: a number, or for the shared member the name of the writer.
fn change(own: &'static str, is_shared: bool, number: usize) -> (&'static str, String) {
    if is_shared { ("shared", format!("\"{own} {number}\"")) } else { (own, number.to_string()) }
}

/// They write in turn, each this number of times, and each of larder's saves meets what its round says.
async fn race_in_turn(target: &str, storage: &dyn Storage, mut log: Log, times: usize) {
    let mut crawler = Crawler::start(target, &[]);
    log.note();
    let mut browsers =
        [Browser::open(storage, Road::Leaf).await, Browser::open(storage, Road::Editor).await];
    let mut script = Script::new(target);
    let (mut reported, mut merged, mut stale) = (0, 0, 0);
    for at in 0..times {
        let (road, round) = (at % 3, ROUNDS[at / 3 % ROUNDS.len()]);
        match round {
            Round::Before => crawler.step(Step::Write),
            Round::Stale => crawler.step(Step::Read),
            _ => {}
        }
        log.note();
        let mine = round != Round::Theirs;
        if let Some(browser) = browsers.get_mut(road) {
            let (member, spelled) = change(browser.road.member(), round.is_shared(), at + 1);
            browser.begin(member, &spelled).await;
            let told = browser.save(mine, &mut round.meanwhile(&mut crawler, &mut log)).await;
            assert_eq!(told, round.told(), "round {at}, {round:?}");
            reported += told.decided;
            merged += u64::from(told.merged && told.decided == 0);
        } else {
            let (member, spelled) = change("command", round.is_shared(), at + 1);
            let mut meanwhile = round.meanwhile(&mut crawler, &mut log);
            let mut refused = 0;
            while refused == 0 || mine {
                script.read();
                let is_late = meanwhile.before_write();
                let made = script.save(member, &spelled);
                assert_eq!(made, !is_late, "round {at}, {round:?}: {refused} refused");
                if made {
                    break;
                }
                refused += 1;
            }
            assert_eq!(refused, round.refused(), "round {at}, {round:?}");
            reported += refused;
        }
        log.note();
        if round == Round::Stale {
            crawler.step(Step::Write);
            log.note();
            stale += 1;
        }
    }
    crawler.step(Step::Read);
    let [leaf, editor] = browsers;
    let told: Vec<_> = leaf.saves.into_iter().chain(editor.saves).chain(script.saves).collect();
    let account = Account::of(&log.values(), &told);
    println!("{times} in turn: {account:?}; {merged} merged, {reported} reported");
    assert_eq!(account.faults, [""; 0], "{} faults", account.faults.len());
    assert_eq!(crawler.lost, 0, "Crawlee misses writes of its own");
    assert_eq!((account.larder, account.crawlee), (told.len() as u64, crawler.wrote));
    assert_eq!(account.overwritten, stale, "what Crawlee had not read, and only that");
}

/// A user of a browser, who saves this number of times.
async fn use_browser(mut browser: Browser<'_>, times: usize) -> (Browser<'_>, u64) {
    let mut decided = 0;
    for at in 0..times {
        let (member, spelled) = change(browser.road.member(), at % 2 == 1, at + 1);
        browser.begin(member, &spelled).await;
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        decided += browser.save(at % 4 == 1, &mut Meanwhile::nothing()).await.decided;
    }
    (browser, decided)
}

/// Ends a script when it is dropped.
#[derive(Default)]
struct Ends(Arc<AtomicBool>);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A script that saves as often as it can, until it is told to end.
fn run_script(target: &str, ends: &AtomicBool) -> (Script, u64) {
    let (mut script, mut number, mut refused) = (Script::new(target), 0, 0);
    while !ends.load(Ordering::Relaxed) {
        number += 1;
        let (member, spelled) = change("command", number % 2 == 1, number);
        script.read();
        refused += u64::from(!script.save(member, &spelled));
    }
    (script, refused)
}

/// All write at their own pace. The server's log tells which save met which write.
async fn race_freely(server: &Server, times: usize) {
    let (url, mut log) = (server.url(), Log::Server(server.monitor(), Vec::new()));
    let mut crawler = Crawler::start(&url, &["free", &times.to_string()]);
    let (one, other) = (connect(server, false).await, connect(server, false).await);
    let leaf = Browser::open(one.as_ref(), Road::Leaf).await;
    let editor = Browser::open(other.as_ref(), Road::Editor).await;
    let ends = Ends::default();
    // A browser that fails ends the script too.
    let scripting = tokio::task::spawn_blocking({
        let (url, ends) = (url.clone(), Arc::clone(&ends.0));
        move || run_script(&url, &ends)
    });
    let half = times.div_ceil(2);
    let ((leaf, decided), (editor, more)) =
        tokio::join!(use_browser(leaf, half), use_browser(editor, half));
    drop(ends);
    let script = scripting.await.unwrap();
    crawler.stop();
    log.note();
    let (script, refused) = script;
    let told: Vec<_> = leaf.saves.into_iter().chain(editor.saves).chain(script.saves).collect();
    let account = Account::of(&log.values(), &told);
    println!("{times} freely: {account:?}; {} decided, {refused} refused", decided + more);
    assert_eq!(account.faults, [""; 0], "{} faults", account.faults.len());
    assert_eq!(crawler.lost, 0, "Crawlee misses writes of its own");
    assert_eq!((account.larder, account.crawlee), (told.len() as u64, crawler.wrote));
}

fn times() -> usize {
    std::env::var("LARDER_RACE").map_or(210, |times| times.parse().expect("a number"))
}

async fn race_on_server(server: &Server) {
    let storage = connect(server, false).await;
    let log = Log::Server(server.monitor(), Vec::new());
    race_in_turn(&server.url(), storage.as_ref(), log, times()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_update_of_a_value_is_lost_untold_on_a_server() {
    race_on_server(&Server::start()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_update_of_a_value_is_lost_untold_on_a_server_without_scripts() {
    let server = Server::start();
    // Crawlee's own client needs scripts only for its queues.
    server.cli(&["ACL", "SETUSER", "default", "-eval", "-evalsha", "-script"]);
    race_on_server(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_update_of_a_value_is_lost_untold_in_a_directory() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().to_str().unwrap();
    let options = Options { durable: false, ..Options::default() };
    let directory = Target::Directory(folder.path().into());
    let storage = larder::storage::connect(&directory, &options).await.unwrap();
    let path = folder.path().join("key_value_stores/race/k");
    race_in_turn(target, storage.as_ref(), Log::File(path, Vec::new()), times()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_update_of_a_value_is_lost_untold_while_all_write_at_their_own_pace() {
    race_freely(&Server::start(), times()).await;
}
