//! The query of a call: which webhooks or invocations are asked for, in which order, which page.

use url::form_urlencoded;

use super::problem::Problem;
use crate::excerpt::excerpt;

/// The parameters of a call; what is not sent is not there.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Query {
    pub(super) size: Option<usize>,
    pub(super) after: Option<String>,
    pub(super) before: Option<String>,
    pub(super) sort: Option<String>,
    pub(super) name_contains: Option<String>,
    pub(super) status: Option<String>,
    pub(super) from_ts: Option<String>,
    pub(super) to_ts: Option<String>,
    pub(super) clone_webhook_id: Option<String>,
    pub(super) webhook_id: Option<String>,
    pub(super) active: Option<String>,
    pub(super) sort_by: Option<String>,
    pub(super) sort_order: Option<String>,
    pub(super) ids: Option<String>,
    /// What rules are searched by.
    pub(super) text: Option<String>,
    /// The number of a page, from 1, as Zendesk's older clients ask for it.
    pub(super) page: Option<usize>,
}

/// How many a page has that does not say, and at most.
pub(super) const PAGE: usize = 100;

/// Every parameter that chooses what is shown.
const KNOWN: [&str; 8] = [
    "page[size]",
    "page[after]",
    "page[before]",
    "sort",
    "filter[name_contains]",
    "filter[status]",
    "filter[from_ts]",
    "filter[to_ts]",
];

impl Query {
    pub(super) fn read(query: &str) -> Result<Self, Problem> {
        let mut this = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = Some(value.into_owned()).filter(|value| !value.is_empty());
            match &*name {
                "page[size]" => {
                    this.size = value.as_deref().map(|text| size("page[size]", text)).transpose()?
                }
                "per_page" => {
                    this.size = value.as_deref().map(|text| size("per_page", text)).transpose()?;
                    this.page.get_or_insert(1);
                }
                "page" => this.page = value.as_deref().map(number).transpose()?,
                "query" => this.text = value,
                "page[after]" => this.after = value,
                "page[before]" => this.before = value,
                "sort" => this.sort = value,
                "filter[name_contains]" => this.name_contains = value,
                "filter[status]" => this.status = value,
                "filter[from_ts]" => this.from_ts = value,
                "filter[to_ts]" => this.to_ts = value,
                "clone_webhook_id" => this.clone_webhook_id = value,
                "webhook_id" => this.webhook_id = value,
                "active" => this.active = value,
                "sort_by" => this.sort_by = value,
                "sort_order" => this.sort_order = value,
                "ids" => this.ids = value,
                other => unknown(other)?,
            }
        }
        if this.page.is_some() && (this.after.is_some() || this.before.is_some()) {
            return Err(Problem::invalid("page", "it stands beside a cursor; send one of them"));
        }
        if this.after.is_some() && this.before.is_some() {
            return Err(Problem::invalid("page[before]", "it stands beside page[after]; send one of them"));
        }
        Ok(this)
    }

    /// How many a page has.
    pub(super) fn page_size(&self) -> usize {
        self.size.unwrap_or(PAGE)
    }

    /// For lists whose pages have no numbers.
    pub(super) fn unnumbered(&self) -> Result<&Self, Problem> {
        match self.page {
            None => Ok(self),
            Some(_) => Err(Problem::invalid(
                "page",
                "pages of this list have no numbers; send page[size], and page[after] with meta.after_cursor",
            )),
        }
    }

    /// This query on another page: `page[after]`, `page[before]` or `page`.
    pub(super) fn on_page(&self, turn: &str, cursor: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let given = [
            ("filter[name_contains]", &self.name_contains),
            ("filter[status]", &self.status),
            ("filter[from_ts]", &self.from_ts),
            ("filter[to_ts]", &self.to_ts),
            ("sort", &self.sort),
            ("active", &self.active),
            ("sort_by", &self.sort_by),
            ("sort_order", &self.sort_order),
            ("query", &self.text),
        ];
        for (name, value) in given {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        if let Some(size) = self.size {
            let name = if self.page.is_some() { "per_page" } else { "page[size]" };
            query.append_pair(name, &size.to_string());
        }
        query.append_pair(turn, cursor);
        query.finish()
    }
}

/// A filter that is not known would show what it was to hide. Whatever else clients send makes no
/// difference.
fn unknown(name: &str) -> Result<(), Problem> {
    if !(name.starts_with("filter") || name.starts_with("page")) {
        return Ok(());
    }
    let known = KNOWN.join(", ");
    Err(Problem::invalid(&excerpt(name, 100), format!("there is no such parameter; expected one of {known}")))
}

fn size(parameter: &str, value: &str) -> Result<usize, Problem> {
    match value.parse::<usize>() {
        Ok(size) if size > 0 => Ok(size.min(PAGE)),
        _ => Err(Problem::invalid(
            parameter,
            format!("expected a number from 1 to {PAGE}, found {:?}", excerpt(value, 50)),
        )),
    }
}

fn number(value: &str) -> Result<usize, Problem> {
    value.parse().ok().filter(|number| (1..=1_000_000).contains(number)).ok_or_else(|| {
        let found = excerpt(value, 50);
        Problem::invalid("page", format!("expected the number of a page, from 1 on, found {found:?}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_however_they_are_encoded() {
        let read = |query: &str| Query::read(query).expect(query);
        assert_eq!(read(""), Query::default());
        let query = read("filter%5Bname_contains%5D=a+b&page[size]=2&sort=name&include=x&filter[status]=");
        assert_eq!(query.name_contains.as_deref(), Some("a b"));
        assert_eq!((query.page_size(), query.status.as_deref()), (2, None));
        assert_eq!(
            query.on_page("page[after]", "a="),
            "filter%5Bname_contains%5D=a+b&sort=name&page%5Bsize%5D=2&page%5Bafter%5D=a%3D"
        );
        assert_eq!((read("").page_size(), read("page[size]=5000").page_size()), (100, 100));
        let query = read("query=a&per_page=2");
        assert_eq!((query.page, query.page_size()), (Some(1), 2));
        assert_eq!(query.on_page("page", "2"), "query=a&per_page=2&page=2");
        assert!(query.unnumbered().is_err() && read("page[size]=2").unnumbered().is_ok());
    }

    #[test]
    fn what_would_be_misread_is_refused() {
        for (query, part) in [
            ("page[size]=0", "expected a number from 1 to 100"),
            ("page[size]=-1", "expected a number"),
            ("page[size]=x", "expected a number"),
            ("page[after]=a&page[before]=b", "send one of them"),
            ("page=2&page[after]=a", "send one of them"),
            ("page=0", "from 1 on"),
            ("per_page=0", "expected a number from 1 to 100"),
            (
                "filter[name]=a",
                "expected one of page[size], page[after], page[before], sort, filter[name_contains], ",
            ),
            ("page_after=a", "there is no such parameter"),
        ] {
            let problem = Query::read(query).expect_err(query);
            assert!(problem.description().contains(part), "{query}: {}", problem.description());
        }
    }
}
