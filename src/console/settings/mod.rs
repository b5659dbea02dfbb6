//! Tokens, the audit trail, and the settings in force.
