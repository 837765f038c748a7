//! What a larder that ended has left set aside, as opposed to what living ones will free and to what the user
//! has chosen to leave.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Duration;

use crate::model::{AsideId, AsideInfo, AsideList, Result, Timestamp};
use crate::outfile;
use crate::storage::Storage;
use crate::storage::aside::maker;
use crate::storage::blocking;

use super::drafts::is_larder;

/// Time for which stores stay set aside.
pub(super) const SET_ASIDE_FOR: Duration = Duration::from_secs(600);
/// Time for the first screen's own reads, before asides are looked for.
const FIRST: Duration = Duration::from_millis(200);
/// Allowance for the difference of clocks between machines and for the late ends of long steps.
const SLACK: Duration = Duration::from_secs(60);
/// Limit on asides that are remembered as left; a day later they are gone.
const REMEMBERED: usize = 500;

/// Gives the asides that a larder that ended has left, without those that the user has chosen to leave.
pub(super) async fn left(storage: &dyn Storage) -> Result<Vec<AsideInfo>> {
    tokio::time::sleep(FIRST).await;
    let asides = storage.asides(AsideList::Listed).await;
    let mut asides =
        asides.inspect_err(|why| crate::logs::warn!("what is set aside is not known: {why}"))?;
    if asides.is_empty() {
        return Ok(asides);
    }
    let (now, host) = (Timestamp::now(), maker().host.clone());
    let answered = blocking::run(answered).await.unwrap_or_default();
    asides.retain(|info| {
        let is_own = info.maker.as_ref().is_some_and(|made| made.session == maker().session);
        !is_own && !answered.contains(info.id.as_str()) && is_left(info, &host, now, is_larder)
    });
    Ok(asides)
}

/// Whether the larder that made the aside has ended. For a process of this machine that is known; a process
/// elsewhere frees its asides within their time, if it still runs.
fn is_left(info: &AsideInfo, host: &str, now: Timestamp, runs: impl Fn(u32) -> bool) -> bool {
    match &info.maker {
        Some(made) if made.host == host => !runs(made.process),
        _ => {
            let longest = i64::try_from((SET_ASIDE_FOR + SLACK).as_micros()).unwrap_or(i64::MAX);
            now.micros().saturating_sub(info.at.micros()) > longest
        }
    }
}

/// Remembers the asides that the user leaves; nothing is lost if that cannot be stored.
pub(super) fn leave(ids: &[AsideId]) {
    let Some(path) = path() else { return };
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    let lines: Vec<_> = before.lines().chain(ids.iter().map(AsideId::as_str)).collect();
    let text = lines[lines.len().saturating_sub(REMEMBERED)..].join("\n") + "\n";
    if let Err(why) = outfile::keep(&path, text.as_bytes()) {
        crate::logs::warn!("what is left set aside will be offered again: {why}");
    }
}

fn answered() -> HashSet<String> {
    let text = path().and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

fn path() -> Option<PathBuf> {
    crate::config::state_folder().map(|state| state.join("asides-left"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Aside, Maker};

    #[test]
    fn only_what_nobody_will_free_is_left() {
        let minute = 60_000_000;
        let now = Timestamp::from_micros(1_000 * minute);
        let info = |host: Option<&str>, minutes: i64| AsideInfo {
            id: AsideId::new("a").unwrap(),
            aside: Aside::Records("shop".into()),
            records: 3,
            at: Timestamp::from_micros(now.micros() - minutes * minute),
            maker: host.map(|host| Maker { host: host.into(), process: 7, session: "s".into() }),
            expires_at: None,
            in_steps: false,
            replicas: None,
        };
        for (host, minutes, runs, left) in [
            (Some("here"), 0, true, false),
            (Some("here"), 30, true, false),
            (Some("here"), 0, false, true),
            (Some("there"), 5, false, false),
            (Some("there"), 12, true, true),
            (None, 5, false, false),
            (None, 12, true, true),
        ] {
            let is = is_left(&info(host, minutes), "here", now, |process| runs && process == 7);
            assert_eq!(is, left, "{host:?}, {minutes} min, {runs}");
        }
    }
}
