//! The agent's door beside a bare actix-web server, both pinned to one core, in one run.
//!
//! ```text
//! cargo bench --profile dist --bench door
//! ```
//!
//! The bare server parses the same body into a `serde_json::Value` and answers the same
//! `order-status` reply, without a log. Rejoinder runs as `rejoinder serve` does, its access log
//! written to a file; then with one `header` check besides, so that everything is on that a service
//! has: log, metrics, duplicates (every call has an id of its own), deadline, check. Compared are
//! CPU time per request (user and system, of all the server's threads), the time from start to the
//! first 200, and idle memory (PSS). Rounds alternate, so that a noisy machine disturbs both; the
//! median counts. Linux only: it reads `/proc` and runs `taskset`.

#![expect(clippy::print_stdout, reason = "it prints its figures")]

mod bare;
#[path = "../kit/load.rs"]
mod load;
mod logged;
#[path = "../kit/process.rs"]
mod process;
#[path = "../kit/rounds.rs"]
mod rounds;
mod told;

use std::time::Duration;

use process::Process;
use rounds::{ROUNDS, median};

const STARTS: usize = 21;
const CONNECTIONS: [usize; 3] = [1, 16, 64];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["bare", address] => return bare::serve(address),
        // For a look at one server with a profiler.
        ["load", address, file, requests, connections] => {
            process::pin_self_to_last_core();
            let body = std::fs::read_to_string(file).expect("a file");
            let number = |text: &str| text.parse().expect("a number");
            return load::run(
                address.parse().expect("an address"),
                &body,
                number(requests),
                number(connections),
            );
        }
        // The rows of the activity log alone.
        ["logged", ..] => {
            process::pin_self_to_last_core();
            return logged::compare();
        }
        // With a caller check alone.
        ["whole", ..] => {
            process::pin_self_to_last_core();
            return whole();
        }
        // The rows of subscriptions alone.
        ["told", ..] => {
            process::pin_self_to_last_core();
            return told::compare();
        }
        _ => {}
    }
    process::pin_self_to_last_core();
    println!(
        "CPU per request of the server, median of {ROUNDS} alternating rounds; ratio = rejoinder / bare\n"
    );
    println!("{:>8} {:>12} {:>12} {:>12} {:>8}", "body", "connections", "bare", "rejoinder", "ratio");
    for (name, requests) in [("typical-3kb", 20_000), ("large-40kb", 4_000)] {
        let body = std::fs::read_to_string(format!("fixtures/requests/{name}.json")).expect("a fixture");
        for connections in CONNECTIONS {
            let (bare, rejoinder) = cpu_per_request(&body, requests, connections, Kind::Rejoinder);
            println!(
                "{:>6} B {connections:>12} {:>9.1} µs {:>9.1} µs {:>8.2}",
                body.len(),
                bare.as_nanos() as f64 / 1000.0,
                rejoinder.as_nanos() as f64 / 1000.0,
                rejoinder.as_secs_f64() / bare.as_secs_f64(),
            );
        }
    }
    whole();
    logged::compare();
    told::compare();
    let start = |kind| median((0..STARTS).map(|_| start_one(kind).1).collect());
    let (bare, rejoinder) = (start(Kind::Bare), start(Kind::Rejoinder));
    println!(
        "\nstart to first 200: bare {:.1} ms, rejoinder {:.1} ms, ratio {:.2} (median of {STARTS})",
        bare.as_secs_f64() * 1000.0,
        rejoinder.as_secs_f64() * 1000.0,
        rejoinder.as_secs_f64() / bare.as_secs_f64(),
    );
    for kind in [Kind::Bare, Kind::Rejoinder] {
        let (process, _) = start_one(kind);
        std::thread::sleep(Duration::from_millis(300));
        println!("idle memory (PSS) of {kind:?}: {:.1} MiB", process.pss_kib() as f64 / 1024.0);
    }
}

fn whole() {
    println!("\nthe same with everything on, a caller check included\n");
    for (name, requests) in [("typical-3kb", 20_000), ("large-40kb", 4_000)] {
        let body = std::fs::read_to_string(format!("fixtures/requests/{name}.json")).expect("a fixture");
        let (bare, whole) = cpu_per_request(&body, requests, 16, Kind::Whole);
        println!(
            "{:>6} B {:>12} {:>9.1} µs {:>9.1} µs {:>8.2}",
            body.len(),
            16,
            bare.as_nanos() as f64 / 1000.0,
            whole.as_nanos() as f64 / 1000.0,
            whole.as_secs_f64() / bare.as_secs_f64(),
        );
    }
}

fn cpu_per_request(body: &str, requests: usize, connections: usize, kind: Kind<'_>) -> (Duration, Duration) {
    let (bare, _) = start_one(Kind::Bare);
    let (rejoinder, _) = start_one(kind);
    rounds::cpu_per_request(&bare, &rejoinder, body, requests, connections)
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind<'u> {
    Bare,
    Rejoinder,
    /// With a caller check, as a service has it.
    Whole,
    /// With the activity log at this `store.url`; empty keeps it in memory.
    Logged(&'u str),
    /// Without the log, and with a store in which subscriptions are; it sends what it tells, or leaves that to others.
    Told {
        url: &'u str,
        sends: bool,
    },
}

pub(crate) fn start_one(kind: Kind<'_>) -> (Process, Duration) {
    let body = r#"{"fulfillmentInfo":{"tag":"order-status"},"sessionInfo":{"parameters":{"customer_name":"Ada","order_id":"42"}}}"#;
    let folder = tempfile::tempdir().expect("a folder");
    let own = std::env::current_exe().expect("this program");
    let (name, value) = load::KEY;
    let check = format!("{{ kind = \"header\", name = \"{name}\", values = [\"{value}\"] }}");
    let settings = match kind {
        Kind::Bare => String::new(),
        // On loopback the log would be on by itself.
        Kind::Rejoinder => "[activity]\nenabled = \"off\"\n".to_owned(),
        Kind::Whole => format!("[activity]\nenabled = \"off\"\n[auth]\nany_of = [{check}]\n"),
        Kind::Logged(url) => format!("[store]\nurl = {url:?}\n[activity]\nenabled = \"on\"\n"),
        Kind::Told { url, sends } => format!(
            "[store]\nurl = {url:?}\n[activity]\nenabled = \"off\"\n[delivery]\nsend = {sends}\n\
             [outbound]\ndangerous_allow_http = true\nallow_networks = [\"127.0.0.0/8\"]\n"
        ),
    };
    let file = format!("[demo]\nenabled = true\n{settings}");
    std::fs::write(folder.path().join("rejoinder.toml"), file).expect("written");
    match kind {
        Kind::Bare => Process::start(
            own.as_os_str(),
            |address| vec!["bare".to_owned(), address.to_string()],
            folder,
            body,
        ),
        Kind::Rejoinder | Kind::Whole | Kind::Logged(_) | Kind::Told { .. } => Process::start(
            env!("CARGO_BIN_EXE_rejoinder").as_ref(),
            |address| ["serve", "--bind", &address.to_string()].map(str::to_owned).to_vec(),
            folder,
            body,
        ),
    }
}
