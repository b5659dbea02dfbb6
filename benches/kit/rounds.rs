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
    let plain = |process: &Process| load::run(process.address, body, requests, connections);
    let [one, other] = alternate([&|| plain(one), &|| plain(other)], [one, other], requests);
    (one, other)
}

/// The same for any number of processes, each with a load of its own.
pub(crate) fn alternate<const N: usize>(
    loads: [&dyn Fn(); N],
    processes: [&Process; N],
    requests: usize,
) -> [Duration; N] {
    alternate_parts(loads, processes, requests).map(|[whole, _]| whole)
}

/// The same, and beside it what of it the threads took that answer.
pub(crate) fn alternate_parts<const N: usize>(
    loads: [&dyn Fn(); N],
    processes: [&Process; N],
    requests: usize,
) -> [[Duration; 2]; N] {
    let cpu = |number: usize| [processes[number].cpu(), processes[number].cpu_answering()];
    let round = |number: usize| {
        let [whole, answering] = cpu(number);
        loads[number]();
        let after = cpu(number);
        [after[0] - whole, after[1] - answering].map(|time| time / requests as u32)
    };
    // One round each to warm up.
    for number in 0..N {
        round(number);
    }
    let mut times: [Vec<[Duration; 2]>; N] = std::array::from_fn(|_| Vec::new());
    for _ in 0..ROUNDS {
        (0..N).for_each(|number| times[number].push(round(number)));
    }
    times.map(|times| [0, 1].map(|part| median(times.iter().map(|time| time[part]).collect())))
}

pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
