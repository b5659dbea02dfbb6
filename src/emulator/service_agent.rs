//! Dialogflow's service agent, played with the key of a local issuer.

use std::sync::Arc;

use super::issuer::{Issuer, IssuerError, email};
use super::presented::{self, Presented};
use crate::config::{AgentAuthDefault, IdTokenAudience};
use crate::outbound::{HeaderMap, HeaderValue, Url};
use crate::protocol::webhook::{GenericWebService, ServiceAgentAuth};

/// Who signs ID tokens in Google's place, and what stands in them.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ServiceAgent {
    /// The key.
    pub issuer: Arc<Issuer>,
    /// The number of the agent's project.
    pub project_number: String,
    /// For whom tokens are made out; `None` is the webhook's own address without its query, as on
    /// the platform.
    pub audience: Option<String>,
}

impl ServiceAgent {
    /// Signs for the agents of this project.
    #[must_use]
    pub fn new(issuer: Issuer, project_number: impl Into<String>) -> Self {
        Self { issuer: Arc::new(issuer), project_number: project_number.into(), audience: None }
    }

    /// A token for a call of this address.
    ///
    /// # Errors
    ///
    /// If the key does not sign.
    pub fn token(&self, url: &Url) -> Result<String, IssuerError> {
        let audience = self.audience.as_deref().unwrap_or_else(|| without_query(url.as_str()));
        self.issuer.service_agent_token(&self.project_number, audience)
    }

    /// For whom a call's token is made out. A template's references stay as they are, or not, as
    /// `flexible.id_token_audience` says.
    pub(super) fn audience(&self, template: &str, rendered: &Url, which: IdTokenAudience) -> String {
        match (&self.audience, which) {
            (Some(audience), _) => audience.clone(),
            (None, IdTokenAudience::Template) => without_query(template).to_owned(),
            (None, _) => without_query(rendered.as_str()).to_owned(),
        }
    }

    /// Puts a token into a request.
    pub(super) fn present(&self, headers: &mut HeaderMap, audience: &str) -> Result<(), IssuerError> {
        let token = self.issuer.service_agent_token(&self.project_number, audience)?;
        let value = HeaderValue::try_from(format!("Bearer {token}"));
        let mut value = value.map_err(|error| IssuerError::Key { cause: error.to_string() })?;
        value.set_sensitive(true);
        headers.insert(reqwest::header::AUTHORIZATION, value);
        Ok(())
    }

    /// What a call should say of its token.
    pub(super) fn note(&self, audience: &str) -> String {
        format!("it presents {}, made out to {audience}", self.token_in_words())
    }

    fn token_in_words(&self) -> String {
        let folder = self.issuer.folder().display();
        format!("an ID token of {}, signed with the key of {folder}", email(&self.project_number))
    }

    pub(super) fn presented(&self) -> Presented {
        Presented {
            header: "authorization".to_owned(),
            what: self.token_in_words(),
            is_fetched: false,
            is_token: true,
        }
    }
}

/// Whether calls of this service present an ID token of the service agent. What the platform makes
/// of no word on it is not known; who has an issuer at hand means yes.
pub(super) fn wants_id_token(service: &GenericWebService, default: AgentAuthDefault) -> bool {
    if !matches!(service.service_agent_auth, ServiceAgentAuth::IdToken | ServiceAgentAuth::Unspecified) {
        return false;
    }
    // Any other credential wins over it.
    let others = GenericWebService { service_agent_auth: ServiceAgentAuth::None, ..service.clone() };
    !presented::of(&others, default).iter().any(|one| one.header == "authorization")
}

fn without_query(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or(address)
}
