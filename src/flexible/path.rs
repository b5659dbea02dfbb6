//! `$.orders[0].status`: where in an answer a value is found.
//!
//! The language is JSONPath as `jsonpath-rust` reads it; this file decides what of it is taken, so
//! that no path and no answer can cost much, and what a path gives: a definite one a value, every
//! other one a list.

use std::borrow::Cow;

use jsonpath_rust::parser::model::{JpQuery, Segment, Selector};
use jsonpath_rust::parser::parse_json_path;
use jsonpath_rust::query::js_path_process;
use serde_json::Value;

/// A path into an answer, parsed once.
#[derive(Debug, Clone, PartialEq)]
pub struct ResponsePath {
    text: String,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    /// At most one value, reached step by step.
    Definite(Vec<Step>),
    /// A list of values.
    List(JpQuery),
}

#[derive(Debug, Clone, PartialEq)]
enum Step {
    Name(String),
    Index(i64),
}

/// A text that is no path into an answer, or one that could cost too much.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// Nothing.
    #[error("the path is empty; expected one such as $.order.status or order_status")]
    Empty,
    /// More text than a path needs.
    #[error("the path is {length} bytes long; expected at most {limit}")]
    TooLong {
        /// Its length.
        length: usize,
        /// The most allowed.
        limit: usize,
    },
    /// A blank where none may stand.
    #[error("`{path}` has a blank outside brackets and quotes; write a name with blanks as $['two words']")]
    Blank {
        /// The path.
        path: String,
    },
    /// No JSONPath.
    #[error("`{path}` is no JSONPath{hint}: {cause}")]
    Syntax {
        /// The path.
        path: String,
        /// How it may have been meant.
        hint: String,
        /// What is wrong.
        cause: String,
    },
    /// Something that multiplies work.
    #[error("`{path}` {cause}")]
    TooCostly {
        /// The path.
        path: String,
        /// What is too much.
        cause: &'static str,
    },
}

/// An answer that a path cannot be led through within bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the answer is nested and named so that its paths would take more than {limit} bytes")]
pub struct TooComplex {
    limit: usize,
}

const LONGEST: usize = 1024;
const MOST_IN_UNION: usize = 16;
/// What the paths to all nodes of an answer may take together; the library writes each of them out.
const MOST_PATHS: usize = 16 << 20;

impl ResponsePath {
    /// Parses `$.a.b[0].c`, any other JSONPath, or a bare field name.
    ///
    /// # Errors
    ///
    /// What is no path, with how it may have been meant; paths over 1 KiB; paths that multiply work:
    /// more than one `..`, one `..` inside a filter, more than one union, `match` and `search`.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let path = text.trim();
        if path.is_empty() {
            return Err(PathError::Empty);
        }
        if path.len() > LONGEST {
            return Err(PathError::TooLong { length: path.len(), limit: LONGEST });
        }
        let text = path.to_owned();
        if !path.starts_with('$') {
            return Ok(Self { text, kind: Kind::Definite(bare(path)?) });
        }
        if outside_quotes(path).any(|(character, bracketed)| !bracketed && character.is_whitespace()) {
            return Err(PathError::Blank { path: text });
        }
        let query = parse_json_path(path).map_err(|error| {
            let cause = error.to_string();
            let cause = cause.lines().last().unwrap_or_default().trim_start_matches(['=', ' ']).to_owned();
            PathError::Syntax { hint: hint(path), path: text.clone(), cause }
        })?;
        match definite(&query) {
            Some(steps) => Ok(Self { text, kind: Kind::Definite(steps) }),
            None => match too_costly(path, &query) {
                Some(cause) => Err(PathError::TooCostly { path: text, cause }),
                None => Ok(Self { text, kind: Kind::List(query) }),
            },
        }
    }

    /// The path as it is written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it gives a value; otherwise a list.
    #[must_use]
    pub fn is_definite(&self) -> bool {
        matches!(self.kind, Kind::Definite(_))
    }

    /// What it leads to: the value of a definite path if there is one, else the list of all hits.
    ///
    /// # Errors
    ///
    /// If the answer could make a path that gives a list too costly.
    pub fn find<'v>(&self, answer: &'v Value) -> Result<Option<Cow<'v, Value>>, TooComplex> {
        match &self.kind {
            Kind::Definite(steps) => {
                let found = steps.iter().try_fold(answer, |value, step| match (step, value) {
                    (Step::Name(name), Value::Object(members)) => members.get(name),
                    (Step::Index(index), Value::Array(items)) => {
                        let index = usize::try_from(*index).ok().or_else(|| {
                            items.len().checked_sub(usize::try_from(index.unsigned_abs()).ok()?)
                        })?;
                        items.get(index)
                    }
                    _ => None,
                });
                Ok(found.map(Cow::Borrowed))
            }
            Kind::List(query) => {
                // Every member of a union may find every node.
                let times = query.segments.iter().filter_map(union).map(Vec::len).max().unwrap_or(1);
                let mut left = MOST_PATHS / times.max(1);
                if !paths_fit(answer, 1, &mut left) {
                    return Err(TooComplex { limit: MOST_PATHS });
                }
                // It fails only for functions at the top level, which the parser does not take there.
                let hits = js_path_process(query, answer).unwrap_or_default();
                let list = hits.into_iter().map(|hit| hit.val.clone()).collect();
                Ok(Some(Cow::Owned(Value::Array(list))))
            }
        }
    }
}

