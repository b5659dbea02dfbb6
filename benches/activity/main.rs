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
    // `-- sqlite` or `-- postgres` measures one of them, a number makes so many invocations instead of a million.
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let calls = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(MILLION);
    let one = arguments.into_iter().find(|argument| argument.parse::<i64>().is_err());
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
        println!("\n{}: {calls} invocations", database.name);
        drop(serve(&database, "30d"));
        ask::present(&database.token("viewer"));
        let begun = Instant::now();
        database.fill(calls);
        println!("filled in {:.0} s, {:.1} GiB\n", begun.elapsed().as_secs_f64(), database.gibibytes());
        pages(&database);
        packs(&database, calls);
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
        ("a session", "/api/sessions/s-5000".to_owned()),
        ("a text in every call", "/api/invocations?text=order_id".to_owned()),
        ("a text in none", "/api/invocations?text=no-such-text".to_owned()),
        ("a text among what failed", "/api/invocations?text=no-such-text&status=failed".to_owned()),
        ("one invocation", format!("/api/invocations/{id}")),
        ("how many there are", "/api/invocations/count".to_owned()),
        ("how many failed", "/api/invocations/count?status=failed".to_owned()),
        ("how many in a day failed", "/api/invocations/count?status=failed&start=48h&end=24h".to_owned()),
        ("seven days by webhook", "/api/invocations/counts".to_owned()),
        ("seven days by tag", "/api/invocations/counts?by=tag".to_owned()),
        ("console: the log", "/console/activity".to_owned()),
        ("console: a page in the middle", format!("/console/activity?after={middle}")),
        ("console: what failed of a tag", "/console/activity?status=failed&tag=order-status".to_owned()),
        (
            "console: a day of an environment",
            "/console/activity?environment=draft&start=48h&end=24h".to_owned(),
        ),
        ("console: a text in none", "/console/activity?text=no-such-text".to_owned()),
        ("console: new rows", "/console/activity/tail".to_owned()),
        ("console: one invocation", format!("/console/activity/{id}")),
        ("console: conversations", "/console/conversations".to_owned()),
        ("console: conversations in the middle", format!("/console/conversations?after={middle}")),
        ("console: a conversation", "/console/conversations/s-5000".to_owned()),
    ];
    measure(&server, &paths);
    replaying(&server, database);
}

/// What failed in a day, looked at before it is made again.
fn replaying(server: &Process, database: &Database) {
    ask::present(&database.token("editor"));
    let paths =
        [("console: replay what failed in a day", "/console/activity/replay?start=48h&end=24h".to_owned())];
    measure(server, &paths);
    ask::present(&database.token("viewer"));
}

/// The same with as many more that came in a crowd.
fn packs(database: &Database, calls: i64) {
    let server = serve(database, "30d");
    let begun = Instant::now();
    crowd::come(server.address, calls);
    // Its end is in no hurry to be written.
    let newest = ask::get(server.address, "/api/invocations?page_size=1");
    let id = newest["invocations"][0]["id"].as_str().expect("an id").to_owned();
    println!(
        "\nand {calls} more in a crowd, in {:.0} s, {:.1} GiB\n",
        begun.elapsed().as_secs_f64(),
        database.gibibytes()
    );
    let end = begun.elapsed().as_secs() / 2;
    let middle = ask::get(server.address, &format!("/api/invocations?page_size=1&end={end}s"));
    let middle = middle["invocations"][0]["id"].as_str().expect("an id").to_owned();
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
        ("a session", "/api/sessions/crowd-5000".to_owned()),
        ("a session that is none", "/api/sessions/no-such".to_owned()),
        ("a text in every call", "/api/invocations?text=order_id".to_owned()),
        ("a text in none", "/api/invocations?text=no-such-text".to_owned()),
        ("a text among what failed", "/api/invocations?text=no-such-text&status=failed".to_owned()),
        ("one invocation", format!("/api/invocations/{id}")),
        ("how many there are", "/api/invocations/count".to_owned()),
        ("how many failed", "/api/invocations/count?status=failed".to_owned()),
        ("how many of a rare tag", "/api/invocations/count?tag=rare-in-packs".to_owned()),
        ("seven days by tag", "/api/invocations/counts?by=tag".to_owned()),
        ("console: the log", "/console/activity".to_owned()),
        ("console: what failed of a tag", "/console/activity?status=failed&tag=no-such-handler".to_owned()),
        ("console: a text in none", "/console/activity?text=no-such-text".to_owned()),
        ("console: one invocation", format!("/console/activity/{id}")),
        ("console: conversations", "/console/conversations".to_owned()),
        ("console: conversations in the middle", format!("/console/conversations?after={middle}")),
        ("console: a conversation", "/console/conversations/crowd-5000".to_owned()),
    ];
    measure(&server, &paths);
    replaying(&server, database);
}

fn measure(server: &Process, paths: &[(&str, String)]) {
    println!("{:<44} {:>8} {:>10} {:>10}", "", "found", "median", "longest");
    for (what, path) in paths {
        let mut times = Vec::new();
        let mut found = String::new();
        for _ in 0..TIMES {
            let begun = Instant::now();
            let is_page = path.starts_with("/console");
            if is_page {
                let page = ask::page(server.address, path);
                times.push(begun.elapsed());
                found = ask::rows(&page);
            } else {
                let answer = ask::get(server.address, path);
                times.push(begun.elapsed());
                found = ask::size(&answer);
            }
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
