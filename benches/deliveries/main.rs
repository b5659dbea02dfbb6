//! Deliveries per second to a receiver on this machine, and a dead endpoint beside a healthy one.
//!
//! ```text
//! cargo bench --profile dist --bench deliveries
//! ```
//!
//! `rejoinder serve`, on one core, finds a queue that was filled by SQL while it was not running. PostgreSQL is measured
//! where `REJOINDER_TEST_POSTGRES` is set (`eval "$(tests/postgres.sh start)"`); started so, it waits for no disk, and
//! its commits are those of memory.

#![expect(clippy::print_stdout, reason = "it prints its figures")]

#[path = "../kit/load.rs"]
#[expect(dead_code, reason = "other benchmarks use the rest")]
mod load;
#[path = "../kit/process.rs"]
#[expect(dead_code, reason = "other benchmarks use the rest")]
mod process;
mod queue;
mod receiver;

use std::time::{Duration, Instant};

use process::Process;
use queue::{Database, Jobs};
use receiver::Receiver;

/// How many deliveries wait when the server starts.
const BACKLOG: usize = 20_000;
/// Those of the healthy endpoint beside the dead one, and how many come in a second.
const HEALTHY: usize = 2_000;
const RATE: usize = 200;
/// Those that wait for the dead one.
const DEAD: usize = 5_000;

const CALL: &str = r#"{"fulfillmentInfo":{"tag":"order-status"},"sessionInfo":{"session":"projects/p/locations/l/agents/a/sessions/now","parameters":{"customer_name":"Ada","order_id":"42"}}}"#;

fn main() {
    process::pin_self_to_last_core();
    for (name, make) in
        [("SQLite", Database::sqlite as fn() -> Option<Database>), ("PostgreSQL", Database::postgres)]
    {
        let Some(database) = make() else {
            println!("\n{name}: skipped, REJOINDER_TEST_POSTGRES is not set");
            continue;
        };
        drop(serve(&database));
        println!("\n{name}");
        rate(&database);
        for dead in [false, true] {
            latency(&database, dead);
        }
    }
}

fn serve(database: &Database) -> Process {
    let folder = tempfile::tempdir().expect("a folder");
    let file = format!(
        "[demo]\nenabled = true\n[outbound]\nallow_hosts = [\"127.0.0.1\"]\n[store]\nurl = {:?}\n",
        database.url
    );
    std::fs::write(folder.path().join("rejoinder.toml"), file).expect("written");
    let arguments =
        |address: std::net::SocketAddr| ["serve", "--bind", &address.to_string()].map(str::to_owned).to_vec();
    Process::start(env!("CARGO_BIN_EXE_rejoinder").as_ref(), arguments, folder, CALL).0
}

/// How fast a backlog goes out, and what the disk commits.
fn rate(database: &Database) {
    let receiver = Receiver::start(true);
    let webhook = database.webhook(&receiver.url());
    database.fill(&webhook, &Jobs { count: BACKLOG, first_in: Duration::ZERO, apart: Duration::ZERO });
    let commits = database.commits_per_second();
    let server = serve(database);
    receiver.wait(BACKLOG / 10);
    let (begun, before) = (Instant::now(), receiver.count());
    let cpu = server.cpu();
    receiver.wait(BACKLOG);
    let took = begun.elapsed().as_secs_f64();
    let sent = BACKLOG - before;
    let per_second = sent as f64 / took;
    println!("  {per_second:.0} deliveries a second of a backlog of {BACKLOG}");
    println!(
        "  {commits:.0} commits a second by one writer that waits for the disk: {:.1} deliveries for each",
        per_second / commits
    );
    let cpu = (server.cpu() - cpu).as_secs_f64() * 1e6 / sent as f64;
    println!("  {cpu:.0} µs of CPU for each");
    assert_eq!(receiver.count(), BACKLOG, "none twice");
}

/// From when a delivery is due to when it comes, with a dead endpoint beside it or not.
fn latency(database: &Database, dead: bool) {
    let receiver = Receiver::start(true);
    let webhook = database.webhook(&receiver.url());
    let silent = Receiver::start(false);
    if dead {
        let webhook = database.webhook(&silent.url());
        database.fill(&webhook, &Jobs { count: DEAD, first_in: Duration::ZERO, apart: Duration::ZERO });
    }
    let apart = Duration::from_secs(1) / u32::try_from(RATE).expect("a small number");
    database.fill(&webhook, &Jobs { count: HEALTHY, first_in: Duration::from_secs(3), apart });
    let _server = serve(database);
    receiver.wait(HEALTHY);
    let mut late = receiver.late();
    late.sort_unstable();
    let ms = |part: usize| late[(late.len() - 1) * part / 1000] as f64 / 1000.0;
    let what = if dead { "beside a dead endpoint" } else { "alone" };
    println!(
        "  a healthy endpoint, {RATE} a second, {what}: due to received, median {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
        ms(500),
        ms(990),
        ms(1000)
    );
}
