//! The two ways to call: with the platform's own request, or as the resource says.

use bytes::Bytes;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue, USER_AGENT};

use crate::config::Semantics;
use crate::flexible::{Exchange, Problem, RenderError, Scope};
use crate::outbound::{Method, Request, Url};
use crate::protocol::inspect::Finding;
use crate::protocol::webhook::{Service, Webhook};

/// How a webhook is called.
#[derive(Debug)]
pub(super) enum Way {
    /// A `WebhookRequest` goes to the address as it is written; only headers have references.
    Standard {
        url: Url,
        headers: Exchange,
    },
    Flexible(Exchange),
}

impl Way {
    pub(super) fn parse(webhook: &Webhook, semantics: Semantics) -> Result<Self, Vec<Finding>> {
        if webhook.is_flexible() {
            return Exchange::parse(webhook, semantics).map(Self::Flexible);
        }
        let uri = webhook.generic_web_service().map_or("", |service| &service.uri);
        let url = Url::parse(uri).map_err(|error| {
            let message = format!("this is no URL ({error}); expected https://HOST/PATH");
            vec![Finding { code: "uri_invalid", place: "genericWebService.uri".to_owned(), message }]
        })?;
        // An exchange with nothing but headers, to an address that is put in below.
        let mut headers = webhook.clone();
        if let Some(service) = service(&mut headers) {
            service.uri = "https://webhook.invalid/".to_owned();
            service.parameter_mapping.clear();
            service.request_body.clear();
        }
        let headers = Exchange::parse(&headers, semantics)?;
        Ok(Self::Standard { url, headers })
    }

    /// The request without credentials that others have, and what could not be put into it.
    pub(super) fn render(
        &self,
        scope: &Scope<'_>,
        body: &Bytes,
    ) -> Result<(Request, Vec<Problem>), RenderError> {
        let rendered = self.exchange().render(scope)?;
        let mut request = Request::new(rendered.method, rendered.url);
        request.headers = rendered.headers;
        request.body = rendered.body;
        if let Self::Standard { url, .. } = self {
            request.method = Method::POST;
            request.url = url.clone();
            request.body = Some(body.clone());
            request.headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        }
        request.headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        // No resource can change this one.
        request.headers.insert(USER_AGENT, HeaderValue::from_static("Google-Dialogflow"));
        Ok((request, rendered.problems))
    }

    fn exchange(&self) -> &Exchange {
        match self {
            Self::Standard { headers, .. } => headers,
            Self::Flexible(exchange) => exchange,
        }
    }
}

/// What a webhook calls, to be changed.
pub(super) fn service(webhook: &mut Webhook) -> Option<&mut crate::protocol::webhook::GenericWebService> {
    match webhook.service.as_mut()? {
        Service::GenericWebService(service) => Some(service),
        Service::ServiceDirectory(directory) => directory.generic_web_service.as_mut(),
    }
}
