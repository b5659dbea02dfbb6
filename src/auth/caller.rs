//! Who was verified.

use std::borrow::Cow;

/// Who was verified; handlers may take it as an input.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Caller {
    /// Nobody: no check is configured.
    Unverified,
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
            Self::Basic { username } => format!("basic:{username}").into(),
            Self::Header { name } => format!("header:{name}").into(),
            Self::Certificate { subject, .. } => format!("mtls:{subject}").into(),
            Self::All(callers) => {
                let labels: Vec<_> = callers.iter().map(Self::label).collect();
                labels.join(" + ").into()
            }
        }
    }
}
