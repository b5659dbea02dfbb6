//! A page of a list, and the cursors to those beside it.

use actix_web::HttpRequest;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::problem::Problem;
use super::query::Query;

/// The pages beside one: cursors, each if there is such a page.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Beside {
    pub(super) after: Option<String>,
    pub(super) before: Option<String>,
}

/// Where something stands in its list: what it is sorted by, and its id.
pub(super) type Place = (String, String);

/// The part of a list that a query asks for. A cursor says which was the last one, so what is made or
/// deleted in the meantime moves nothing. The list is in the order of its places.
pub(super) fn cut<T>(
    mut list: Vec<(Place, T)>,
    sort: &str,
    query: &Query,
) -> Result<(Vec<T>, Beside), Problem> {
    let size = query.page_size();
    let length = list.len();
    let range = match (&query.after, &query.before) {
        (Some(after), _) => {
            let after = place("page[after]", after, sort)?;
            let from = list.partition_point(|(place, _)| *place <= after);
            from..length.min(from + size)
        }
        (None, Some(before)) => {
            let before = place("page[before]", before, sort)?;
            let to = list.partition_point(|(place, _)| *place < before);
            to.saturating_sub(size)..to
        }
        (None, None) => 0..length.min(size),
    };
    let cursor = |at: Option<usize>| at.map(|at| cursor(sort, &list[at].0));
    let beside = Beside {
        after: cursor((range.end < length).then(|| range.end.checked_sub(1)).flatten()),
        before: cursor((range.start > 0 && range.start < length).then_some(range.start)),
    };
    let page = list.drain(range).map(|(_, one)| one).collect();
    Ok((page, beside))
}

/// The page of this number, and the addresses of those beside it, if there are such.
pub(super) fn numbered<T>(
    list: Vec<(Place, T)>,
    number: usize,
    query: &Query,
    address: &Address,
) -> (Vec<T>, Option<String>, Option<String>) {
    let (size, length) = (query.page_size(), list.len());
    let from = number.saturating_sub(1).saturating_mul(size);
    let at = |number: usize| format!("{}?{}", address.0, query.on_page("page", &number.to_string()));
    let next = (from.saturating_add(size) < length).then(|| at(number + 1));
    let previous = (number > 1).then(|| at(number - 1));
    let page = list.into_iter().skip(from).take(size).map(|(_, one)| one).collect();
    (page, next, previous)
}

fn cursor(sort: &str, (key, id): &Place) -> String {
    URL_SAFE_NO_PAD.encode(json!([sort, key, id]).to_string())
}

fn place(parameter: &str, cursor: &str, sort: &str) -> Result<Place, Problem> {
    let parts =
        || -> Option<[String; 3]> { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor).ok()?).ok() };
    match parts() {
        Some([of, key, id]) if of == sort => Ok((key, id)),
        Some(_) => {
            Err(Problem::invalid(parameter, "it is of a list in another order; send the same `sort` with it"))
        }
        None => Err(Problem::invalid(
            parameter,
            "it is no cursor of this list; send meta.after_cursor or meta.before_cursor of a page, as it is",
        )),
    }
}

/// The cursor of an invocation, in the form that Zendesk's have.
pub(super) fn invocation_cursor(id: &str) -> String {
    STANDARD.encode(format!("{id},desc"))
}

/// The invocation that a cursor names.
pub(super) fn invocation_of(parameter: &str, cursor: &str) -> Result<String, Problem> {
    let text = STANDARD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let id = text.as_deref().and_then(|text| text.split(',').next()).map(str::to_owned);
    id.ok_or_else(|| {
        Problem::invalid(
            parameter,
            "it is no cursor of this list; send meta.after_cursor or meta.before_cursor of a page, as it is",
        )
    })
}

/// `meta` and `links` of an answer. Whether there is more is said of the direction that was asked for:
/// whoever goes on while there is, comes to the end.
pub(super) fn envelope(request: &Address, query: &Query, beside: &Beside) -> (Value, Option<Value>) {
    let backwards = query.after.is_none() && query.before.is_some();
    let more = if backwards { beside.before.is_some() } else { beside.after.is_some() };
    let mut meta = json!({ "has_more": more });
    let mut links = json!({});
    for (turn, cursor, member, link) in [
        ("page[after]", &beside.after, "after_cursor", "next"),
        ("page[before]", &beside.before, "before_cursor", "prev"),
    ] {
        if let Some(cursor) = cursor {
            meta[member] = cursor.as_str().into();
            links[link] = format!("{}?{}", request.0, query.on_page(turn, cursor)).into();
        }
    }
    let any = links.as_object().is_some_and(|links| !links.is_empty());
    (meta, any.then_some(links))
}

