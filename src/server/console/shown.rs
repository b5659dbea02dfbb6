//! What a page answers.

use actix_web::HttpResponse;
use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use askama::Template;

use super::problem::Problem;

/// What browsers may do with a page: what it needs itself, and nothing from elsewhere.
pub(super) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                                 form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// An answer that is no problem.
#[derive(Debug)]
pub(super) struct Shown {
    status: StatusCode,
    content_type: &'static str,
    body: String,
    location: Option<String>,
    /// The name of a file to save.
    file: Option<String>,
    cookie: Option<Cookie<'static>>,
}

impl Shown {
    fn new(status: StatusCode, content_type: &'static str, body: String) -> Self {
        Self { status, content_type, body, location: None, file: None, cookie: None }
    }

    /// A page.
    pub(super) fn page(template: &impl Template) -> Result<Self, Problem> {
        let body = template.render().map_err(|_| Problem::Failed)?;
        Ok(Self::new(StatusCode::OK, "text/html; charset=utf-8", body))
    }

    /// A form again, with what is wrong with it.
    pub(super) fn refused(template: &impl Template) -> Result<Self, Problem> {
        Ok(Self { status: StatusCode::UNPROCESSABLE_ENTITY, ..Self::page(template)? })
    }

    /// The same with another status.
    pub(super) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// Another address, after a form has done what it is for.
    pub(super) fn redirect(address: impl Into<String>) -> Self {
        let mut shown = Self::new(StatusCode::SEE_OTHER, "text/plain; charset=utf-8", String::new());
        shown.location = Some(address.into());
        shown
    }

    /// Another address, which tells what was done: one of the words of [`done_word`].
    pub(super) fn done(address: &str, word: &'static str) -> Self {
        debug_assert!(done_word(word).is_some(), "{word}");
        let separator = if address.contains('?') { '&' } else { '?' };
        Self::redirect(format!("{address}{separator}done={word}"))
    }

    /// A file to save.
    pub(super) fn download(file: &str, content_type: &'static str, body: String) -> Self {
        let safe = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
        let file = file.chars().map(safe).collect();
        Self { file: Some(file), ..Self::new(StatusCode::OK, content_type, body) }
    }

    pub(super) fn with_cookie(self, cookie: Cookie<'static>) -> Self {
        Self { cookie: Some(cookie), ..self }
    }

    /// Whether a form has done what it is for.
    pub(super) fn has_changed(&self) -> bool {
        self.status == StatusCode::SEE_OTHER
    }

    pub(super) fn respond(self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        response.content_type(self.content_type);
        if let Some(location) = &self.location {
            response.insert_header((header::LOCATION, &**location));
        }
        if let Some(file) = &self.file {
            response.insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{file}\"")));
        }
        if let Some(cookie) = self.cookie {
            response.cookie(cookie);
        }
        let mut response = response.body(self.body);
        guard(&mut response);
        response
    }
}

/// What every answer of the console says to browsers.
pub(super) fn guard(response: &mut HttpResponse) {
    let headers = response.headers_mut();
    let mut add = |name: header::HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    add(header::CONTENT_SECURITY_POLICY, POLICY);
    add(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    add(header::REFERRER_POLICY, "same-origin");
    add(header::CACHE_CONTROL, "no-store");
}

/// What was done, for the page after it: addresses may be written by anybody, so they say no text.
pub(super) fn done_word(word: &str) -> Option<&'static str> {
    Some(match word {
        "created" => "Created.",
        "saved" => "Saved.",
        "saved_without" => {
            "Saved. It leads to another host now, so stored secrets were dropped: set them again."
        }
        "deleted" => "Deleted.",
        "activated" => "Activated.",
        "deactivated" => "Deactivated.",
        "cloned" => "Cloned.",
        "disabled" => "Disabled.",
        "enabled" => "Enabled.",
        "imported" => "Imported.",
        "replayed" => "Made again.",
        "revoked" => "Revoked.",
        "erased" => "Erased.",
        "moved" => "Moved.",
        "rotated" => "There is a new signing secret. Give it to the receiver.",
        "dropped" => {
            "Saved, without the credentials: they were kept for the address before, and go nowhere else. Enter them again."
        }
        "nothing" => "There was nothing to do.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_has_a_name_without_surprises() {
        let shown = Shown::download("a b\"\r\n/é.json", "application/json", "{}".to_owned());
        let response = shown.respond();
        let name = response.headers().get(header::CONTENT_DISPOSITION).expect("a name");
        assert_eq!(name, "attachment; filename=\"a-b-----.json\"");
        assert_eq!(response.headers().get(header::CONTENT_SECURITY_POLICY).expect("a policy"), POLICY);
        let done = Shown::done("/console/webhooks?a=1", "saved").respond();
        assert_eq!(
            done.headers().get(header::LOCATION).expect("a place"),
            "/console/webhooks?a=1&done=saved"
        );
        assert_eq!(done_word("<script>"), None);
    }
}
