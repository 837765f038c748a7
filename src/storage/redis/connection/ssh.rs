//! The way to a server through the user's own `ssh`.
//!
//! Each connection is `ssh -W HOST:PORT HOP`, which carries it over its standard input and output: so it ends
//! with larder, however larder ends. The first of them logs in, and may ask the user; the others go through
//! it, over a socket in a private folder, and ask nothing.

pub(in crate::storage) mod master;
mod process;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite};

use self::process::Process;
#[cfg(feature = "tui")]
pub(crate) use self::process::own_variables;
use crate::model::{Error, ErrorKind, Result, in_words};
use crate::scratch::{self, Scratch};
use crate::storage::Options;
use crate::storage::target::{Endpoint, Host, RedisTarget, SshHop};

/// A login by `ssh`, which ends when this is dropped.
pub struct LoggedIn(Tunnel);

impl Drop for LoggedIn {
    fn drop(&mut self) {
        self.0.0.end();
    }
}

/// Logs in where the target is reached through another host; see
/// [`storage::log_in`](crate::storage::log_in).
pub(in crate::storage) fn log_in(
    target: &RedisTarget,
    options: &Options,
) -> Result<Option<LoggedIn>> {
    let Some(tunnel) = tunnel(target, options)? else { return Ok(None) };
    let host = match &target.endpoint {
        Endpoint::Tcp(host) => Some(host),
        Endpoint::Sentinel { hosts, .. } | Endpoint::Cluster(hosts) => hosts.first(),
        Endpoint::Unix(_) => None,
    };
    if let Some(host) = host {
        tunnel.log_in(host)?;
    }
    Ok(Some(LoggedIn(tunnel)))
}

/// Ends the processes that this one has started to reach servers, and removes their folders: for an exit
/// without destructors.
#[cfg(feature = "tui")]
pub(in crate::storage) fn end_all() {
    let tunnels: Vec<_> = locked(&TUNNELS).values().filter_map(Weak::upgrade).collect();
    for shared in &tunnels {
        shared.end();
    }
}

/// The way through another host, if the target names one.
pub(super) fn tunnel(target: &RedisTarget, options: &Options) -> Result<Option<Tunnel>> {
    match (&target.ssh, &target.endpoint) {
        (None, _) => Ok(None),
        (Some(_), Endpoint::Unix(_)) => {
            Err(Error::new(ErrorKind::Usage, "a socket cannot be reached through ssh")
                .hint("name a host and a port"))
        }
        (Some(hop), _) => Tunnel::through(hop, options).map(Some),
    }
}

/// Pause between two looks whether `ssh` has logged in.
const LOOK: Duration = Duration::from_millis(20);
/// Pause between two looks whether it goes through another `ssh`.
const CHECK: Duration = Duration::from_millis(700);

/// The tunnels of this process: targets behind the same host share one.
static TUNNELS: Mutex<BTreeMap<SshHop, Weak<Shared>>> = Mutex::new(BTreeMap::new());

/// The way through one host. Cheap to clone; the last clone ends its processes.
#[derive(Clone)]
pub(super) struct Tunnel(Arc<Shared>);

struct Shared {
    hop: SshHop,
    program: PathBuf,
    /// Time limit for the connection to the host itself, in seconds.
    timeout: u64,
    /// Folder of the socket on which the first `ssh` listens for the others.
    folder: Scratch,
    /// The connection by which the user has logged in, until it is used.
    first: Mutex<Option<(String, Process)>>,
    processes: Mutex<Vec<process::Handle>>,
}

impl Tunnel {
    /// The tunnel through this host, a new one if there is none.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if no private folder can be made.
    fn through(hop: &SshHop, options: &Options) -> Result<Self> {
        let mut tunnels = locked(&TUNNELS);
        if let Some(shared) = tunnels.get(hop).and_then(Weak::upgrade) {
            return Ok(Self(shared));
        }
        scratch::sweep(master::end);
        let folder = Scratch::make().map_err(|why| {
            Error::new(ErrorKind::Io, format!("no folder can be made for ssh: {}", in_words(&why)))
        })?;
        let shared = Arc::new(Shared {
            hop: hop.clone(),
            program: options.ssh_program.clone(),
            timeout: options.connect_timeout.as_secs().max(1),
            folder,
            first: Mutex::default(),
            processes: Mutex::default(),
        });
        tunnels.insert(hop.clone(), Arc::downgrade(&shared));
        Ok(Self(shared))
    }

