use std::cell::{Cell, RefCell};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{env, fs, thread};

use super::*;

thread_local! {
    /// Number of kill points that this thread still passes; `None`: all.
    static LEFT: Cell<Option<usize>> = const { Cell::new(None) };
}

thread_local! {
    /// A file that somebody else writes after this number of points of this thread.
    static MEANWHILE: RefCell<Option<(usize, PathBuf)>> = const { RefCell::new(None) };
}

/// Writes a file as a crawler does, without any lock, after the chosen number of points.
fn write_meanwhile() {
    MEANWHILE.with_borrow_mut(|meanwhile| match meanwhile {
        Some((0, path)) => {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "new").unwrap();
            *meanwhile = None;
        }
        Some((left, _)) => *left -= 1,
        None => {}
    });
}

/// Kills the process with SIGKILL at the point that the test chose.
pub(in super::super) fn kill_point() {
    write_meanwhile();
    let Some(left) = LEFT.get() else { return };
    if left == 0 {
        let _ =
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        thread::sleep(Duration::from_secs(60));
    }
    LEFT.set(Some(left - 1));
}

/// The operation during which it may be killed.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Doing {
    SetAside,
    SetAsideInSteps,
    Restore,
    /// A restore into a store that has a record again.
    Merge,
    Discard,
}

const CHILD: &str = "LARDER_TEST_ASIDE";

/// Runs the operation in the child process, which is killed at a point.
fn be_killed(job: &str) {
    let words: Vec<&str> = job.split('|').collect();
    let [path, doing, at, what] = words[..] else { panic!("{job}") };
    let root = Root::open(Path::new(path)).unwrap();
    NO_EXCHANGE.set(doing == "SetAsideInSteps");
    LEFT.set(Some(at.parse().unwrap()));
    if doing.starts_with("SetAside") {
        let (kind, store) = what.split_once(':').unwrap();
        let [records, whole] = kinds(store);
        super::set_aside(&root, if kind == "records" { &records } else { &whole }, OPTIONS)
            .unwrap();
    } else {
        let id = AsideId::new(what).unwrap();
        match doing {
            "Discard" => discard(&root, &id, OPTIONS).unwrap(),
            _ => drop(restore(&root, &id, &crate::model::Progress::default(), OPTIONS).unwrap()),
        }
    }
}

#[test]
fn a_kill_at_any_moment_loses_no_record() {
    if let Ok(job) = env::var(CHILD) {
        be_killed(&job);
        return;
    }
    let mut kills = 0;
    for doing in
        [Doing::SetAside, Doing::SetAsideInSteps, Doing::Restore, Doing::Merge, Doing::Discard]
    {
        for (store, aside) in
            STORES.into_iter().flat_map(|store| kinds(store).map(|it| (store, it)))
        {
            let mut at = 0;
            while killed(doing, store, &aside, at) {
                at += 1;
            }
            assert!(at > 0, "{doing:?} of {aside:?} has no moment to be killed at");
            kills += at;
        }
    }
    assert!(kills > 60, "{kills}");
}

/// Kills the process at this point, and checks that nothing is lost; returns whether it was killed.
fn killed(doing: Doing, store: &str, aside: &Aside, at: usize) -> bool {
    let made = made();
    let all = made.records(store);
    let setting = matches!(doing, Doing::SetAside | Doing::SetAsideInSteps);
    let what = if setting {
        let kind = if matches!(aside, Aside::Records(_)) { "records" } else { "store" };
        format!("{kind}:{store}")
    } else {
        made.set_aside(aside).id.as_str().to_owned()
    };
    if doing == Doing::Merge {
        fs::create_dir_all(made.path(store)).unwrap();
        made.put(store, "other", "new");
    }
    let job = format!("{}|{doing:?}|{at}|{what}", made.place.path().display());
    let name = "storage::directory::aside::tests::kills::a_kill_at_any_moment_loses_no_record";
    let ended = Command::new(env::current_exe().unwrap())
        .args([name, "--exact", "--quiet"])
        .env(CHILD, job)
        .output()
        .unwrap();
    let killed = ended.status.signal() == Some(9);
    let said = String::from_utf8_lossy(&ended.stdout);
    assert!(killed || ended.status.success(), "{doing:?} {aside:?} {at}: {said}");
    let case = format!("{doing:?} of {aside:?}, killed at {at}");

    // Wherever it is, all of it is found again.
    let asides = made.asides();
    let gone = doing == Doing::Discard && asides.is_empty();
    assert!(asides.len() <= 1, "{case}");
    for info in &asides {
        restore(&made.root, &info.id, &crate::model::Progress::default(), OPTIONS).unwrap();
    }
    let mut now = made.records(store);
    if doing == Doing::Merge {
        assert_eq!(now.remove("other").unwrap().1, "new", "{case}");
    }
    if gone {
        assert!(now.is_empty(), "{case}");
    } else {
        assert_eq!(now, all, "{case}");
    }
    // The remains are removed when something is set aside next.
    fs::create_dir_all(made.path("next")).unwrap();
    fs::write(made.path("next").join("a.txt"), "a").unwrap();
    let next = made.set_aside(&Aside::Records("next".into()));
    let asides: Vec<_> = made.asides().into_iter().map(|info| info.id).collect();
    assert!(asides.iter().all(|id| *id == next.id), "{case}");
    let left = made.leftovers();
    assert_eq!(left.len(), 1, "{case}: {left:?}");
    killed
}

#[test]
fn what_a_crawler_writes_at_any_moment_of_a_restore_stays() {
    for at in 0.. {
        let made = made();
        let before = made.records("javascript");
        let info = made.set_aside(&Aside::Records("javascript".into()));
        MEANWHILE.set(Some((at, made.path("javascript").join("late.txt"))));
        let restore = || restore(&made.root, &info.id, &crate::model::Progress::default(), OPTIONS);
        restore().unwrap();
        if MEANWHILE.take().is_some() {
            assert!(at > 1, "there are moments to write at");
            return;
        }
        // Records with a conflict may be left set aside; the new record is there.
        assert_eq!(made.records("javascript")["late"].1, "new", "{at}");
        if !made.asides().is_empty() {
            restore().unwrap();
        }
        let mut now = made.records("javascript");
        assert_eq!(now.remove("late").map(|(_, value)| value).as_deref(), Some("new"), "{at}");
        assert_eq!(now, before, "{at}");
    }
}
