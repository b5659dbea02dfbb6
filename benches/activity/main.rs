//! A million invocations: how long a page takes, and whether removing old ones stalls those who write.
//!
//! ```text
//! cargo bench --profile dist --bench activity
//! ```
//!
//! `rejoinder serve` makes the schema; the invocations of seven days are then filled in by SQL, which takes
//! a minute, and asked for through the API. PostgreSQL is measured where `REJOINDER_TEST_POSTGRES` is set
//! (`eval "$(tests/postgres.sh start)"`). It needs three gigabytes below the temporary folder for each.

#![expect(clippy::print_stdout, reason = "it prints its figures")]

mod ask;
mod crowd;
mod fill;
#[path = "../kit/load.rs"]
#[expect(dead_code, reason = "other benchmarks use the rest")]
mod load;
#[path = "../kit/process.rs"]
#[expect(dead_code, reason = "other benchmarks use the rest")]
mod process;

use std::time::{Duration, Instant};

use fill::{Database, MILLION};
use process::Process;

const TIMES: usize = 15;
const CALL: &str = r#"{"fulfillmentInfo":{"tag":"order-status"},"sessionInfo":{"session":"projects/p/locations/l/agents/a/sessions/now","parameters":{"customer_name":"Ada","order_id":"42"}}}"#;

fn main() {
    // `-- sqlite` or `-- postgres` measures one of them.
    let one = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    for (name, make) in
        [("sqlite", Database::sqlite as fn() -> Option<Database>), ("postgres", Database::postgres)]
    {
        if one.as_ref().is_some_and(|one| one != name) {
            continue;
        }
        let Some(database) = make() else {
            println!("\nPostgreSQL: skipped, REJOINDER_TEST_POSTGRES is not set");
            continue;
        };
        println!("\n{}: {MILLION} invocations", database.name);
        drop(serve(&database, "30d"));
        ask::present(&database.token());
        let begun = Instant::now();
        database.fill();
        println!("filled in {:.0} s, {:.1} GiB\n", begun.elapsed().as_secs_f64(), database.gibibytes());
        pages(&database);
        packs(&database);
        retention(&database);
    }
}

/// The server of a database, which keeps calls for so long.
fn serve(database: &Database, retention: &str) -> Process {
    let folder = tempfile::tempdir().expect("a folder");
    let file = format!(
        "[demo]\nenabled = true\n[store]\nurl = {:?}\n[activity]\nretention = {retention:?}\n",
        database.url
    );
    std::fs::write(folder.path().join("rejoinder.toml"), file).expect("written");
    let arguments =
        |address: std::net::SocketAddr| ["serve", "--bind", &address.to_string()].map(str::to_owned).to_vec();
    let (process, _) = Process::start(env!("CARGO_BIN_EXE_rejoinder").as_ref(), arguments, folder, CALL);
    process
}

fn pages(database: &Database) {
    let server = serve(database, "30d");
    let newest = ask::get(server.address, "/api/invocations?page_size=1&end=1h");
    let id = newest["invocations"][0]["id"].as_str().expect("an id").to_owned();
    let middle = ask::get(server.address, "/api/invocations?page_size=1&end=84h");
    let middle = middle["invocations"][0]["id"].as_str().expect("an id").to_owned();
    let paths = [
        ("the newest", "/api/invocations".to_owned()),
        ("a page in the middle", format!("/api/invocations?after={middle}")),
        ("the page before it", format!("/api/invocations?before={middle}")),
        ("a window of one minute", "/api/invocations?start=84h&end=5039m".to_owned()),
        ("a common tag", "/api/invocations?tag=order-status".to_owned()),
        ("a tag with 20 calls", "/api/invocations?tag=rare".to_owned()),
        ("what failed", "/api/invocations?status=failed".to_owned()),
        ("one kind of error", "/api/invocations?error_type=upstream_down".to_owned()),
        ("a webhook", "/api/invocations?webhook=Weather+API".to_owned()),
        ("an environment", "/api/invocations?environment=draft".to_owned()),
        (
            "tag, status and environment",
            "/api/invocations?tag=weather&status=failed&environment=prod".to_owned(),
        ),
        ("what there is none of", "/api/invocations?tag=no-such".to_owned()),
        ("a session", "/api/sessions/s-50000".to_owned()),
        ("a text in every call", "/api/invocations?text=order_id".to_owned()),
        ("a text in none", "/api/invocations?text=no-such-text".to_owned()),
        ("a text among what failed", "/api/invocations?text=no-such-text&status=failed".to_owned()),
        ("one invocation", format!("/api/invocations/{id}")),
        ("how many there are", "/api/invocations/count".to_owned()),
        ("how many failed", "/api/invocations/count?status=failed".to_owned()),
        ("how many in a day failed", "/api/invocations/count?status=failed&start=48h&end=24h".to_owned()),
        ("seven days by webhook", "/api/invocations/counts".to_owned()),
        ("seven days by tag", "/api/invocations/counts?by=tag".to_owned()),
    ];
    measure(&server, &paths);
}

