//! A Dialogflow webhook, or an override of one, as a form has it.

mod certificates;
mod path;
mod read;
#[cfg(test)]
mod tests;

use crate::console::form::Form;
use crate::protocol::webhook::{
    GenericWebService, HttpMethod, OAuthConfig, ServiceAgentAuth, Webhook, WebhookType,
};

use certificates::pem;

pub(crate) use path::field_of;

/// A list of names with their values.
type Rows = Vec<(String, String)>;

/// What stands in the fields. Secrets that are stored are in none of them.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Fields {
    pub(crate) display_name: String,
    /// In seconds; empty for what the platform takes.
    pub(crate) timeout: String,
    pub(crate) disabled: bool,
    /// The service of Service Directory; empty for an address on the public network.
    pub(crate) directory: String,
    pub(crate) uri: String,
    pub(crate) username: String,
    pub(crate) password: String,
    /// Whether a stored password is to go.
    pub(crate) drop_password: bool,
    pub(crate) user_secret: String,
    /// A value of `***` keeps the one that is stored.
    pub(crate) headers: Rows,
    pub(crate) secret_headers: Rows,
    /// PEM.
    pub(crate) ca_certs: String,
    /// `STANDARD`, `FLEXIBLE`, or in an override nothing.
    pub(crate) kind: String,
    pub(crate) method: String,
    pub(crate) body: String,
    pub(crate) mapping: Rows,
    pub(crate) oauth_client_id: String,
    pub(crate) oauth_client_secret: String,
    /// Whether a stored client secret is to go.
    pub(crate) drop_client_secret: bool,
    pub(crate) oauth_secret: String,
    pub(crate) oauth_endpoint: String,
    pub(crate) oauth_scopes: String,
    pub(crate) agent_auth: String,
    pub(crate) service_account: String,
}

/// Empty rows for what is added without a script.
const BLANK: usize = 2;

impl Fields {
    /// Those of a webhook that was made without its secrets.
    pub(crate) fn of(webhook: &Webhook, partial: bool) -> Self {
        let none = GenericWebService::default();
        let service = webhook.generic_web_service().unwrap_or(&none);
        let nothing = OAuthConfig::default();
        let oauth = service.oauth_config.as_ref().unwrap_or(&nothing);
        let seconds = webhook.timeout.map(|timeout| timeout.to_string());
        let kind = match service.webhook_type {
            WebhookType::Flexible => "FLEXIBLE",
            WebhookType::Standard => "STANDARD",
            _ if partial => "",
            _ => "STANDARD",
        };
        let method = match service.http_method {
            HttpMethod::Unspecified if partial => "",
            ref method => method.word(),
        };
        let pairs = |map: &std::collections::BTreeMap<String, String>| -> Rows {
            map.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
        };
        let secrets = service.secret_versions_for_request_headers.iter();
        Self {
            display_name: webhook.display_name.clone(),
            timeout: seconds.map(|text| text.trim_end_matches('s').to_owned()).unwrap_or_default(),
            disabled: webhook.disabled,
            directory: webhook.service_directory().unwrap_or_default().to_owned(),
            uri: service.uri.clone(),
            username: service.username.clone(),
            user_secret: service.secret_version_for_username_password.clone(),
            headers: pairs(&service.request_headers),
            secret_headers: secrets.map(|(name, one)| (name.clone(), one.secret_version.clone())).collect(),
            ca_certs: service.allowed_ca_certs.iter().map(|der| pem(der)).collect(),
            kind: kind.to_owned(),
            method: method.to_owned(),
            body: service.request_body.clone(),
            mapping: pairs(&service.parameter_mapping),
            oauth_client_id: oauth.client_id.clone(),
            oauth_secret: oauth.secret_version_for_client_secret.clone(),
            oauth_endpoint: oauth.token_endpoint.clone(),
            oauth_scopes: oauth.scopes.join("\n"),
            agent_auth: agent_auth(&service.service_agent_auth).to_owned(),
            service_account: service
                .service_account_auth_config
                .as_ref()
                .map(|account| account.service_account.clone())
                .unwrap_or_default(),
            ..Self::default()
        }
    }

    /// What a form brought.
    pub(crate) fn read(form: &Form) -> Self {
        let text = |name: &str| form.get(name).trim().to_owned();
        let rows = |name: &str, value: &str| -> Rows {
            let rows = form.all(name).zip(form.all(value));
            let rows = rows.map(|(name, value)| (name.trim().to_owned(), value.to_owned()));
            rows.filter(|(name, value)| !(name.is_empty() && value.trim().is_empty())).collect()
        };
        Self {
            display_name: text("display_name"),
            timeout: text("timeout"),
            disabled: form.has("disabled"),
            directory: text("directory"),
            uri: text("uri"),
            username: text("username"),
            password: form.get("password").to_owned(),
            drop_password: form.has("drop_password"),
            user_secret: text("user_secret"),
            headers: rows("header_name", "header_value"),
            secret_headers: rows("secret_header_name", "secret_header_version"),
            ca_certs: form.get("ca_certs").to_owned(),
            kind: text("kind"),
            method: text("method"),
            // Browsers end lines with CR and LF.
            body: form.get("body").replace("\r\n", "\n").trim_end().to_owned(),
            mapping: rows("mapping_name", "mapping_path"),
            oauth_client_id: text("oauth_client_id"),
            oauth_client_secret: form.get("oauth_client_secret").to_owned(),
            drop_client_secret: form.has("drop_client_secret"),
            oauth_secret: text("oauth_secret"),
            oauth_endpoint: text("oauth_endpoint"),
            oauth_scopes: form.get("oauth_scopes").replace("\r\n", "\n"),
            agent_auth: text("agent_auth"),
            service_account: text("service_account"),
        }
    }

    pub(crate) fn header_rows(&self) -> Rows {
        with_blank(&self.headers)
    }

    pub(crate) fn secret_header_rows(&self) -> Rows {
        with_blank(&self.secret_headers)
    }

    pub(crate) fn mapping_rows(&self) -> Rows {
        with_blank(&self.mapping)
    }
}

fn with_blank(rows: &Rows) -> Rows {
    let blank = std::iter::repeat_n((String::new(), String::new()), BLANK);
    rows.iter().cloned().chain(blank).collect()
}

fn agent_auth(auth: &ServiceAgentAuth) -> &'static str {
    match auth {
        ServiceAgentAuth::None => "NONE",
        ServiceAgentAuth::IdToken => "ID_TOKEN",
        ServiceAgentAuth::AccessToken => "ACCESS_TOKEN",
        _ => "",
    }
}
