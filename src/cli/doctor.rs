//! `doctor`: the steps from here to the records, whether each works, and what is in the way.

mod checks;
mod network;

use std::io;
use std::time::Instant;

use futures::StreamExt as _;
use serde_json::json;
use tokio::sync::watch as channel;
use tokio::time::timeout;

use super::arguments::Cli;
use super::exit::{self, ExitResult};
use super::output::Output;
use super::prepare::{check_files, settings};
use super::{ending, painted, remote};
use crate::config::Config;
use crate::model::{
    Error, Interest, Key, Order, Result, Scan, ServerInfo, StoreName, Want, WatchEvent, WatchSource,
};
use crate::storage::target::{Endpoint, RedisTarget, Target};
use crate::storage::{self, Storage, all_stores};
use crate::text::{self, visible};
use crate::theme::Role;

/// The report, printed line by line.
struct Report<'a> {
    output: &'a mut Output,
    /// The exit code of the first failure.
    code: u8,
}

impl Report<'_> {
    fn good(&mut self, check: &str, says: &str) -> io::Result<()> {
        self.print(check, "ok", says, None)
    }

    /// Prints a line that is neither good nor bad.
    fn note(&mut self, check: &str, says: &str) -> io::Result<()> {
        self.print(check, "-", says, None)
    }

    fn bad(&mut self, check: &str, why: &Error) -> io::Result<()> {
        if self.code == exit::DONE {
            self.code = exit::code(why.kind);
        }
        self.print(check, "!", &why.problem, Some(why.remedy()))
    }

    fn print(
        &mut self,
        check: &str,
        mark: &str,
        says: &str,
        remedy: Option<&str>,
    ) -> io::Result<()> {
        let remedy = remedy.filter(|remedy| !remedy.is_empty());
        if self.output.json {
            let ok = match mark {
                "ok" => Some(true),
                "!" => Some(false),
                _ => None,
            };
            let line = json!({"check": check, "ok": ok, "says": says, "remedy": remedy});
            self.output.json_line(&line)?;
        } else {
            let remedy = remedy.map_or(String::new(), |remedy| format!("; {remedy}"));
            let role = match mark {
                "ok" => Role::Ok,
                "!" => Role::Danger,
                _ => Role::Dim,
            };
            self.output.styled(role, &visible(mark))?;
            let gap = " ".repeat(4_usize.saturating_sub(mark.len()));
            let line = format!("{gap}{check:<9} {says}{remedy}");
            self.output.line(&[visible(&line)])?;
        }
        // The next step may take long.
        self.output.flush()
    }
}

/// `doctor`. Changes nothing. Ends with the first failure's exit code.
pub(super) fn run(cli: &Cli, named: Option<&str>, output: &mut Output) -> ExitResult {
    let mut report = Report { output, code: exit::DONE };
    let version = env!("CARGO_PKG_VERSION");
    let system = format!("{version} on {} {}", std::env::consts::OS, std::env::consts::ARCH);
    report.good("larder", &system)?;
    report.note("terminal", &checks::terminal())?;
    match check_files() {
        Ok(()) => report.good("files", "enough can be opened")?,
        Err(why) => report.bad("files", &why)?,
    }
    let (config, environment) = match settings(cli) {
        Ok(settings) => settings,
        Err(why) => {
            report.bad("config", &why)?;
            return Ok(report.code);
        }
    };
    report.output.theme = painted::theme(&config, report.output.terminal)?;
    let files: Vec<_> = config.files().map(|file| file.display().to_string()).collect();
    report.good(
        "config",
        &match &*files {
            [] => "no config file: all is as by default".to_owned(),
            files => files.join(", with "),
        },
    )?;
    if let Some(warning) = config.warning() {
        report.note("config", &warning)?;
    }
    let resolved = match config.resolve(named.or(cli.target()), &environment) {
        Ok(resolved) => resolved,
        Err(why) => {
            let problem = why.problem.lines().next().unwrap_or_default().trim_end_matches(':');
            report.bad("target", &Error { problem: problem.to_owned(), ..why.clone() })?;
            return Ok(report.code);
        }
    };
    let label = resolved.target.label();
    let by = resolved.profile.as_ref().map_or(String::new(), |name| format!("profile {name}, "));
    report.good("target", &format!("{label} ({by}from {})", resolved.source.name()))?;
    let mut config = config;
    config.read_only |= resolved.read_only;
    if let Target::Remote(there) = &resolved.target {
        let words = format!("the larder of {} goes on:", there.host);
        report.note("ssh", &words)?;
        let there = remote::command(there, cli, &config)?;
        return Ok(if report.code == exit::DONE { there } else { report.code });
    }
    let runtime = super::runtime()?;
    runtime.block_on(reach(&config, &resolved.target, &mut report))?;
    runtime.shutdown_background();
    Ok(report.code)
}