    /// Logs in by a connection to `host`, which the next [`open`](Self::open) uses. `ssh` may ask on the
    /// terminal, and reports its errors there. Waits for as long as the user takes.
    ///
    /// # Errors
    /// [`ErrorKind::Connection`] if `ssh` has ended.
    fn log_in(&self, host: &Host) -> Result<()> {
        let address = host.to_string();
        let spawned = self.spawn(&address, true);
        let process = spawned.map_err(|why| super::super::error::transport(&why, &address))?;
        let begun = Instant::now();
        let mut checks = 1;
        while !self.socket().exists() && !self.marker().exists() {
            if let Some(failed) = process.ended() {
                return Err(failed.error());
            }
            // Where the user's own settings lead through another `ssh`, neither file is made.
            if begun.elapsed() > CHECK * checks {
                checks += 1;
                if self.goes_through_another() {
                    break;
                }
            }
            std::thread::sleep(LOOK);
        }
        process.silence();
        *locked(&self.0.first) = Some((address, process));
        Ok(())
    }

    /// A connection to this host. Errors on the way are reported by its end.
    pub(super) fn open(
        &self,
        host: &Host,
    ) -> io::Result<(impl AsyncRead + Send + Unpin + use<>, impl AsyncWrite + Send + Unpin + use<>)>
    {
        let address = host.to_string();
        let first = locked(&self.0.first).take_if(|(to, _)| *to == address);
        let process = match first {
            Some((_, process)) => process,
            None => self.spawn(&address, false)?,
        };
        process.pipes()
    }

    fn socket(&self) -> PathBuf {
        self.0.folder.path().join(master::SOCKET)
    }

    /// The file that the first `ssh` makes once it has logged in.
    fn marker(&self) -> PathBuf {
        self.0.folder.path().join("logged-in")
    }

    /// Whether this `ssh` goes through another one that exists already.
    fn goes_through_another(&self) -> bool {
        let mut command = self.command(false);
        command.args(["-O", "check", "--", &self.0.hop.destination]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    fn spawn(&self, address: &str, asks: bool) -> io::Result<Process> {
        let hop = &self.0.hop;
        let mut command = self.command(asks);
        command.args(["-a", "-x", "-W", address, "--", &hop.destination]);
        crate::logs::info!("ssh {} to {address}", hop.destination);
        let process = Process::start(command, hop, asks)?;
        let mut processes = locked(&self.0.processes);
        processes.retain(process::Handle::runs);
        processes.push(process.handle());
        Ok(process)
    }

    /// The program with larder's options.
    fn command(&self, asks: bool) -> Command {
        let Shared { hop, program, timeout, .. } = &*self.0;
        let mut command = Command::new(program);
        let batch = if asks { "no" } else { "yes" };
        let options = [
            "ControlMaster=auto".to_owned(),
            format!("ControlPath={}", self.socket().display()),
            "ControlPersist=no".to_owned(),
            format!("ConnectTimeout={timeout}"),
            "ServerAliveInterval=5".to_owned(),
            "ServerAliveCountMax=2".to_owned(),
            "RemoteCommand=none".to_owned(),
            format!("BatchMode={batch}"),
        ];
        for option in &options {
            command.args(["-o", option]);
        }
        if let Some(touch) = touch(&self.marker()).filter(|_| asks) {
            command.args(["-o", "PermitLocalCommand=yes", "-o", &touch]);
        }
        if let Some(port) = hop.port {
            command.args(["-p", &port.to_string()]);
        }
        command
    }
}

impl Shared {
    fn end(&self) {
        locked(&self.first).take();
        locked(&self.processes).drain(..).for_each(|process| process.kill());
        master::end(self.folder.path());
        self.folder.remove();
    }
}

/// The option that makes this file once `ssh` has logged in; `None` for a name that a shell would split.
fn touch(file: &Path) -> Option<String> {
    let name = file.to_str().filter(|name| !name.contains(['\'', '\\', '!']))?;
    Some(format!("LocalCommand=touch '{}'", name.replace('%', "%%")))
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.end();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
