//! The server at ten times the load it can answer: what those wait who get an answer, and who does not.
//!
//! ```text
//! cargo bench --profile dist --bench load
//! ```
//!
//! Three kinds of handlers, each served by `rejoinder serve` pinned to one core, the load on another:
//!
//! - `awaiting`: 20 ms that only wait, with 16 places, as of an upstream that is asked;
//! - `blocking`: 5 ms that hold a thread, with 4 threads and 4 places;
//! - `computing`: the demo's `order-status` with a body of 3 KB, which costs nothing but the core. Its
//!   queue is that of the kernel: at ten times as many connections as saturate it.
//!
//! First unloaded, with one call at a time; then saturated, with as many callers as get the most
//! answers; then ten times the calls of that, sent at their time whether or not others were
//! answered, and timed from then; then unloaded again. Linux only: it reads `/proc` and runs `taskset`.

#![expect(clippy::print_stdout, reason = "it prints its figures")]

#[path = "../kit/load.rs"]
#[expect(dead_code, reason = "the load is another one here")]
mod load;
mod offered;
#[path = "../kit/process.rs"]
#[expect(dead_code, reason = "CPU time is measured by `door`")]
mod process;

use std::time::Duration;

use offered::{Outcome, Pace};
use process::Process;

const UNLOADED: Duration = Duration::from_secs(3);
const LOADED: Duration = Duration::from_secs(10);
/// Enough that the next call is never late because all connections wait for answers, and few enough
/// for the usual limit of 1024 open files.
const CONNECTIONS: usize = 700;

struct Scenario {
    name: &'static str,
    body: String,
    settings: &'static str,
    /// So many callers at once get the most answers.
    saturating: usize,
    /// Whether places bound it; otherwise it is the core.
    places: bool,
}

fn main() {
    process::pin_self_to_last_core();
    let nap = |tag, ms| {
        format!(r#"{{"fulfillmentInfo":{{"tag":"{tag}"}},"sessionInfo":{{"parameters":{{"ms":{ms}}}}}}}"#)
    };
    let scenarios = [
        Scenario {
            name: "awaiting",
            body: nap("slow", 20),
            settings: "max_in_flight = 16\n",
            saturating: 16,
            places: true,
        },
        Scenario {
            name: "blocking",
            body: nap("block", 5),
            settings: "max_in_flight = 4\nhandler_threads = 4\n",
            saturating: 4,
            places: true,
        },
        Scenario {
            name: "computing",
            body: std::fs::read_to_string("fixtures/requests/typical-3kb.json").expect("a fixture"),
            settings: "",
            saturating: 32,
            places: false,
        },
    ];
    for scenario in &scenarios {
        scenario.run();
    }
}

impl Scenario {
    fn run(&self) {
        let process = self.start();
        let call = |pace, time| offered::call(process.address, &self.body, pace, time);
        let memory_before = process.pss_kib();
        let unloaded = call(Pace::Closed { connections: 1 }, UNLOADED);
        let saturated = call(Pace::Closed { connections: self.saturating }, LOADED);
        let overload = if self.places {
            Pace::Open { rate: saturated.rate() * 10.0, connections: CONNECTIONS }
        } else {
            Pace::Closed { connections: self.saturating * 10 }
        };
        let overloaded = call(overload, LOADED);
        let memory_peak = process.pss_kib();
        let recovered = call(Pace::Closed { connections: 1 }, UNLOADED);
        let memory_after = process.pss_kib();

        println!("{}", self.name);
        println!("{:>14} {:>10} {:>10} {:>10} {:>9} {:>6}", "", "answers/s", "p50", "p99", "503", "other");
        for (phase, outcome) in [
            ("unloaded", &unloaded),
            ("saturated", &saturated),
            ("ten times", &overloaded),
            ("unloaded again", &recovered),
        ] {
            println!("{phase:>14} {outcome}");
        }
        let ratio = overloaded.quantile(0.99).as_secs_f64() / unloaded.quantile(0.99).as_secs_f64();
        let mib = |kib| kib as f64 / 1024.0;
        println!("{:>14} p99 of accepted calls, ten times / unloaded: {ratio:.2}", "");
        println!(
            "{:>14} memory (PSS): {:.1} MiB before, {:.1} under load, {:.1} after\n",
            "",
            mib(memory_before),
            mib(memory_peak),
            mib(memory_after)
        );
    }

    fn start(&self) -> Process {
        let folder = tempfile::tempdir().expect("a folder");
        let file = format!("[demo]\nenabled = true\n[server]\n{}", self.settings);
        std::fs::write(folder.path().join("rejoinder.toml"), file).expect("written");
        let arguments = |address: std::net::SocketAddr| {
            ["serve", "--bind", &address.to_string()].map(str::to_owned).to_vec()
        };
        Process::start(env!("CARGO_BIN_EXE_rejoinder").as_ref(), arguments, folder, &self.body).0
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ms = |quantile| self.quantile(quantile).as_secs_f64() * 1000.0;
        write!(
            f,
            "{:>10.0} {:>7.2} ms {:>7.2} ms {:>9} {:>6}",
            self.rate(),
            ms(0.5),
            ms(0.99),
            self.shed,
            self.other
        )
    }
}
