//! Keeps a flood of refused callers from flooding the log.
//!
//! Everybody is still judged, and answered alike; only lines are left out, and how many is said.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::clock::Clock;

/// How many lines about refused callers are written in one window.
const MOST: u32 = 20;
const WINDOW: Duration = Duration::from_secs(1);

/// Which refusals are written to the log.
#[derive(Debug, Default)]
pub(crate) struct Flood {
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    window: Option<Instant>,
    written: u32,
    left_out: u64,
}

impl Flood {
    /// Whether one more refusal is written.
    pub(crate) fn permits(&self) -> bool {
        let now = self.clock.now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.window.is_none_or(|begun| now.saturating_duration_since(begun) >= WINDOW) {
            let left_out = std::mem::take(&mut state.left_out);
            (state.window, state.written) = (Some(now), 0);
            if left_out > 0 {
                tracing::warn!(
                    target: "rejoinder::auth", left_out,
                    "many callers are refused; this many lines about them were left out"
                );
            }
        }
        let permitted = state.written < MOST;
        if permitted {
            state.written += 1;
        } else {
            state.left_out += 1;
        }
        permitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_some_lines_a_second() {
        let clock = Clock::manual();
        let flood = Flood { clock: clock.clone(), state: Mutex::default() };
        for _ in 0..3 {
            assert_eq!((0..1000).filter(|_| flood.permits()).count(), 20);
            clock.advance(WINDOW);
        }
        assert!(flood.permits());
    }
}
