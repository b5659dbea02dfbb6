//! What became of an invocation, in one word, and what kind it is.

/// Declares an enum whose variants have a word each.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl $name {
            /// All of them.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant,)+];

            pub(crate) fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            pub(crate) fn of_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.as_str() == word)
            }
        }
    };
}

pub(crate) use words;

words! {
    /// Who calls whom.
    Kind {
        /// The agent, as a standard webhook call.
        Standard = "standard",
        /// The agent, as a flexible webhook call.
        Flexible = "flexible",
        /// Zendesk, with an event.
        Zendesk = "zendesk",
        /// We, the API behind a flexible webhook, for a call of the agent.
        Upstream = "upstream",
        /// We, a webhook that is told of an event.
        Delivery = "delivery",
        /// We, a webhook that somebody tries.
        Test = "test",
    }
}

words! {
    /// What became of it.
    Status {
        /// It is under way.
        Accepted = "accepted",
        /// It was answered as it should be.
        Success = "success",
        /// It failed, and the agent was told an apology with status 200.
        Apologised = "apologised",
        /// It was answered with a status from 300 to 498.
        ClientError = "client_error",
        /// It was answered with another status, or with something that cannot be used.
        ServerError = "server_error",
        /// There was no answer in time.
        Timeout = "timeout",
        /// There was no answer: no connection, or one that broke.
        Unreachable = "unreachable",
        /// It was not sent, since the webhook fails too often.
        CircuitBroken = "circuit_broken",
        /// It was not handled, since too many were.
        Throttled = "throttled",
        /// Nobody waited for its end.
        Cancelled = "cancelled",
    }
}

impl Kind {
    /// Whether others call us.
    pub(crate) fn is_inbound(self) -> bool {
        matches!(self, Self::Standard | Self::Flexible | Self::Zendesk)
    }
}

impl Status {
    /// What `failed` stands for in filters.
    pub(crate) fn is_failure(self) -> bool {
        !matches!(self, Self::Accepted | Self::Success)
    }

    /// What an answer's status says.
    pub(crate) fn of_code(code: u16) -> Self {
        match code {
            ..300 => Self::Success,
            // The convention for a client that was gone before there was an answer.
            499 => Self::Cancelled,
            300..=498 => Self::ClientError,
            504 => Self::Timeout,
            _ => Self::ServerError,
        }
    }

    /// What an [`OutboundError`](crate::outbound::OutboundError) says by its code.
    pub(crate) fn of_error(code: &str) -> Self {
        match code {
            "timed_out" | "deadline_exceeded" => Self::Timeout,
            "circuit_open" => Self::CircuitBroken,
            "busy" => Self::Throttled,
            "answer_invalid" | "answer_too_large" => Self::ServerError,
            _ => Self::Unreachable,
        }
    }
}
