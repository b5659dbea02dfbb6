//! Triggers and automations.
