//! `SessionInfo`: the session and its parameters.

use super::Struct;
use super::schema::message;

message! {
    /// The session, in requests; changes to its parameters, in responses.
    pub struct SessionInfo {
        /// The session's name, `…/sessions/S`. Ignored in responses.
        session: String = "session" @ Session;
        /// Its parameters by display name. In a response null removes one, and those that are
        /// not named stay.
        parameters: Struct = "parameters" @ Parameters;
    }
}
