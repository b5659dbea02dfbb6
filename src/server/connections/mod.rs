//! The connections that are open, and which of them are closed because they have no use.
//!
//! actix cuts a slow head on a new HTTP/1 connection, and idle ones that send nothing at all. It
//! waits without end for the first byte of a plain connection, for the rest of a later head, for an
//! HTTP/2 connection that answers pings, and for a client that does not take its answers; and when
//! the server stops it tells HTTP/2 connections nothing. So every connection is watched here, below
//! HTTP: by what is read and written, and by the calls it has. A thread of its own looks at all of
//! them from time to time, however busy the others are.
//!
//! No call pays for this with more than a few counters; time is counted in ticks of that thread.

mod accept;
mod connection;
mod handshakes;
mod http;
mod stream;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub(super) use accept::listen;
use connection::{Busy, Listed, Times};
pub(crate) use connection::{Connection, Overfull};
use handshakes::Handshakes;

/// When connections are closed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// How long one may be without a call.
    pub(crate) keep_alive: Duration,
    /// How long a client may take for a step.
    pub(crate) client_timeout: Duration,
    /// How many may be open.
    pub(crate) most: usize,
    /// How many calls an HTTP/2 connection may have at once.
    pub(crate) most_streams: usize,
    /// How many TLS handshakes are made in a second; 0 for what the cores can bear.
    pub(crate) handshakes: usize,
}

/// actix reads the clock this often: its timers ring so much too early.
const COARSE: Duration = Duration::from_millis(500);

/// That there are too many connections is said at most this often.
const TOLD_EVERY: Duration = Duration::from_secs(10);

/// All connections of a server.
#[derive(Debug, Clone)]
pub(crate) struct Connections(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    rules: Rules,
    tick: Duration,
    /// The present; 0 stands for never.
    now: AtomicU64,
    open: Mutex<HashMap<u64, Arc<Connection>>>,
    next: AtomicU64,
    handshakes: Handshakes,
    /// When it was last said that there are too many.
    told: AtomicU64,
}

impl Connections {
    pub(crate) fn new(rules: Rules) -> Self {
        // Four looks within the time of a step: nothing lasts much longer than it may.
        let tick = (rules.client_timeout / 4).clamp(Duration::from_millis(10), Duration::from_millis(250));
        Self(Arc::new(Shared {
            rules,
            tick,
            now: AtomicU64::new(1),
            open: Mutex::default(),
            next: AtomicU64::new(0),
            handshakes: Handshakes::new(rules.handshakes),
            told: AtomicU64::new(0),
        }))
    }

    /// Starts looking after them, until what this gives is dropped.
    pub(crate) fn watch(&self) -> std::io::Result<Watch> {
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let shared = Arc::clone(&self.0);
        std::thread::Builder::new().name("connections".to_owned()).spawn(move || {
            // An error other than "nothing came" is the end of the other side.
            while stopped.recv_timeout(shared.tick) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                shared.look();
            }
        })?;
        Ok(Watch { _stop: stop })
    }

    /// Ends every connection as soon as it has no call, and reads nothing more from it.
    pub(crate) fn close(&self) {
        for connection in self.0.open().values() {
            connection.close();
        }
    }

    /// Waits until none is left, at most so long.
    pub(crate) async fn closed(&self, time: Duration) {
        let gone = async {
            while !self.0.open().is_empty() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        // Whoever takes longer is cut off by the server's end.
        let _ = tokio::time::timeout(time, gone).await;
    }

    /// Whether there is one.
    pub(crate) fn any(&self) -> bool {
        !self.0.open().is_empty()
    }

    /// Lists a new connection. When there are too many the idlest ones make room; when all are busy
    /// there is none.
    fn list(&self, local: SocketAddr) -> Option<Listed> {
        let shared = &self.0;
        let mut open = shared.open();
        if open.len() >= shared.rules.most {
            let room = make_room(&open, shared.rules.most);
            shared.tell(room);
            if !room {
                return None;
            }
        }
        let id = shared.next.fetch_add(1, Relaxed);
        let connection = Arc::new(Connection::new(shared, id, local));
        open.insert(connection.id, Arc::clone(&connection));
        Some(Listed(connection))
    }
}

/// Ends idle connections, the idlest first. Several at once, because looking for them takes time.
fn make_room(open: &HashMap<u64, Arc<Connection>>, most: usize) -> bool {
    let leaving = open.values().filter(|connection| connection.closing.load(Relaxed)).count();
    if open.len() - leaving < most {
        // Those who were told to go before are still on their way.
        return open.len() < most.saturating_mul(2);
    }
    let mut idle: Vec<&Arc<Connection>> = open.values().filter(|connection| connection.is_idle()).collect();
    idle.sort_unstable_by_key(|connection| (connection.idle_since.load(Relaxed), connection.id));
    idle.truncate((most / 16).max(1));
    idle.iter().for_each(|connection| connection.close());
    !idle.is_empty()
}

/// Looks after connections until it is dropped.
#[derive(Debug)]
pub(crate) struct Watch {
    _stop: std::sync::mpsc::Sender<()>,
}

impl Shared {
    fn open(&self) -> MutexGuard<'_, HashMap<u64, Arc<Connection>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says now and then that there are too many connections.
    fn tell(&self, room: bool) {
        let (now, told) = (self.now.load(Relaxed), self.told.load(Relaxed));
        let due = told == 0 || now - told > self.ticks(TOLD_EVERY);
        if due && self.told.compare_exchange(told, now, Relaxed, Relaxed).is_ok() {
            let most = self.rules.most;
            let what = if room { "the idlest are closed" } else { "all are busy, new ones are turned away" };
            tracing::warn!(target: "rejoinder::overload", most, "{most} connections are open: {what}");
        }
    }

    /// So many ticks; one more, because the present one has begun before.
    fn ticks(&self, time: Duration) -> u64 {
        time.as_nanos().div_ceil(self.tick.as_nanos()) as u64 + 1
    }

    /// Lets a tick pass, and closes what has no use.
    fn look(&self) {
        let now = self.now.fetch_add(1, Relaxed) + 1;
        self.handshakes.pass(self.tick);
        let ticks = |time| self.ticks(time);
        let Rules { client_timeout, keep_alive, .. } = self.rules;
        let times = Times {
            step: ticks(client_timeout),
            // actix closes an idle HTTP/1 connection first, and answers 408 to a first head; these are
            // for what it lets pass.
            head: ticks(client_timeout + COARSE * 2),
            idle: ticks(keep_alive + client_timeout + COARSE),
            idle_http2: ticks(keep_alive),
        };
        for connection in self.open().values() {
            connection.look(now, &times);
        }
    }
}

/// How many connections there may be: as configured, or so many that the process has files left for
/// what it needs besides.
pub(crate) fn most(configured: usize) -> usize {
    const AUTOMATIC: usize = 8192;
    if configured > 0 {
        return configured;
    }
    let files = std::fs::read_to_string("/proc/self/limits").ok().and_then(|limits| open_files(&limits));
    files.map_or(AUTOMATIC, |files| (files / 4 * 3).clamp(16, AUTOMATIC))
}

fn open_files(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests;
