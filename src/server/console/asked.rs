//! What a page is asked for, and by whom.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderMap, ORIGIN};
use actix_web::http::{Method, uri::Authority};
use actix_web::web::Payload;
use bytes::Bytes;

use super::problem::Problem;
use super::routes::Entry;
use super::{Console, Inner, sign_in};
use crate::access::{Action, SignIn, Who};
use crate::console::{Chrome, Flash, Form, Section, Upload};
use crate::resources::Edit;
use crate::server::body::{self, Limits};
use crate::server::respond::Refusal;

/// A request for a page, read and admitted. It can be sent to another thread.
#[derive(Debug)]
pub(super) struct Asked {
    console: Console,
    /// Nobody on pages that everybody may see.
    who: Option<Who>,
    /// None for who sends a bearer token.
    sign_in: Option<SignIn>,
    pub(super) request_id: Arc<str>,
    parts: HashMap<String, String>,
    /// The query of the address.
    pub(super) query: Form,
    /// What was sent by POST.
    pub(super) form: Form,
    /// Whether a script asks for a part of a page (`X-Requested-With: fetch`).
    pub(super) is_fetch: bool,
    pub(super) client: Option<std::net::IpAddr>,
    /// Whether cookies may be sent over encrypted connections alone.
    pub(super) is_secure: bool,
    /// `https://host`, as the reader's browser reaches this server.
    pub(super) origin: String,
}

impl Asked {
    pub(super) async fn read(
        console: &Console,
        entry: &Entry,
        request: &HttpRequest,
        payload: &mut Payload,
        request_id: Arc<str>,
    ) -> Result<Self, Problem> {
        let inner = &console.0;
        let is_secure = inner.tls || is_forwarded_https(request.headers());
        let sign_in = sign_in::cookie(request, is_secure);
        let who = match entry.action {
            Some(action) => Some(admit(inner, request, sign_in.as_ref(), action).await?),
            None => None,
        };
        let by_bearer = request.headers().contains_key(AUTHORIZATION);
        let mut form = Form::default();
        if request.method() == Method::POST {
            if !by_bearer {
                same_origin(request.headers())?;
            }
            let mut held = inner.door.overload.body();
            let limits = Limits { sent: entry.limit, expanded: entry.limit, time: inner.door.limits.time };
            let bytes = body::raw(request, payload, &limits, &mut held).await.map_err(Problem::Refusal)?;
            form = read_form(request, bytes).await?;
            // What everybody may do needs no page of ours first.
            if entry.action.is_some() && !by_bearer {
                let csrf = form.get("csrf");
                let is_ours = sign_in.as_ref().is_some_and(|sign_in| sign_in.is_of(csrf));
                if !is_ours {
                    return Err(Problem::Forged);
                }
            }
        }
        let match_info = request.match_info();
        let scheme = if is_secure { "https" } else { "http" };
        let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
        let host = host.map(str::to_owned).or_else(|| request.uri().authority().map(ToString::to_string));
        Ok(Self {
            console: console.clone(),
            who,
            sign_in: sign_in.filter(|_| !by_bearer),
            request_id,
            parts: match_info.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            query: Form::parse(request.query_string().as_bytes()),
            form,
            is_fetch: request.headers().contains_key("x-requested-with"),
            client: request.peer_addr().map(|address| address.ip()),
            is_secure,
            origin: format!("{scheme}://{}", host.unwrap_or_default()),
        })
    }

    pub(super) fn console(&self) -> &Inner {
        &self.console.0
    }

    /// A part of the path, such as `id`.
    pub(super) fn part(&self, name: &str) -> &str {
        self.parts.get(name).map(String::as_str).unwrap_or_default()
    }

    /// Who is signed in.
    pub(super) fn who(&self) -> Result<&Who, Problem> {
        self.who.as_ref().ok_or(Problem::Failed)
    }

    /// Whether whoever asks may do this, too.
    pub(super) fn may(&self, action: Action) -> bool {
        self.who.as_ref().is_some_and(|who| who.role.may(action))
    }

    pub(super) fn is_known(&self) -> bool {
        self.who.is_some()
    }

    pub(super) fn sign_in(&self) -> Option<&SignIn> {
        self.sign_in.as_ref()
    }

    /// Who changes something: what services write to the audit trail. An `If-Match` stands in a form's
    /// field `etag`.
    pub(super) fn edit(&self) -> Result<Edit, Problem> {
        let if_match = self.form.some("etag").map(|etag| vec![etag.to_owned()]);
        Ok(Edit { who: self.who()?.clone(), request_id: Arc::clone(&self.request_id), if_match })
    }

