//! Checking a request in place, beside building a `serde_json::Value` of it.
//!
//! ```text
//! cargo bench --profile dist --bench parse
//! ```

#![expect(clippy::print_stdout, reason = "it prints its figures")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rejoinder::protocol::Envelope;
use serde_json::Value;

fn main() {
    println!("{:>14} {:>8} {:>12} {:>12} {:>8}", "body", "bytes", "Value", "Envelope", "ratio");
    for name in ["minimal-tag", "typical-3kb", "large-40kb"] {
        let Ok(body) = std::fs::read(format!("fixtures/requests/{name}.json")) else { continue };
        let body = Bytes::from(body);
        let value = time(|| drop(black_box(serde_json::from_slice::<Value>(black_box(&body)))));
        let envelope = time(|| drop(black_box(Envelope::parse(black_box(&body)))));
        let ratio = envelope.as_secs_f64() / value.as_secs_f64();
        println!("{name:>14} {:>8} {value:>12.1?} {envelope:>12.1?} {ratio:>8.2}", body.len());
    }
}

/// The fastest of many rounds: what the machine does when nothing else disturbs it.
fn time(work: impl Fn()) -> Duration {
    const CALLS: u32 = 200;
    let round = || {
        let started = Instant::now();
        (0..CALLS).for_each(|_| work());
        started.elapsed() / CALLS
    };
    (0..100).map(|_| round()).min().unwrap_or_default()
}
