//! One connection: what is read and written, which calls it has, and when it has no use any more.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll};

use futures_util::task::AtomicWaker;

use super::Shared;

/// So many times more streams than a connection may have are no mistake.
const FLOODED: usize = 4;

/// One connection, as it is seen below HTTP.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(super) shared: Arc<Shared>,
    pub(super) id: u64,
    /// The listener's address.
    pub(crate) local: SocketAddr,
    pub(super) http2: AtomicBool,
    /// Requests whose answer has not been handed over yet.
    pub(super) calls: AtomicUsize,
    /// Since when there is none.
    pub(super) idle_since: AtomicU64,
    /// When the first byte of a request came that is not complete; HTTP/1 alone.
    pub(super) head_since: AtomicU64,
    /// Since when the client takes nothing of what is written.
    pub(super) stalled_since: AtomicU64,
    /// Answers that the client has not taken yet, and when one of them last got on; HTTP/2 alone.
    pub(super) answering: AtomicUsize,
    pub(super) answered_at: AtomicU64,
    /// Nothing more is read: the connection ends when its calls have.
    pub(super) closing: AtomicBool,
    pub(super) closing_since: AtomicU64,
    /// Nothing more is read or written.
    pub(super) cut: AtomicBool,
    pub(super) reading: AtomicWaker,
    pub(super) writing: AtomicWaker,
}

/// How many ticks a connection has.
pub(super) struct Times {
    pub(super) step: u64,
    pub(super) head: u64,
    pub(super) idle: u64,
    pub(super) idle_http2: u64,
}

/// What keeps a connection in the list until it is dropped.
#[derive(Debug)]
pub(super) struct Listed(pub(super) Arc<Connection>);

/// A request that a connection has, until this is dropped.
#[derive(Debug)]
pub(super) struct Busy(pub(super) Arc<Connection>);

/// Marks a request of a connection that has as many already as one may have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Overfull;

impl Connection {
    pub(super) fn new(shared: &Arc<Shared>, id: u64, local: SocketAddr) -> Self {
        Self {
            shared: Arc::clone(shared),
            id,
            local,
            http2: AtomicBool::new(false),
            calls: AtomicUsize::new(0),
            idle_since: AtomicU64::new(shared.now.load(Relaxed)),
            head_since: AtomicU64::new(0),
            stalled_since: AtomicU64::new(0),
            answering: AtomicUsize::new(0),
            answered_at: AtomicU64::new(0),
            closing: AtomicBool::new(false),
            closing_since: AtomicU64::new(0),
            cut: AtomicBool::new(false),
            reading: AtomicWaker::new(),
            writing: AtomicWaker::new(),
        }
    }

    pub(super) fn look(&self, now: u64, times: &Times) {
        let longer = |since: &AtomicU64, ticks| match since.load(Relaxed) {
            0 => false,
            since => now.saturating_sub(since) > ticks,
        };
        let step = times.step;
        let untaken = self.answering.load(Relaxed) > 0 && longer(&self.answered_at, step);
        if untaken || longer(&self.stalled_since, step) || longer(&self.closing_since, step) && self.is_idle()
        {
            self.cut();
        }
        if !self.is_idle() {
            return;
        }
        let idle = if self.http2.load(Relaxed) { times.idle_http2 } else { times.idle };
        if longer(&self.head_since, times.head) || longer(&self.idle_since, idle) {
            self.close();
        }
    }

    /// Counts a request until its answer has been handed over.
    pub(super) fn busy(self: &Arc<Self>) -> (Busy, Option<Overfull>) {
        let before = self.calls.fetch_add(1, Relaxed);
        // Nothing tells an HTTP/2 client that it may have no more. One that goes on although it is
        // refused does not listen.
        if before > self.shared.rules.most_streams.saturating_mul(FLOODED) {
            self.cut();
        }
        self.head_since.store(0, Relaxed);
        let overfull = (before >= self.shared.rules.most_streams).then_some(Overfull);
        (Busy(Arc::clone(self)), overfull)
    }

    /// An answer begins to be handed over.
    pub(super) fn answers(&self) {
        if self.answering.fetch_add(1, Relaxed) == 0 {
            self.progresses();
        }
    }

    /// The client has taken a piece.
    pub(super) fn progresses(&self) {
        self.answered_at.store(self.shared.now.load(Relaxed), Relaxed);
    }

    /// The client has taken an answer, or is gone.
    pub(super) fn answered(&self) {
        self.progresses();
        self.answering.fetch_sub(1, Relaxed);
    }

    pub(super) fn is_idle(&self) -> bool {
        self.calls.load(Relaxed) == 0
    }

    /// Something was read.
    pub(super) fn heard(&self) {
        if self.head_since.load(Relaxed) == 0 && self.is_idle() && !self.http2.load(Relaxed) {
            self.head_since.store(self.shared.now.load(Relaxed), Relaxed);
        }
    }

    pub(super) fn wrote(&self, ready: bool) {
        let stalled = self.stalled_since.load(Relaxed) != 0;
        if stalled == ready {
            let since = if ready { 0 } else { self.shared.now.load(Relaxed) };
            self.stalled_since.store(since, Relaxed);
        }
    }

    pub(super) fn close(&self) {
        if !self.closing.swap(true, Relaxed) {
            self.closing_since.store(self.shared.now.load(Relaxed), Relaxed);
            self.reading.wake();
        }
    }

    /// Ends it whatever is under way.
    pub(super) fn cut(&self) {
        self.cut.store(true, Relaxed);
        self.close();
        self.reading.wake();
        self.writing.wake();
    }

    /// Whether nothing more is to be read; the task is woken when that changes.
    pub(super) fn poll_closing(&self, context: &Context<'_>) -> Poll<()> {
        self.reading.register(context.waker());
        if self.is_closing() { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Whether nothing more is to be read.
    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Relaxed)
    }

    pub(super) fn poll_cut(&self, context: &Context<'_>) -> Poll<()> {
        self.writing.register(context.waker());
        if self.cut.load(Relaxed) { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.0.shared.open().remove(&self.0.id);
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let connection = &self.0;
        connection.idle_since.store(connection.shared.now.load(Relaxed), Relaxed);
        connection.calls.fetch_sub(1, Relaxed);
    }
}
