//! The webhook resource: what may be set, read as a whole and checked as a whole.

use serde_json::{Map, Value};
use url::Url;

use super::authentication::{Authentication, Sent};
pub(crate) use super::connection::Connection;
use super::url::Endpoint;
use super::words::{self, words};
use super::{Violation, headers, members};

words! {
    /// Whether a webhook is served.
    Status { Active = "active", Inactive = "inactive" }
}

words! {
    /// How a webhook calls.
    Method { Get = "GET", Post = "POST", Put = "PUT", Patch = "PATCH", Delete = "DELETE" }
}

words! {
    /// In which form a webhook's content is sent.
    RequestFormat { Json = "json", Xml = "xml", FormEncoded = "form_encoded" }
}

/// Everything of a webhook that somebody sets.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Resource {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) status: Status,
    pub(crate) endpoint: Url,
    /// The endpoint as it was sent.
    pub(crate) endpoint_text: String,
    pub(crate) http_method: Method,
    pub(crate) request_format: RequestFormat,
    pub(crate) connection: Connection,
    pub(crate) authentication: Option<Authentication>,
    /// Names and values; no secrets.
    pub(crate) custom_headers: Vec<(String, String)>,
    /// Where the app that made it keeps track of it; its form is the app's.
    pub(crate) external_source: Option<Value>,
}

/// What the operator allows beyond the rules.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowed {
    /// Credentials over plain HTTP: `outbound.dangerous_allow_http`.
    pub(crate) credentials_over_http: bool,
}

/// The members that somebody sets, in the order of answers.
const SETTABLE: [&str; 10] = [
    "name",
    "description",
    "status",
    "subscriptions",
    "endpoint",
    "http_method",
    "request_format",
    "authentication",
    "custom_headers",
    "external_source",
];

/// Those that have to be there.
const REQUIRED: [&str; 5] = ["name", "endpoint", "http_method", "request_format", "status"];

/// The members that only the server sets; sent back, they are ignored.
const READ_ONLY: [&str; 6] = ["id", "signing_secret", "created_at", "created_by", "updated_at", "updated_by"];

pub(crate) const LONGEST_NAME: usize = 256;
const LONGEST_DESCRIPTION: usize = 10_000;
/// The largest `external_source`, in bytes of JSON.
const LARGEST_SOURCE: usize = 8 << 10;

impl Resource {
    /// Reads a whole resource. `before` is what it was until now, whose credentials stay where none are
    /// sent and it leads to the same origin; what is dropped because it leads elsewhere is told.
    pub(crate) fn read(
        object: &Map<String, Value>,
        before: Option<&Self>,
        allowed: Allowed,
    ) -> Result<(Self, Vec<String>), Vec<Violation>> {
        let mut violations = unknown(object);
        let mut note = |violation| violations.push(violation);
        let name = members::text(object, "name", "name", LONGEST_NAME).map_err(&mut note).ok();
        let description = members::optional_text(object, "description", "description", LONGEST_DESCRIPTION);
        let description = description.map_err(&mut note).ok();
        let endpoint = super::url::read(object).map_err(&mut note).ok();
        let status = word(object, "status", Status::WORDS, Status::of_word).map_err(&mut note).ok();
        let method = word(object, "http_method", Method::WORDS, Method::of_word).map_err(&mut note).ok();
        let format = word(object, "request_format", RequestFormat::WORDS, RequestFormat::of_word);
        let format = format.map_err(&mut note).ok();
        let connection = Connection::read(object.get("subscriptions"), &mut violations);
        let custom_headers =
            headers::read(object.get("custom_headers").unwrap_or(&Value::Null), &mut violations);
        let external_source = source(object.get("external_source"), &mut violations);
        let sent = Sent::read(object.get("authentication"));
        let sent = sent.map_err(|found| violations.extend(found)).unwrap_or_default();
        let mut dropped = Vec::new();
        let authentication = authentication(sent, before, endpoint.as_ref(), &mut dropped);
        let authentication = authentication.map_err(|violation| violations.push(violation)).ok().flatten();
        let whole = (name, description, status, endpoint, method, format, connection);
        let (
            Some(name),
            Some(description),
            Some(status),
            Some(endpoint),
            Some(http_method),
            Some(request_format),
            Some(connection),
        ) = whole
        else {
            return Err(violations);
        };
        let Endpoint { url: endpoint, text: endpoint_text } = endpoint;
        let resource = Self {
            name,
            description,
            status,
            endpoint,
            endpoint_text,
            http_method,
            request_format,
            connection,
            authentication,
            custom_headers,
            external_source,
        };
        // What became forbidden is not sent, and stands in no other change's way.
        let as_before = before.is_some_and(|before| {
            before.endpoint == resource.endpoint && before.authentication == resource.authentication
        });
        let credentials_over_http = allowed.credentials_over_http || as_before;
        resource.fit(Allowed { credentials_over_http }, &mut violations);
        if violations.is_empty() { Ok((resource, dropped)) } else { Err(violations) }
    }

    /// What a change comes to: this, with what was sent in its place.
    pub(crate) fn merged(&self, sent: &Map<String, Value>) -> Map<String, Value> {
        let mut object = self.shown();
        for name in SETTABLE {
            // An app set it when it made the webhook, and nobody does later.
            if let Some(value) = sent.get(name)
                && name != "external_source"
            {
                object.insert(name.to_owned(), value.clone());
            }
        }
        for (name, value) in sent {
            if !SETTABLE.contains(&&**name) {
                object.insert(name.clone(), value.clone());
            }
        }
        object
    }

    /// As answers have it: no secret is in it.
    pub(crate) fn shown(&self) -> Map<String, Value> {
        self.written(Authentication::shown)
    }

