//! Who the service is told is calling.

use url::Url;

use super::{Findings, at, ids};
use crate::protocol::webhook::{GenericWebService, OAuthConfig, ServiceAccountAuthConfig, ServiceAgentAuth};

impl Findings {
    pub(super) fn credentials(&mut self, generic: &GenericWebService, place: &str) {
        self.basic(generic, place);
        if let Some(oauth) = &generic.oauth_config {
            self.oauth(oauth, &at(place, "oauthConfig"));
        }
        if generic.service_agent_auth == ServiceAgentAuth::AccessToken {
            let message =
                "ACCESS_TOKEN is deprecated; use ID_TOKEN, or serviceAccountAuthConfig for Google's own APIs";
            self.add("access_token_deprecated", at(place, "serviceAgentAuth"), message);
        }
        if let Some(ServiceAccountAuthConfig { service_account, unknown }) =
            &generic.service_account_auth_config
        {
            let place = at(place, "serviceAccountAuthConfig");
            if !(is_email(service_account) || self.partial && service_account.is_empty()) {
                let message = "expected the account's e-mail address, NAME@PROJECT.iam.gserviceaccount.com";
                self.add("service_account", at(&place, "serviceAccount"), message);
            }
            self.unknown::<ServiceAccountAuthConfig>(unknown, &place);
        }
        let methods = authorizations(generic);
        if methods.len() > 1 {
            let message = format!(
                "{} would all set the Authorization header, and which one is sent is not said; keep one",
                methods.join(", ")
            );
            self.add("several_credentials", place, message);
        }
    }

    fn basic(&mut self, generic: &GenericWebService, place: &str) {
        let (name, password) = (&generic.username, &generic.password);
        let secret = &generic.secret_version_for_username_password;
        self.secret_version(secret, &at(place, "secretVersionForUsernamePassword"), false);
        let deprecated = "deprecated: put username:password into Secret Manager and name it in secretVersionForUsernamePassword";
        if !name.is_empty() {
            self.add("basic_deprecated", at(place, "username"), deprecated);
        } else if !password.is_empty() {
            self.add("basic_deprecated", at(place, "password"), deprecated);
        }
        if self.partial || !secret.is_empty() {
            return;
        }
        if !name.is_empty() && password.is_empty() {
            let message =
                "a username without a password. Agent exports leave passwords out; set it, or use a secret";
            self.add("password_missing", at(place, "password"), message);
        } else if name.is_empty() && !password.is_empty() {
            self.add(
                "username_missing",
                at(place, "username"),
                "a password without a username; set both, or use a secret",
            );
        }
    }

    fn oauth(&mut self, oauth: &OAuthConfig, place: &str) {
        let endpoint = at(place, "tokenEndpoint");
        let secret = &oauth.secret_version_for_client_secret;
        self.secret_version(secret, &at(place, "secretVersionForClientSecret"), false);
        self.unknown::<OAuthConfig>(&oauth.unknown, place);
        if !secret.is_empty() && !oauth.client_secret.is_empty() {
            let message = "not used: secretVersionForClientSecret wins. Leave it out";
            self.add("oauth_secret_twice", at(place, "clientSecret"), message);
        }
        if !oauth.token_endpoint.is_empty() {
            let found = match Url::parse(&oauth.token_endpoint) {
                Ok(url) if url.scheme() == "https" => None,
                Ok(url) => Some(format!("its scheme is {}", url.scheme())),
                Err(error) => Some(format!("this is no URL ({error})")),
            };
            if let Some(found) = found {
                self.add(
                    "oauth_token_endpoint",
                    endpoint,
                    format!("{found}; expected the https URL that gives tokens"),
                );
            }
        } else if !self.partial {
            self.add(
                "oauth_token_endpoint",
                endpoint,
                "no tokenEndpoint: set the https URL that gives tokens",
            );
        }
        if self.partial {
            return;
        }
        if oauth.client_id.is_empty() {
            self.add("oauth_client_id_missing", at(place, "clientId"), "no clientId: set the client's id");
        }
        if secret.is_empty() && oauth.client_secret.is_empty() {
            let message =
                "no secret: set secretVersionForClientSecret to the client's secret in Secret Manager";
            self.add("oauth_secret_missing", at(place, "secretVersionForClientSecret"), message);
        }
    }

    /// Checks the name of a secret; an empty one is a fault where it must be there.
    pub(super) fn secret_version(&mut self, name: &str, place: &str, required: bool) {
        if (name.is_empty() && !required) || ids(name, ["projects", "secrets", "versions"]).is_some() {
            return;
        }
        self.add("secret_version", place, "expected a secret's name, projects/P/secrets/S/versions/V");
    }
}

