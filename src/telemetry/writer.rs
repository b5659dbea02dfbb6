//! Standard error, a line at a time or many.
//!
//! A write costs a busy server more than making the line does. So a line that comes after a pause
//! goes out at once, and those that follow within 20 ms gather and go out together: after that
//! time, from 32 KiB on, at an error, and when the server ends. A process that is killed outright
//! can lose the lines of those 20 ms.

use std::io::Write as _;
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(20);
const FULL: usize = 32 * 1024;

#[derive(Debug)]
struct Gathered {
    lines: Vec<u8>,
    written: Option<Instant>,
}

static GATHERED: Mutex<Gathered> = Mutex::new(Gathered { lines: Vec::new(), written: None });
/// Told when lines begin to gather.
static GATHERING: Condvar = Condvar::new();

impl Gathered {
    fn write_out(&mut self) {
        if self.lines.is_empty() {
            return;
        }
        // A closed standard error is no reason to fail a call.
        let _ = std::io::stderr().write_all(&self.lines);
        self.lines.clear();
        self.written = Some(Instant::now());
    }
}

/// Adds what `write` appends; writes it out at once if it is urgent.
pub(super) fn append(urgent: bool, write: impl FnOnce(&mut Vec<u8>)) {
    // A panic while a line was made leaves half a line at worst.
    let mut gathered = GATHERED.lock().unwrap_or_else(PoisonError::into_inner);
    let first = gathered.lines.is_empty();
    write(&mut gathered.lines);
    let after_pause = first && gathered.written.is_none_or(|written| written.elapsed() >= PAUSE);
    if urgent || after_pause || gathered.lines.len() >= FULL || !has_writer() {
        gathered.write_out();
    } else if first {
        GATHERING.notify_one();
    }
}

/// Writes out everything.
pub(super) fn flush() {
    GATHERED.lock().unwrap_or_else(PoisonError::into_inner).write_out();
}

/// Starts the thread that writes what has gathered; without it, every line is written at once.
fn has_writer() -> bool {
    static WRITER: OnceLock<bool> = OnceLock::new();
    *WRITER.get_or_init(|| {
        let writer = std::thread::Builder::new().name("log".to_owned()).stack_size(64 * 1024);
        writer.spawn(write_regularly).is_ok()
    })
}

fn write_regularly() {
    loop {
        let gathered = GATHERED.lock().unwrap_or_else(PoisonError::into_inner);
        let gathering = GATHERING.wait_while(gathered, |gathered| gathered.lines.is_empty());
        // The lock must not be held during the pause.
        drop(gathering);
        std::thread::sleep(PAUSE);
        flush();
    }
}
