//! Callers that count what they are told and how long it took.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// When calls are made.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pace {
    /// The next one when the last one has been answered.
    Closed { connections: usize },
    /// So many a second, whatever comes of them.
    Open { rate: f64, connections: usize },
}

/// What came of the calls.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// How long the answered ones took, in order once all is done.
    answered: Vec<Duration>,
    /// How many were answered 503 with `Retry-After`.
    pub(crate) shed: usize,
    /// How many were answered anything else, or not at all.
    pub(crate) other: usize,
    time: Duration,
}

impl Outcome {
    /// Answers a second.
    pub(crate) fn rate(&self) -> f64 {
        self.answered.len() as f64 / self.time.as_secs_f64()
    }

    pub(crate) fn quantile(&self, quantile: f64) -> Duration {
        let last = self.answered.len().saturating_sub(1);
        self.answered.get((last as f64 * quantile).round() as usize).copied().unwrap_or_default()
    }
}

/// Calls for so long.
pub(crate) fn call(address: SocketAddr, body: &str, pace: Pace, time: Duration) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (connections, period) = match pace {
        Pace::Closed { connections } => (connections, None),
        Pace::Open { rate, connections } => {
            (connections, Some(Duration::from_secs_f64(connections as f64 / rate)))
        }
    };
    let request = format!(
        "POST /webhook HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    runtime.block_on(async {
        // Everybody is connected before the first call.
        let streams = (0..connections).map(|_| TcpStream::connect(address));
        let streams = futures_util::future::try_join_all(streams).await.expect("the server listens");
        let begun = Instant::now();
        let callers = streams.into_iter().enumerate().map(|(number, stream)| {
            let first = period.map(|period| begun + period.mul_f64(number as f64 / connections as f64));
            caller(stream, &request, first.zip(period), begun + time)
        });
        let mut whole = Outcome::default();
        for outcome in futures_util::future::join_all(callers).await {
            whole.answered.extend(outcome.answered);
            whole.shed += outcome.shed;
            whole.other += outcome.other;
        }
        whole.time = begun.elapsed();
        whole.answered.sort_unstable();
        whole
    })
}

async fn caller(
    mut stream: TcpStream,
    request: &str,
    due: Option<(Instant, Duration)>,
    end: Instant,
) -> Outcome {
    stream.set_nodelay(true).expect("a socket");
    let (mut outcome, mut answer) = (Outcome::default(), vec![0; 64 << 10]);
    let mut next = due.map(|(first, _)| first);
    loop {
        let mut begun = Instant::now();
        if let (Some(at), Some((_, period))) = (next, due) {
            if begun < at {
                // It may wake up late, for which nobody but this program is to blame.
                tokio::time::sleep_until(at.into()).await;
                begun = Instant::now();
            } else {
                begun = at;
            }
            next = Some(at + period);
        }
        if Instant::now() >= end {
            return outcome;
        }
        match ask(&mut stream, request.as_bytes(), &mut answer).await {
            Some(head) if head.starts_with("HTTP/1.1 200 ") => outcome.answered.push(begun.elapsed()),
            Some(head) if head.starts_with("HTTP/1.1 503 ") && head.contains("\r\nretry-after: ") => {
                outcome.shed += 1;
            }
            Some(_) => outcome.other += 1,
            None => {
                outcome.other += 1;
                return outcome;
            }
        }
    }
}

/// The head of the answer; none if the connection ends before all of it is there.
async fn ask<'a>(stream: &mut TcpStream, request: &[u8], answer: &'a mut [u8]) -> Option<&'a str> {
    stream.write_all(request).await.ok()?;
    let mut length = 0;
    loop {
        let read = stream.read(&mut answer[length..]).await.ok().filter(|read| *read > 0)?;
        length += read;
        let Some(head) = answer[..length].windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        let text = std::str::from_utf8(&answer[..head]).ok()?;
        let body = text.lines().find_map(|line| line.strip_prefix("content-length: "))?;
        if length >= head + 4 + body.trim().parse::<usize>().ok()? {
            return std::str::from_utf8(&answer[..head + 2]).ok();
        }
    }
}
