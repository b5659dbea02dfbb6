//! One flexible webhook, ready to be called: parameters become a request, a response parameters.

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;
use url::Url;

use super::body::BodyTemplate;
use super::headers::{HeaderError, HeaderTemplates};
use super::mapping::{Mapped, Mapping};
use super::path::TooComplex;
use super::reference::Reference;
use super::scope::Scope;
use super::template::Problem;
use super::url::{UrlError, UrlTemplate};
use crate::config::{EmptyBody, MissingPath, Semantics, Success, Unresolved};
use crate::protocol::inspect::Finding;
use crate::protocol::webhook::Webhook;

/// A flexible webhook whose templates and paths have been parsed.
#[derive(Debug, Clone)]
pub struct Exchange {
    method: Method,
    url: UrlTemplate,
    headers: HeaderTemplates,
    body: Option<BodyTemplate>,
    mapping: Mapping,
    semantics: Semantics,
}

/// A request, ready to be sent.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rendered {
    /// The method.
    pub method: Method,
    /// The address with its values.
    pub url: Url,
    /// The headers, values marked as sensitive.
    pub headers: HeaderMap,
    /// The body, where the method has one.
    pub body: Option<Bytes>,
    /// What could not be put in.
    pub problems: Vec<Problem>,
}

/// Parameters that no request can be made of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// They do not fit into the address.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// They do not fit into a header.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// They make the body too large.
    #[error("the body is {length} bytes long; expected at most {limit}")]
    BodyTooLarge {
        /// Its length.
        length: usize,
        /// The most allowed.
        limit: usize,
    },
    /// A reference to nothing or a function that failed, where that ends the call.
    #[error(transparent)]
    Problem(Problem),
}

/// A response that gives no parameters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResponseError {
    /// A status that is no success.
    #[error("the answer has status {status}")]
    Status {
        /// The status.
        status: u16,
    },
    /// Nothing where an answer should be.
    #[error("the answer is empty; expected JSON")]
    Empty,
    /// No JSON.
    #[error("the answer is no JSON: {cause}")]
    NotJson {
        /// What is wrong, and where.
        cause: String,
    },
    /// More work than an answer may make.
    #[error(transparent)]
    TooComplex(#[from] TooComplex),
    /// A definite path to nothing, where that is a failure.
    #[error("the answer has nothing at `{path}`, which should set the parameter {parameter}")]
    Missing {
        /// The parameter.
        parameter: String,
        /// The path.
        path: String,
    },
}

/// The largest body sent, in bytes.
const LARGEST_BODY: usize = 1 << 20;

impl Exchange {
    /// Parses the templates and paths of a flexible webhook.
    ///
    /// # Errors
    ///
    /// Everything in it that cannot be used, each with its place.
    pub fn parse(webhook: &Webhook, semantics: Semantics) -> Result<Self, Vec<Finding>> {
        let mut faults = Vec::new();
        let mut fault = |code, place: &str, message: String| {
            faults.push(Finding { code, place: place.to_owned(), message });
        };
        let Some(service) = webhook.generic_web_service() else {
            let message = "no genericWebService: nothing says what to call".to_owned();
            fault("service_missing", "", message);
            return Err(faults);
        };
        let root = if webhook.service_directory().is_some() { "serviceDirectory." } else { "" };
        let place = |field: &str| format!("{root}genericWebService.{field}");
        let method = webhook.method();
        let has_body = matches!(method, "POST" | "PUT" | "PATCH") && !service.request_body.trim().is_empty();
        let url = UrlTemplate::parse(&service.uri)
            .map_err(|error| fault("uri_invalid", &place("uri"), error.to_string()));
        let headers = HeaderTemplates::parse(service, has_body, |name, message| {
            fault("header_invalid", &place(&format!("requestHeaders.{name}")), message);
        });
        let body = has_body.then(|| BodyTemplate::parse(&service.request_body)).transpose();
        let body =
            body.map_err(|error| fault("request_body_invalid", &place("requestBody"), error.to_string()));
        let mapping = Mapping::parse(&service.parameter_mapping, &semantics, |key, error| {
            fault("parameter_mapping_invalid", &place(&format!("parameterMapping.{key}")), error.to_string());
        });
        let method = Method::from_bytes(method.as_bytes())
            .map_err(|error| fault("method_invalid", &place("httpMethod"), error.to_string()));
        match (method, url, body) {
            (Ok(method), Ok(url), Ok(body)) if faults.is_empty() => {
                Ok(Self { method, url, headers, body, mapping, semantics })
            }
            _ => Err(faults),
        }
    }

