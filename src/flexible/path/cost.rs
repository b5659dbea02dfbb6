//! What a path may cost: nothing that multiplies work, whatever the answer is.
//!
//! An answer has at most 64 KiB, so what looks at every part of it once is cheap. What looks at every
//! part for every other is not, and neither is the way to each part written out, as the library
//! does it, where names are long and nesting is deep.

use jsonpath_rust::parser::model::{JpQuery, Segment, Selector};
use serde_json::Value;

use super::TooComplex;

const MOST_IN_UNION: usize = 16;
/// What the paths to all nodes of an answer may take together, in bytes.
const MOST_PATHS: usize = 16 << 20;

/// What makes a path cost more than the answer is large, if something does.
pub(super) fn too_costly(path: &str, query: &JpQuery) -> Option<&'static str> {
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

/// Refuses an answer in which this path could take more than is good.
pub(super) fn check(query: &JpQuery, answer: &Value) -> Result<(), TooComplex> {
    // Every member of a union may find every node.
    let times = query.segments.iter().filter_map(union).map(Vec::len).max().unwrap_or(1);
    let mut left = MOST_PATHS / times.max(1);
    if paths_fit(answer, 1, &mut left) { Ok(()) } else { Err(TooComplex { limit: MOST_PATHS }) }
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

/// The path without what stands in quotes, and whether each character stands in brackets.
pub(super) fn outside_quotes(path: &str) -> impl Iterator<Item = (char, bool)> {
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
