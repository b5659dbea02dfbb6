//! One call: what it is about, and its way through the rules.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::IF_MATCH;

use super::Version;
use super::answer::Answered;
use super::problem::{Code, Problem};
use super::query::Query;
use super::target::{Kind, Target};
use crate::access::Who;
use crate::protocol::field_mask::FieldMask;
use crate::protocol::names::AgentName;
use crate::protocol::webhook::{Environment, Webhook};
use crate::resources::{Edit, Resource, Service};

/// A call, read but for its body.
#[derive(Debug)]
pub(super) struct Call {
    version: Version,
    method: Method,
    target: Target,
    query: Query,
    /// The entity tags of `If-Match`.
    if_match: Option<Vec<String>>,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    List,
    Get,
    Create,
    Update,
    Delete,
}

impl Method {
    /// Its word in the metrics.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Get => "get",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

impl Call {
    pub(super) fn read(version: Version, request: &HttpRequest) -> Result<Self, Problem> {
        let path = request.uri().path();
        let below = path.strip_prefix('/').and_then(|path| path.strip_prefix(version.as_str()));
        let target = Target::read(below.and_then(|path| path.strip_prefix('/')).unwrap_or(path))?;
        let word = request.method().as_str();
        let method = match (word, &target.id) {
            ("GET", None) => Method::List,
            ("GET", Some(_)) => Method::Get,
            ("POST", None) => Method::Create,
            ("PATCH", Some(_)) => Method::Update,
            ("DELETE", Some(_)) => Method::Delete,
            (_, id) => {
                let allowed = if id.is_none() { "GET and POST" } else { "GET, PATCH and DELETE" };
                return Err(Problem::new(
                    Code::Unimplemented,
                    format!("This address answers {allowed}, found {word}."),
                ));
            }
        };
        let query = Query::read(request.query_string(), word)?;
        Ok(Self { version, method, target, query, if_match: if_match(request)? })
    }

    pub(super) fn method(&self) -> Method {
        self.method
    }

    pub(super) fn takes_body(&self) -> bool {
        matches!(self.method, Method::Create | Method::Update)
    }

    /// Does what is asked for, in the name of somebody who may.
    pub(super) async fn answer(
        self,
        who: Who,
        request_id: Arc<str>,
        resources: &Service,
        body: &[u8],
    ) -> Result<Answered, Problem> {
        let edit = Edit { who, request_id, if_match: self.if_match.clone() };
        match self.target.kind {
            Kind::Webhook => self.answer_as::<Webhook>(edit, resources, body).await,
            Kind::Environment => self.answer_as::<Environment>(edit, resources, body).await,
        }
    }

    async fn answer_as<R: Resource>(
        self,
        edit: Edit,
        resources: &Service,
        body: &[u8],
    ) -> Result<Answered, Problem> {
        let Self { version, method, target, query, .. } = self;
        let Target { agent, kind, id } = target;
        let (id, numbers) = (id.unwrap_or_default(), query.enums_as_numbers);
        let changed = |answer| match kind {
            Kind::Webhook => Answered::resource::<R>(&answer, numbers),
            Kind::Environment => Answered::operation(&answer, version, &agent, numbers),
        };
        match method {
            Method::List => {
                let page = resources.list::<R>(&agent, query.page_size, &query.page_token).await?;
                Answered::list(&page, numbers)
            }
            Method::Get => Answered::resource(&resources.get::<R>(&agent, &id).await?, numbers),
            Method::Create => changed(resources.create(&agent, R::parse(body)?, &edit).await?),
            Method::Update => {
                let sent = R::parse(body)?;
                is_named(&sent, &agent, &id)?;
                let mask = mask::<R>(query.update_mask.as_deref(), kind)?;
                changed(resources.update(&agent, &id, sent, &mask, &edit).await?)
            }
            Method::Delete => {
                resources.delete::<R>(&agent, &id, query.force, &edit).await?;
                Ok(Answered::empty())
            }
        }
    }
}

/// Without a mask every field of a webhook is changed; for an environment the platform wants one.
fn mask<R: Resource>(text: Option<&str>, kind: Kind) -> Result<FieldMask, Problem> {
    let mask = FieldMask::parse::<R>(text.unwrap_or_default());
    let mask = mask.map_err(|error| Problem::invalid("updateMask", &error.to_string()))?;
    match kind {
        _ if !mask.is_empty() => Ok(mask),
        Kind::Webhook => Ok(FieldMask::ALL),
        Kind::Environment => Err(Problem::invalid(
            "updateMask",
            "it is required for environments; name the fields to change, such as updateMask=webhookConfig, or * for all",
        )),
    }
}

/// Whether a body's name, if it has one, is that of the address.
fn is_named<R: Resource>(sent: &R, agent: &AgentName, id: &str) -> Result<(), Problem> {
    let name = format!("{agent}/{}/{id}", R::COLLECTION);
    if sent.name().is_empty() || sent.name() == name || sent.name() == id {
        return Ok(());
    }
    Err(Problem::invalid(
        "name",
        &format!("it differs from the address, which names {name:?}; send the same, or none"),
    ))
}

/// The entity tags of `If-Match`.
fn if_match(request: &HttpRequest) -> Result<Option<Vec<String>>, Problem> {
    let mut tags = Vec::new();
    for value in request.headers().get_all(IF_MATCH) {
        let value =
            value.to_str().map_err(|_| Problem::invalid("If-Match", "expected the ETag of an answer"))?;
        tags.extend(value.split(',').map(|tag| tag.trim().to_owned()));
    }
    Ok(Some(tags).filter(|tags| !tags.is_empty()))
}
