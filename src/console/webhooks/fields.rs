//! A Dialogflow webhook, or an override of one, as a form has it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::console::form::{Faults, Form};
use crate::protocol::webhook::{
    Duration, GenericWebService, HttpMethod, OAuthConfig, SecretVersionHeaderValue, Service,
    ServiceAccountAuthConfig, ServiceAgentAuth, ServiceDirectoryConfig, Webhook, WebhookType,
};

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

/// The form's field for a field of the resource, with what a message has to say beside it.
pub(crate) fn field_of(path: &str) -> (&'static str, Option<&str>) {
    let path = match path.strip_prefix("webhookConfig.webhookOverrides[") {
        Some(rest) => rest.split_once("].").map_or("", |(_, path)| path),
        None => path,
    };
    if path == "serviceDirectory.service" {
        return ("directory", None);
    }
    let path = path.strip_prefix("serviceDirectory.").unwrap_or(path);
    let path = path.strip_prefix("genericWebService.").unwrap_or(path);
    let (name, rest) = path.split_once(['.', '[']).map_or((path, None), |(name, rest)| (name, Some(rest)));
    let field = match name {
        "displayName" | "name" => "display_name",
        "timeout" => "timeout",
        "disabled" => "disabled",
        "uri" | "genericWebService" => "uri",
        "username" => "username",
        "password" => "password",
        "secretVersionForUsernamePassword" => "user_secret",
        "requestHeaders" => return ("headers", rest),
        "secretVersionsForRequestHeaders" => {
            return ("secret_headers", rest.map(|rest| rest.trim_end_matches(".secretVersion")));
        }
        "allowedCaCerts" => "ca_certs",
        "webhookType" => "kind",
        "httpMethod" => "method",
        "requestBody" => "body",
        "parameterMapping" => return ("mapping", rest),
        "oauthConfig" => match rest {
            Some("clientSecret") => "oauth_client_secret",
            Some("secretVersionForClientSecret") => "oauth_secret",
            Some("tokenEndpoint") => "oauth_endpoint",
            Some("scopes") => "oauth_scopes",
            _ => "oauth_client_id",
        },
        "serviceAgentAuth" => "agent_auth",
        "serviceAccountAuthConfig" => "service_account",
        _ => return ("", Some(path)),
    };
    (field, None)
}

fn with_blank(rows: &Rows) -> Rows {
    let blank = std::iter::repeat_n((String::new(), String::new()), BLANK);
    rows.iter().cloned().chain(blank).collect()
}

fn short(text: &str) -> String {
    format!("{:?}", crate::excerpt::excerpt(text, 60))
}

fn agent_auth(auth: &ServiceAgentAuth) -> &'static str {
    match auth {
        ServiceAgentAuth::None => "NONE",
        ServiceAgentAuth::IdToken => "ID_TOKEN",
        ServiceAgentAuth::AccessToken => "ACCESS_TOKEN",
        _ => "",
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

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    // Base64 is ASCII.
    for line in text.as_bytes().chunks(64) {
        pem.push_str(&String::from_utf8_lossy(line));
        pem.push('\n');
    }
    pem.push_str("-----END CERTIFICATE-----\n");
    pem
}

