//! Which headers hold secrets.

/// Words in the names of headers whose values are secrets.
const WORDS: [&str; 9] =
    ["auth", "authorization", "cookie", "credential", "key", "password", "secret", "signature", "token"];

/// Schemes of `Authorization`, in whatever header a value with one stands.
const SCHEMES: [&str; 4] = ["basic ", "bearer ", "digest ", "token "];

/// Whether the value of this header is a secret: by its name, or because it begins as credentials do.
///
/// A value that is a reference alone, such as `$session.params.token`, holds nothing.
pub(crate) fn is_secret(name: &str, value: &str) -> bool {
    let (name, value) = (name.to_ascii_lowercase(), value.trim_start());
    if value.is_empty() || is_reference(value) {
        return false;
    }
    let named = name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| {
        WORDS.contains(&word) || WORDS.iter().any(|known| word.len() > known.len() && word.ends_with(known))
    });
    let scheme =
        |scheme: &&str| value.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    named || SCHEMES.iter().any(|known| scheme(known) && !is_reference(value[known.len()..].trim_start()))
}

fn is_reference(value: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '[' | ']');
    value.strip_prefix('$').is_some_and(|rest| !rest.is_empty() && rest.chars().all(plain))
}

#[cfg(test)]
mod tests {
    use super::is_secret;

    #[test]
    fn secrets_are_known_by_the_name_or_by_the_scheme() {
        for (name, value, secret) in [
            ("Authorization", "Bearer s3cret", true),
            ("authorization", "s3cret", true),
            ("X-Api-Key", "s3cret", true),
            ("apikey", "s3cret", true),
            ("X-Auth-Token", "s3cret", true),
            ("X-AccessToken", "s3cret", true),
            ("Cookie", "sid=1", true),
            ("X-Shop", "Basic YTpi", true),
            ("X-Shop", "bearer s3cret", true),
            ("X-Shop", "north", false),
            ("Content-Type", "application/json", false),
            ("Accept", "*/*", false),
            ("X-Keyboard", "qwerty", false),
            ("X-Monkey", "1", true),
            ("X-Api-Key", "", false),
            ("X-Api-Key", "$session.params.key", false),
            ("X-Shop", "Bearer $session.params.token", false),
            ("X-Shop", "basically", false),
        ] {
            assert_eq!(is_secret(name, value), secret, "{name}: {value}");
        }
    }
}
