//! The `curl` command that makes the same call; secrets are variables of the shell.

use super::presented::Presented;
use super::sent::{Sent, Shown};

/// The command, and the variables that must be set for it.
#[must_use]
pub fn curl(sent: &Sent, presented: &[Presented], seconds: f64) -> (String, Vec<String>) {
    let mut variables = Vec::new();
    let mut variable = |name: &str| {
        let upper = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
        let plain: String = name.chars().map(upper).collect();
        // A name of the shell's own, or one that it cannot hold, would mean something else.
        let name = if plain == "AUTHORIZATION" { "TOKEN".to_owned() } else { format!("CALL_{plain}") };
        if !variables.contains(&name) {
            variables.push(name.clone());
        }
        format!("${{{name}}}")
    };
    let mut lines = vec![match sent.method() {
        "HEAD" => format!("curl -sS --head --max-time {seconds}"),
        method => format!("curl -sS -X {method} --max-time {seconds}"),
    }];
    let url = sent.url_with(|name| format!("\u{0}{}\u{0}", variable(name)));
    lines.push(url_argument(&url));
    for (name, shown) in sent.shown_headers() {
        lines.push(match shown {
            Shown::Plain(text) => format!("-H {}", quoted(&format!("{name}: {text}"))),
            Shown::Secret(scheme) => format!("-H \"{name}: {scheme}{}\"", variable(name)),
        });
    }
    for one in presented.iter().filter(|one| one.is_fetched) {
        let name = one.header.as_str();
        lines.push(match (one.is_token, name) {
            (true, _) => format!("-H \"{name}: Bearer {}\"", variable(name)),
            (false, "authorization") if one.what.starts_with("user and password") => {
                format!("-u \"{}\"", variable("user_password"))
            }
            (false, _) => format!("-H \"{name}: {}\"", variable(name)),
        });
    }
    if let Some(body) = sent.body() {
        lines.push(format!("--data-raw {}", quoted(&String::from_utf8_lossy(body))));
    }
    (lines.join(" \\\n  "), variables)
}

/// The address, its variables outside of the quotes that keep everything else as it is.
fn url_argument(url: &str) -> String {
    let pieces = url.split('\u{0}').enumerate();
    let pieces = pieces.map(|(index, piece)| match index % 2 {
        0 if piece.is_empty() => String::new(),
        0 => quoted(piece),
        _ => format!("\"{piece}\""),
    });
    pieces.collect()
}

/// A text as one word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbound::{Method, Request};

    #[test]
    fn secrets_become_variables_and_everything_else_is_quoted() {
        let url = "https://a.example/x?q=it's&key=s3cret&z=1".parse().expect("a URL");
        let mut request = Request::new(Method::POST, url)
            .header("content-type", b"application/json")
            .and_then(|request| request.header("x-api-key", b"s3cret"))
            .and_then(|request| request.header("authorization", b"Bearer s3cret"))
            .expect("headers")
            .body(r#"{"a":"it's $HOME"}"#);
        request.headers.values_mut().for_each(|value| value.set_sensitive(true));
        let secret = Presented {
            header: "x-other".to_owned(),
            what: "the header x-other from projects/p/secrets/s/versions/1".to_owned(),
            is_fetched: true,
            is_token: false,
        };
        let (command, variables) = curl(&Sent::new(request), &[secret], 5.0);
        let expected = r#"curl -sS -X POST --max-time 5 \
  'https://a.example/x?q=it%27s&key='"${CALL_KEY}"'&z=1' \
  -H 'content-type: application/json' \
  -H "x-api-key: ${CALL_X_API_KEY}" \
  -H "authorization: Bearer ${TOKEN}" \
  -H "x-other: ${CALL_X_OTHER}" \
  --data-raw '{"a":"it'\''s $HOME"}'"#;
        assert_eq!(command, expected);
        assert_eq!(variables, ["CALL_KEY", "CALL_X_API_KEY", "TOKEN", "CALL_X_OTHER"]);
    }
}
