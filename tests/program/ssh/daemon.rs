//! A real OpenSSH server on 127.0.0.1, with keys and accounts of its own.

use std::fmt::Write as _;
use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::programs;
use crate::pty::larder;
use crate::server::test_env;

const PATIENCE: Duration = Duration::from_secs(20);

/// Copies a program by a process of its own: a descriptor of this one, open for writing in a child that
/// another test starts at this moment, would make it busy.
/// A running `sshd` that takes one key; dropping it ends the process and what it serves.
pub(super) struct Daemon {
    child: Option<Child>,
    port: u16,
    folder: tempfile::TempDir,
    /// Root cannot serve without an account of `sshd`'s, so another user does.
    user: String,
}

impl Daemon {
    pub(super) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let root = fs::metadata(folder.path()).unwrap().uid() == 0;
        let user = if root { "nobody".to_owned() } else { output("id", &["-un"]) };
        for name in ["host", "user", "locked", "stranger"] {
            let word = if name == "locked" { "open sesame" } else { "" };
            let file = folder.path().join(name);
            output(
                "ssh-keygen",
                &["-q", "-t", "ed25519", "-N", word, "-f", file.to_str().unwrap()],
            );
        }
        let keys = ["user.pub", "locked.pub"].map(|name| read(&folder.path().join(name)));
        fs::write(folder.path().join("authorized"), keys.concat()).unwrap();
        if root {
            let number = |flag| output("id", &[flag, &user]).parse().ok();
            chown(folder.path().join("host"), number("-u"), number("-g")).unwrap();
        }
        let program = test_env().join("sshd");
        assert!(program.exists(), "{} is missing: run `tests/run` once", program.display());
        // Where the other user can read it.
        for file in fs::read_dir(program).unwrap() {
            let file = file.unwrap().path();
            programs::copy(&file, &folder.path().join(file.file_name().unwrap()));
        }
        // Where what is run there looks for larder, and for its home.
        fs::create_dir(folder.path().join("bin")).unwrap();
        let own = folder.path().join("bin/larder");
        if fs::hard_link(larder(), &own).is_err() {
            programs::copy(Path::new(larder()), &own);
        }
        let known = read(Path::new("/etc/passwd"));
        let known = known.lines().filter(|line| !line.starts_with("nobody:"));
        let nobody = format!("nobody:x:65534:65534::{}:/bin/sh", folder.path().display());
        let known: Vec<&str> = known.chain([nobody.as_str()]).collect();
        fs::write(folder.path().join("passwd"), known.join("\n") + "\n").unwrap();
        // It gives a terminal to the group tty, as only root may, unless the system does so itself.
        let given = read(Path::new("/proc/mounts"));
        let given = given.lines().any(|line| line.starts_with("devpts") && line.contains("gid="));
        let groups = read(Path::new("/etc/group"));
        let groups = groups.lines().filter(|line| given || !line.starts_with("tty:"));
        let groups: Vec<&str> = groups.collect();
        fs::write(folder.path().join("group"), groups.join("\n") + "\n").unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut daemon = Self { child: None, port, folder, user };
        daemon.write_files();
        daemon.run();
        daemon
    }

    fn write_files(&self) {
        let path = |name| self.path(name).display().to_string();
        let server = format!(
            "ListenAddress 127.0.0.1:{}\nHostKey {}\nPidFile none\nAuthorizedKeysFile {}\n\
             StrictModes no\nUsePAM yes\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n\
             SetEnv PATH={}:/usr/bin:/bin\n",
            self.port,
            path("host"),
            path("authorized"),
            path("bin")
        );
        fs::write(self.path("sshd_config"), server).unwrap();
        let mut client = String::new();
        for (host, key) in [("bastion", "user"), ("locked", "locked"), ("stranger", "stranger")] {
            let _ = write!(
                client,
                "Host {host}\n HostName 127.0.0.1\n Port {}\n User {}\n IdentityFile {}\n \
                 IdentitiesOnly yes\n IdentityAgent none\n UserKnownHostsFile {}\n \
                 StrictHostKeyChecking accept-new\n",
                self.port,
                self.user,
                path(key),
                path("known")
            );
        }
        fs::write(self.path("ssh_config"), client).unwrap();
        let script = format!("exec ssh -F {} \"$@\"", path("ssh_config"));
        programs::script(&self.path("ssh"), &script);
    }

    /// Starts it, or starts it again.
    pub(super) fn run(&mut self) {
        let program = self.path("sshd");
        let mut command = if self.user == "nobody" {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]).arg(program);
            // That user has no shell, but for this server.
            command.env("LD_PRELOAD", self.path("libnss_wrapper.so"));
            command.env("NSS_WRAPPER_PASSWD", self.path("passwd"));
            command.env("NSS_WRAPPER_GROUP", self.path("group"));
            command
        } else {
            Command::new(program)
        };
        command.args(["-D", "-e", "-f"]).arg(self.path("sshd_config"));
        command.env("LD_LIBRARY_PATH", self.folder.path());
        let log = fs::File::create(self.path("log")).unwrap();
        self.child = Some(command.stdin(Stdio::null()).stderr(log).spawn().unwrap());
        self.wait("the server listens", || read(&self.path("log")).contains("listening"));
    }

    /// Ends the server, and its connections.
    pub(super) fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let mut all = Vec::from([child.id()]);
        let mut at = 0;
        while let Some(parent) = all.get(at).copied() {
            all.extend(children(parent));
            at += 1;
        }
        for pid in all {
            let _ = Command::new("kill").arg(pid.to_string()).stderr(Stdio::null()).status();
        }
        let _ = child.wait();
    }

    /// The program for larder to run as `ssh`.
    pub(super) fn program(&self) -> String {
        self.path("ssh").display().to_string()
    }

    /// A program in place of `ssh` that adds these options before all others.
    pub(super) fn wrapper(&self, name: &str, exec: &str, options: &str) -> String {
        let config = self.path("ssh_config");
        let file = self.path(name);
        let script = format!("{exec} ssh -F {} {options} \"$@\"", config.display());
        programs::script(&file, &script);
        file.display().to_string()
    }

    /// A folder for temporary files, and how many lie in it.
    pub(super) fn temporary(&self) -> PathBuf {
        let folder = self.path("tmp");
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    pub(super) fn left(&self) -> usize {
        fs::read_dir(self.temporary()).unwrap().count()
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The ids of every `ssh` that uses this configuration, and of those that others go through: these have
    /// another name, which begins with the folder.
    pub(super) fn clients(&self) -> Vec<u32> {
        let config = self.path("ssh_config").display().to_string();
        let folder = format!("ssh: {}", self.folder.path().display());
        let of_it = |pid: &u32| {
            let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            let line = String::from_utf8_lossy(&line);
            line.split('\0').any(|word| word == config) || line.starts_with(&folder)
        };
        processes().filter(of_it).collect()
    }

    pub(super) fn wait_for_a_client(&self) {
        self.wait("ssh runs", || !self.clients().is_empty());
    }

    pub(super) fn wait_for_no_client(&self) {
        self.wait("no ssh is left", || self.clients().is_empty());
    }

    fn wait(&self, what: &str, is: impl Fn() -> bool) {
        let begun = Instant::now();
        while !is() {
            let log = read(&self.path("log"));
            assert!(begun.elapsed() < PATIENCE, "waited for: {what}; {log}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.stop();
    }
}

fn processes() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").unwrap();
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

fn children(parent: u32) -> Vec<u32> {
    let is_child = |pid: &u32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let after = stat.rsplit_once(") ").map_or("", |(_, after)| after);
        after.split(' ').nth(1).is_some_and(|ppid| ppid == parent.to_string())
    };
    processes().filter(is_child).collect()
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}
