//! Standard error behind a short buffer.
//!
//! A write costs a busy server more than making the line does, so lines gather for a moment and go
//! out together: after 20 ms, from 32 KiB on, at an error, and when the server ends. A process that
//! is killed outright loses the lines of those 20 ms.

use std::io::Write as _;
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};
use std::time::Duration;

const DELAY: Duration = Duration::from_millis(20);
const FULL: usize = 32 * 1024;

#[derive(Debug)]
struct Buffer {
    lines: Mutex<Vec<u8>>,
    /// Told when the first line comes into an empty buffer.
    filled: Condvar,
}

static BUFFER: Buffer = Buffer { lines: Mutex::new(Vec::new()), filled: Condvar::new() };

/// Starts the thread that writes regularly; without it, every line is urgent.
fn has_flusher() -> bool {
    static FLUSHER: OnceLock<bool> = OnceLock::new();
    *FLUSHER.get_or_init(|| {
        let flusher = std::thread::Builder::new().name("log".to_owned()).stack_size(64 * 1024);
        flusher.spawn(flush_regularly).is_ok()
    })
}

/// Adds what `write` appends; writes it out at once if it is urgent.
pub(super) fn append(urgent: bool, write: impl FnOnce(&mut Vec<u8>)) {
    let urgent = urgent || !has_flusher();
    // A panic while a line was made leaves half a line at worst.
    let mut lines = BUFFER.lines.lock().unwrap_or_else(PoisonError::into_inner);
    let first = lines.is_empty();
    write(&mut lines);
    if urgent || lines.len() >= FULL {
        write_out(&mut lines);
    } else if first {
        BUFFER.filled.notify_one();
    }
}

/// Writes out everything.
pub(super) fn flush() {
    write_out(&mut BUFFER.lines.lock().unwrap_or_else(PoisonError::into_inner));
}

fn write_out(lines: &mut Vec<u8>) {
    // A closed standard error is no reason to fail a call.
    let _ = std::io::stderr().write_all(lines);
    lines.clear();
}

fn flush_regularly() {
    loop {
        let lines = BUFFER.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = BUFFER.filled.wait_while(lines, |lines| lines.is_empty());
        drop(lines);
        std::thread::sleep(DELAY);
        flush();
    }
}
