//! Real Crawlee, writing into a directory.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::Value;

use crate::python;

/// Crawlee's own client, in a process of its own.
pub(crate) struct Crawlee {
    child: Child,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
}

impl Crawlee {
    #[allow(clippy::unwrap_used, reason = "a helper of tests, outside #[test]")]
    pub(crate) fn start(folder: &Path) -> Self {
        let mut program =
            python::program("servers/directory/watching/client.py", &[folder.to_str().unwrap()]);
        let mut child = program.stderr(Stdio::inherit()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { input: child.stdin.take(), output, child }
    }

    /// Performs the operations; returns when all are done.
    #[allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper of tests")]
    #[track_caller]
    pub(crate) fn run(&mut self, ops: &Value) {
        writeln!(self.input.as_mut().unwrap(), "{ops}").unwrap();
        self.output.next().expect("Crawlee failed; its errors are above").unwrap();
    }
}

impl Drop for Crawlee {
    fn drop(&mut self) {
        // It ends when there is nothing more to read.
        drop(self.input.take());
        let _ = self.child.wait();
    }
}
