//! What the tests stand on: an HTTP client that can misbehave, a served door, the real process, upstreams.

mod certificates;
mod client;
mod hold;
mod http2;
mod judged;
pub(crate) mod package;
mod program;
mod secure;
mod served;
pub(crate) mod stores;
mod upstream;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

pub(crate) use certificates::Identity;
pub(crate) use client::{Answer, Connection, Request};
pub(crate) use http2::{Http2, read as http2_answer};
pub(crate) use judged::Judged;
pub(crate) use program::{Ended, Program, run, run_with};
pub(crate) use secure::SecureClient;
pub(crate) use served::{Served, config};
pub(crate) use upstream::{Received, Reply, Upstream};

/// How long anything may take before a test gives up on it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// The text of a file in `fixtures/`, such as `requests/minimal`.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = fixtures().join(format!("{name}.json"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of a folder's fixtures, such as `requests/minimal`, sorted.
pub(crate) fn fixtures_in(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(fixtures().join(folder)).expect("the folder is there");
    let names = entries.filter_map(|entry| {
        let path = entry.expect("readable").path();
        let stem = path.file_stem()?.to_str()?;
        (path.extension()? == "json").then(|| format!("{folder}/{stem}"))
    });
    let mut names: Vec<String> = names.collect();
    names.sort();
    assert!(!names.is_empty(), "{folder} holds fixtures");
    names
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The body of a call of `tag` with these session parameters, in a turn of its own.
pub(crate) fn call(tag: &str, parameters: &Value) -> Vec<u8> {
    static TURN: AtomicUsize = AtomicUsize::new(1);
    let turn = TURN.fetch_add(1, Ordering::Relaxed);
    let agent = "projects/example-project/locations/global/agents/example-agent";
    let request = json!({
        "detectIntentResponseId": format!("example-response-{turn}"),
        "fulfillmentInfo": { "tag": tag },
        "pageInfo": { "currentPage": format!("{agent}/flows/orders/pages/START_PAGE"), "displayName": "Start Page" },
        "sessionInfo": { "session": format!("{agent}/sessions/example-session"), "parameters": parameters },
        "languageCode": "en",
    });
    request.to_string().into_bytes()
}

/// Ends a program with SIGTERM, which `script` passes on to the one that it runs; SIGKILL would leave that.
pub(crate) fn terminate(child: &mut std::process::Child) {
    let told = std::process::Command::new("kill").arg(child.id().to_string()).status();
    if !told.is_ok_and(|status| status.success()) {
        let _ = child.kill();
    }
    let _ = child.wait();
}

/// Asks again and again until the answer is yes; fails when [`PATIENCE`] ends.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "{what}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