    /// As it is kept.
    pub(crate) fn whole(&self) -> Map<String, Value> {
        self.written(Authentication::whole)
    }

    fn written(&self, authentication: impl Fn(&Authentication) -> Value) -> Map<String, Value> {
        let mut object = Map::new();
        let mut set = |name: &str, value: Value| object.insert(name.to_owned(), value);
        set("name", self.name.as_str().into());
        if let Some(description) = &self.description {
            set("description", description.as_str().into());
        }
        set("status", self.status.as_str().into());
        set("subscriptions", self.connection.subscriptions());
        set("endpoint", self.endpoint_text.as_str().into());
        set("http_method", self.http_method.as_str().into());
        set("request_format", self.request_format.as_str().into());
        if let Some(credentials) = &self.authentication {
            set("authentication", authentication(credentials));
        }
        if !self.custom_headers.is_empty() {
            let headers =
                self.custom_headers.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
            set("custom_headers", Value::Object(headers.collect()));
        }
        if let Some(source) = &self.external_source {
            set("external_source", source.clone());
        }
        object
    }

    /// What does not go together.
    fn fit(&self, allowed: Allowed, violations: &mut Vec<Violation>) {
        let mut refuse =
            |field: &str, description: String| violations.push(Violation::new(field, description));
        if let Connection::Events(_) = self.connection {
            if self.http_method != Method::Post {
                refuse("http_method", format!("events are sent with POST, found {}", self.http_method));
            }
            if self.request_format != RequestFormat::Json {
                refuse("request_format", format!("events are sent as json, found {}", self.request_format));
            }
        }
        let http = self.endpoint.scheme() != "https";
        if http && !self.custom_headers.is_empty() {
            refuse(
                "custom_headers",
                "they are sent over https alone; leave them out, or let the endpoint begin with https://"
                    .to_owned(),
            );
        }
        if http && self.authentication.is_some() && !allowed.credentials_over_http {
            refuse(
                "authentication",
                "credentials are sent over https alone: others could read them. outbound.dangerous_allow_http in \
                 the settings allows http"
                    .to_owned(),
            );
        }
        if let Some(authentication) = &self.authentication {
            let (header, _) = authentication.header();
            let twice = self.custom_headers.iter().find(|(name, _)| {
                name.eq_ignore_ascii_case(&header) || name.eq_ignore_ascii_case("authorization")
            });
            if let Some((name, _)) = twice {
                refuse(
                    &format!("custom_headers.{name}"),
                    "the header is that of `authentication`; leave one of them out".to_owned(),
                );
            }
        }
    }
}

/// What has to be there of a resource that replaces another one.
pub(crate) fn missing(object: &Map<String, Value>) -> Vec<Violation> {
    REQUIRED
        .into_iter()
        .filter(|name| !object.contains_key(*name))
        .map(|name| Violation::new(name, "it is required: PUT sends the whole webhook, PATCH a part of it"))
        .collect()
}

/// Whether both are the same place: scheme, host and port.
pub(crate) fn same_origin(one: &Url, other: &Url) -> bool {
    let (one, other) = (one.origin(), other.origin());
    one.is_tuple() && one == other
}

/// Members that are nearly known. What is not, newer clients may know; a slip of the pen would go
/// unseen.
fn unknown(object: &Map<String, Value>) -> Vec<Violation> {
    /// From here on, a name is taken for a misspelt one.
    const ALIKE: f64 = 0.8;
    let known = || SETTABLE.into_iter().chain(READ_ONLY);
    let mut violations = Vec::new();
    for name in object.keys().filter(|name| name.len() < 64 && !known().any(|known| known == **name)) {
        let meant = known().find(|known| strsim::normalized_damerau_levenshtein(name, known) >= ALIKE);
        if let Some(meant) = meant {
            violations.push(Violation::new(
                name.as_str(),
                format!("there is no such member; did you mean {meant}?"),
            ));
        }
    }
    violations
}

fn word<T>(
    object: &Map<String, Value>,
    name: &str,
    known: &[&'static str],
    of_word: impl Fn(&str) -> Option<T>,
) -> Result<T, Violation> {
    match object.get(name) {
        None | Some(Value::Null) => {
            Err(Violation::new(name, format!("it is required; expected one of {}", known.join(", "))))
        }
        Some(value) => words::read(name, value, known, of_word),
    }
}

fn source(value: Option<&Value>, violations: &mut Vec<Violation>) -> Option<Value> {
    const FIELD: &str = "external_source";
    match value {
        None | Some(Value::Null) => None,
        Some(value @ Value::Object(_)) => {
            let bytes = value.to_string().len();
            if bytes > LARGEST_SOURCE {
                let description = format!("{bytes} bytes of JSON; expected at most {LARGEST_SOURCE}");
                violations.push(Violation::new(FIELD, description));
            }
            Some(value.clone())
        }
        Some(other) => {
            let found = members::kind(other);
            violations.push(Violation::new(FIELD, format!("expected an object, found {found}")));
            None
        }
    }
}

/// The credentials: those sent, or those kept for the origin that it leads to.
fn authentication(
    sent: Option<Sent>,
    before: Option<&Resource>,
    endpoint: Option<&Endpoint>,
    dropped: &mut Vec<String>,
) -> Result<Option<Authentication>, Violation> {
    let Some(sent) = sent else { return Ok(None) };
    let kept = before.and_then(|before| before.authentication.as_ref());
    let elsewhere = match (before, endpoint) {
        (Some(before), Some(endpoint)) => !same_origin(&before.endpoint, &endpoint.url),
        _ => false,
    };
    match sent {
        Sent::Kept { .. } if elsewhere && kept.is_some() => {
            dropped.push("authentication".to_owned());
            Ok(None)
        }
        sent => sent.complete(kept).map(Some),
    }
}

#[cfg(test)]
mod tests;
