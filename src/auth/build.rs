//! From settings to checks.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use jsonwebtoken::Algorithm;
use url::Url;

use super::introspection::{Introspection, Settings};
use super::keys::{Keys, Source};
use super::service_agent::{ALGORITHMS, Agent, ISSUERS, ServiceAgent};
use super::signed::Signed;
use super::token::Expected;
use super::verified::Signatures;
use super::{Basic, Check, CloudRunIam, Header, Jwt, Mtls};
use crate::clock::Clock;
use crate::config::{self, checks};
use crate::outbound::Outbound;

/// Where Google publishes the keys that it signs ID tokens with, as a JWK set.
const GOOGLE_KEYS: &str = "https://www.googleapis.com/oauth2/v3/certs";

/// What checks are built with; those that need the same keys share them.
pub(super) struct Builder<'b> {
    pub(super) outbound: &'b Outbound,
    pub(super) clock: Clock,
    keys: RefCell<HashMap<String, Arc<Keys>>>,
}

impl<'b> Builder<'b> {
    pub(super) fn new(outbound: &'b Outbound, clock: Clock) -> Self {
        Self { outbound, clock, keys: RefCell::default() }
    }

    pub(super) fn check(&self, settings: &config::Check) -> Check {
        match settings {
            config::Check::Basic(check) => Basic::new(&check.username, &check.password).into(),
            config::Check::Header(check) => Header::from(check).into(),
            config::Check::Mtls(check) => Mtls::from(check).into(),
            config::Check::ServiceAgent(check) => self.service_agent(check).into(),
            config::Check::CloudRunIam(check) => {
                CloudRunIam::new(check, self.outbound.clone(), self.clock.clone()).into()
            }
            config::Check::Jwt(check) => self.jwt(check).into(),
            config::Check::Introspection(check) => self.introspection(check).into(),
            config::Check::AllOf(checks) => {
                Check::AllOf(checks.iter().map(|check| self.check(check)).collect())
            }
        }
    }

    fn service_agent(&self, check: &checks::ServiceAgent) -> ServiceAgent {
        let place = check.jwks_url.clone();
        let place =
            place.unwrap_or_else(|| Url::parse(GOOGLE_KEYS).expect("Google's address is a valid one"));
        let source = match &check.jwks_file {
            Some(file) => Source::file(file.clone(), self.outbound.clone()),
            None => Source::set(place, self.outbound.clone()),
        };
        let expected = Expected {
            issuers: ISSUERS.map(str::to_owned).to_vec(),
            audiences: check.audience.clone(),
            public_url: check.public_url.clone(),
        };
        let signed = self.signed("service_agent", expected, source, &ALGORITHMS);
        ServiceAgent { agent: Agent::of(&check.project_number), signed }
    }

    fn jwt(&self, check: &checks::Jwt) -> Jwt {
        let source = match &check.jwks_url {
            Some(place) => Source::set(place.clone(), self.outbound.clone()),
            None => Source::discovery(&check.issuer, self.outbound.clone())
                .expect("the settings have parsed the issuer"),
        };
        let expected = Expected {
            issuers: vec![check.issuer.clone()],
            audiences: check.audience.clone(),
            public_url: String::new(),
        };
        // The settings have checked every name.
        let algorithms: Vec<Algorithm> =
            check.algorithms.iter().filter_map(|name| name.parse().ok()).collect();
        let signed = self.signed("jwt", expected, source, &algorithms);
        Jwt { scopes: check.scopes.as_slice().into(), claims: check.claims.as_slice().into(), signed }
    }

    fn signed(
        &self,
        kind: &'static str,
        expected: Expected,
        source: Source,
        algorithms: &[Algorithm],
    ) -> Signed {
        let mut known = self.keys.borrow_mut();
        let keys = known.entry(source.identity()).or_insert_with(|| Keys::new(source, self.clock.clone()));
        let signatures = Signatures::new(Arc::clone(keys), algorithms);
        Signed {
            kind,
            expected: expected.into(),
            signatures,
            names_key: kind == "service_agent",
            clock: self.clock.clone(),
            metrics: self.outbound.metrics().clone(),
        }
    }

    fn introspection(&self, check: &checks::Introspection) -> Introspection {
        let settings = Settings {
            endpoint: check.endpoint.clone(),
            client_id: check.client_id.clone(),
            client_secret: check.client_secret.clone(),
            authentication: check.client_authentication,
            issuer: check.issuer.clone(),
            audience: check.audience.clone(),
            scopes: check.scopes.clone(),
            claims: check.claims.clone(),
            max_age: check.max_age,
        };
        Introspection::new(settings, self.outbound.clone(), self.clock.clone())
    }
}
