//! `--repeat`: the same turn again and again, and what the calls came to together.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use futures_util::{StreamExt as _, stream};

use crate::cli::bar::bar;
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
    let (mut tally, bar) = (Tally::default(), bar(calls, "calls"));
    while let Some(called) = under_way.next().await {
        let called = called.inspect_err(|_| bar.finish_and_clear())?;
        tally.add(&called);
        bar.inc(1);
        if !called.verdict.goes_on() {
            bar.set_message(format!("{} failed", tally.events().values().sum::<usize>()));
        }
    }
    bar.finish_and_clear();
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
