//! `Webhook`: one webhook of an agent.

use std::time::Duration as Span;

use super::{Duration, GenericWebService, read};
use crate::protocol::ParseError;
use crate::protocol::field::plain_message;
use crate::protocol::schema::{message, oneof};

message! {
    /// A webhook of an agent: a service, and how long to wait for it.
    pub struct Webhook {
        /// `projects/P/locations/L/agents/A/webhooks/W`; in agent exports the id alone.
        name: String = "name";
        /// What people call it, unique in its agent.
        display_name: String = "displayName";
        /// How long the agent waits; see [`timeout`](Self::timeout).
        timeout: Option<Duration> = "timeout";
        /// Whether the agent leaves it alone.
        disabled: bool = "disabled";
    }
    masked unknown;
    /// What is called.
    oneof service: Service;
}

oneof! {
    /// What a webhook calls.
    pub enum Service {
        /// An HTTP service on the public network.
        GenericWebService(GenericWebService) = "genericWebService" | "generic_web_service";
        /// An HTTP service that Service Directory knows the way to.
        ServiceDirectory(ServiceDirectoryConfig) = "serviceDirectory" | "service_directory";
    }
}

message! {
    /// An HTTP service in a private network, found through Service Directory.
    pub struct ServiceDirectoryConfig {
        /// `projects/P/locations/L/namespaces/N/services/S`, in the agent's location.
        service: String = "service";
        /// How it is called; the host of its URI is the name that TLS checks.
        generic_web_service: Option<GenericWebService> = "genericWebService";
    }
    masked unknown;
}

plain_message!(ServiceDirectoryConfig);

impl Webhook {
    /// How long the agent waits when the resource does not say.
    pub const DEFAULT_TIMEOUT: Span = Span::from_secs(5);
    /// The longest that an agent waits.
    pub const MAX_TIMEOUT: Span = Span::from_secs(30);

    /// Reads a resource, in the form of the REST API or of an agent export.
    ///
    /// The forms are told apart member by member, so a file may mix them.
    ///
    /// # Errors
    ///
    /// Anything that neither form allows, with its place: bad grammar or UTF-8, wrong types,
    /// duplicate names, two services.
    pub fn parse(body: &[u8]) -> Result<Self, ParseError> {
        read(body)
    }

    /// How the service is called, be it public or found through Service Directory.
    #[must_use]
    pub fn generic_web_service(&self) -> Option<&GenericWebService> {
        match self.service.as_ref()? {
            Service::GenericWebService(service) => Some(service),
            Service::ServiceDirectory(directory) => directory.generic_web_service.as_ref(),
        }
    }

    /// The name under which Service Directory knows the service, if it is to be asked.
    #[must_use]
    pub fn service_directory(&self) -> Option<&str> {
        match self.service.as_ref()? {
            Service::GenericWebService(_) => None,
            Service::ServiceDirectory(directory) => Some(&directory.service),
        }
    }

    /// How long to wait for the answer: 5 seconds unless it says otherwise, and 30 at most.
    ///
    /// A time of zero or less is taken for none; [`check`](super::check) reports it.
    #[must_use]
    pub fn timeout(&self) -> Span {
        let said = self.timeout.and_then(Duration::to_std).filter(|timeout| !timeout.is_zero());
        said.unwrap_or(Self::DEFAULT_TIMEOUT).min(Self::MAX_TIMEOUT)
    }

    /// Whether the service is called in its own way rather than with a `WebhookRequest`.
    #[must_use]
    pub fn is_flexible(&self) -> bool {
        self.generic_web_service().is_some_and(GenericWebService::is_flexible)
    }

    /// The HTTP method of the call; a standard webhook is always called with POST.
    #[must_use]
    pub fn method(&self) -> &'static str {
        self.generic_web_service().map_or("POST", GenericWebService::method)
    }

    /// The last part of its name, which is all that an agent export has.
    #[must_use]
    pub fn id(&self) -> &str {
        last_segment(&self.name)
    }
}

