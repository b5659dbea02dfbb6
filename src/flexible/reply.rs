//! What the agent says after an exchange: one text, or a whole reply document.

use serde_json::Value;

use super::body::BodyTemplate;
use super::expression::ExpressionError;
use super::reference::Reference;
use super::scope::Scope;
use super::template::{Problem, Template};
use crate::protocol::{ParseError, WebhookResponse};

/// A reply with references and function calls in it, parsed once.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplyTemplate(Kind);

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Text(Template),
    Document(BodyTemplate),
}

/// A text or document that is no template of a reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplyTemplateError {
    /// A function call that cannot be understood.
    #[error("{0}")]
    Expression(String),
    /// A document that is no `WebhookResponse`.
    #[error("the reply document is no WebhookResponse: {0}")]
    Document(ParseError),
}

impl From<ExpressionError> for ReplyTemplateError {
    fn from(error: ExpressionError) -> Self {
        Self::Expression(error.to_string())
    }
}

/// A reply with everything put in.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum RenderedReply {
    /// One text to say.
    Text(String),
    /// A whole answer.
    Document(Box<WebhookResponse>),
}

impl ReplyTemplate {
    /// A text to say.
    ///
    /// # Errors
    ///
    /// A function call that cannot be understood.
    pub fn text(text: &str) -> Result<Self, ReplyTemplateError> {
        Ok(Self(Kind::Text(Template::parse(text)?)))
    }

    /// A `WebhookResponse` whose texts may hold references.
    ///
    /// # Errors
    ///
    /// If it is none, or a function call in it cannot be understood.
    pub fn document(document: &Value) -> Result<Self, ReplyTemplateError> {
        WebhookResponse::parse(document.to_string().as_bytes()).map_err(ReplyTemplateError::Document)?;
        // Only where the platform takes any value do values keep their type: a message says text.
        let takes_any = |name: &str| {
            matches!(
                name,
                "payload" | "parameters" | "metadata" | "inputParameters" | "input_parameters" | "value"
            )
        };
        let template = BodyTemplate::of(document, takes_any)
            .map_err(|error| ReplyTemplateError::Expression(error.to_string()))?;
        Ok(Self(Kind::Document(template)))
    }

    /// The session parameters that it may put in.
    #[must_use]
    pub fn reads(&self) -> Vec<&str> {
        let references = match &self.0 {
            Kind::Text(template) => template.references(),
            Kind::Document(template) => template.references(),
        };
        references.into_iter().filter_map(Reference::session_parameter).collect()
    }

    /// The reply for one call; what could not be put in is told to `problems`.
    ///
    /// # Errors
    ///
    /// If a value has made the document something else than a `WebhookResponse`, such as a number
    /// where a text belongs.
    pub fn render(
        &self,
        scope: &Scope<'_>,
        problems: &mut Vec<Problem>,
    ) -> Result<RenderedReply, ParseError> {
        match &self.0 {
            Kind::Text(template) => Ok(RenderedReply::Text(template.render(scope, problems))),
            Kind::Document(template) => {
                let document = template.render(scope, problems);
                Ok(RenderedReply::Document(Box::new(WebhookResponse::parse(document.as_bytes())?)))
            }
        }
    }
}
