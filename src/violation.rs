//! What is wrong with a request, field by field: for both platforms' APIs, and for forms.

/// A field of a request that cannot stay as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    /// Its path below the resource, such as `authentication.data.token` or `genericWebService.uri`.
    pub(crate) field: String,
    /// A sentence without its end: what was found, what is expected.
    pub(crate) description: String,
}

impl Violation {
    pub(crate) fn new(field: impl Into<String>, description: impl Into<String>) -> Self {
        Self { field: field.into(), description: description.into() }
    }
}

/// The first of them in one line, and how many more there are.
pub(crate) fn told(violations: &[Violation]) -> String {
    const MOST: usize = 5;
    let tell = |Violation { field, description }: &Violation| match field.as_str() {
        "" => description.clone(),
        field => format!("{field}: {description}"),
    };
    let told: Vec<_> = violations.iter().take(MOST).map(tell).collect();
    match violations.len().saturating_sub(MOST) {
        0 => told.join("; "),
        more => format!("{} (and {more} more)", told.join("; ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_are_told_in_one_line() {
        let violations: Vec<_> =
            (0..7).map(|n| Violation::new(if n == 0 { "" } else { "f" }, format!("{n}"))).collect();
        assert_eq!(told(&violations), "0; f: 1; f: 2; f: 3; f: 4 (and 2 more)");
        assert_eq!(told(&violations[..1]), "0");
    }
}
