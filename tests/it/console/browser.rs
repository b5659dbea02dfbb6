//! A browser without scripts: keeps its cookie, reads pages, sends their forms.

use percent_encoding::percent_decode_str;

use crate::kit::stores::TestStore;
use crate::kit::{Answer, Request, Served};

/// Somebody who looks at the console.
pub(crate) struct Browser<'s> {
    served: &'s Served,
    cookie: String,
}

/// A page that was shown.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    /// Its HTML.
    pub(crate) text: String,
    /// Where a redirect led.
    pub(crate) path: String,
}

impl<'s> Browser<'s> {
    /// Somebody who is not signed in.
    pub(crate) fn stranger(served: &'s Served) -> Self {
        Self { served, cookie: String::new() }
    }

    /// Somebody who signed in with a new token of this role.
    pub(crate) fn sign_in(served: &'s Served, store: &TestStore, role: &str) -> Self {
        let mut browser = Self::stranger(served);
        let answer = browser.try_token(&store.token(role));
        assert_eq!(answer.status, 303, "{}", text(&answer));
        browser
    }

    /// Tries to sign in.
    pub(crate) fn try_token(&mut self, token: &str) -> Answer {
        let form = encoded(&[("token", token)]);
        let answer = self.served.ask(&self.posting("/console/sign-in", form));
        if let Some(cookie) = answer.header("Set-Cookie") {
            cookie.split(';').next().unwrap_or_default().clone_into(&mut self.cookie);
        }
        answer
    }

    fn posting(&self, path: &str, form: String) -> Request {
        self.with(Request::new("POST", path))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(form)
    }

    /// The request with the cookie.
    pub(crate) fn with(&self, request: Request) -> Request {
        if self.cookie.is_empty() { request } else { request.header("Cookie", &self.cookie) }
    }

    /// Opens a page, which is there.
    #[track_caller]
    pub(crate) fn open(&self, path: &str) -> Page {
        let page = self.look(path);
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        page
    }

    /// Opens a page, whatever comes.
    pub(crate) fn look(&self, path: &str) -> Page {
        Page::of(path, &self.served.ask(&self.with(Request::get(path))))
    }

    /// Sends a form to `action` with these fields and the proof that stands in `page`, and follows where
    /// that leads.
    pub(crate) fn send(&self, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = page.value("csrf");
        let fields: Vec<_> = [("csrf", &*csrf)].into_iter().chain(fields.iter().copied()).collect();
        let answer = self.served.ask(&self.posting(action, encoded(&fields)));
        match answer.header("Location") {
            Some(place) => self.look(place),
            None => Page::of(action, &answer),
        }
    }
}

impl Page {
    fn of(path: &str, answer: &Answer) -> Self {
        let path = answer.header("Location").unwrap_or(path).to_owned();
        Self { status: answer.status, text: text(answer), path }
    }

    /// The value of the first field of this name.
    pub(crate) fn value(&self, name: &str) -> String {
        let start = format!("name=\"{name}\"");
        let field =
            self.text.split(&start).nth(1).unwrap_or_else(|| panic!("no field {name}: {}", self.text));
        let field = field.split('>').next().unwrap_or_default();
        let value = field.split("value=\"").nth(1).unwrap_or_default();
        unescaped(value.split('"').next().unwrap_or_default())
    }

    /// Fails unless the page shows this text, as text.
    #[track_caller]
    pub(crate) fn shows(&self, text: &str) -> &Self {
        assert!(unescaped(&self.text).contains(text), "no {text:?} in {}", self.text);
        self
    }

    /// Fails if the page shows this text.
    #[track_caller]
    pub(crate) fn hides(&self, text: &str) -> &Self {
        assert!(!unescaped(&self.text).contains(text), "{text:?} in {}", self.text);
        self
    }
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// The fields as forms send them.
pub(crate) fn encoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"").replace("&#39;", "'");
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#38;", "&");
    text.replace("&amp;", "&")
}

/// What an address says after its `?`.
pub(crate) fn query(path: &str) -> String {
    percent_decode_str(path.split_once('?').map_or("", |(_, query)| query)).decode_utf8_lossy().into_owned()
}
