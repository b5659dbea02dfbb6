//! An ID token of Dialogflow's own account, the service agent of the agent's project.

use jsonwebtoken::Algorithm;

use super::judgement::Judgement;
use super::keys::Keys;
use super::reason::Reason;
use super::signed::Signed;
use super::token::Claims;
use super::{Caller, Presented};

/// Accepts ID tokens that Google signed for Dialogflow's account of one project.
///
/// RS256 alone; issuer, audience, time and e-mail must be right (reference: Dialogflow's guide to
/// webhook authentication, "Service agent ID token").
#[derive(Debug, Clone)]
pub struct ServiceAgent {
    pub(super) agent: Agent,
    pub(super) signed: Signed,
}

/// How Google names itself in ID tokens.
pub(super) const ISSUERS: [&str; 2] = ["https://accounts.google.com", "accounts.google.com"];

/// What Google signs ID tokens with.
pub(super) const ALGORITHMS: [Algorithm; 1] = [Algorithm::RS256];

/// The account that agents of one project call with.
#[derive(Debug, Clone)]
pub(super) struct Agent {
    pub(super) project_number: String,
    pub(super) email: String,
}

impl Agent {
    pub(super) fn of(project_number: &str) -> Self {
        let email = format!("service-{project_number}@gcp-sa-dialogflow.iam.gserviceaccount.com");
        Self { project_number: project_number.to_owned(), email }
    }

    /// Whether a token that is valid is this account's.
    pub(super) fn accept(&self, claims: &Claims) -> Result<(), Reason> {
        let found = claims.text("email").unwrap_or("none");
        if found != self.email {
            let found = crate::excerpt::excerpt(found, 200);
            return Err(Reason::forbidden(format!(
                "wrong e-mail: expected {:?}, found {found:?}",
                self.email
            )));
        }
        if !claims.is_true("email_verified") {
            return Err(Reason::forbidden("the token's email_verified is not true"));
        }
        Ok(())
    }
}

impl ServiceAgent {
    pub(super) fn judge<'a>(&'a self, presented: &Presented<'a>) -> Judgement<'a> {
        self.signed.judge(presented, |claims| {
            // Google writes both; without a time of issue it is not one of its tokens.
            if !claims.0.contains_key("iat") {
                return Err(Reason::invalid("the token has no iat"));
            }
            self.agent.accept(claims)?;
            Ok(Caller::ServiceAgent {
                project_number: self.agent.project_number.clone(),
                email: self.agent.email.clone(),
            })
        })
    }

    pub(super) fn keys(&self) -> &std::sync::Arc<Keys> {
        self.signed.signatures.keys()
    }
}
