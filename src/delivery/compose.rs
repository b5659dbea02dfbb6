//! The request that a webhook gets: address, headers and body as they go out.
//!
//! It is composed for each attempt anew, by the webhook as it is now: its timestamp and signature are
//! fresh, and what was edited meanwhile counts.

use bytes::Bytes;

use super::job::{Content, TOO_LARGE, encoded};
use super::webhook::{Method, RequestFormat, Webhook};
use crate::activity::InvocationId;
use crate::outbound::{self, HeaderName, HeaderValue, OutboundError, Request};
use crate::zendesk::signature::sign;

pub(super) const ACCOUNT: &str = "x-zendesk-account-id";
pub(super) const WEBHOOK: &str = "x-zendesk-webhook-id";
pub(super) const INVOCATION: &str = "x-zendesk-webhook-invocation-id";
pub(super) const SIGNATURE: &str = "x-zendesk-webhook-signature";
pub(super) const TIMESTAMP: &str = "x-zendesk-webhook-signature-timestamp";
/// By the secret that was replaced, for as long as it is honoured.
pub(super) const PREVIOUS: &str = "x-rejoinder-webhook-signature-previous";

/// Why nothing can be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unfit {
    /// The content is too large.
    #[error("it has {size} bytes; from {TOO_LARGE} on nothing is sent")]
    TooLarge {
        /// How large it is.
        size: usize,
    },
    /// The webhook's method or format was changed after the content had been made.
    #[error("it was made as {made}, and the webhook has {method} with {format} by now")]
    OtherForm {
        /// What the content is.
        made: &'static str,
        /// The webhook's method.
        method: &'static str,
        /// The webhook's format.
        format: &'static str,
    },
    /// Custom headers would go over plain HTTP.
    #[error("custom headers are sent over https alone")]
    HeadersOverHttp,
    /// Credentials would go over plain HTTP.
    #[error("credentials are sent over https alone, unless [outbound] dangerous_allow_http = true")]
    CredentialsOverHttp,
    /// A header cannot be sent.
    #[error(transparent)]
    Header(#[from] OutboundError),
}

impl Unfit {
    /// A stable word.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too_large",
            Self::OtherForm { .. } => "content_unfit",
            Self::HeadersOverHttp => "headers_over_http",
            Self::CredentialsOverHttp => "credentials_over_http",
            Self::Header(error) => error.code(),
        }
    }
}

/// What all requests of an account share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sender {
    pub(super) account_id: u64,
    /// Whether credentials may go over plain HTTP.
    pub(super) http: bool,
}

impl Sender {
    /// The request of an invocation at this time, in microseconds since 1970.
    pub(super) fn compose(
        self,
        webhook: &Webhook,
        id: InvocationId,
        content: &Content,
        now: i64,
    ) -> Result<Request, Unfit> {
        let size = content.size();
        if size >= TOO_LARGE {
            return Err(Unfit::TooLarge { size });
        }
        if webhook.endpoint.scheme() == "http" {
            if !webhook.custom_headers.is_empty() {
                return Err(Unfit::HeadersOverHttp);
            }
            if webhook.authentication.is_some() && !self.http {
                return Err(Unfit::CredentialsOverHttp);
            }
        }
        let mut request = carrying(webhook, content)?;
        for (name, value) in &webhook.custom_headers {
            request = request.header(name, value.as_bytes())?;
        }
        if let Some(authentication) = &webhook.authentication {
            let (name, value) = authentication.header();
            let (name, value) = secret_header(&name, &value)?;
            request.headers.insert(name, value);
        }
        let timestamp = timestamp(now);
        let body: &[u8] = request.body.as_deref().unwrap_or_default();
        let signature = sign(&webhook.signing_secret.expose(), &timestamp, body);
        let previous = webhook.previous_secret_at(now).map(|secret| sign(&secret.expose(), &timestamp, body));
        request = request
            .header(ACCOUNT, self.account_id.to_string().as_bytes())?
            .header(WEBHOOK, webhook.id.as_str().as_bytes())?
            .header(INVOCATION, id.to_string().as_bytes())?
            .header(SIGNATURE, signature.as_bytes())?
            .header(TIMESTAMP, timestamp.as_bytes())?;
        if let Some(previous) = previous {
            request = request.header(PREVIOUS, previous.as_bytes())?;
        }
        Ok(request)
    }
}

