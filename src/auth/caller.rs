//! Who was verified.

use std::borrow::Cow;

use crate::excerpt::excerpt;

/// Who was verified; handlers may take it as an input.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Caller {
    /// Nobody: no check is configured.
    Unverified,
    /// Nobody: an operator has the call made again.
    Replayed {
        /// Who that is.
        by: String,
    },
    /// Nobody: somebody plays the agent in the console.
    Emulated {
        /// Who that is.
        by: String,
    },
    /// A caller that knew the password of this user.
    Basic {
        /// The user's name.
        username: String,
    },
    /// A caller that sent one of the values of this header.
    Header {
        /// The header's name.
        name: String,
    },
    /// Dialogflow's own account, by an ID token that Google signed.
    ServiceAgent {
        /// The number of the agent's project.
        project_number: String,
        /// The account's e-mail.
        email: String,
    },
    /// Dialogflow's own account, as Cloud Run's IAM check has verified.
    CloudRunIam {
        /// The number of the agent's project.
        project_number: String,
        /// The account's e-mail.
        email: String,
    },
    /// The holder of a token that an issuer signed.
    Jwt {
        /// The issuer (`iss`).
        issuer: String,
        /// Whom the token is about (`sub`), else its client.
        subject: String,
        /// What it allows (`scope` or `scp`).
        scopes: Vec<String>,
    },
    /// The holder of a token that its issuer says is active.
    Introspection {
        /// Whom the token is about (`sub`), else its client.
        subject: String,
        /// The client that asked for it.
        client_id: String,
        /// What it allows.
        scopes: Vec<String>,
    },
    /// A client with a certificate.
    Certificate {
        /// The certificate's subject, such as `CN=Google LLC, O=Google LLC`.
        subject: String,
        /// Its subject alternative names.
        names: Vec<String>,
    },
    /// A caller that several checks accepted at once, in the order of the checks.
    All(Vec<Self>),
}

impl Caller {
    /// A few words for the log.
    #[must_use]
    pub fn label(&self) -> Cow<'_, str> {
        match self {
            Self::Unverified => "unverified".into(),
            Self::Replayed { by } => ["replay:", by].concat().into(),
            Self::Emulated { by } => ["emulated:", by].concat().into(),
            Self::Basic { username } => ["basic:", username].concat().into(),
            Self::Header { name } => ["header:", name].concat().into(),
            Self::ServiceAgent { project_number, .. } => ["service_agent:", project_number].concat().into(),
            Self::CloudRunIam { project_number, .. } => ["cloud_run_iam:", project_number].concat().into(),
            Self::Jwt { subject, .. } => format!("jwt:{}", excerpt(subject, 100)).into(),
            Self::Introspection { subject, .. } => format!("introspection:{}", excerpt(subject, 100)).into(),
            Self::Certificate { subject, .. } => ["mtls:", subject].concat().into(),
            Self::All(callers) => {
                let labels: Vec<_> = callers.iter().map(Self::label).collect();
                labels.join(" + ").into()
            }
        }
    }
}