/// The same with a million more that came in a crowd.
fn packs(database: &Database) {
    let server = serve(database, "30d");
    let begun = Instant::now();
    crowd::come(server.address, MILLION);
    // Its end is in no hurry to be written.
    let newest = ask::get(server.address, "/api/invocations?page_size=1");
    let id = newest["invocations"][0]["id"].as_str().expect("an id").to_owned();
    println!(
        "\nand {MILLION} more in a crowd, in {:.0} s, {:.1} GiB\n",
        begun.elapsed().as_secs_f64(),
        database.gibibytes()
    );
    let end = begun.elapsed().as_secs() / 2;
    let paths = [
        ("the newest", "/api/invocations".to_owned()),
        ("the oldest of the crowd", format!("/api/invocations?order=oldest&start={}s", 2 * end + 5)),
        ("a page in the middle of the crowd", format!("/api/invocations?end={end}s")),
        ("a tag with 20 calls", "/api/invocations?tag=rare-in-packs".to_owned()),
        ("what failed", "/api/invocations?status=failed".to_owned()),
        (
            "the oldest that failed",
            format!("/api/invocations?status=failed&order=oldest&start={}s", 2 * end + 5),
        ),
        ("one kind of error", "/api/invocations?error_type=unknown_tag".to_owned()),
        ("tag and status", "/api/invocations?tag=order-status&status=success".to_owned()),
        ("what there is none of", "/api/invocations?tag=no-such".to_owned()),
        ("a session", "/api/sessions/crowd-50000".to_owned()),
        ("a session that is none", "/api/sessions/no-such".to_owned()),
        ("a text in every call", "/api/invocations?text=order_id".to_owned()),
        ("a text in none", "/api/invocations?text=no-such-text".to_owned()),
        ("a text among what failed", "/api/invocations?text=no-such-text&status=failed".to_owned()),
        ("one invocation", format!("/api/invocations/{id}")),
        ("how many there are", "/api/invocations/count".to_owned()),
        ("how many failed", "/api/invocations/count?status=failed".to_owned()),
        ("how many of a rare tag", "/api/invocations/count?tag=rare-in-packs".to_owned()),
        ("seven days by tag", "/api/invocations/counts?by=tag".to_owned()),
    ];
    measure(&server, &paths);
}

fn measure(server: &Process, paths: &[(&str, String)]) {
    println!("{:<44} {:>8} {:>10} {:>10}", "", "found", "median", "longest");
    for (what, path) in paths {
        let mut times = Vec::new();
        let mut found = String::new();
        for _ in 0..TIMES {
            let begun = Instant::now();
            let answer = ask::get(server.address, path);
            times.push(begun.elapsed());
            found = ask::size(&answer);
        }
        times.sort_unstable();
        println!("{what:<44} {found:>8} {:>7.1} ms {:>7.1} ms", ms(times[TIMES / 2]), ms(times[TIMES - 1]));
    }
}

/// How long a call and the page that shows it take, at rest and while a day's calls are removed.
fn retention(database: &Database) {
    let server = serve(database, "144h");
    let begun = Instant::now();
    // The oldest one may go between being found and being read.
    let oldest = || {
        let page = ask::get(server.address, "/api/invocations?order=oldest&page_size=1");
        page["invocations"][0]["id"].as_str().map(str::to_owned)
    };
    let first = oldest().expect("an invocation");
    let mut rest = Vec::new();
    let mut removing = Vec::new();
    let mut is_removing = false;
    // It begins after a minute; what is removed takes some seconds.
    while begun.elapsed() < Duration::from_secs(180) {
        let written = Instant::now();
        ask::call(server.address, CALL);
        // A page shows what was written before it: this waits for the writer.
        ask::get(server.address, "/api/invocations?page_size=1");
        let took = written.elapsed();
        let before = is_removing;
        is_removing = oldest().is_none_or(|oldest| oldest != first);
        if is_removing {
            removing.push(took)
        } else {
            rest.push(took)
        }
        if before
            && ask::get(server.address, "/api/invocations?end=145h&page_size=1")["invocations"]
                == serde_json::json!([])
        {
            break;
        }
    }
    println!("\na call, written and shown, while a day's calls are removed ({} rounds)", removing.len());
    for (what, times) in [("at rest", &mut rest), ("while removing", &mut removing)] {
        times.sort_unstable();
        let at = |part: f64| times.get((times.len() as f64 * part) as usize).copied().unwrap_or_default();
        let longest = times.last().copied().unwrap_or_default();
        println!(
            "{what:<44} median {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
            ms(at(0.5)),
            ms(at(0.99)),
            ms(longest)
        );
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
