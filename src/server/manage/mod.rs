//! Changing what is served, over the platforms' own APIs.

pub(super) mod dialogflow;
