//! The query of a request, as a filter and a part of what it finds.

use std::collections::BTreeMap;

use crate::activity::moment::moment;
use crate::activity::query::{Filter, Wanted};
use crate::activity::status::{Kind, Status};
use crate::console::Form;
use crate::server::respond::{Refusal, Unmanaged};

/// How many invocations a page has, unless it says so itself.
const USUAL: usize = 50;
/// The most it may have.
const MOST: usize = 200;

/// What a query may say of calls.
pub(in crate::server) const FILTERS: [&str; 12] = [
    "start",
    "end",
    "status",
    "kind",
    "direction",
    "status_code",
    "error_type",
    "webhook",
    "tag",
    "environment",
    "session",
    "text",
];
const PAGES: [&str; 4] = ["page_size", "after", "before", "order"];

/// The members of a query; each may come once.
#[derive(Debug)]
pub(in crate::server) struct Asked(BTreeMap<String, String>);

impl Asked {
    /// Reads a query that may have these members.
    pub(in crate::server) fn of(query: &str, known: &[&str]) -> Result<Self, Unmanaged> {
        let mut members = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            if !known.contains(&&*name) {
                let hint = match crate::nearest::nearest(&name, known.iter().copied()) {
                    Some(nearest) => format!("did you mean {nearest:?}?"),
                    None => format!("known are {}", known.join(", ")),
                };
                let name = crate::excerpt::excerpt(&name, 80);
                return Err(wrong(format!("the query has {name:?}, which is unknown; {hint}")));
            }
            if members.insert(name.clone().into_owned(), value.into_owned()).is_some() {
                return Err(wrong(format!("the query has {name:?} twice")));
            }
        }
        members.retain(|_, value| !value.is_empty());
        Ok(Self(members))
    }

    /// What a form says of calls; its other fields are somebody else's.
    pub(in crate::server) fn of_form(form: &Form) -> Self {
        let known = form.pairs().filter(|(name, _)| FILTERS.contains(name) || PAGES.contains(name));
        let known = known.map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
        Self(known.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// A filter and a page of what it finds.
    pub(in crate::server) fn page(query: &str, now: i64) -> Result<(Filter, Wanted), Unmanaged> {
        let known: Vec<&str> = FILTERS.iter().chain(&PAGES).copied().collect();
        let asked = Self::of(query, &known)?;
        Ok((asked.filter(now)?, asked.wanted(false)?))
    }

    /// A filter alone.
    pub(in crate::server) fn filter_of(query: &str, now: i64) -> Result<Filter, Unmanaged> {
        Self::of(query, &FILTERS)?.filter(now)
    }

    pub(in crate::server) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(in crate::server) fn filter(&self, now: i64) -> Result<Filter, Unmanaged> {
        let time = |name: &str| {
            let text = self.get(name).map(|text| moment(text, now));
            text.transpose().map_err(|message| wrong(format!("{name}: {message}")))
        };
        let text = |name: &str| self.get(name).map(str::to_owned);
        let (start, end) = (time("start")?, time("end")?);
        if let (Some(start), Some(end)) = (start, end)
            && start >= end
        {
            return Err(wrong("start: expected a moment before end".to_owned()));
        }
        let statuses = self.words("status", Status::of_word, Status::ALL, Status::as_str, |word| {
            (word == "failed")
                .then(|| Status::ALL.iter().copied().filter(|status| status.is_failure()).collect())
        })?;
        let kinds = self.words("kind", Kind::of_word, Kind::ALL, Kind::as_str, |_| None)?;
        let direction = match self.get("direction") {
            None => None,
            Some("inbound") => Some(true),
            Some("outbound") => Some(false),
            Some(other) => {
                return Err(wrong(format!(
                    "direction: expected \"inbound\" or \"outbound\", found {other:?}"
                )));
            }
        };
        let kinds = match direction {
            None => kinds,
            Some(inbound) => {
                let asked = if kinds.is_empty() { Kind::ALL.to_vec() } else { kinds };
                let kinds: Vec<Kind> =
                    asked.into_iter().filter(|kind| kind.is_inbound() == inbound).collect();
                if kinds.is_empty() {
                    return Err(wrong("direction: no kind that was asked for has it".to_owned()));
                }
                kinds
            }
        };
        let status_code = match self.get("status_code") {
            None => None,
            Some(text) => {
                let code = text.parse().ok().filter(|code| (100..=999).contains(code));
                Some(code.ok_or_else(|| {
                    wrong(format!("status_code: expected a number from 100 to 999, found {text:?}"))
                })?)
            }
        };
        Ok(Filter {
            start,
            end,
            statuses,
            kinds,
            status_code,
            error_type: text("error_type"),
            webhook: text("webhook"),
            tag: text("tag"),
            environment: text("environment"),
            session: text("session"),
            text: text("text"),
        })
    }

    /// Words with commas between them; `special` is a word that stands for several.
    fn words<T: Copy>(
        &self,
        name: &str,
        of_word: fn(&str) -> Option<T>,
        all: &[T],
        as_str: fn(T) -> &'static str,
        special: impl Fn(&str) -> Option<Vec<T>>,
    ) -> Result<Vec<T>, Unmanaged> {
        let mut found = Vec::new();
        for word in
            self.get(name).unwrap_or_default().split(',').map(str::trim).filter(|word| !word.is_empty())
        {
            match (special(word), of_word(word)) {
                (Some(several), _) => found.extend(several),
                (None, Some(one)) => found.push(one),
                (None, None) => {
                    let umbrella = special("failed").map(|_| "failed");
                    let known: Vec<&str> =
                        umbrella.into_iter().chain(all.iter().map(|known| as_str(*known))).collect();
                    return Err(wrong(format!(
                        "{name}: expected some of {}, found {word:?}",
                        known.join(", ")
                    )));
                }
            }
        }
        Ok(found)
    }

    /// The part of what is found.
    pub(in crate::server) fn wanted(&self, oldest_first: bool) -> Result<Wanted, Unmanaged> {
        let size = match self.get("page_size") {
            None => USUAL,
            Some(text) => {
                let size = text.parse().ok().filter(|size| (1..=MOST).contains(size));
                size.ok_or_else(|| {
                    wrong(format!("page_size: expected a number from 1 to {MOST}, found {text:?}"))
                })?
            }
        };
        let cursor = |name: &str| {
            let cursor = self.get(name).map(str::parse).transpose();
            cursor.map_err(|error: crate::activity::InvalidId| wrong(format!("{name}: {error}")))
        };
        let (after, before) = (cursor("after")?, cursor("before")?);
        if after.is_some() && before.is_some() {
            return Err(wrong("expected after or before, found both".to_owned()));
        }
        let oldest_first = match self.get("order") {
            None => oldest_first,
            Some("newest") => false,
            Some("oldest") => true,
            Some(other) => {
                return Err(wrong(format!("order: expected \"newest\" or \"oldest\", found {other:?}")));
            }
        };
        Ok(Wanted { size, after, before, oldest_first })
    }

    /// What a page of a session may be asked for.
    pub(in crate::server) fn of_session(query: &str) -> Result<Wanted, Unmanaged> {
        Self::of(query, &PAGES)?.wanted(true)
    }
}

pub(in crate::server) fn wrong(message: impl std::fmt::Display) -> Unmanaged {
    Refusal::Argument(format!("{message}.").replace("?.", "?")).into()
}
