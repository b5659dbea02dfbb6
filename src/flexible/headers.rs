//! The headers of an exchange, whose values may hold references and function calls.

use base64::Engine as _;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use super::scope::Scope;
use super::template::{Problem, Template};
use crate::protocol::webhook::GenericWebService;

/// The headers of a resource, parsed once.
#[derive(Debug, Clone)]
pub(super) struct HeaderTemplates {
    /// Those that are the same for every call.
    fixed: HeaderMap,
    templates: Vec<(HeaderName, Template)>,
}

/// A header value that cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the value for the header {name} holds a control character, such as a line break; header values cannot"
)]
pub struct HeaderError {
    /// The header.
    name: HeaderName,
}

/// Headers that belong to the connection; a resource cannot set them.
const OF_THE_CONNECTION: [&str; 8] = [
    "host",
    "content-length",
    "connection",
    "transfer-encoding",
    "te",
    "trailer",
    "upgrade",
    "accept-encoding",
];

impl HeaderTemplates {
    /// Reads the headers of a resource; tells what is wrong with which.
    pub(super) fn parse(
        service: &GenericWebService,
        has_body: bool,
        mut wrong: impl FnMut(&str, String),
    ) -> Self {
        let mut this = Self { fixed: HeaderMap::new(), templates: Vec::new() };
        if has_body {
            this.fixed.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if !service.username.is_empty() {
            let pair = format!("{}:{}", service.username, &*service.password);
            let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
            if let Ok(mut value) = HeaderValue::try_from(format!("Basic {encoded}")) {
                value.set_sensitive(true);
                this.fixed.insert(AUTHORIZATION, value);
            }
        }
        for (name, value) in service.request_headers.iter() {
            let Ok(header) = name.parse::<HeaderName>() else {
                wrong(name, format!("{name:?} is no name of a header; expected letters, digits and dashes"));
                continue;
            };
            if OF_THE_CONNECTION.contains(&header.as_str()) {
                wrong(
                    name,
                    format!("{header} belongs to the connection and is set by it; remove this header"),
                );
                continue;
            }
            match Template::parse(value) {
                Ok(template) if template.is_plain() => match header_value(&header, value) {
                    Ok(value) => {
                        this.fixed.insert(header, value);
                    }
                    Err(error) => wrong(name, error.to_string()),
                },
                Ok(template) => {
                    this.fixed.remove(&header);
                    this.templates.push((header, template));
                }
                Err(error) => wrong(name, error.to_string()),
            }
        }
        this
    }

    /// The templates of values.
    pub(super) fn templates(&self) -> impl Iterator<Item = &Template> {
        self.templates.iter().map(|(_, template)| template)
    }

    /// The headers with their values; what could not be put in is told to `problems`.
    pub(super) fn render(
        &self,
        scope: &Scope<'_>,
        problems: &mut Vec<Problem>,
    ) -> Result<HeaderMap, HeaderError> {
        let mut headers = self.fixed.clone();
        for (name, template) in &self.templates {
            let text = template.render(scope, problems);
            headers.insert(name.clone(), header_value(name, &text)?);
        }
        Ok(headers)
    }
}

/// A text as a header's value, UTF-8 where it is not ASCII.
fn header_value(name: &HeaderName, text: &str) -> Result<HeaderValue, HeaderError> {
    let refused = || HeaderError { name: name.clone() };
    // A tab is the one control character that the value of a header may hold.
    if text.chars().any(|c| c.is_control() && c != '\t') {
        return Err(refused());
    }
    let mut value = HeaderValue::from_bytes(text.trim().as_bytes()).map_err(|_| refused())?;
    // Any header may carry a token: its value is kept out of whatever is printed.
    value.set_sensitive(true);
    Ok(value)
}
