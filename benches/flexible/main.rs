//! A tag served through a flexible webhook beside a bare actix-web and reqwest proxy, in one run.
//!
//! ```text
//! cargo bench --profile dist --bench flexible
//! ```
//!
//! Both take the same webhook call, make the same request of an upstream on loopback (three values
//! in the address, ten in the body), take five values out of its answer of 3 KB and set them as
//! parameters. Both are pinned to one core, the load and the upstream to another; compared is CPU
//! time per call of the servers, the median of alternating rounds. Then the time of rendering and
//! mapping alone, and its share of the whole call. Linux only, as `door`.

#![expect(clippy::print_stdout, reason = "it prints its figures")]

mod bare;
#[path = "../kit/load.rs"]
mod load;
#[path = "../kit/process.rs"]
#[expect(dead_code, reason = "memory is measured by `door`")]
mod process;
mod resource;
#[path = "../kit/rounds.rs"]
mod rounds;
mod upstream;

use std::hint::black_box;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use process::Process;
use rejoinder::config::Semantics;
use rejoinder::flexible::function::World;
use rejoinder::flexible::{Exchange, Scope};
use rejoinder::protocol::Envelope;
use rejoinder::protocol::webhook::Webhook;
use rounds::ROUNDS;

const CALLS: usize = 12_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let ["bare", address, upstream] = arguments[..] {
        return bare::serve(address, upstream);
    }
    process::pin_self_to_last_core();
    let upstream = upstream::start();
    let body = std::fs::read_to_string("fixtures/requests/typical-3kb.json").expect("a fixture");
    println!(
        "CPU per call of the server, median of {ROUNDS} alternating rounds; ratio = rejoinder / bare proxy\n"
    );
    println!("{:>12} {:>12} {:>12} {:>8}", "connections", "bare proxy", "rejoinder", "ratio");
    let mut whole = Duration::ZERO;
    for connections in [1, 16, 64] {
        let (bare, rejoinder) = cpu_per_call(&body, upstream, connections);
        println!(
            "{connections:>12} {:>9.1} µs {:>9.1} µs {:>8.2}",
            micros(bare),
            micros(rejoinder),
            rejoinder.as_secs_f64() / bare.as_secs_f64()
        );
        if connections == 16 {
            whole = rejoinder;
        }
    }
    let (render, map) = alone(&body);
    let share = (render + map).as_secs_f64() / whole.as_secs_f64();
    println!(
        "\nrendering {} ns, mapping {} ns: {:.0} % of a call with 16 connections",
        render.as_nanos(),
        map.as_nanos(),
        share * 100.0
    );
}

fn micros(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1000.0
}

fn cpu_per_call(body: &str, upstream: SocketAddr, connections: usize) -> (Duration, Duration) {
    let own = std::env::current_exe().expect("this program");
    let folder = || tempfile::tempdir().expect("a folder");
    let bare = |address: SocketAddr| vec!["bare".to_owned(), address.to_string(), upstream.to_string()];
    let (bare, _) = Process::start(own.as_os_str(), bare, folder(), body);
    let settings = folder();
    resource::write(settings.path(), upstream);
    let serve = |address: SocketAddr| ["serve", "--bind", &address.to_string()].map(str::to_owned).to_vec();
    let (rejoinder, _) = Process::start(env!("CARGO_BIN_EXE_rejoinder").as_ref(), serve, settings, body);
    rounds::cpu_per_request(&bare, &rejoinder, body, CALLS, connections)
}

struct Epoch;

impl World for Epoch {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }

    fn random(&self) -> f64 {
        0.0
    }
}

/// Rendering a request, and taking parameters out of an answer: the fastest of many rounds.
fn alone(body: &str) -> (Duration, Duration) {
    let webhook = resource::webhook(SocketAddr::from(([127, 0, 0, 1], 80)));
    let webhook = Webhook::parse(webhook.to_string().as_bytes()).expect("a webhook");
    let exchange = Exchange::parse(&webhook, Semantics::default()).expect("an exchange");
    let envelope = Envelope::parse(&Bytes::copy_from_slice(body.as_bytes())).expect("a request");
    let render = || {
        let scope = Scope::new(&envelope, Semantics::default(), &Epoch);
        let rendered = exchange.render(black_box(&scope)).expect("a request");
        assert!(rendered.problems.is_empty(), "{:?}", rendered.problems);
        black_box(rendered);
    };
    let answer = upstream::answer();
    let map = || drop(black_box(exchange.read(200, black_box(answer.as_bytes())).expect("parameters")));
    (fastest(render), fastest(map))
}

fn fastest(work: impl Fn()) -> Duration {
    const TIMES: u32 = 200;
    let round = || {
        let started = Instant::now();
        (0..TIMES).for_each(|_| work());
        started.elapsed() / TIMES
    };
    (0..100).map(|_| round()).min().unwrap_or_default()
}
