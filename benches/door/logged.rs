//! What the activity log adds to a call: the server with it beside the server without.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::process::Process;
use super::{Kind, load, rounds, start_one};

const REQUESTS: usize = 20_000;
const CONNECTIONS: usize = 16;

pub(crate) fn compare() {
    println!("\nwith the activity log, all that it writes included ({CONNECTIONS} connections)\n");
    println!("{:>8} {:>12} {:>12} {:>12} {:>8} {:>8}", "body", "store", "without", "with", "ratio", "kept");
    let folder = tempfile::tempdir().expect("a folder");
    let sqlite = format!("sqlite://{}", folder.path().join("rejoinder.db").display());
    let postgres = std::env::var("REJOINDER_TEST_POSTGRES").ok();
    for (name, requests) in [("typical-3kb", REQUESTS), ("large-40kb", REQUESTS / 5)] {
        let body = std::fs::read_to_string(format!("fixtures/requests/{name}.json")).expect("a fixture");
        for (store, url) in
            [("memory", Some("")), ("SQLite", Some(&sqlite)), ("PostgreSQL", postgres.as_deref())]
        {
            let Some(url) = url else {
                println!("{:>6} B {store:>12} skipped, REJOINDER_TEST_POSTGRES is not set", body.len());
                continue;
            };
            let ((without, _), (with, _)) = (start_one(Kind::Rejoinder), start_one(Kind::Logged(url)));
            let plain = || load::run(without.address, &body, requests, CONNECTIONS);
            let logged = || {
                let before = Noted::of(&with);
                load::run(with.address, &body, requests, CONNECTIONS);
                // What waits to be written is a part of what it costs.
                before.wait_for(&with, requests as u64);
            };
            let [base, cost] = rounds::alternate([&plain, &logged], [&without, &with], requests);
            let noted = Noted::of(&with);
            println!(
                "{:>6} B {store:>12} {:>9.1} µs {:>9.1} µs {:>8.2} {:>6.1} %",
                body.len(),
                base.as_nanos() as f64 / 1000.0,
                cost.as_nanos() as f64 / 1000.0,
                cost.as_secs_f64() / base.as_secs_f64(),
                100.0 * noted.written as f64 / (noted.written + noted.lost) as f64,
            );
        }
    }
}

/// What the server has written to its log, and what not.
#[derive(Debug, Clone, Copy)]
struct Noted {
    written: u64,
    lost: u64,
}

impl Noted {
    fn of(process: &Process) -> Self {
        let text = metrics(process.address);
        let value = |name: &str| -> u64 {
            let lines = text.lines().filter(|line| line.starts_with(name));
            lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()).sum()
        };
        Self {
            written: value("rejoinder_activity_written_total"),
            lost: value("rejoinder_activity_lost_total"),
        }
    }

    fn wait_for(self, process: &Process, more: u64) {
        let begun = Instant::now();
        let before = self.written + self.lost;
        loop {
            let now = Self::of(process);
            if now.written + now.lost >= before + more {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "not written: {self:?} {now:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn metrics(address: SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).expect("a server");
    stream
        .write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}
