//! Addresses and headers.

use serde_json::json;

use super::{Noon, envelope, exchange, faults, render};
use crate::config::{Semantics, Unresolved, UrlEncoding};
use crate::flexible::{RenderError, Scope};

fn url(uri: &str) -> Result<String, RenderError> {
    url_with(uri, Semantics::default())
}

fn url_with(uri: &str, semantics: Semantics) -> Result<String, RenderError> {
    Ok(render(&json!({ "uri": uri, "httpMethod": "GET" }), semantics)?.url.to_string())
}

#[test]
fn values_are_percent_encoded() {
    for (uri, expected) in [
        ("https://api.example.com/plain?x=1", "https://api.example.com/plain?x=1"),
        ("https://api.example.com", "https://api.example.com/"),
        ("https://api.example.com?name=$session.params.name", "https://api.example.com/?name=Ada"),
        (
            "https://api.example.com/$session.params.name/$session.params.count",
            "https://api.example.com/Ada/3",
        ),
        (
            "https://api.example.com/x?q=$session.params.slash",
            "https://api.example.com/x?q=a%2Fb%3Fc%3Dd%26e%23f%2B%20g",
        ),
        (
            "https://api.example.com/$session.params.slash/x",
            "https://api.example.com/a%2Fb%3Fc%3Dd%26e%23f%2B%20g/x",
        ),
        ("https://api.example.com/?q=$session.params.umlaut", "https://api.example.com/?q=gr%C3%B6%C3%9Fe"),
        ("https://api.example.com/?q=$session.params.numbers", "https://api.example.com/?q=%5B1%2C2.5%5D"),
        (
            "https://api.example.com/?q=$session.params.date",
            "https://api.example.com/?q=%7B%22day%22%3A24%2C%22month%22%3A11%2C%22year%22%3A2026%7D",
        ),
        (
            "https://api.example.com/?q=$session.params.yes&r=$session.params.whole",
            "https://api.example.com/?q=true&r=3",
        ),
        ("https://api.example.com/?q=$session.params.empty&r=1", "https://api.example.com/?q=&r=1"),
        ("https://api.example.com/?q=$session.params.line", "https://api.example.com/?q=one%0Atwo"),
        // Unresolved: as written, as a value would be.
        (
            "https://api.example.com/?q=$session.params.unknown",
            "https://api.example.com/?q=%24session.params.unknown",
        ),
        // A fragment is never sent.
        ("https://api.example.com/a#$session.params.name", "https://api.example.com/a"),
        (
            "https://api.example.com/$session.params.name.json",
            "https://api.example.com/$session.params.name.json".replace("$", "%24").as_str(),
        ),
    ] {
        assert_eq!(url(uri).expect(uri), expected, "{uri}");
    }
    let component = Semantics { url_encoding: UrlEncoding::Component, ..Semantics::default() };
    let uri = "https://api.example.com/$session.params.slash?q=$session.params.slash";
    assert_eq!(
        url_with(uri, component).expect("a URL"),
        "https://api.example.com/a%2Fb%3Fc%3Dd%26e%23f%2B%20g?q=a/b?c%3Dd%26e%23f%2B%20g"
    );
    let empty = Semantics { unresolved: Unresolved::Empty, ..Semantics::default() };
    assert_eq!(
        url_with("https://a.example/?q=$session.params.unknown", empty).expect("a URL"),
        "https://a.example/?q="
    );
    let fail = Semantics { unresolved: Unresolved::Fail, ..Semantics::default() };
    let error = url_with("https://a.example/?q=$session.params.unknown", fail).expect_err("nothing there");
    assert_eq!(error.to_string(), "$session.params.unknown leads to nothing");
}

#[test]
fn no_value_chooses_another_resource() {
    for value in [
        ".",
        "..",
        "%2e",
        "%2E%2e",
        ".%2e",
        "%252e%252e",
        "../x",
        "x/..",
        "..\\x",
        "%2e%2e%2fx",
        "..;a=b",
        "%25252525252e",
        "",
        "a/../b",
    ] {
        let call = envelope(&json!({ "sessionInfo": { "parameters": { "id": value } } }));
        let exchange = exchange(
            &json!({ "uri": "https://api.example.com/orders/$session.params.id/items?q=$session.params.id" }),
            Semantics::default(),
        );
        let error =
            exchange.render(&Scope::new(&call, Semantics::default(), &Noon)).expect_err(value).to_string();
        assert!(error.contains("would choose another resource"), "{value}: {error}");
    }
    for value in ["...", "a..b", ".hidden", "1.5", "a.b", "100%", "%"] {
        let call = envelope(&json!({ "sessionInfo": { "parameters": { "id": value } } }));
        let exchange = exchange(
            &json!({ "uri": "https://api.example.com/orders/$session.params.id/" }),
            Semantics::default(),
        );
        let rendered = exchange.render(&Scope::new(&call, Semantics::default(), &Noon)).expect(value);
        assert_eq!(rendered.url.path_segments().expect("a path").count(), 3, "{value}");
    }
}

