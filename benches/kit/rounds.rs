//! Two servers under the same load in alternating rounds, so that a noisy machine disturbs both.

use std::time::Duration;

use super::load;
use super::process::Process;

pub(crate) const ROUNDS: usize = 7;

/// CPU time per request of each, the median of all rounds.
pub(crate) fn cpu_per_request(
    one: &Process,
    other: &Process,
    body: &str,
    requests: usize,
    connections: usize,
) -> (Duration, Duration) {
    let round = |process: &Process| {
        let before = process.cpu();
        load::run(process.address, body, requests, connections);
        (process.cpu() - before) / requests as u32
    };
    // One round each to warm up.
    round(one);
    round(other);
    let (ones, others): (Vec<_>, Vec<_>) = (0..ROUNDS).map(|_| (round(one), round(other))).unzip();
    (median(ones), median(others))
}

pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