/// What would set `Authorization`.
fn authorizations(generic: &GenericWebService) -> Vec<&'static str> {
    let is_authorization = |name: &String| name.eq_ignore_ascii_case("authorization");
    let basic = !generic.username.is_empty() || !generic.secret_version_for_username_password.is_empty();
    let header = generic.request_headers.keys().any(is_authorization)
        || generic.secret_versions_for_request_headers.keys().any(is_authorization);
    // Not said is equated with an ID token, but it is in every resource that never thought of one.
    let agent =
        matches!(generic.service_agent_auth, ServiceAgentAuth::IdToken | ServiceAgentAuth::AccessToken);
    [
        (basic, "username and password"),
        (header, "the Authorization header"),
        (generic.oauth_config.is_some(), "oauthConfig"),
        (agent, "serviceAgentAuth"),
        (generic.service_account_auth_config.is_some(), "serviceAccountAuthConfig"),
    ]
    .into_iter()
    .filter_map(|(set, name)| set.then_some(name))
    .collect()
}

/// Whether a text has the form of an e-mail address.
fn is_email(text: &str) -> bool {
    let parts = text.split_once('@').filter(|(name, domain)| !name.is_empty() && !domain.contains('@'));
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    parts.is_some_and(|(_, domain)| domain.split('.').count() > 1 && !domain.split('.').any(str::is_empty))
        && plain(text)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{found_in, owned};

    #[test]
    fn credentials_that_would_not_work_are_found() {
        const SECRET: &str = "projects/p/secrets/s/versions/latest";
        let oauth = r#""clientId":"id","tokenEndpoint":"https://t.example.com""#;
        for (members, expected) in [
            (format!(r#""secretVersionForUsernamePassword":"{SECRET}""#), &[][..]),
            (
                r#""secretVersionForUsernamePassword":"my-secret""#.to_owned(),
                &[("secret_version", "secretVersionForUsernamePassword")],
            ),
            (r#""username":"a","password":"b""#.to_owned(), &[("basic_deprecated", "username")]),
            (
                r#""username":"a""#.to_owned(),
                &[("basic_deprecated", "username"), ("password_missing", "password")],
            ),
            (
                r#""password":"b""#.to_owned(),
                &[("basic_deprecated", "password"), ("username_missing", "username")],
            ),
            (format!(r#""oauthConfig":{{{oauth},"secretVersionForClientSecret":"{SECRET}"}}"#), &[]),
            (format!(r#""oauthConfig":{{{oauth},"clientSecret":"s"}}"#), &[]),
            (
                format!(
                    r#""oauthConfig":{{{oauth},"clientSecret":"s","secretVersionForClientSecret":"{SECRET}","x":1}}"#
                ),
                &[("unknown_field", "oauthConfig.x"), ("oauth_secret_twice", "oauthConfig.clientSecret")],
            ),
            (
                r#""oauthConfig":{}"#.to_owned(),
                &[
                    ("oauth_token_endpoint", "oauthConfig.tokenEndpoint"),
                    ("oauth_client_id_missing", "oauthConfig.clientId"),
                    ("oauth_secret_missing", "oauthConfig.secretVersionForClientSecret"),
                ],
            ),
            (
                r#""oauthConfig":{"clientId":"i","clientSecret":"s","tokenEndpoint":"http://t.example.com"}"#
                    .to_owned(),
                &[("oauth_token_endpoint", "oauthConfig.tokenEndpoint")],
            ),
            (r#""serviceAgentAuth":"ID_TOKEN""#.to_owned(), &[]),
            (
                r#""serviceAgentAuth":"ACCESS_TOKEN""#.to_owned(),
                &[("access_token_deprecated", "serviceAgentAuth")],
            ),
            (
                format!(r#""serviceAgentAuth":"ID_TOKEN","secretVersionForUsernamePassword":"{SECRET}""#),
                &[("several_credentials", "")],
            ),
            (
                format!(
                    r#""requestHeaders":{{"authorization":"Bearer a"}},"oauthConfig":{{{oauth},"clientSecret":"s"}}"#
                ),
                &[("several_credentials", "")],
            ),
        ] {
            assert_eq!(found_in(&members), owned(expected), "{members}");
        }
    }

    #[test]
    fn a_service_account_is_an_address() {
        for (account, good) in [
            ("caller@example-project.iam.gserviceaccount.com", true),
            ("caller", false),
            ("", false),
            ("@example.com", false),
            ("a@b@example.com", false),
            ("a@localhost", false),
            ("a b@example.com", false),
            ("a@example..com", false),
        ] {
            let members = format!(r#""serviceAccountAuthConfig":{{"serviceAccount":"{account}"}}"#);
            let expected: &[_] =
                if good { &[] } else { &[("service_account", "serviceAccountAuthConfig.serviceAccount")] };
            assert_eq!(found_in(&members), owned(expected), "{account}");
        }
    }
}
