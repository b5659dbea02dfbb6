//! What a resource holds that is written and never read back: passwords, client secrets, keys in headers.
//!
//! An answer leaves them out, and shows [`HIDDEN`] for a header. A change that does not send them
//! keeps them, so that a client may read, change and write a resource without knowing them. They
//! belong to the place they were given for: when that becomes another one, they go.

mod header;
mod origin;

use super::{Environment, GenericWebService, OAuthConfig, Service, ServiceAgentAuth, Webhook};
use crate::protocol::field_mask::FieldMask;

pub(crate) use header::is_secret as is_secret_header;
use origin::{same_origin, token_origin_changed};

/// Stands for a header's value that is kept.
pub(crate) const HIDDEN: &str = "***";

impl Webhook {
    /// This webhook without its secrets, to be shown.
    #[must_use]
    pub(crate) fn without_secrets(&self) -> Self {
        let mut shown = self.clone();
        // What this version does not know may be a secret of a later one.
        shown.unknown.clear();
        if let Some(Service::ServiceDirectory(directory)) = &mut shown.service {
            directory.unknown.clear();
        }
        let Some(service) = shown.generic_web_service_mut() else { return shown };
        service.unknown.clear();
        service.password.clear();
        for (name, value) in &mut service.request_headers {
            if is_secret_header(name, value) {
                HIDDEN.clone_into(value);
            }
        }
        if let Some(oauth) = &mut service.oauth_config {
            oauth.client_secret.clear();
            oauth.unknown.clear();
        }
        shown
    }

    /// Puts the secrets of `before` into this changed form of it, as far as `sent` (what came with
    /// the change) left them out and `mask` does not name them.
    ///
    /// If the webhook leads elsewhere now, they are not kept; tells which were dropped.
    pub(crate) fn keep_secrets(&mut self, before: &Self, sent: &Self, mask: &FieldMask) -> Vec<String> {
        let elsewhere = !same_origin(before, self);
        let tokens_elsewhere = elsewhere || token_origin_changed(before, self);
        let root = if self.service_directory().is_some() { "serviceDirectory." } else { "" };
        let path = |field: &str| format!("{root}genericWebService.{field}");
        let (none, nothing) = (GenericWebService::default(), OAuthConfig::default());
        let kept = before.generic_web_service().unwrap_or(&none);
        let given = sent.generic_web_service().unwrap_or(&none);
        let mut dropped = Vec::new();
        let Some(service) = self.generic_web_service_mut() else { return dropped };

        let mut secret =
            |field: &str, value: &mut String, kept: &str, given: &str, wanted: bool, elsewhere: bool| {
                let place = path(field);
                if !given.is_empty() && mask.covers(&place) {
                    return;
                }
                let keep = wanted && !kept.is_empty() && !mask.names(&place);
                if keep && !elsewhere {
                    kept.clone_into(value);
                } else {
                    value.clear();
                    if keep {
                        dropped.push(place);
                    }
                }
            };
        let named = !service.username.is_empty();
        secret("password", &mut service.password, &kept.password, &given.password, named, elsewhere);
        if let Some(oauth) = &mut service.oauth_config {
            let (kept, given) = (kept.oauth_config.as_ref(), given.oauth_config.as_ref());
            let (kept, given) = (kept.unwrap_or(&nothing), given.unwrap_or(&nothing));
            let (place, value) = ("oauthConfig.clientSecret", &mut oauth.client_secret);
            secret(place, value, &kept.client_secret, &given.client_secret, true, tokens_elsewhere);
        }

        let headers = path("requestHeaders");
        for (name, value) in &kept.request_headers {
            if !is_secret_header(name, value) {
                continue;
            }
            let given = given.request_headers.get(name);
            let is_sent = given.is_some_and(|value| value != HIDDEN) && mask.covers_key(&headers, name);
            let left_out = given.is_none() && mask.names(&headers) && mask.covers_key(&headers, name);
            if is_sent || left_out {
                continue;
            }
            if elsewhere {
                service.request_headers.remove(name);
                dropped.push(format!("{headers}.{name}"));
            } else {
                service.request_headers.insert(name.clone(), value.clone());
            }
        }
        dropped
    }