/// Method, address and body.
fn carrying(webhook: &Webhook, content: &Content) -> Result<Request, Unfit> {
    let has_body = !matches!(webhook.http_method, Method::Get | Method::Delete);
    let format = webhook.request_format;
    let method = match webhook.http_method {
        Method::Get => outbound::Method::GET,
        Method::Post => outbound::Method::POST,
        Method::Put => outbound::Method::PUT,
        Method::Patch => outbound::Method::PATCH,
        Method::Delete => outbound::Method::DELETE,
    };
    let mut request = Request::new(method, webhook.endpoint.clone());
    let body = match content {
        Content::Body(body) if has_body && format != RequestFormat::FormEncoded => body.clone(),
        Content::Parameters(pairs) if has_body && format == RequestFormat::FormEncoded => {
            Bytes::from(encoded(pairs))
        }
        Content::Parameters(pairs) if !has_body => {
            // An address that ends with a question mark is another one.
            if !pairs.is_empty() {
                request.url.query_pairs_mut().extend_pairs(pairs);
            }
            return Ok(request);
        }
        Content::Body(_) | Content::Parameters(_) => {
            let made = if matches!(content, Content::Body(_)) { "a body" } else { "parameters" };
            let (method, format) = (webhook.http_method.as_str(), format.as_str());
            return Err(Unfit::OtherForm { made, method, format });
        }
    };
    let content_type = match format {
        RequestFormat::Json => "application/json; charset=utf-8",
        RequestFormat::Xml => "application/xml; charset=utf-8",
        RequestFormat::FormEncoded => "application/x-www-form-urlencoded",
    };
    Ok(request.body(body).header("content-type", content_type.as_bytes())?)
}

/// A header whose value is shown nowhere.
fn secret_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Unfit> {
    let invalid = |reason| OutboundError::InvalidHeader { name: name.to_owned(), reason };
    let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid("its name cannot be sent"))?;
    let mut value =
        HeaderValue::from_bytes(value.as_bytes()).map_err(|_| invalid("its value has control characters"))?;
    value.set_sensitive(true);
    Ok((key, value))
}