/// A bare field name; dots and indices in it are steps.
fn bare(path: &str) -> Result<Vec<Step>, PathError> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '[' | ']' | ' ' | ':' | '/');
    if !path.chars().all(plain) || path.starts_with('.') {
        let hint = "; write $. before a path, or name one field of the answer".to_owned();
        let cause = "a bare field name is letters, digits, _, - and blanks".to_owned();
        return Err(PathError::Syntax { path: path.to_owned(), hint, cause });
    }
    if !path.contains(['.', '[', ']']) {
        return Ok(vec![Step::Name(path.to_owned())]);
    }
    let written: Vec<String> = path
        .split('.')
        .map(|part| {
            let (name, index) = part.split_at(part.find('[').unwrap_or(part.len()));
            format!("['{name}']{index}")
        })
        .collect();
    let syntax = || PathError::Syntax {
        path: path.to_owned(),
        hint: format!("; did you mean $.{path}?"),
        cause: "expected names with dots and [0] between them".to_owned(),
    };
    let query = parse_json_path(&format!("${}", written.concat())).map_err(|_| syntax())?;
    definite(&query).ok_or_else(syntax)
}

fn definite(query: &JpQuery) -> Option<Vec<Step>> {
    let step = |segment: &Segment| match segment {
        Segment::Selector(Selector::Name(name)) => Some(Step::Name(unquoted(name))),
        Segment::Selector(Selector::Index(index)) => Some(Step::Index(*index)),
        _ => None,
    };
    query.segments.iter().map(step).collect()
}

/// The library keeps the quotes of `['name']`.
fn unquoted(name: &str) -> String {
    let inner = |quote: char| name.strip_prefix(quote)?.strip_suffix(quote);
    match inner('\'').or_else(|| inner('"')) {
        Some(inner) if name.len() >= 2 => {
            inner.replace("\\'", "'").replace("\\\"", "\"").replace("\\\\", "\\")
        }
        _ => name.to_owned(),
    }
}

/// The path without what stands in quotes, and whether each character stands in brackets.
fn outside_quotes(path: &str) -> impl Iterator<Item = (char, bool)> {
    let mut brackets = 0usize;
    let mut quote = None;
    let mut escaped = false;
    path.chars().filter_map(move |character| {
        match (quote, character) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '[' | '(') => brackets += 1,
            (None, ']' | ')') => brackets = brackets.saturating_sub(1),
            (None, _) => {}
        }
        quote.is_none().then_some((character, brackets > 0))
    })
}

/// What is most often meant by a path that does not parse.
fn hint(path: &str) -> String {
    let dashed = path.split(['.', '[', ']']).find(|name| {
        name.contains('-') && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    });
    match dashed {
        Some(name) => format!("; a name with a dash is written ['{name}']"),
        None if path.contains(".length") => "; there is no length of a list in it".to_owned(),
        None => String::new(),
    }
}

/// What makes a path cost more than the answer is large, if something does.
fn too_costly(path: &str, query: &JpQuery) -> Option<&'static str> {
    let path: String = outside_quotes(path).map(|(character, _)| character).collect();
    let descendants = path.matches("..").count();
    let filter = path.split_once("[?").map_or("", |(_, rest)| rest);
    let unions: Vec<&Vec<Selector>> = query.segments.iter().filter_map(union).collect();
    if path.contains("match(") || path.contains("search(") {
        return Some(
            "uses match() or search(), which would compile a pattern for every element; compare with == instead",
        );
    }
    if descendants > 1 {
        return Some("has more than one `..`, whose work multiplies; name the way to the value");
    }
    if filter.contains("..") {
        return Some(
            "has a `..` inside or behind a filter, which would look at the whole answer for every element; name the way",
        );
    }
    if filter.contains('$') {
        return Some(
            "looks at the whole answer in a filter, for every element; compare with @ and plain values",
        );
    }
    if unions.len() > 1 {
        return Some("has more than one union such as ['a','b'], whose hits multiply; map them one by one");
    }
    let plain = |selector: &Selector| matches!(selector, Selector::Name(_) | Selector::Index(_));
    if unions.iter().any(|union| union.len() > MOST_IN_UNION || !union.iter().all(plain)) {
        return Some("has a union of more than 16 members, or of others than names and indices");
    }
    if path.matches("[?").count() > 3 {
        return Some("has more than three filters");
    }
    None
}

/// The members of `['a','b']`, also behind `..`.
fn union(segment: &Segment) -> Option<&Vec<Selector>> {
    match segment {
        Segment::Selectors(selectors) => Some(selectors),
        Segment::Descendant(inner) => union(inner),
        Segment::Selector(_) => None,
    }
}

