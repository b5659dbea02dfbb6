//! What it costs to verify callers: one program with and without checks, all pinned to one core, in one run.
//!
//! ```text
//! cargo bench --profile dist --features testing --bench callers
//! ```
//!
//! Compared is CPU time per request (user and system, of all threads) of `rejoinder serve` with its demo:
//! without a check; with a `header` check; with `service_agent` and one token again and again, as an agent
//! sends it; and with `service_agent` and another token at every call. Rounds alternate; the median counts.
//! Linux only: it reads `/proc` and runs `taskset`.

#![expect(clippy::print_stdout, reason = "it prints its figures")]

#[path = "kit/load.rs"]
mod load;
#[path = "kit/process.rs"]
mod process;
#[path = "kit/rounds.rs"]
#[expect(dead_code, reason = "comparing two is for others")]
mod rounds;

use std::time::Duration;

use process::Process;
use rejoinder::testing::Issuer;
use rounds::{ROUNDS, alternate};

const REQUESTS: usize = 20_000;
/// Another token each: signing them takes longer than verifying.
const FRESH: usize = 1_000;
const CONNECTIONS: usize = 16;

fn main() {
    let issuer = Issuer::start();
    // One issue for all rounds, the one to warm up included; none comes twice.
    let fresh: Vec<String> =
        (0..FRESH * (ROUNDS + 1)).map(|number| token(&issuer, number + 10_000)).collect();
    let repeated = [token(&issuer, 9_999)];
    process::pin_self_to_last_core();
    let body = std::fs::read_to_string("fixtures/requests/typical-3kb.json").expect("a fixture");
    let check = format!(
        "{{ kind = \"service_agent\", project_number = \"42\", audience = [\"bench\"], jwks_url = \"{}\" }}",
        issuer.jwks_url()
    );
    // A header of its own cannot be sent by this load; the bearer token is a header's value like another.
    let header =
        format!("{{ kind = \"header\", name = \"Authorization\", values = [\"Bearer {}\"] }}", repeated[0]);
    let [open, header, again, other] = ["", &header, &check, &check].map(|check| start(check, &body));
    let load = |process: &Process, tokens: &[String], requests: usize| {
        load::run_with(process.address, &body, requests, CONNECTIONS, tokens);
    };
    let [plain, secret, cached] = alternate(
        [&|| load(&open, &[], REQUESTS), &|| load(&header, &repeated, REQUESTS), &|| {
            load(&again, &repeated, REQUESTS)
        }],
        [&open, &header, &again],
        REQUESTS,
    );
    let [plain_few, verified] =
        alternate([&|| load(&open, &[], FRESH), &|| load(&other, &fresh, FRESH)], [&open, &other], FRESH);
    println!(
        "CPU per request of {} B with {CONNECTIONS} connections, median of {ROUNDS} alternating rounds; ratio to no check\n",
        body.len()
    );
    for (name, time, base) in [
        ("no check", plain, plain),
        ("header", secret, plain),
        ("service_agent, one token", cached, plain),
        ("service_agent, another token each", verified, plain_few),
    ] {
        println!("{name:>34} {:>8.1} µs {:>6.2}", micros(time), micros(time) / micros(base));
    }
    let [without, with] = [&open, &other].map(|process| process.pss_kib() as f64 / 1024.0);
    println!("\nmemory (PSS): {without:.1} MiB without a check, {with:.1} MiB with {} tokens", fresh.len());
}

fn micros(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1000.0
}

/// All of one length, so that one can take another's place.
fn token(issuer: &Issuer, number: usize) -> String {
    issuer.service_agent("42").audience("bench").claim("sub", number.to_string()).sign()
}

fn start(check: &str, body: &str) -> Process {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = format!("[demo]\nenabled = true\n[auth]\nany_of = [{check}]\n");
    std::fs::write(folder.path().join("rejoinder.toml"), settings).expect("written");
    let program = env!("CARGO_BIN_EXE_rejoinder").as_ref();
    let arguments =
        |address: std::net::SocketAddr| ["serve", "--bind", &address.to_string()].map(str::to_owned).to_vec();
    Process::start(program, arguments, folder, body).0
}