/// Certificates in PEM, or one in base64 a line.
fn certificates(text: &str, faults: &mut Faults) -> Vec<Bytes> {
    let text = text.trim();
    if text.is_empty() {
        return Vec::new();
    }
    if text.contains("-----BEGIN") {
        let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
        return match found {
            Ok(found) if !found.is_empty() => found.iter().map(|der| Bytes::copy_from_slice(der)).collect(),
            Ok(_) => {
                faults
                    .add("ca_certs", "Expected certificates, which begin with -----BEGIN CERTIFICATE-----.");
                Vec::new()
            }
            Err(_) => {
                let message = "This PEM is damaged: expected -----BEGIN CERTIFICATE-----, base64 and -----END CERTIFICATE----- for each.";
                faults.add("ca_certs", message);
                Vec::new()
            }
        };
    }
    let mut all = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match STANDARD.decode(line) {
            Ok(der) => all.push(der.into()),
            Err(_) => {
                faults.add("ca_certs", "Expected certificates in PEM, or one in base64 (DER) a line.");
                return Vec::new();
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::field_mask::FieldMask;

    const WHOLE: &str = r#"{"displayName":"Orders","timeout":"2.500s","disabled":true,"serviceDirectory":{
        "service":"projects/p/locations/l/namespaces/n/services/s","genericWebService":{
        "uri":"https://a.example.com/$session.params.id","username":"u","requestHeaders":{"X-A":"1","X-Key":"***"},
        "secretVersionForUsernamePassword":"projects/p/secrets/s/versions/1","allowedCaCerts":["AQID","BAUG"],
        "secretVersionsForRequestHeaders":{"X-S":{"secretVersion":"projects/p/secrets/t/versions/1"}},
        "webhookType":"FLEXIBLE","httpMethod":"PUT","requestBody":"{\n  \"a\": 1\n}","parameterMapping":{"a":"$.a","b":"$.b[0]"},
        "oauthConfig":{"clientId":"c","tokenEndpoint":"https://t.example.com","scopes":["a","b"],
            "secretVersionForClientSecret":"projects/p/secrets/o/versions/1"},
        "serviceAgentAuth":"ID_TOKEN","serviceAccountAuthConfig":{"serviceAccount":"a@p.iam.gserviceaccount.com"}}}}"#;

    fn parse(text: &str) -> Webhook {
        Webhook::parse(text.as_bytes()).expect("a webhook")
    }

    /// What a browser would send of these fields.
    fn sent(fields: &Fields) -> Form {
        let mut text = url::form_urlencoded::Serializer::new(String::new());
        let mut add = |name: &str, value: &str| {
            text.append_pair(name, value);
        };
        for (name, value) in [
            ("display_name", &fields.display_name),
            ("timeout", &fields.timeout),
            ("directory", &fields.directory),
            ("uri", &fields.uri),
            ("username", &fields.username),
            ("user_secret", &fields.user_secret),
            ("ca_certs", &fields.ca_certs),
            ("kind", &fields.kind),
            ("method", &fields.method),
            ("body", &fields.body.replace('\n', "\r\n")),
            ("oauth_client_id", &fields.oauth_client_id),
            ("oauth_secret", &fields.oauth_secret),
            ("oauth_endpoint", &fields.oauth_endpoint),
            ("oauth_scopes", &fields.oauth_scopes),
            ("agent_auth", &fields.agent_auth),
            ("service_account", &fields.service_account),
        ] {
            add(name, value);
        }
        if fields.disabled {
            add("disabled", "true");
        }
        for (rows, name, value) in [
            (fields.header_rows(), "header_name", "header_value"),
            (fields.secret_header_rows(), "secret_header_name", "secret_header_version"),
            (fields.mapping_rows(), "mapping_name", "mapping_path"),
        ] {
            for row in rows {
                add(name, &row.0);
                add(value, &row.1);
            }
        }
        Form::parse(text.finish().as_bytes())
    }

    #[test]
    fn every_field_survives_the_form() {
        let standard = r#"{"displayName":"S","genericWebService":{"uri":"https://a.example.com","webhookType":"STANDARD"}}"#;
        for text in [WHOLE, standard] {
            let fields = Fields::of(&parse(text), false);
            let read = Fields::read(&sent(&fields));
            assert_eq!(read, Fields { ca_certs: read.ca_certs.clone(), ..fields });
            let mut faults = Faults::default();
            assert_eq!(read.webhook(&mut faults), parse(text), "{faults:?}");
            assert!(faults.is_empty(), "{faults:?}");
            FieldMask::parse::<Webhook>(&read.mask()).expect("a mask");
        }
        let part = r#"{"displayName":"S","genericWebService":{"uri":"https://b.example.com"}}"#;
        let fields = Fields::read(&sent(&Fields::of(&parse(part), true)));
        assert_eq!(fields.webhook(&mut Faults::default()), parse(part));
    }

    #[test]
    fn what_cannot_be_read_is_told_beside_its_field() {
        let fields = Fields {
            timeout: "soon".to_owned(),
            headers: vec![(String::new(), "v".to_owned())],
            mapping: ["a", "a"].map(|name| (name.to_owned(), "$.a".to_owned())).to_vec(),
            ca_certs: "-----BEGIN CERTIFICATE-----\n*".to_owned(),
            ..Fields::default()
        };
        let mut faults = Faults::default();
        fields.webhook(&mut faults);
        for field in ["timeout", "headers", "mapping", "ca_certs"] {
            assert!(!faults.of(field).is_empty(), "{field}: {faults:?}");
        }
        let mut faults = Faults::default();
        Fields { ca_certs: "é".to_owned(), ..Fields::default() }.webhook(&mut faults);
        assert!(faults.of("ca_certs").contains("base64"));
    }

    #[test]
    fn fields_of_the_resource_have_their_place_in_the_form() {
        for (path, expected) in [
            ("displayName", ("display_name", None)),
            ("genericWebService", ("uri", None)),
            ("serviceDirectory.genericWebService.uri", ("uri", None)),
            ("serviceDirectory.service", ("directory", None)),
            ("genericWebService.requestHeaders.X-Key", ("headers", Some("X-Key"))),
            (
                "genericWebService.secretVersionsForRequestHeaders.X.secretVersion",
                ("secret_headers", Some("X")),
            ),
            ("genericWebService.allowedCaCerts[1]", ("ca_certs", None)),
            ("genericWebService.oauthConfig.tokenEndpoint", ("oauth_endpoint", None)),
            ("webhookConfig.webhookOverrides[0].genericWebService.uri", ("uri", None)),
            ("genericWebService.later", ("", Some("later"))),
        ] {
            assert_eq!(field_of(path), expected, "{path}");
        }
    }
}
