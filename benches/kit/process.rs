//! A server as a process of its own, pinned to the first core, and what it uses.

use std::ffi::OsStr;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
    /// Holds the log, and the configuration if there is one.
    folder: tempfile::TempDir,
}

impl Process {
    /// Starts `program` with the arguments that `arguments` gives for its address, in `folder`; tells
    /// how long it took to answer `body` with 200.
    pub(crate) fn start(
        program: &OsStr,
        arguments: impl FnOnce(SocketAddr) -> Vec<String>,
        folder: tempfile::TempDir,
        body: &str,
    ) -> (Self, Duration) {
        let address = free_address();
        let log = std::fs::File::create(folder.path().join("log")).expect("a log");
        let mut command = Command::new("taskset");
        command.args(["-c", "0"]).arg(program).args(arguments(address));
        command.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let started = Instant::now();
        let child = command.spawn().expect("taskset");
        let process = Self { child, address, folder };
        while !super::load::answers(address, body) {
            if started.elapsed() > Duration::from_secs(10) {
                let log = std::fs::read_to_string(process.folder.path().join("log"));
                panic!("{program:?} does not answer; it says: {log:?}");
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        (process, started.elapsed())
    }

    /// CPU time of all threads so far.
    pub(crate) fn cpu(&self) -> Duration {
        self.cpu_of("")
    }

    /// The same of the threads whose names begin so.
    pub(crate) fn cpu_of(&self, name: &str) -> Duration {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("a process");
        let of_task = |task: std::io::Result<std::fs::DirEntry>| -> Option<u64> {
            let task = task.ok()?.path();
            if !std::fs::read_to_string(task.join("comm")).ok()?.starts_with(name) {
                return None;
            }
            let times = std::fs::read_to_string(task.join("schedstat")).ok()?;
            times.split(' ').next()?.parse().ok()
        };
        Duration::from_nanos(tasks.filter_map(of_task).sum())
    }

    /// That of the threads that answer calls, on which what a call waits for is done.
    pub(crate) fn cpu_answering(&self) -> Duration {
        self.cpu_of("actix-server")
    }

    /// Proportional set size in KiB.
    pub(crate) fn pss_kib(&self) -> u64 {
        let maps =
            std::fs::read_to_string(format!("/proc/{}/smaps_rollup", self.child.id())).expect("a process");
        let line = maps.lines().find(|line| line.starts_with("Pss:")).expect("a size");
        line.split_whitespace().nth(1).expect("a number").parse().expect("a number")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port")
}

/// The load must not take time from the servers' core.
pub(crate) fn pin_self_to_last_core() {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    assert!(cores > 1, "this needs two cores: one for the server, one for the load");
    let core = (cores - 1).to_string();
    let own = std::process::id().to_string();
    let pinned = Command::new("taskset").args(["-cp", &core, &own]).stdout(Stdio::null()).status();
    assert!(pinned.is_ok_and(|status| status.success()), "taskset (Debian: util-linux) is needed");
}