    /// The frame for a page. What was just done is told by `?done=…` of a redirect ([`Shown::done`]).
    ///
    /// [`Shown::done`]: super::Shown::done
    pub(super) fn chrome(&self, title: impl Into<String>, section: Section) -> Chrome {
        Chrome {
            section: Some(section),
            who: self.who.as_ref().map(|who| (who.name.to_string(), who.role.as_str())),
            csrf: self.sign_in.as_ref().map(SignIn::csrf).unwrap_or_default(),
            flash: super::shown::done_word(self.query.get("done"))
                .map(|text| Flash { text: text.to_owned() }),
            may_create: self.may(Action::Create),
            may_manage: self.may(Action::Manage),
            ..Chrome::of_nobody(title)
        }
    }
}

/// Lets in who signed in or sends a bearer token, and may do this.
async fn admit(
    inner: &Inner,
    request: &HttpRequest,
    sign_in: Option<&SignIn>,
    action: Action,
) -> Result<Who, Problem> {
    let judged = match sign_in {
        Some(sign_in) if !request.headers().contains_key(AUTHORIZATION) => {
            inner.door.access.signed_in(sign_in).await
        }
        _ => inner.door.access.judge(request.headers()).await,
    };
    let who = judged.map_err(Problem::Access)?;
    who.may(action).map_err(Problem::Access)?;
    Ok(who)
}

/// Refuses what a page of somebody else sends. Browsers say where a request comes from; where none
/// does, the form's own proof has to do.
pub(super) fn same_origin(headers: &HeaderMap) -> Result<(), Problem> {
    if let Some(site) = headers.get("sec-fetch-site") {
        return if site == "same-origin" || site == "none" { Ok(()) } else { Err(Problem::Forged) };
    }
    let Some(origin) = headers.get(ORIGIN) else { return Ok(()) };
    let host_of =
        |text: &str| text.split_once("://").map_or(text, |(_, host)| host).parse::<Authority>().ok();
    let origin = origin.to_str().ok().and_then(host_of);
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).and_then(host_of);
    match (origin, host) {
        (Some(origin), Some(host)) if origin == host => Ok(()),
        _ => Err(Problem::Forged),
    }
}

/// A proxy in front that encrypts says so; who lies about it only gets cookies that are not sent.
fn is_forwarded_https(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|proto| proto.as_bytes().eq_ignore_ascii_case(b"https"))
}

async fn read_form(request: &HttpRequest, bytes: Bytes) -> Result<Form, Problem> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let Ok(boundary) = multer::parse_boundary(kind) else {
        let media_type = kind.split(';').next().unwrap_or_default().trim();
        if bytes.is_empty() || media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Ok(Form::parse(&bytes));
        }
        return Err(Problem::Refusal(Refusal::ContentType { found: format!("{kind:?}, not a form") }));
    };
    let unreadable = |error: multer::Error| Problem::Invalid(format!("The form cannot be read: {error}."));
    let whole = futures_util::stream::once(async move { Ok::<_, std::convert::Infallible>(bytes) });
    let mut parts = multer::Multipart::new(whole, boundary);
    let (mut values, mut uploads) = (Vec::new(), Vec::new());
    while let Some(part) = parts.next_field().await.map_err(unreadable)? {
        let field = part.name().unwrap_or_default().to_owned();
        match part.file_name().map(str::to_owned) {
            Some(file_name) => {
                uploads.push(Upload { field, file_name, bytes: part.bytes().await.map_err(unreadable)? });
            }
            None => values.push((field, part.text().await.map_err(unreadable)?)),
        }
    }
    Ok(Form::new(values, uploads))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_others_send_nothing() {
        let of = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(
                    actix_web::http::header::HeaderName::from_static(name),
                    actix_web::http::header::HeaderValue::from_static(value),
                );
            }
            same_origin(&headers).is_ok()
        };
        assert!(of(&[]) && of(&[("sec-fetch-site", "same-origin")]) && of(&[("sec-fetch-site", "none")]));
        assert!(!of(&[("sec-fetch-site", "cross-site")]) && !of(&[("sec-fetch-site", "same-site")]));
        let host = ("host", "localhost:8080");
        assert!(of(&[("origin", "http://localhost:8080"), host]));
        for origin in ["http://localhost:8081", "https://example.com", "null", ""] {
            assert!(!of(&[("origin", origin), host]), "{origin}");
        }
    }
}
