//! `$session.params.order.items[0]`: a reference to something the conversation knows.
//!
//! Reading one tells only what is written; whether it leads to a value is for
//! [`Scope`](super::scope::Scope).

use std::fmt;

/// A reference as it is written in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    text: String,
    pub(super) root: Root,
    pub(super) steps: Vec<Step>,
}

/// What a reference starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Root {
    /// `$session.params.`
    Session,
    /// `$flow.`
    Flow,
    /// `$intent.params.`
    Intent,
    /// `$page.params.`
    Page,
    /// `$request.`
    Request,
    /// `$SCOPE.params.`, a scope that the caller of the API has named.
    Custom,
}

/// One step from a value into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Name(String),
    Index(usize),
}

/// More steps than this in one reference are text.
const MOST_STEPS: usize = 32;

impl Reference {
    /// Reads the reference at the start of `text`, which begins with `$`.
    ///
    /// It ends before the first character that cannot belong to it; a dot or dash at its end is
    /// punctuation of the text around it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (root, prefix) = root(text)?;
        let mut steps = Vec::new();
        let mut end = prefix;
        loop {
            let rest = &text[end..];
            let name_from = match (steps.is_empty(), rest.strip_prefix('.')) {
                (true, _) => end,
                (false, Some(_)) => end + 1,
                (false, None) => break,
            };
            let name = name(&text[name_from..]);
            if name.is_empty() || steps.len() >= MOST_STEPS {
                break;
            }
            steps.push(Step::Name(name.to_owned()));
            end = name_from + name.len();
            while let Some((index, length)) = index(&text[end..]) {
                steps.push(Step::Index(index));
                end += length;
            }
        }
        (!steps.is_empty()).then(|| Self { text: text[..end].to_owned(), root, steps })
    }

    /// The reference as it is written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The session parameter that it reads, as far as the text tells.
    #[must_use]
    pub fn session_parameter(&self) -> Option<&str> {
        match (&self.root, self.steps.first()) {
            (Root::Session | Root::Flow, Some(Step::Name(name))) => Some(name),
            _ => None,
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What the text starts from, and the length of that.
fn root(text: &str) -> Option<(Root, usize)> {
    const ROOTS: [(&str, Root); 5] = [
        ("$session.params.", Root::Session),
        ("$flow.", Root::Flow),
        ("$intent.params.", Root::Intent),
        ("$page.params.", Root::Page),
        ("$request.", Root::Request),
    ];
    let starts =
        |prefix: &str| text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    if let Some((prefix, root)) = ROOTS.into_iter().find(|(prefix, _)| starts(prefix)) {
        return Some((root, prefix.len()));
    }
    let scope = name(text.strip_prefix('$')?);
    let prefix = 1 + scope.len() + ".params.".len();
    let named = !scope.is_empty() && !scope.eq_ignore_ascii_case("sys");
    let follows = text.get(1 + scope.len()..prefix).is_some_and(|next| next.eq_ignore_ascii_case(".params."));
    (named && follows).then_some((Root::Custom, prefix))
}

/// The name at the start of the text, without dots; a dash at its end does not belong to it.
fn name(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).unwrap_or(text.len());
    text[..end].trim_end_matches('-')
}

/// `[3]` at the start of the text: the index, and how long it is written.
fn index(text: &str) -> Option<(usize, usize)> {
    let digits = text.strip_prefix('[')?.split_once(']')?.0;
    let plain = (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok().map(|index| (index, digits.len() + 2))).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_ends_where_it_must() {
        for (text, expected) in [
            ("$session.params.size", "$session.params.size"),
            ("$session.params.size.", "$session.params.size"),
            ("$session.params.size...", "$session.params.size"),
            ("$session.params.size, please", "$session.params.size"),
            ("$session.params.size!", "$session.params.size"),
            ("$session.params.first-name", "$session.params.first-name"),
            ("$session.params.first-$session.params.last", "$session.params.first"),
            ("$session.params.a.b_c.d[1].e rest", "$session.params.a.b_c.d[1].e"),
            ("$session.params.list[0][1]", "$session.params.list[0][1]"),
            ("$session.params.list[x]", "$session.params.list"),
            ("$session.params.list[]", "$session.params.list"),
            ("$session.params.list[-1]", "$session.params.list"),
            ("$SESSION.Params.Size", "$SESSION.Params.Size"),
            ("$flow.x", "$flow.x"),
            ("$flow.x[0]", "$flow.x[0]"),
            ("$intent.params.city.original", "$intent.params.city.original"),
            ("$page.params.status", "$page.params.status"),
            ("$request.user-utterance", "$request.user-utterance"),
            ("$request.payload.telephony.caller_id", "$request.payload.telephony.caller_id"),
            ("$shop.params.x", "$shop.params.x"),
            ("$session.params.größe", "$session.params.gr"),
        ] {
            assert_eq!(Reference::parse(text).as_ref().map(Reference::text), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_dollars_are_text() {
        for text in [
            "$",
            "$5",
            "$$",
            "$session",
            "$session.params",
            "$session.params.",
            "$session.params..x",
            "$flow.",
            "$sys.func.NOW()",
            "$sys.params.x",
            "$last-user-utterance",
            "$conversation",
            "$session.params.[0]",
        ] {
            assert_eq!(Reference::parse(text), None, "{text}");
        }
    }
}
