//! Event and trigger webhooks.
