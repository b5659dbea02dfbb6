//! Where a webhook leads: scheme, host and port, and the service that Service Directory resolves.

use url::Url;

use super::super::Webhook;

/// Whether both call the same place.
pub(super) fn same_origin(one: &Webhook, other: &Webhook) -> bool {
    let place = |webhook: &Webhook| {
        let uri = webhook.generic_web_service().map(|service| origin(&service.uri)).unwrap_or_default();
        (uri, webhook.service_directory().unwrap_or_default().to_owned())
    };
    place(one) == place(other)
}

/// Whether the client's secret would be shown to another place than before.
pub(super) fn token_origin_changed(before: &Webhook, after: &Webhook) -> bool {
    let endpoint = |webhook: &Webhook| {
        let oauth = webhook.generic_web_service().and_then(|service| service.oauth_config.as_ref());
        oauth.map(|oauth| origin(&oauth.token_endpoint))
    };
    endpoint(before).is_some_and(|place| endpoint(after).is_some_and(|after| after != place))
}

/// What cannot be read as a URL is a place of its own.
fn origin(uri: &str) -> String {
    match Url::parse(uri).map(|url| url.origin()) {
        Ok(origin) if origin.is_tuple() => origin.ascii_serialization(),
        _ => uri.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        for (one, other, same) in [
            ("https://a.example.com/x", "https://A.example.com:443/y?q=$session.params.q", true),
            ("https://a.example.com", "https://a.example.com:8443", false),
            ("https://a.example.com", "http://a.example.com", false),
            ("https://a.example.com", "https://b.example.com", false),
            ("https://a.example.com", "https://a.example.com@b.example.com", false),
            ("https://a.example.com", "https://a.example.com.b.example.com", false),
            ("$session.params.host", "$session.params.host", true),
            ("", "https://a.example.com", false),
        ] {
            assert_eq!(origin(one) == origin(other), same, "{one} {other}");
        }
    }
}