#[test]
fn no_reference_chooses_the_server() {
    for (uri, expected) in [
        ("https://$session.params.host/x", "stands in the scheme or host"),
        ("$session.params.uri", "stands in the scheme or host"),
        ("https://api.$session.params.name.example.com/", "stands in the scheme or host"),
        ("https://api.example.com$session.params.name/x", "stands in the scheme or host"),
        ("https://api.example.com:$session.params.count/x", "stands in the scheme or host"),
        ("https://$session.params.name@api.example.com/", "stands in the scheme or host"),
        ("https://api.example.com/$sys.func.NOW()", "the platform evaluates references only"),
        ("https://api.example.com/../x", "has a segment"),
        ("ftp://api.example.com/", "its scheme is ftp"),
        ("api.example.com/x", "does not begin with https://"),
        ("", "does not begin with https://"),
        ("https://", "is no https:// address"),
        ("https://exa mple.com/", "is no https:// address"),
    ] {
        let found = faults(&json!({ "uri": uri }));
        assert!(
            found
                .iter()
                .any(|fault| fault.starts_with("genericWebService.uri: ") && fault.contains(expected)),
            "{uri}: {found:?}"
        );
    }
}

#[test]
fn values_in_soql_stay_in_their_quotes() {
    let uri = "https://x.my.salesforce.com/services/data/v64.0/query?q=SELECT Id FROM Contact WHERE Email = '$session.params.email' LIMIT $session.params.limit";
    let exchange = exchange(&json!({ "uri": uri, "httpMethod": "GET" }), Semantics::default());
    let render = |email: &str, limit: serde_json::Value| {
        let call = envelope(&json!({ "sessionInfo": { "parameters": { "email": email, "limit": limit } } }));
        exchange.render(&Scope::new(&call, Semantics::default(), &Noon)).map(|rendered| {
            let (_, query) = rendered.url.query_pairs().next().expect("a query");
            query.into_owned()
        })
    };
    assert_eq!(
        render("ada' OR Name != '", 5.into()).expect("escaped"),
        "SELECT Id FROM Contact WHERE Email = 'ada\\' OR Name != \\'' LIMIT 5"
    );
    let error = render("ada", "5 OFFSET 1".into()).expect_err("more than a number").to_string();
    assert!(error.contains("$session.params.limit stands in SOQL outside quotes"), "{error}");
}

#[test]
fn headers_take_references_functions_and_utf8() {
    let rendered = render(
        &json!({
            "uri": "https://api.example.com/", "requestBody": "{}",
            "requestHeaders": {
                "X-Plain": "as it is", "X-Name": "Name $session.params.name", "X-Umlaut": "$session.params.umlaut",
                "X-Count": "$sys.func.ADD($session.params.count, 1)", "authorization": "Bearer $session.params.name",
            },
        }),
        Semantics::default(),
    )
    .expect("headers");
    let header = |name: &str| {
        rendered.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    assert_eq!(header("x-plain").as_deref(), Some("as it is"));
    assert_eq!(header("x-name").as_deref(), Some("Name Ada"));
    assert_eq!(header("x-umlaut").as_deref(), Some("größe"));
    assert_eq!(header("x-count").as_deref(), Some("4"));
    assert_eq!(header("authorization").as_deref(), Some("Bearer Ada"));
    assert_eq!(header("content-type").as_deref(), Some("application/json"));
    assert!(!format!("{rendered:?}").contains("Bearer"), "header values are not printed");
    let error = render(
        &json!({ "uri": "https://api.example.com/", "requestHeaders": { "X-Line": "$session.params.line" } }),
        Semantics::default(),
    )
    .expect_err("a line break");
    assert_eq!(error.code(), "header_invalid");
    assert!(error.to_string().contains("x-line"), "{error}");
    for (headers, expected) in [
        (json!({ "X Bad": "1" }), "is no name of a header"),
        (json!({ "Host": "evil.example" }), "belongs to the connection"),
        (json!({ "X-A": "a\r\nb" }), "control character"),
        (json!({ "X-A": "$sys.func.NOPE()" }), "no system function"),
    ] {
        let found = faults(&json!({ "uri": "https://api.example.com/", "requestHeaders": headers }));
        assert!(found[0].contains(expected), "{found:?}");
    }
}
