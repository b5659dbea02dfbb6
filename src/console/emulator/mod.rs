//! Plays the agent, turn by turn.
