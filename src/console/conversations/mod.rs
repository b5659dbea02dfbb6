//! The calls of a session, in order.
