//! Flexible webhooks: what a parameter reference, a system function and a response path mean.

pub mod function;
