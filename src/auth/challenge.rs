//! `WWW-Authenticate`: how a caller can be accepted (RFC 9110, 11.6.1).

use actix_web::http::header::HeaderValue;

use super::Check;
use super::reason::Kind;

/// What the answer says of why a caller was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Challenges(Vec<HeaderValue>);

impl Challenges {
    pub(crate) fn values(&self) -> &[HeaderValue] {
        &self.0
    }

    /// One challenge for every scheme that some check looks at, in the checks' order.
    pub(super) fn of(checks: &[Check], refused: Option<Kind>) -> Self {
        let mut texts: Vec<String> = Vec::new();
        for check in checks.iter().flat_map(Check::each) {
            let text = match check {
                Check::Basic(_) => "Basic realm=\"rejoinder\", charset=\"UTF-8\"".to_owned(),
                Check::ServiceAgent(_) | Check::CloudRunIam(_) | Check::Jwt(_) | Check::Introspection(_) => {
                    let scopes = check.scopes().join(" ");
                    match refused {
                        Some(Kind::InvalidToken) => {
                            "Bearer realm=\"rejoinder\", error=\"invalid_token\"".to_owned()
                        }
                        Some(Kind::InsufficientScope) => {
                            format!(
                                "Bearer realm=\"rejoinder\", error=\"insufficient_scope\", scope=\"{scopes}\""
                            )
                        }
                        _ if scopes.is_empty() => "Bearer realm=\"rejoinder\"".to_owned(),
                        _ => format!("Bearer realm=\"rejoinder\", scope=\"{scopes}\""),
                    }
                }
                // No registered scheme stands for these; a 401 needs one all the same.
                Check::Header(_) => "Header realm=\"rejoinder\"".to_owned(),
                Check::Mtls(_) | Check::AllOf(_) => "Certificate realm=\"rejoinder\"".to_owned(),
            };
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        if texts.is_empty() {
            texts.push("Header realm=\"rejoinder\"".to_owned());
        }
        // A scope that cannot stand in a header is left out with its challenge.
        Self(texts.iter().filter_map(|text| HeaderValue::from_str(text).ok()).collect())
    }
}