/// An address as whoever asks sees it, without its query.
#[derive(Debug, Clone)]
pub(super) struct Address(String);

impl Address {
    /// Another address of the same API, below `/api/v2/`.
    pub(super) fn of_api(&self, below: &str) -> String {
        let host = self.0.split("/api/v2/").next().unwrap_or_default();
        format!("{host}/api/v2/{below}")
    }

    pub(super) fn of(request: &HttpRequest) -> Self {
        let seen = request.connection_info();
        Self(format!("{}://{}{}", seen.scheme(), seen.host(), request.uri().path()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(names: &[&str]) -> Vec<(Place, String)> {
        names.iter().map(|name| (((*name).to_owned(), "1".to_owned()), (*name).to_owned())).collect()
    }

    fn query(text: &str) -> Query {
        Query::read(text).expect(text)
    }

    #[test]
    fn pages_lead_to_the_end_and_back() {
        let names = ["a", "b", "c", "d", "e"];
        let (page, beside) = cut(list(&names), "name", &query("page[size]=2")).expect("a page");
        assert_eq!((page, beside.before.is_some()), (vec!["a".to_owned(), "b".to_owned()], false));
        // What is deleted or made in the meantime moves nothing.
        let changed = list(&["a", "bb", "c", "d", "e"]);
        let next = format!("page[size]=2&page[after]={}", beside.after.expect("more"));
        let (page, beside) = cut(changed, "name", &query(&next)).expect("a page");
        assert_eq!(page, ["bb", "c"]);
        let back = format!("page[size]=2&page[before]={}", beside.before.expect("before"));
        let (page, _) = cut(list(&names), "name", &query(&back)).expect("a page");
        assert_eq!(page, ["a", "b"]);
        let next = format!("page[size]=2&page[after]={}", beside.after.expect("more"));
        let (page, beside) = cut(list(&names), "name", &query(&next)).expect("a page");
        assert_eq!((page, beside.after), (vec!["d".to_owned(), "e".to_owned()], None));
        let (page, beside) = cut(Vec::<(Place, String)>::new(), "name", &query("")).expect("a page");
        assert!(page.is_empty() && beside == Beside::default());
    }

    #[test]
    fn a_page_tells_where_to_go_on() {
        let address = Address("https://example.com/api/v2/webhooks".to_owned());
        let beside = Beside { after: Some("A=".to_owned()), before: Some("B".to_owned()) };
        let (meta, links) = envelope(&address, &query("page[size]=2"), &beside);
        assert_eq!(meta, json!({ "has_more": true, "after_cursor": "A=", "before_cursor": "B" }));
        assert_eq!(
            links.expect("links"),
            json!({
                "next": "https://example.com/api/v2/webhooks?page%5Bsize%5D=2&page%5Bafter%5D=A%3D",
                "prev": "https://example.com/api/v2/webhooks?page%5Bsize%5D=2&page%5Bbefore%5D=B",
            })
        );
        let first = Beside { after: Some("A".to_owned()), before: None };
        let (meta, _) = envelope(&address, &query("page[before]=B"), &first);
        assert_eq!(meta["has_more"], false);
        assert_eq!(envelope(&address, &query(""), &Beside::default()), (json!({ "has_more": false }), None));
    }

    #[test]
    fn cursors_are_good_for_their_list() {
        let cursor = cursor("name", &("a".to_owned(), "1".to_owned()));
        let asked = |sort, cursor: &str| {
            cut(list(&["a", "b"]), sort, &query(&format!("page[after]={cursor}"))).map(|(page, _)| page)
        };
        assert_eq!(asked("name", &cursor).expect("a page"), ["b"]);
        assert!(asked("status", &cursor).is_err() && asked("name", "x").is_err());
        let id = "01EJFTSCC78X5V07NPY2MHR00M";
        assert_eq!(invocation_of("page[after]", &invocation_cursor(id)).expect("an id"), id);
        assert!(invocation_of("page[after]", "é").is_err());
    }
}
