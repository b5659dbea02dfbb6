//! An ID token that Cloud Run's own IAM check has verified, and whose signature it took away.
//!
//! Such a token proves nothing by itself: anybody can write one. It counts only while it is proven that nobody reaches
//! this process without Cloud Run's check; `proof` looks after that.

mod proof;

use std::sync::Arc;

use tokio::runtime::Handle;

use super::reason::Reason;
use super::service_agent::{Agent, ISSUERS};
use super::token::{self, Expected, Token};
use super::{Caller, Presented};
use crate::clock::Clock;
use crate::config::checks;
use crate::outbound::Outbound;
use proof::Proof;

const KIND: &str = "cloud_run_iam";

/// Accepts tokens of Dialogflow's account for one project that Cloud Run has verified.
#[derive(Debug, Clone)]
pub struct CloudRunIam {
    agent: Agent,
    expected: Arc<Expected>,
    clock: Clock,
    proof: Arc<Proof>,
}

impl CloudRunIam {
    pub(super) fn new(settings: &checks::CloudRunIam, outbound: Outbound, clock: Clock) -> Self {
        let expected = Expected {
            issuers: ISSUERS.map(str::to_owned).to_vec(),
            audiences: settings.audience.clone(),
            public_url: settings.public_url.clone(),
        };
        let agent = Agent::of(&settings.project_number);
        Self { agent, expected: expected.into(), clock, proof: Proof::new(settings, outbound) }
    }

    /// Looks for the proof on `runtime`, and again from time to time.
    pub(super) fn start(&self, runtime: &Handle) {
        Proof::start(&self.proof, runtime);
    }

    /// Why nobody is accepted yet.
    pub(super) fn unproven(&self) -> Option<String> {
        self.proof.missing().map(|missing| format!("{KIND}: {missing}"))
    }

    pub(super) fn verify(&self, presented: &Presented<'_>) -> Result<Caller, Reason> {
        self.judge(presented).map_err(|reason| reason.of(KIND))
    }

    fn judge(&self, presented: &Presented<'_>) -> Result<Caller, Reason> {
        // Cloud Run verifies the one that wins, and would pass the other on as it came.
        let text = if presented.headers.contains_key(token::SERVERLESS) {
            token::bearer_of(presented, &token::SERVERLESS)?
        } else {
            token::bearer(presented)?
        };
        let token = Token::parse(text)?;
        if token.signature != token::REMOVED {
            return Err(Reason::invalid(
                "the token still has a signature, so Cloud Run did not verify it: its IAM check is switched off, or this \
                 server is reached without it. Switch it on, or use { kind = \"service_agent\", … }",
            ));
        }
        if let Some(missing) = self.proof.missing() {
            return Err(Reason::unjudged(missing));
        }
        let claims = token.claims()?;
        self.expected.judge(&claims, presented.path, self.clock.unix_seconds())?;
        self.agent.accept(&claims)?;
        Ok(Caller::CloudRunIam {
            project_number: self.agent.project_number.clone(),
            email: self.agent.email.clone(),
        })
    }
}
