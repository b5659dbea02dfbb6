//! A webhook as one environment sees it.

use super::{
    GenericWebService, OAuthConfig, Service, ServiceAccountAuthConfig, ServiceDirectoryConfig, Webhook,
};
use crate::protocol::Struct;
use crate::protocol::field::FieldType;

impl Webhook {
    /// This webhook with everything that `overrides` sets in place of its own.
    ///
    /// Fields that are not set stay; maps and lists are replaced whole. Name and display name
    /// stay, too: in an override they only say which webhook is meant. If the override has the
    /// other kind of service, the kind is the override's, and how it is called is merged all the same.
    #[must_use]
    pub fn with_overrides(&self, overrides: &Self) -> Self {
        let Self { name, display_name, timeout, disabled, unknown, service } = overrides;
        let mut merged = self.clone();
        if merged.name.is_empty() {
            set(&mut merged.name, name);
        }
        if merged.display_name.is_empty() {
            set(&mut merged.display_name, display_name);
        }
        set(&mut merged.timeout, timeout);
        set(&mut merged.disabled, disabled);
        add_unknown(&mut merged.unknown, unknown);
        if let Some(service) = service {
            merged.service = Some(merge_service(self, service));
        }
        merged
    }
}

fn merge_service(webhook: &Webhook, overrides: &Service) -> Service {
    let merge = |overrides: &GenericWebService| {
        let mut generic = webhook.generic_web_service().cloned().unwrap_or_default();
        merge_generic(&mut generic, overrides);
        generic
    };
    match overrides {
        Service::GenericWebService(overrides) => Service::GenericWebService(merge(overrides)),
        Service::ServiceDirectory(overrides) => {
            let ServiceDirectoryConfig { service, generic_web_service, unknown } = overrides;
            let mut directory = match &webhook.service {
                Some(Service::ServiceDirectory(directory)) => directory.clone(),
                Some(Service::GenericWebService(_)) | None => ServiceDirectoryConfig::default(),
            };
            set(&mut directory.service, service);
            add_unknown(&mut directory.unknown, unknown);
            directory.generic_web_service = match generic_web_service {
                Some(overrides) => Some(merge(overrides)),
                None => webhook.generic_web_service().cloned(),
            };
            Service::ServiceDirectory(directory)
        }
    }
}

fn merge_generic(generic: &mut GenericWebService, overrides: &GenericWebService) {
    // Taken apart, so that a new field cannot be forgotten.
    let GenericWebService {
        uri,
        username,
        password,
        secret_version_for_username_password,
        request_headers,
        secret_versions_for_request_headers,
        allowed_ca_certs,
        webhook_type,
        http_method,
        request_body,
        parameter_mapping,
        oauth_config,
        service_agent_auth,
        service_account_auth_config,
        unknown,
    } = overrides;
    set(&mut generic.uri, uri);
    set(&mut generic.username, username);
    set(&mut generic.password, password);
    set(&mut generic.secret_version_for_username_password, secret_version_for_username_password);
    set(&mut generic.request_headers, request_headers);
    set(&mut generic.secret_versions_for_request_headers, secret_versions_for_request_headers);
    set(&mut generic.allowed_ca_certs, allowed_ca_certs);
    set(&mut generic.webhook_type, webhook_type);
    set(&mut generic.http_method, http_method);
    set(&mut generic.request_body, request_body);
    set(&mut generic.parameter_mapping, parameter_mapping);
    set(&mut generic.service_agent_auth, service_agent_auth);
    add_unknown(&mut generic.unknown, unknown);
    if let Some(overrides) = oauth_config {
        let OAuthConfig {
            client_id,
            client_secret,
            secret_version_for_client_secret,
            token_endpoint,
            scopes,
            unknown,
        } = overrides;
        let oauth = generic.oauth_config.get_or_insert_default();
        set(&mut oauth.client_id, client_id);
        set(&mut oauth.client_secret, client_secret);
        set(&mut oauth.secret_version_for_client_secret, secret_version_for_client_secret);
        set(&mut oauth.token_endpoint, token_endpoint);
        set(&mut oauth.scopes, scopes);
        add_unknown(&mut oauth.unknown, unknown);
    }
    if let Some(overrides) = service_account_auth_config {
        let ServiceAccountAuthConfig { service_account, unknown } = overrides;
        let account = generic.service_account_auth_config.get_or_insert_default();
        set(&mut account.service_account, service_account);
        add_unknown(&mut account.unknown, unknown);
    }
}

fn set<T: FieldType + Clone>(field: &mut T, overriding: &T) {
    if !overriding.is_absent() {
        field.clone_from(overriding);
    }
}

fn add_unknown(members: &mut Struct, overriding: &Struct) {
    members.extend(overriding.iter().map(|(name, value)| (name.clone(), value.clone())));
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn merged(webhook: &Value, overrides: &Value) -> Value {
        let [webhook, overrides] =
            [webhook, overrides].map(|text| Webhook::parse(text.to_string().as_bytes()).expect("a webhook"));
        serde_json::to_value(webhook.with_overrides(&overrides)).expect("JSON")
    }

    #[test]
    fn what_an_override_sets_replaces_and_the_rest_stays() {
        let webhook = json!({"name": "w", "displayName": "W", "timeout": "5s", "genericWebService": {
            "uri": "https://api.example.com", "requestHeaders": {"A": "1", "B": "2"}, "httpMethod": "GET",
            "oauthConfig": {"clientId": "id", "tokenEndpoint": "https://t.example.com", "clientSecret": "s"}}});
        let overrides = json!({"name": "x/webhooks/w", "displayName": "other", "later": 1, "genericWebService": {
            "uri": "https://test.example.com", "requestHeaders": {"C": "3"}, "oauthConfig": {"clientSecret": "t"}}});
        let expected = json!({"name": "w", "displayName": "W", "timeout": "5s", "later": 1, "genericWebService": {
            "uri": "https://test.example.com", "requestHeaders": {"C": "3"}, "httpMethod": "GET",
            "oauthConfig": {"clientId": "id", "tokenEndpoint": "https://t.example.com", "clientSecret": "t"}}});
        assert_eq!(merged(&webhook, &overrides), expected);
        assert_eq!(merged(&webhook, &json!({})), webhook);
        assert_eq!(merged(&json!({}), &webhook), webhook);
    }

    #[test]
    fn the_kind_of_service_is_the_overrides() {
        let public = json!({"genericWebService": {"uri": "u", "username": "agent"}});
        let private = json!({"serviceDirectory": {"service": "s", "genericWebService": {"uri": "v"}}});
        assert_eq!(
            merged(&public, &private),
            json!({"serviceDirectory": {"service": "s", "genericWebService": {"uri": "v", "username": "agent"}}})
        );
        assert_eq!(merged(&private, &public), public);
        assert_eq!(
            merged(&private, &json!({"serviceDirectory": {"service": "t"}})),
            json!({"serviceDirectory": {"service": "t", "genericWebService": {"uri": "v"}}})
        );
    }
}