/// What is behind the last slash.
pub(super) fn last_segment(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(_, id)| id)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SECRETS: &str = r#"{"displayName":"w","laterKey":"s3cret","genericWebService":{"uri":"https://api.example.com",
        "username":"agent","password":"s3cret","requestHeaders":[{"key":"X-Key","value":"s3cret"}],
        "oauthConfig":{"clientId":"id","clientSecret":"s3cret","later":"s3cret"},"later":{"a":"s3cret"}}}"#;

    fn parse(text: &str) -> Webhook {
        Webhook::parse(text.as_bytes()).expect(text)
    }

    #[test]
    fn secrets_never_show_in_debug() {
        let webhook = parse(SECRETS);
        let shown = format!("{webhook:?} {webhook:#?}");
        assert!(!shown.contains("s3cret"), "{shown}");
        for seen in ["agent", "\"X-Key\": ***", "password: ***", "client_secret: ***", "\"laterKey\": ***"] {
            assert!(shown.contains(seen), "{seen}: {shown}");
        }
        assert!(serde_json::to_string(&webhook).expect("JSON").contains("s3cret"));
    }

    #[test]
    fn both_forms_are_one_resource() {
        let rest = r#"{"name":"w","display_name":"W","timeout":"1.500s","genericWebService":{
            "uri":"https://api.example.com","request_headers":{"A":"1","B":""},"webhookType":2,
            "secretVersionsForRequestHeaders":{"C":{"secretVersion":"v"},"D":{}},"parameterMapping":{"x":"$.y"}}}"#;
        let export = r#"{"name":"w","displayName":"W","timeout":{"seconds":1,"nanos":500000000},"genericWebService":{
            "uri":"https://api.example.com","requestHeaders":[{"key":"A","value":"1"},{"key":"B"}],
            "secretVersionsForRequestHeaders":[{"key":"C","value":{"secretVersion":"v"}},{"key":"D"}],
            "webhookType":"FLEXIBLE","parameterMapping":{"x":"$.y"}}}"#;
        assert_eq!(parse(rest), parse(export));
        let written = serde_json::to_value(parse(export)).expect("JSON");
        assert_eq!(written["timeout"], "1.500s");
        assert_eq!(written["genericWebService"]["requestHeaders"], json!({"A": "1", "B": ""}));
        assert_eq!(written["genericWebService"]["webhookType"], "FLEXIBLE");
        assert_eq!(Webhook::parse(written.to_string().as_bytes()), Ok(parse(rest)));
    }

    #[test]
    fn a_service_behind_service_directory_is_found() {
        let text = r#"{"serviceDirectory":{"service":"s","genericWebService":{"uri":"u","webhookType":"FLEXIBLE"}}}"#;
        let webhook = parse(text);
        assert_eq!((webhook.service_directory(), webhook.is_flexible()), (Some("s"), true));
        assert_eq!(webhook.generic_web_service().expect("there").uri, "u");
        assert_eq!(parse(r#"{"genericWebService":{}}"#).service_directory(), None);
    }

    #[test]
    fn the_wait_and_the_method_have_their_limits() {
        for (timeout, seconds) in [
            ("null", 5),
            (r#""2s""#, 2),
            (r#""31s""#, 30),
            (r#""0s""#, 5),
            (r#""-1s""#, 5),
            (r#"{"seconds":9}"#, 9),
        ] {
            let webhook = parse(&format!(r#"{{"timeout":{timeout}}}"#));
            assert_eq!(webhook.timeout(), Span::from_secs(seconds), "{timeout}");
        }
        for (kind, method, expected) in [
            ("STANDARD", "GET", "POST"),
            ("FLEXIBLE", "GET", "GET"),
            ("FLEXIBLE", "HTTP_METHOD_UNSPECIFIED", "POST"),
            ("FLEXIBLE", "BREW", "POST"),
            ("FLEXIBLE", "PATCH", "PATCH"),
        ] {
            let webhook = parse(&format!(
                r#"{{"genericWebService":{{"webhookType":"{kind}","httpMethod":"{method}"}}}}"#
            ));
            assert_eq!(webhook.method(), expected, "{kind} {method}");
        }
        assert_eq!((Webhook::default().method(), Webhook::default().is_flexible()), ("POST", false));
    }

    #[test]
    fn faults_are_told_with_their_place_in_both_forms() {
        for (text, place, reason) in [
            (r#"{"timeout":5}"#, "timeout", "must be seconds with an s behind them"),
            (r#"{"timeout":{"seconds":1,"minutes":2}}"#, "timeout", "no {\"seconds\": …, \"nanos\": …}"),
            (
                r#"{"genericWebService":{"requestHeaders":[{"key":"A"},{"key":"A"}]}}"#,
                "genericWebService.requestHeaders[1]",
                "`A` stands twice",
            ),
            (
                r#"{"genericWebService":{"requestHeaders":[{"key":"A","value":1}]}}"#,
                "genericWebService.requestHeaders[0].value",
                "must be text, found a number",
            ),
            (
                r#"{"genericWebService":{"requestHeaders":[{"name":"A"}]}}"#,
                "genericWebService.requestHeaders[0]",
                "found another member",
            ),
            (
                r#"{"genericWebService":{"requestHeaders":["A"]}}"#,
                "genericWebService.requestHeaders[0]",
                "found text",
            ),
            (
                r#"{"genericWebService":{"requestHeaders":{"A":null}}}"#,
                "genericWebService.requestHeaders.A",
                "found null",
            ),
            (r#"{"genericWebService":{},"serviceDirectory":{}}"#, "", "exclude each other"),
            (
                r#"{"genericWebService":{"allowedCaCerts":["*"]}}"#,
                "genericWebService.allowedCaCerts[0]",
                "base64",
            ),
        ] {
            let error = Webhook::parse(text.as_bytes()).expect_err(text);
            assert!(error.place.path.starts_with(place), "{text}: {error}");
            assert!(error.to_string().contains(reason), "{text}: {error}");
        }
    }
}