/// A moment in whole seconds, as receivers read it.
fn timestamp(micros: i64) -> String {
    jiff::Timestamp::from_second(micros.div_euclid(1_000_000))
        .map(|time| time.to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;
    use crate::delivery::webhook::SigningSecret;
    use crate::zendesk::authentication::Authentication;
    use crate::zendesk::signature::{TEST_SECRET, verify};

    const NOW: i64 = 1_616_648_967_900_000; // 2021-03-25T05:09:27.9Z
    const ID: i64 = NOW << 12;

    fn compose(webhook: &Webhook, content: &Content) -> Result<Request, Unfit> {
        let sender = Sender { account_id: 12, http: false };
        sender.compose(webhook, InvocationId::of_number(ID), content, NOW)
    }

    fn header<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
        request.headers.get(name).map(|value| value.to_str().expect("text"))
    }

    fn body(text: &str) -> Content {
        Content::Body(Bytes::copy_from_slice(text.as_bytes()))
    }

    #[test]
    fn an_event_goes_out_as_zendesk_sends_it() {
        let mut webhook = Webhook::of("https://example.com/in?a=b");
        webhook.signing_secret = TEST_SECRET.to_owned().into();
        let request = compose(&webhook, &body("{\n  \"a\": 1\n}\n")).expect("composed");
        assert_eq!((request.method.as_str(), request.url.as_str()), ("POST", "https://example.com/in?a=b"));
        assert_eq!(request.body.as_deref(), Some(&b"{\n  \"a\": 1\n}\n"[..]));
        for (name, value) in [
            ("content-type", "application/json; charset=utf-8"),
            ("X-Zendesk-Account-Id", "12"),
            ("X-Zendesk-Webhook-Id", webhook.id.as_str()),
            ("X-Zendesk-Webhook-Invocation-Id", &InvocationId::of_number(ID).to_string()),
            ("X-Zendesk-Webhook-Signature-Timestamp", "2021-03-25T05:09:27Z"),
        ] {
            assert_eq!(header(&request, name), Some(value), "{name}");
        }
        let signature = header(&request, SIGNATURE).expect("signed");
        assert!(verify([TEST_SECRET], "2021-03-25T05:09:27Z", b"{\n  \"a\": 1\n}\n", signature));
        assert_eq!(header(&request, PREVIOUS), None);
    }

    #[test]
    fn while_a_secret_is_replaced_both_sign() {
        let mut webhook = Webhook::of("https://example.com/in");
        webhook.previous_secret = Some((SigningSecret::from("old".to_owned()), NOW + 1));
        let request = compose(&webhook, &body("{}")).expect("composed");
        let previous = header(&request, PREVIOUS).expect("signed");
        assert!(verify(["old"], "2021-03-25T05:09:27Z", b"{}", previous));
        let signature = header(&request, SIGNATURE).expect("signed");
        assert!(verify([&*webhook.signing_secret.expose()], "2021-03-25T05:09:27Z", b"{}", signature));
        webhook.previous_secret = Some((SigningSecret::from("old".to_owned()), NOW));
        assert_eq!(header(&compose(&webhook, &body("{}")).expect("composed"), PREVIOUS), None);
    }

    #[test]
    fn parameters_are_a_form_where_there_is_a_body_and_in_the_address_elsewhere() {
        let pairs = [("id", "35436"), ("email", "a@example.com")];
        let pairs =
            Content::Parameters(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        let mut webhook = Webhook::of("https://example.com/in?a=b");
        webhook.signing_secret = TEST_SECRET.to_owned().into();
        for (method, format, url, sent, content_type, signed) in [
            (
                Method::Put,
                RequestFormat::FormEncoded,
                "https://example.com/in?a=b",
                Some("id=35436&email=a%40example.com"),
                Some("application/x-www-form-urlencoded"),
                "id=35436&email=a%40example.com",
            ),
            (
                Method::Get,
                RequestFormat::FormEncoded,
                "https://example.com/in?a=b&id=35436&email=a%40example.com",
                None,
                None,
                "",
            ),
            (
                Method::Delete,
                RequestFormat::Json,
                "https://example.com/in?a=b&id=35436&email=a%40example.com",
                None,
                None,
                "",
            ),
        ] {
            (webhook.resource.http_method, webhook.resource.request_format) = (method, format);
            let request = compose(&webhook, &pairs).expect("composed");
            assert_eq!((request.method.as_str(), request.url.as_str()), (method.as_str(), url));
            assert_eq!(request.body.as_deref(), sent.map(str::as_bytes));
            assert_eq!(header(&request, "content-type"), content_type);
            let signature = header(&request, SIGNATURE).expect("signed");
            assert!(verify([TEST_SECRET], "2021-03-25T05:09:27Z", signed.as_bytes(), signature), "{method}");
        }
        webhook.resource.http_method = Method::Delete;
        let bare = compose(&webhook, &Content::Parameters(Vec::new())).expect("composed");
        assert_eq!(bare.url.as_str(), "https://example.com/in?a=b");
    }

    #[test]
    fn content_of_another_form_than_the_webhook_has_is_not_sent() {
        let mut webhook = Webhook::of("https://example.com/in");
        let pairs = Content::Parameters(vec![("a".to_owned(), "b".to_owned())]);
        for (method, format, content) in [
            (Method::Post, RequestFormat::Json, &pairs),
            (Method::Post, RequestFormat::FormEncoded, &body("x")),
            (Method::Get, RequestFormat::Json, &body("x")),
        ] {
            (webhook.resource.http_method, webhook.resource.request_format) = (method, format);
            let refused = compose(&webhook, content).expect_err("unfit");
            assert_eq!(refused.code(), "content_unfit", "{method} {format}");
        }
    }

    #[test]
    fn xml_has_its_type() {
        let mut webhook = Webhook::of("https://example.com/in");
        webhook.resource.request_format = RequestFormat::Xml;
        let request = compose(&webhook, &body("<t/>")).expect("composed");
        assert_eq!(header(&request, "content-type"), Some("application/xml; charset=utf-8"));
    }

    #[test]
    fn a_byte_less_than_256_kib_is_sent_and_256_kib_are_not() {
        let webhook = Webhook::of("https://example.com/in");
        assert!(compose(&webhook, &body(&"é".repeat(131_071))).is_ok());
        assert!(compose(&webhook, &body(&"x".repeat(262_143))).is_ok());
        let refused = compose(&webhook, &body(&"é".repeat(131_072))).expect_err("too large");
        assert_eq!(refused, Unfit::TooLarge { size: 262_144 });
    }

    #[test]
    fn credentials_and_custom_headers_are_for_https() {
        let mut webhook = Webhook::of("https://example.com/in");
        let bearer = Authentication::Bearer { token: Secret::from("s3cret".to_owned()) };
        webhook.resource.authentication = Some(bearer);
        webhook.resource.custom_headers = vec![("X-Shop".to_owned(), "north".to_owned())];
        let request = compose(&webhook, &body("{}")).expect("composed");
        assert_eq!(header(&request, "authorization"), Some("Bearer s3cret"));
        assert!(request.headers["authorization"].is_sensitive());
        assert_eq!(header(&request, "x-shop"), Some("north"));
        webhook.resource.endpoint = "http://example.com/in".parse().expect("a URL");
        assert_eq!(compose(&webhook, &body("{}")).expect_err("refused"), Unfit::HeadersOverHttp);
        webhook.resource.custom_headers.clear();
        assert_eq!(compose(&webhook, &body("{}")).expect_err("refused"), Unfit::CredentialsOverHttp);
        let allowed = Sender { account_id: 0, http: true };
        assert!(allowed.compose(&webhook, InvocationId::of_number(ID), &body("{}"), NOW).is_ok());
        webhook.resource.authentication = None;
        assert!(compose(&webhook, &body("{}")).is_ok());
    }
}