    /// The session parameters that the request reads, each once, as far as references name them.
    #[must_use]
    pub fn reads(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for name in self.references().into_iter().filter_map(Reference::session_parameter) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The session parameters that an answer sets.
    pub fn sets(&self) -> impl Iterator<Item = &str> {
        self.mapping.parameters()
    }

    fn references(&self) -> Vec<&Reference> {
        let mut found: Vec<&Reference> = self.url.references().collect();
        found.extend(self.headers.templates().flat_map(super::Template::references));
        found.extend(self.body.iter().flat_map(BodyTemplate::references));
        found
    }

    /// What is likely not meant, though it can be used.
    pub(super) fn doubts(&self) -> Vec<String> {
        let bare = self.url.bare_soql();
        bare.map(|reference| format!("{reference} stands in SOQL outside quotes: only numbers, true, false and dates will be put there"))
            .collect()
    }

    /// Makes the request for one call.
    ///
    /// # Errors
    ///
    /// Values that the address or a header cannot take, a body over 1 MiB.
    pub fn render(&self, scope: &Scope<'_>) -> Result<Rendered, RenderError> {
        let mut problems = Vec::new();
        let url = self.url.render(scope, &mut problems)?;
        let headers = self.headers.render(scope, &mut problems)?;
        let body = self.body.as_ref().map(|body| body.render(scope, &mut problems));
        if self.semantics.unresolved == Unresolved::Fail
            && let Some(problem) = problems.first()
        {
            return Err(RenderError::Problem(problem.clone()));
        }
        match body {
            Some(body) if body.len() > LARGEST_BODY => {
                Err(RenderError::BodyTooLarge { length: body.len(), limit: LARGEST_BODY })
            }
            body => Ok(Rendered {
                method: self.method.clone(),
                url,
                headers,
                body: body.map(Bytes::from),
                problems,
            }),
        }
    }

    /// Takes the parameters out of a response.
    ///
    /// # Errors
    ///
    /// A status that is no success, a body that is no JSON, an answer that makes too much work.
    pub fn read(&self, status: u16, body: &[u8]) -> Result<Mapped, ResponseError> {
        let success = match self.semantics.success {
            Success::Any2xx => (200..300).contains(&status),
            Success::Only200 => status == 200,
        };
        if !success {
            return Err(ResponseError::Status { status });
        }
        let answer: Option<Value> = if body.trim_ascii().is_empty() {
            if self.semantics.empty_body == EmptyBody::Fail && self.method != Method::HEAD {
                return Err(ResponseError::Empty);
            }
            None
        } else {
            let parsed = serde_json::from_slice(body);
            Some(parsed.map_err(|error| ResponseError::NotJson { cause: error.to_string() })?)
        };
        let mapped = self.mapping.apply(answer.as_ref(), &self.semantics)?;
        match mapped.missing.first() {
            Some((parameter, path)) if self.semantics.missing_path == MissingPath::Fail => {
                Err(ResponseError::Missing { parameter: parameter.clone(), path: path.clone() })
            }
            _ => Ok(mapped),
        }
    }
}

impl RenderError {
    /// A stable `snake_case` word for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Url(_) => "url_invalid",
            Self::Header(_) => "header_invalid",
            Self::BodyTooLarge { .. } => "body_too_large",
            Self::Problem(_) => "reference_unresolved",
        }
    }
}

impl ResponseError {
    /// A stable `snake_case` word for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Status { .. } => "upstream_status",
            Self::Empty | Self::NotJson { .. } => "upstream_not_json",
            Self::TooComplex(_) => "upstream_too_complex",
            Self::Missing { .. } => "upstream_incomplete",
        }
    }
}