/// Whether the paths to all nodes below `value`, itself reached by `length` bytes, fit into `left`.
fn paths_fit(value: &Value, length: usize, left: &mut usize) -> bool {
    match left.checked_sub(length) {
        Some(rest) => *left = rest,
        None => return false,
    }
    match value {
        Value::Array(items) => items.iter().all(|item| paths_fit(item, length + 8, left)),
        Value::Object(members) => {
            members.iter().all(|(name, member)| paths_fit(member, length + name.len() + 4, left))
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn definite_paths_give_a_value_and_others_a_list() {
        let answer = json!({
            "status": "ok", "order-id": 7, "two words": 1, "null": null, "a.b": 2,
            "routes": [{ "legs": [{ "distance": { "value": 12 } }] }, { "legs": [] }],
            "parts": [
                { "type": "locality", "name": { "text": "Bonn" }, "ok": true },
                { "type": "country", "name": { "text": "DE" }, "ok": false },
            ],
        });
        for (path, expected) in [
            ("$.status", Some(json!("ok"))),
            ("status", Some(json!("ok"))),
            ("  $.status ", Some(json!("ok"))),
            ("order-id", Some(json!(7))),
            ("$['order-id']", Some(json!(7))),
            ("two words", Some(json!(1))),
            ("$[\"two words\"]", Some(json!(1))),
            ("$['a.b']", Some(json!(2))),
            ("$.null", Some(json!(null))),
            ("$.missing", None),
            ("missing", None),
            ("$.status.deeper", None),
            ("$.routes[0].legs[0].distance.value", Some(json!(12))),
            ("routes[0].legs[0].distance.value", Some(json!(12))),
            ("$.routes[0].legs[0].distance", Some(json!({ "value": 12 }))),
            ("$.routes[-1].legs", Some(json!([]))),
            ("$.routes[9].legs", None),
            ("$.routes[-9]", None),
            ("$.parts[?(@.type == 'locality')].name.text", Some(json!(["Bonn"]))),
            ("$.parts[?(@.type == 'locality' || @.ok == false)].name.text", Some(json!(["Bonn", "DE"]))),
            ("$.parts[?(@.type == 'locality' && @.ok == true)].name.text", Some(json!(["Bonn"]))),
            ("$.parts[?(@.type == 'nothing')].name.text", Some(json!([]))),
            ("$.parts[?(@.type != '$..x match(')].ok", Some(json!([true, false]))),
            ("$.parts[*].name.text", Some(json!(["Bonn", "DE"]))),
            ("$.parts[0:1].type", Some(json!(["locality"]))),
            ("$..text", Some(json!(["Bonn", "DE"]))),
            ("$['status','order-id']", Some(json!(["ok", 7]))),
            ("$", Some(answer.clone())),
        ] {
            let parsed = ResponsePath::parse(path).expect(path);
            assert_eq!(parsed.find(&answer).expect(path).map(Cow::into_owned), expected, "{path}");
        }
    }

    #[test]
    fn what_is_no_path_is_told_with_how_it_may_be_meant() {
        for (path, expected) in [
            ("", "the path is empty"),
            ("$.data.or ders", "blank outside brackets"),
            ("$.order-id", "a name with a dash is written ['order-id']"),
            ("$.items.length()", "no length of a list"),
            ("$.a[", "is no JSONPath"),
            ("{a}", "write $. before a path"),
            (".a", "write $. before a path"),
            ("a[x]", "did you mean $.a[x]?"),
            ("$..a..b", "more than one `..`"),
            ("$.a[?@..b]", "inside or behind a filter"),
            ("$['a','b']['c','d']", "more than one union"),
            ("$.a[?match(@.b, '.*')]", "match() or search()"),
            ("$.a[?$.a[*]]", "looks at the whole answer in a filter"),
            ("$[?@ == $]", "looks at the whole answer in a filter"),
            ("$[*,*]", "others than names and indices"),
            ("$[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]", "more than 16 members"),
        ] {
            let error = ResponsePath::parse(path).expect_err(path).to_string();
            assert!(error.contains(expected), "{path}: {error}");
        }
        let long = format!("$.{}", "a".repeat(2000));
        assert!(matches!(ResponsePath::parse(&long), Err(PathError::TooLong { .. })));
        let nested = format!("$.a[?({}@.b{})]", "(".repeat(200), ")".repeat(200));
        assert!(ResponsePath::parse(&nested).is_err());
    }

    #[test]
    fn an_answer_of_long_names_and_many_leaves_is_refused_not_copied() {
        let mut answer = json!(vec![1; 15_000]);
        for depth in 0..90 {
            answer = json!({ format!("{depth}{}", "n".repeat(250)): answer });
        }
        let path = ResponsePath::parse("$..*").expect("a path");
        assert!(path.find(&answer).is_err());
        assert!(ResponsePath::parse("$.a").expect("a path").find(&answer).is_ok());
    }
}
