//! `serviceAgentAuth`: a token of Google's, in the place of Dialogflow's service agent.
//!
//! Only Google can make a token of that agent. Ours is of the account that this process runs as.

use reqwest::header::HeaderValue;

use super::super::Url;
use super::super::google::Google;
use super::token::Used;
use super::{CredentialsError, Sources, bearer};
use crate::config::IdTokenAudience;

pub(super) const METHOD: &str = "serviceAgentAuth";

/// Which token is presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AgentToken {
    Id,
    Access,
}

/// The account in the agent's place.
#[derive(Debug)]
pub(super) struct ServiceAgent {
    token: AgentToken,
    google: Google,
    /// What ID tokens are made out to; `None` is the address of each call.
    audience: Option<String>,
}

impl ServiceAgent {
    pub(super) fn new(token: AgentToken, uri: &str, sources: &Sources) -> Self {
        let template = uri.split_once(['?', '#']).map_or(uri, |(path, _)| path);
        let audience = (sources.audience == IdTokenAudience::Template).then(|| template.to_owned());
        Self { token, google: sources.google.clone(), audience }
    }

    pub(super) async fn header(
        &self,
        url: &Url,
        used: &mut Option<Used>,
    ) -> Result<HeaderValue, CredentialsError> {
        let audience = match self.token {
            AgentToken::Access => String::new(),
            AgentToken::Id => self.audience.clone().unwrap_or_else(|| without_query(url)),
        };
        let token = match self.token {
            AgentToken::Access => self.google.access_token().await,
            AgentToken::Id => self.google.id_token(&audience).await,
        };
        let token = token.map_err(|cause| CredentialsError::Google { method: METHOD, cause })?;
        *used = Some(Used::Google(token.number, audience));
        bearer(METHOD, &token.text)
    }

    pub(super) fn forget(&self, used: &Used) {
        let Used::Google(number, audience) = used else { return };
        match self.token {
            AgentToken::Access => self.google.forget_access(*number),
            AgentToken::Id => self.google.forget_id(audience, *number),
        }
    }
}

/// The address that is called, as the platform makes tokens out to it.
fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}
