//! The query of a request, read name by name.

use std::str::FromStr;

use actix_web::HttpRequest;

use crate::server::respond::Refusal;

/// What stands behind the `?`.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads it; names that are not among `known` and names that stand twice are refused.
    pub(crate) fn of(request: &HttpRequest, known: &[&str]) -> Result<Self, Refusal> {
        let pairs: Vec<(String, String)> =
            url::form_urlencoded::parse(request.query_string().as_bytes()).into_owned().collect();
        for (index, (name, _)) in pairs.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                let name = crate::excerpt::excerpt(name, 100);
                let hint = if known.is_empty() {
                    "there are none here".to_owned()
                } else {
                    format!("known are {}", known.join(", "))
                };
                return Err(Refusal::Argument(format!("The parameter {name:?} is unknown; {hint}.")));
            }
            if pairs[..index].iter().any(|(other, _)| other == name) {
                return Err(Refusal::Argument(format!("The parameter {name:?} stands twice.")));
            }
        }
        Ok(Self(pairs))
    }

    /// The value of this name; an empty one counts as none.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, value)| known == name && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }

    /// The value of this name as something else.
    pub(crate) fn get<T: FromStr<Err: std::fmt::Display>>(&self, name: &str) -> Result<Option<T>, Refusal> {
        let parse = |text: &str| {
            text.parse().map_err(|error| Refusal::Argument(format!("The parameter {name:?}: {error}.")))
        };
        self.text(name).map(parse).transpose()
    }

    /// How many entries a page has: `page_size`, within what is possible.
    pub(crate) fn page_size(&self) -> Result<usize, Refusal> {
        const USUAL: usize = 50;
        const MOST: usize = 500;
        let size = self.get("page_size")?.unwrap_or(USUAL);
        if size == 0 {
            return Err(Refusal::Argument("The parameter \"page_size\": expected 1 to 500.".to_owned()));
        }
        Ok(size.min(MOST))
    }
}
