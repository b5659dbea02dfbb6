//! A request or an answer, as people read it.

use crate::console::format::pretty;

/// One side of an exchange.
#[derive(Debug, Default, Clone)]
pub(crate) struct Message {
    /// Such as `POST https://…` or `200`.
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    /// The body, indented if it is JSON.
    pub(crate) pretty: String,
    /// As it was, if that is something else.
    pub(crate) raw: Option<String>,
    /// Whether there was more of it.
    pub(crate) truncated: bool,
    /// Whether its headers are what one looks for.
    pub(crate) shows_headers: bool,
}

impl Message {
    pub(crate) fn new(line: String, headers: Vec<(String, String)>, body: String, truncated: bool) -> Self {
        let pretty = pretty(&body);
        let raw = (pretty.trim_end() != body.trim_end()).then_some(body);
        Self { line, headers, pretty, raw, truncated, shows_headers: false }
    }

    /// With its headers to be seen at once.
    pub(crate) fn with_headers(self) -> Self {
        Self { shows_headers: true, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::Message;

    #[test]
    fn a_body_is_shown_twice_where_it_is_read_better_otherwise() {
        let of = |body: &str| Message::new(String::new(), Vec::new(), body.to_owned(), false);
        let message = of("{\"a\":1}");
        assert_eq!((&*message.pretty, message.raw.as_deref()), ("{\n  \"a\": 1\n}", Some("{\"a\":1}")));
        for same in ["{\n  \"a\": 1\n}\n", "<b>", ""] {
            assert_eq!(of(same).raw, None, "{same}");
        }
    }
}
