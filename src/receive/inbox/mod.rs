//! What was received, in the store: added once, taken with a lease, ended once.
//!
//! The rules of leases are those of the [outbox](crate::delivery): an event waits while it has a due
//! time, whoever takes it moves that to the end of the lease, and what came of it is written by its owner
//! alone, for the attempt that it knows of.

mod add;
mod change;
mod keep;
mod read;
mod take;

pub(super) use add::{Added, New, add};
pub(super) use change::{Changes, again};
pub(super) use keep::remove_old;
pub(crate) use read::{Filter, Found, Listed};
pub(super) use read::{find, list};
pub(super) use take::{Taken, due, take};

use crate::activity::status::words;

words! {
    /// What becomes of something that was received.
    State {
        /// It is to be worked on, or somebody is working on it.
        Waiting = "waiting",
        /// Its handler has ended well.
        Done = "done",
        /// Its handler failed as often as it may, or nobody can read it.
        Dead = "dead",
        /// No handler takes its type.
        Unhandled = "unhandled",
        /// Whoever did it is left out.
        Ignored = "ignored",
    }
}

/// `$3,$4,$5`: so many placeholders from a number on.
fn list_of(first: usize, count: usize) -> String {
    (first..first + count).map(|number| format!("${number}")).collect::<Vec<_>>().join(",")
}