    /// This override of a webhook without its secrets, if they would go elsewhere now that the webhook
    /// has changed; `None` if they stay.
    pub(crate) fn left_behind(&self, before: &Self, after: &Self) -> Option<Self> {
        let (old, new) = (before.with_overrides(self), after.with_overrides(self));
        if same_origin(&old, &new) && !token_origin_changed(&old, &new) {
            return None;
        }
        let mut left = self.clone();
        let service = left.generic_web_service_mut()?;
        service.password.clear();
        service.request_headers.retain(|name, value| !is_secret_header(name, value));
        if let Some(oauth) = &mut service.oauth_config {
            oauth.client_secret.clear();
        }
        (left != *self).then_some(left)
    }

    /// The headers that are said to be kept, and of which nothing is kept.
    pub(crate) fn hidden_headers(&self) -> Vec<&str> {
        let headers = self.generic_web_service().map(|service| &service.request_headers);
        let hidden = headers.into_iter().flatten().filter(|(_, value)| *value == HIDDEN);
        hidden.map(|(name, _)| name.as_str()).collect()
    }

    /// This webhook as an environment sees it whose overrides come from somebody who may not read its
    /// credentials: what leads elsewhere goes without them, unless the overrides bring some along.
    #[must_use]
    pub(crate) fn with_foreign_overrides(&self, overrides: &Self) -> Self {
        let merged = self.with_overrides(overrides);
        let elsewhere = !same_origin(self, &merged);
        if !elsewhere && !token_origin_changed(self, &merged) {
            return merged;
        }
        let mut bare = self.clone();
        if let Some(service) = bare.generic_web_service_mut() {
            if let Some(oauth) = &mut service.oauth_config {
                oauth.client_secret.clear();
                oauth.secret_version_for_client_secret.clear();
            }
            if elsewhere {
                service.username.clear();
                service.password.clear();
                service.secret_version_for_username_password.clear();
                service.secret_versions_for_request_headers.clear();
                service.request_headers.retain(|name, value| !is_secret_header(name, value));
                service.service_account_auth_config = None;
                if service.service_agent_auth == ServiceAgentAuth::AccessToken {
                    service.service_agent_auth = ServiceAgentAuth::None;
                }
            }
        }
        bare.with_overrides(overrides)
    }

    fn generic_web_service_mut(&mut self) -> Option<&mut GenericWebService> {
        match self.service.as_mut()? {
            Service::GenericWebService(service) => Some(service),
            Service::ServiceDirectory(directory) => directory.generic_web_service.as_mut(),
        }
    }
}

impl Environment {
    /// This environment without the secrets of its overrides, to be shown.
    #[must_use]
    pub(crate) fn without_secrets(&self) -> Self {
        let mut shown = self.clone();
        shown.unknown.clear();
        if let Some(config) = &mut shown.webhook_config {
            config.unknown.clear();
            for one in &mut config.webhook_overrides {
                *one = one.without_secrets();
            }
        }
        shown
    }

    /// As [`Webhook::keep_secrets`], for each override that `before` had for the same webhook.
    pub(crate) fn keep_secrets(&mut self, before: &Self) -> Vec<String> {
        let Some(config) = &mut self.webhook_config else { return Vec::new() };
        let mut dropped = Vec::new();
        for (index, one) in config.webhook_overrides.iter_mut().enumerate() {
            let Some(kept) = before.overrides_for(one) else { continue };
            let sent = one.clone();
            let places = one.keep_secrets(kept, &sent, &FieldMask::ALL);
            dropped.extend(
                places.into_iter().map(|place| format!("webhookConfig.webhookOverrides[{index}].{place}")),
            );
        }
        dropped
    }
}

#[cfg(test)]
mod tests;
