//! The console beside the agent's door: what a page takes with many calls in the log, and what calls
//! cost and wait while pages are loaded all the time.
//!
//! ```text
//! cargo bench --profile dist --bench console [-- CALLS]
//! ```
//!
//! `rejoinder serve` runs pinned to one core with an SQLite store, the load on another. The log is
//! filled with 100,000 calls through the door, unless the argument says otherwise. Then every page
//! without parts in its address is loaded again and again, and timed from request to the last byte.
//! Then rounds alternate between calls alone and calls while four browsers load pages, first a hundred
//! a second, then without a pause: the CPU time of the threads that answer agents, by call, which
//! pages are only asked for on; and how long calls wait that come at a steady rate. Some calls fail
//! before all others, so that the last error is far back. Linux only: it reads `/proc` and runs
//! `taskset`.

#![expect(clippy::print_stdout, reason = "it prints its figures")]

mod browsers;
#[path = "../kit/load.rs"]
mod load;
#[path = "../load/offered.rs"]
#[expect(dead_code, reason = "nobody is refused here")]
mod offered;
#[path = "../kit/process.rs"]
#[expect(dead_code, reason = "memory is measured by `door`")]
mod process;

use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use browsers::{Browsers, Page};
use offered::{Pace, call};
use process::Process;

/// What fills the log.
const CALLS: usize = 100_000;
const LOADS: usize = 30;
const ROUNDS: usize = 7;
const REQUESTS: usize = 20_000;
const CONNECTIONS: usize = 16;
/// What a browser rests between two pages: four of them load a hundred a second, or as many as come.
const RESTS: [Duration; 2] = [Duration::from_millis(40), Duration::ZERO];
/// Calls a second whose waiting is measured, and for how long.
const RATE: f64 = 1_000.0;
const TIME: Duration = Duration::from_secs(5);

fn main() {
    let calls = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(CALLS);
    process::pin_self_to_last_core();
    let body = std::fs::read_to_string("fixtures/requests/typical-3kb.json").expect("a fixture");
    let server = start(&body);
    let failing = body.replace("\"order-status\"", "\"fail\"");
    call(server.process.address, &failing, Pace::Closed { connections: 1 }, Duration::from_millis(50));
    load::run(server.process.address, &body, calls, CONNECTIONS);
    server.until_written(calls as u64);
    println!("{calls} calls in the log, SQLite; the median of {LOADS} loads\n");
    println!("{:>32} {:>10} {:>10} {:>10}", "page", "median", "longest", "CPU");
    for page in &server.pages {
        let before = server.process.cpu();
        let mut times: Vec<Duration> = (0..LOADS).map(|_| page.load(server.process.address)).collect();
        let cpu = (server.process.cpu() - before) / LOADS as u32;
        times.sort_unstable();
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        println!(
            "{:>32} {:>7.1} ms {:>7.1} ms {:>7.1} ms",
            page.path,
            ms(times[LOADS / 2]),
            ms(times[LOADS - 1]),
            ms(cpu)
        );
    }
    cost(&server, &body);
    waiting(&server);
}

/// The CPU time of the threads that answer agents, by call.
fn cost(server: &Served, body: &str) {
    let round = || {
        let before = server.process.cpu_answering();
        load::run(server.process.address, body, REQUESTS, CONNECTIONS);
        (server.process.cpu_answering() - before) / REQUESTS as u32
    };
    round();
    println!("\nCPU per call of the threads that answer agents, median of {ROUNDS} alternating rounds");
    for rest in RESTS {
        let (mut quiet, mut busy, mut loaded) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            quiet.push(round());
            let browsers = Browsers::start(server.process.address, &server.pages, rest);
            busy.push(round());
            loaded.push(browsers.stop());
        }
        loaded.sort_by(f64::total_cmp);
        let (quiet, busy) = (median(quiet), median(busy));
        println!(
            "{:>32} {:>7.1} µs\n{:>32} {:>7.1} µs, {:.0} pages a second, ratio {:.2}",
            "alone",
            quiet.as_nanos() as f64 / 1000.0,
            "with a busy console",
            busy.as_nanos() as f64 / 1000.0,
            loaded[ROUNDS / 2],
            busy.as_secs_f64() / quiet.as_secs_f64(),
        );
    }
}

/// How long calls take that come at a steady rate, on one core that is shared with pages.
fn waiting(server: &Served) {
    let body = r#"{"fulfillmentInfo":{"tag":"order-status"},"sessionInfo":{"parameters":{"customer_name":"Ada","order_id":"42"}}}"#;
    let offered =
        || call(server.process.address, body, Pace::Open { rate: RATE, connections: CONNECTIONS }, TIME);
    let quiet = offered();
    let browsers = Browsers::start(server.process.address, &server.pages, RESTS[0]);
    let busy = offered();
    let loaded = browsers.stop();
    println!("\nwaiting for an answer at {RATE} calls a second, all on one core");
    for (what, outcome) in [("alone", quiet), ("with a busy console", busy)] {
        let ms = |quantile| outcome.quantile(quantile).as_secs_f64() * 1000.0;
        println!("{what:>32} p50 {:.2} ms, p99 {:.2} ms", ms(0.5), ms(0.99));
    }
    println!("{:>32} {loaded:.0} pages a second", "");
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

struct Served {
    process: Process,
    token: String,
    pages: Vec<Page>,
}

impl Served {
    /// Waits until the log has so many calls.
    fn until_written(&self, calls: u64) {
        let begun = Instant::now();
        let written = || -> u64 {
            let text = browsers::get(self.process.address, "/metrics", &self.token);
            let lines = text.lines().filter(|line| line.starts_with("rejoinder_activity_"));
            lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()).sum()
        };
        while written() < calls {
            assert!(begun.elapsed() < Duration::from_secs(60), "{} of {calls} calls are written", written());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn start(body: &str) -> Served {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}", folder.path().join("rejoinder.db").display());
    let file = format!("[demo]\nenabled = true\n[store]\nurl = {url:?}\n[activity]\nenabled = \"on\"\n");
    std::fs::write(folder.path().join("rejoinder.toml"), file).expect("written");
    let rejoinder = env!("CARGO_BIN_EXE_rejoinder");
    let mut command = Command::new(rejoinder);
    let made = command.args(["token", "create", "--role", "admin"]).current_dir(folder.path()).output();
    let made = made.expect("a token");
    let token = String::from_utf8(made.stdout).expect("text").trim().to_owned();
    let arguments =
        |address: SocketAddr| ["serve", "--bind", &address.to_string()].map(str::to_owned).to_vec();
    let (process, _) = Process::start(rejoinder.as_ref(), arguments, folder, body);
    let pages = rejoinder::server::console_pages().into_iter();
    let pages =
        pages.filter(|(method, path, _)| method == "GET" && !path.contains(['{']) && !path.contains("sign"));
    let pages = pages.map(|(_, path, _)| Page { path: path.to_owned(), token: token.clone() }).collect();
    Served { process, token, pages }
}
