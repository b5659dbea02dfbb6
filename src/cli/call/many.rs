//! `--repeat`: the same turn again and again, and what the calls came to together.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};

use crate::emulator::{Caller, Tally, Turn};

pub(super) async fn run(
    caller: &Caller,
    turn: &Turn,
    calls: usize,
    concurrency: usize,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let mut turn = turn.clone();
    // One session for all: only the turns differ.
    if turn.session.is_empty() {
        turn.session = turn.request()?.session_info.map(|session| session.session).unwrap_or_default();
    }
    let one = || async { anyhow::Ok(caller.call(&turn.request()?).await?) };
    let mut under_way = stream::iter(0..calls).map(|_| Box::pin(one())).buffer_unordered(concurrency);
    let (mut tally, mut progress) = (Tally::default(), Progress::new(calls));
    while let Some(called) = under_way.next().await {
        let called = called.inspect_err(|_| progress.end())?;
        tally.add(&called);
        progress.show(&tally)?;
    }
    progress.end();
    let mut out = io::stdout().lock();
    if json {
        writeln!(out, "{}", serde_json::to_string_pretty(&tally)?)?;
    } else {
        write(&mut out, &tally)?;
    }
    Ok(if tally.events().is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn write(out: &mut impl Write, tally: &Tally) -> io::Result<()> {
    let latency = tally.latency();
    writeln!(out, "{:<10} {}", "calls", tally.calls())?;
    for (name, ms) in [
        ("min", latency.min),
        ("p50", latency.p50),
        ("p90", latency.p90),
        ("p99", latency.p99),
        ("max", latency.max),
    ] {
        writeln!(out, "{name:<10} {ms:.1} ms")?;
    }
    counts(out, "answers", tally.statuses())?;
    counts(out, "events", tally.events())
}

fn counts<K: Display>(out: &mut impl Write, name: &str, counts: &BTreeMap<K, usize>) -> io::Result<()> {
    counts.iter().enumerate().try_for_each(|(index, (what, count))| {
        let name = if index == 0 { name } else { "" };
        writeln!(out, "{name:<10} {count} x {what}")
    })
}

/// A line on a terminal that tells how far it is.
struct Progress {
    calls: usize,
    shown: Option<Instant>,
    is_terminal: bool,
}

impl Progress {
    fn new(calls: usize) -> Self {
        Self { calls, shown: None, is_terminal: io::stderr().is_terminal() }
    }

    fn show(&mut self, tally: &Tally) -> io::Result<()> {
        const PAUSE: Duration = Duration::from_millis(100);
        if !self.is_terminal || self.shown.is_some_and(|shown| shown.elapsed() < PAUSE) {
            return Ok(());
        }
        self.shown = Some(Instant::now());
        let failed: usize = tally.events().values().sum();
        write!(io::stderr(), "\r{} of {} calls, {failed} failed ", tally.calls(), self.calls)
    }

    /// Removes the line.
    fn end(&mut self) {
        if self.shown.take().is_some() {
            eprint!("\r\x1b[K");
        }
    }
}
