//! The log of all invocations.
