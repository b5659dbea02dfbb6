//! The webhook that the fields of a form describe.

use super::certificates::{certificates, short};
use super::{Fields, Rows};
use crate::console::form::Faults;
use crate::protocol::webhook::{
    Duration, GenericWebService, HttpMethod, OAuthConfig, SecretVersionHeaderValue, Service,
    ServiceAccountAuthConfig, ServiceAgentAuth, ServiceDirectoryConfig, Webhook, WebhookType,
};

impl Fields {
    /// The webhook that the fields say; what cannot be read is told beside its field.
    pub(crate) fn webhook(&self, faults: &mut Faults) -> Webhook {
        let is_flexible = self.kind == "FLEXIBLE";
        let map = |field: &str, rows: &Rows, faults: &mut Faults| {
            let mut map = std::collections::BTreeMap::new();
            for (name, value) in rows {
                if name.is_empty() {
                    faults.add(field, format!("There is a value without a name: {}.", short(value)));
                } else if map.insert(name.clone(), value.clone()).is_some() {
                    faults.add(field, format!("{} is there twice; keep one.", short(name)));
                }
            }
            map
        };
        let secret_headers = map("secret_headers", &self.secret_headers, faults);
        let secret_header = |(name, version): (String, String)| {
            let value = SecretVersionHeaderValue {
                secret_version: version.trim().to_owned(),
                ..SecretVersionHeaderValue::default()
            };
            (name, value)
        };
        let mapping = map("mapping", &self.mapping, faults);
        let service = GenericWebService {
            uri: self.uri.clone(),
            username: self.username.clone(),
            password: self.password.clone(),
            secret_version_for_username_password: self.user_secret.clone(),
            request_headers: map("headers", &self.headers, faults),
            secret_versions_for_request_headers: secret_headers.into_iter().map(secret_header).collect(),
            allowed_ca_certs: certificates(&self.ca_certs, faults),
            webhook_type: match self.kind.as_str() {
                "FLEXIBLE" => WebhookType::Flexible,
                "STANDARD" => WebhookType::Standard,
                _ => WebhookType::Unspecified,
            },
            // The form has one chosen in any case.
            http_method: if self.method == "POST" && !is_flexible && !self.kind.is_empty() {
                HttpMethod::Unspecified
            } else {
                method(&self.method)
            },
            request_body: self.body.clone(),
            parameter_mapping: mapping
                .into_iter()
                .map(|(name, path)| (name, path.trim().to_owned()))
                .collect(),
            oauth_config: self.oauth(),
            service_agent_auth: match self.agent_auth.as_str() {
                "NONE" => ServiceAgentAuth::None,
                "ID_TOKEN" => ServiceAgentAuth::IdToken,
                "ACCESS_TOKEN" => ServiceAgentAuth::AccessToken,
                _ => ServiceAgentAuth::Unspecified,
            },
            service_account_auth_config: (!self.service_account.is_empty()).then(|| {
                ServiceAccountAuthConfig {
                    service_account: self.service_account.clone(),
                    ..ServiceAccountAuthConfig::default()
                }
            }),
            ..GenericWebService::default()
        };
        let service = if self.directory.is_empty() {
            Service::GenericWebService(service)
        } else {
            Service::ServiceDirectory(ServiceDirectoryConfig {
                service: self.directory.clone(),
                generic_web_service: Some(service),
                ..ServiceDirectoryConfig::default()
            })
        };
        Webhook {
            display_name: self.display_name.clone(),
            timeout: timeout(&self.timeout, faults),
            disabled: self.disabled,
            service: Some(service),
            ..Webhook::default()
        }
    }

    /// OAuth, if any of its fields says something.
    fn oauth(&self) -> Option<OAuthConfig> {
        let scopes: Vec<String> = self
            .oauth_scopes
            .split(['\n', ',', ' '])
            .map(|scope| scope.trim().to_owned())
            .filter(|scope| !scope.is_empty())
            .collect();
        let oauth = OAuthConfig {
            client_id: self.oauth_client_id.clone(),
            client_secret: self.oauth_client_secret.clone(),
            secret_version_for_client_secret: self.oauth_secret.clone(),
            token_endpoint: self.oauth_endpoint.clone(),
            scopes,
            ..OAuthConfig::default()
        };
        (oauth != OAuthConfig::default()).then_some(oauth)
    }

    /// What saving the form changes, as an update mask: each field by itself, so that what this version
    /// does not know stays, and a stored secret too unless another one is given or it is to go.
    pub(crate) fn mask(&self) -> String {
        let root = if self.directory.is_empty() { "" } else { "serviceDirectory." };
        let mut paths = vec!["displayName".to_owned(), "timeout".to_owned(), "disabled".to_owned()];
        if !root.is_empty() {
            paths.push("serviceDirectory.service".to_owned());
        }
        let mut add = |field: &str| paths.push(format!("{root}genericWebService.{field}"));
        for field in [
            "uri",
            "username",
            "secretVersionForUsernamePassword",
            "requestHeaders",
            "secretVersionsForRequestHeaders",
            "allowedCaCerts",
            "webhookType",
            "httpMethod",
            "requestBody",
            "parameterMapping",
            "serviceAgentAuth",
            "serviceAccountAuthConfig",
        ] {
            add(field);
        }
        if self.drop_password || !self.password.is_empty() {
            add("password");
        }
        if self.oauth().is_none() {
            add("oauthConfig");
        } else {
            for field in ["clientId", "secretVersionForClientSecret", "tokenEndpoint", "scopes"] {
                add(&format!("oauthConfig.{field}"));
            }
            if self.drop_client_secret || !self.oauth_client_secret.is_empty() {
                add("oauthConfig.clientSecret");
            }
        }
        paths.join(",")
    }
}

fn method(word: &str) -> HttpMethod {
    match word {
        "POST" => HttpMethod::Post,
        "GET" => HttpMethod::Get,
        "HEAD" => HttpMethod::Head,
        "PUT" => HttpMethod::Put,
        "DELETE" => HttpMethod::Delete,
        "PATCH" => HttpMethod::Patch,
        "OPTIONS" => HttpMethod::Options,
        _ => HttpMethod::Unspecified,
    }
}

fn timeout(text: &str, faults: &mut Faults) -> Option<Duration> {
    if text.is_empty() {
        return None;
    }
    let seconds = text.trim_end_matches('s').trim();
    let read = format!("{seconds}s").parse();
    if read.is_err() {
        faults.add("timeout", format!("Expected seconds, such as 5 or 2.5, found {}.", short(text)));
    }
    read.ok()
}