/// The steps from the network to the records; each is tried only if the one before it went well.
async fn reach(config: &Config, target: &Target, report: &mut Report<'_>) -> io::Result<()> {
    let _logged_in = match ending::log_in(target, &config.options()) {
        Ok(logged_in) => logged_in,
        Err(why) => return report.bad("ssh", &why),
    };
    if let Target::Redis(redis) = target {
        if let Some(hop) = &redis.ssh {
            report.good("ssh", &format!("logged in to {hop}"))?;
        }
        let hosts = match &redis.endpoint {
            // The host in between looks these names up.
            _ if redis.ssh.is_some() => &[],
            Endpoint::Tcp(host) => std::slice::from_ref(host),
            Endpoint::Sentinel { hosts, .. } | Endpoint::Cluster(hosts) => hosts,
            Endpoint::Unix(_) => &[],
        };
        for host in hosts {
            match network::reach(config, host).await {
                Ok((addresses, connected)) => {
                    report.good("dns", &addresses)?;
                    report.good("tcp", &connected)?;
                }
                // Another Sentinel or node may do; connecting tells.
                Err((step, why)) if hosts.len() > 1 => report.note(step, &why.problem)?,
                Err((step, why)) => return report.bad(step, &why),
            }
        }
        match (&redis.tls, storage::certificate(target, &config.options()).await) {
            (None, _) => report.note("tls", &unsecured(redis))?,
            (_, Ok(Some(shown))) => checks::certificate(&shown, report)?,
            (_, Ok(None)) => report.note("tls", "on")?,
            // Another Sentinel or node may do; connecting tells.
            (_, Err(why)) if hosts.len() > 1 => report.note("tls", &why.problem)?,
            (_, Err(why)) => return report.bad("tls", &why),
        }
    }
    let begun = Instant::now();
    let storage = match storage::connect(target, &config.options()).await {
        Ok(storage) => storage,
        Err(why) => return report.bad("login", &why),
    };
    report.good("login", &format!("connected in {}", text::span(begun.elapsed())))?;
    let storage = &*storage;
    match storage.server().await {
        Ok(server) => {
            told_of(&server, config, report)?;
            if server.unusable.is_some() {
                return Ok(());
            }
        }
        Err(why) => report.bad("server", &why)?,
    }
    if let Ok(examined) = storage::examine(target, &config.options()).await {
        checks::examined(&examined, report)?;
    }
    records(storage, report).await?;
    let mut events = storage.watch(None, channel::Sender::new(Interest::default()).subscribe());
    match timeout(config.command_timeout, events.next()).await {
        Ok(Some(WatchEvent::Source(WatchSource::None { why }))) => report.note("changes", &why)?,
        Ok(Some(WatchEvent::Source(source))) => report.good("changes", &source.in_words())?,
        _ => report.note("changes", "not known how they are told")?,
    }
    Ok(())
}

/// A sentence on who can read the traffic of a server without TLS.
fn unsecured(redis: &RedisTarget) -> String {
    match (&redis.ssh, &redis.endpoint) {
        (Some(hop), _) => format!("off: what is sent can be read between {hop} and the server"),
        (None, Endpoint::Unix(_)) => "off: a socket leads no further than this machine".to_owned(),
        (None, Endpoint::Tcp(_) | Endpoint::Sentinel { .. } | Endpoint::Cluster(_)) => {
            "off: what is sent can be read on the way".to_owned()
        }
    }
}

fn told_of(server: &ServerInfo, config: &Config, report: &mut Report<'_>) -> io::Result<()> {
    let role = match (server.is_directory(), server.cluster, server.replica) {
        (true, ..) => "",
        (_, true, _) => ", a cluster",
        (_, _, true) => ", a replica",
        _ if server.role_hidden => ", a primary or a replica",
        _ => ", a primary",
    };
    let name = match (server.product.as_str(), server.version.as_str()) {
        ("", _) => "its name and version are hidden".to_owned(),
        (product, version) => format!("{product} {version}").trim_end().to_owned(),
    };
    report.good("server", &format!("{name}{role}"))?;
    if let Some(latency) = server.latency {
        report.note("latency", &format!("a round trip takes {}", text::span(latency)))?;
    }
    if let Some(why) = &server.unusable {
        report.bad("server", why)?;
    }
    let told = server.unusable.as_ref().map(Error::to_string);
    for note in server.notes.iter().filter(|note| Some(*note) != told.as_ref()) {
        report.note("rights", note)?;
    }
    let writes = match (server.replica || server.cluster, config.read_only) {
        (true, _) => "refused: the server is a replica or a cluster",
        (_, true) => config.read_only_why,
        _ => "larder's settings refuse none; none is tried",
    };
    report.note("writes", writes)
}

/// Lists and reads, as the browser does.
async fn records(storage: &dyn Storage, report: &mut Report<'_>) -> io::Result<()> {
    let stores = match all_stores(storage).await {
        Ok(stores) => stores,
        Err(why) => return report.bad("stores", &why),
    };
    report.good("stores", &text::plural(stores.len() as u64, "store"))?;
    checks::ends(storage, &stores, report).await?;
    let Some(store) = stores.iter().find(|store| store.records.is_some_and(|records| records > 0))
    else {
        return report.note("values", "there is no record to try");
    };
    let first = match first_key(storage, &store.store).await {
        Ok(first) => first,
        Err(why) => return report.bad("keys", &why),
    };
    report.good("keys", &format!("those of {} are listed", store.store))?;
    let Some(key) = first else { return Ok(()) };
    match storage.read(&store.store, &key, Want::Meta).await {
        Ok(_) => report.good("values", "records can be read"),
        Err(why) => report.bad("values", &why),
    }
}

async fn first_key(storage: &dyn Storage, store: &StoreName) -> Result<Option<Key>> {
    let mut pages = storage.scan(store, Scan { order: Order::First(1), ..Scan::default() });
    let page = pages.next().await.transpose()?;
    Ok(page.and_then(|page| page.iter().next().map(|row| row.to_meta().key)))
}
