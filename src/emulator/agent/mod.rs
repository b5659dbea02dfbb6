//! Executes an exported agent.

mod understanding;
