//! Where the time of a call goes: one stopwatch, from the parsed request head to the response.

use std::time::{Duration, Instant};

/// A part of a call's way; every moment of a call belongs to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The body arrives and is checked.
    Reading,
    /// Who calls is found out.
    Verifying,
    /// The call waits for a place, and for a handler's thread.
    Queueing,
    /// The handler runs, its hooks included.
    Handling,
    /// The response is made; sending it is the connection's work.
    Writing,
}

impl Phase {
    /// All of them, in the order in which a call mostly goes through them.
    pub(crate) const ALL: [Self; 5] =
        [Self::Reading, Self::Verifying, Self::Queueing, Self::Handling, Self::Writing];
}

/// How long a call has been in each phase.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Phases {
    started: Instant,
    last: Instant,
    times: [Duration; Phase::ALL.len()],
    ends: [Duration; Phase::ALL.len()],
}

impl Phases {
    /// Starts with the call: its head is there, its body perhaps not.
    pub(crate) fn start() -> Self {
        let now = Instant::now();
        Self { started: now, last: now, times: Default::default(), ends: Default::default() }
    }

    /// When the call began.
    pub(crate) fn started(&self) -> Instant {
        self.started
    }

    /// When the last phase ended.
    pub(crate) fn last(&self) -> Instant {
        self.last
    }

    /// The time since the last end belongs to this phase, which may come several times.
    pub(crate) fn end(&mut self, phase: Phase) {
        self.end_at(phase, Instant::now());
    }

    /// The same for an end that another thread saw.
    pub(crate) fn end_at(&mut self, phase: Phase, now: Instant) {
        self.times[phase as usize] += now.saturating_duration_since(self.last);
        self.last = self.last.max(now);
        self.ends[phase as usize] = self.last - self.started;
    }

    /// How long the call was in this phase.
    pub(crate) fn of(&self, phase: Phase) -> Duration {
        self.times[phase as usize]
    }

    /// When the call left this phase for the last time, from the start.
    pub(crate) fn ended(&self, phase: Phase) -> Duration {
        self.ends[phase as usize]
    }

    /// From the start to the last end.
    pub(crate) fn total(&self) -> Duration {
        self.last - self.started
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_moment_belongs_to_one_phase() {
        let mut phases = Phases::start();
        let at = |ms| phases.started() + Duration::from_millis(ms);
        let ends = [
            (Phase::Verifying, at(1)),
            (Phase::Reading, at(3)),
            (Phase::Verifying, at(7)),
            // Clocks of two threads may disagree: nothing is taken back, nothing counted twice.
            (Phase::Queueing, at(6)),
            (Phase::Handling, at(20)),
        ];
        for (phase, end) in ends {
            phases.end_at(phase, end);
        }
        let ms = Phase::ALL.map(|phase| phases.of(phase).as_millis());
        assert_eq!(ms, [2, 5, 0, 13, 0]);
        assert_eq!(phases.ended(Phase::Verifying), Duration::from_millis(7));
        assert_eq!(phases.total(), Duration::from_millis(20));
    }
}
