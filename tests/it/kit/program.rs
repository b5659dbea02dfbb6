//! The real process.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::time::Instant;

use super::{Connection, PATIENCE, until};

/// The command, in `folder` and with nothing of our own environment.
fn command(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rejoinder"));
    command.args(arguments).current_dir(folder).env_clear().envs(environment.iter().copied());
    command
}

/// What a command that ends by itself came to.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) errors: String,
}

/// Runs a command in `folder` to its end.
pub(crate) fn run(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Ended {
    run_with(folder, arguments, environment, b"")
}

/// Runs a command in `folder` to its end, with this on standard input.
pub(crate) fn run_with(
    folder: &Path,
    arguments: &[&str],
    environment: &[(&str, &str)],
    input: &[u8],
) -> Ended {
    let mut command = command(folder, arguments, environment);
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    // A program that fails early does not read it all.
    let _ = stdin.write_all(input);
    drop(stdin);
    let Output { status, stdout, stderr } = child.wait_with_output().expect("the program ends");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Ended { code: status.code(), out: text(stdout), errors: text(stderr) }
}

/// `rejoinder serve`, killed when dropped.
#[derive(Debug)]
pub(crate) struct Program {
    child: Child,
    out: BufReader<ChildStdout>,
    /// The line that told the address.
    pub(crate) first_line: String,
    pub(crate) address: SocketAddr,
    folder: tempfile::TempDir,
}

impl Program {
    /// Serves the demo on a free port, in an empty folder.
    pub(crate) fn serve() -> Self {
        Self::serve_with(&["--bind", "127.0.0.1:0"], &[])
    }

    /// Serves in an empty folder, and waits for the address.
    pub(crate) fn serve_with(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self::serve_in(folder, arguments, environment)
    }

    pub(crate) fn serve_in(
        folder: tempfile::TempDir,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Self {
        let arguments: Vec<&str> = ["serve"].iter().chain(arguments).copied().collect();
        let log = File::create(folder.path().join("log")).expect("a file");
        let mut command = command(folder.path(), &arguments, environment);
        let pipes = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut child = pipes.spawn().expect("the program starts");
        let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut first_line = String::new();
        out.read_line(&mut first_line).expect("a line");
        let address = first_line.split_once("://").and_then(|(_, url)| url.split('/').next());
        let Some(address) = address.and_then(|address| address.parse().ok()) else {
            let _ = child.kill();
            let log = std::fs::read_to_string(folder.path().join("log"));
            panic!("no address in {first_line:?}; log: {log:?}");
        };
        Self { child, out, first_line, address, folder }
    }

    pub(crate) fn connect(&self) -> Connection {
        Connection::open(self.address)
    }

    /// What it has written to standard error.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).expect("a log")
    }

    /// The next lines of standard output, up to one that `last` accepts.
    pub(crate) fn lines(&mut self, last: impl Fn(&str) -> bool) -> String {
        let mut text = String::new();
        loop {
            let start = text.len();
            let read = self.out.read_line(&mut text).expect("a line");
            if read == 0 || last(&text[start..]) {
                return text;
            }
        }
    }

    /// Sends a signal, `TERM` or `INT`.
    pub(crate) fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        let sent = Command::new("/bin/sh").args(["-c", &kill]).status().expect("a shell");
        assert!(sent.success(), "{kill}");
    }

    /// Waits until it has ended; gives its exit code, what it had left to say, and its log.
    pub(crate) fn end(mut self) -> Ended {
        let begun = Instant::now();
        let mut status: Option<ExitStatus> = None;
        until("the program ends", || {
            status = self.child.try_wait().expect("a child");
            status.is_some()
        });
        assert!(begun.elapsed() < PATIENCE);
        let mut out = String::new();
        self.out.read_to_string(&mut out).expect("UTF-8");
        Ended { code: status.and_then(|status| status.code()), out, errors: self.log() }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
