//! `$.orders[0].status`: where in an answer a value is found.
//!
//! The language is JSONPath as `jsonpath-rust` reads it; this file decides what of it is taken, so
//! that no path and no answer can cost much, and what a path gives: a definite one a value, every
//! other one a list.

mod cost;
mod error;

use std::borrow::Cow;

use jsonpath_rust::parser::model::{JpQuery, Segment, Selector};
use jsonpath_rust::parser::parse_json_path;
use jsonpath_rust::query::js_path_process;
use serde_json::Value;

pub use error::{PathError, TooComplex};

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

const LONGEST: usize = 1024;

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
        if cost::outside_quotes(path).any(|(character, bracketed)| !bracketed && character.is_whitespace()) {
            return Err(PathError::Blank { path: text });
        }
        let query = parse_json_path(path).map_err(|error| {
            let cause = error.to_string();
            let cause = cause.lines().last().unwrap_or_default().trim_start_matches(['=', ' ']).to_owned();
            PathError::Syntax { hint: hint(path), path: text.clone(), cause }
        })?;
        match definite(&query) {
            Some(steps) => Ok(Self { text, kind: Kind::Definite(steps) }),
            None => match cost::too_costly(path, &query) {
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
                cost::check(query, answer)?;
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
