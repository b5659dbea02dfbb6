//! From a webhook to its fields and back.

use super::*;
use crate::console::form::Faults;
use crate::protocol::field_mask::FieldMask;

const WHOLE: &str = r#"{"displayName":"Orders","timeout":"2.500s","disabled":true,"serviceDirectory":{
    "service":"projects/p/locations/l/namespaces/n/services/s","genericWebService":{
    "uri":"https://a.example.com/$session.params.id","username":"u","requestHeaders":{"X-A":"1","X-Key":"***"},
    "secretVersionForUsernamePassword":"projects/p/secrets/s/versions/1","allowedCaCerts":["AQID","BAUG"],
    "secretVersionsForRequestHeaders":{"X-S":{"secretVersion":"projects/p/secrets/t/versions/1"}},
    "webhookType":"FLEXIBLE","httpMethod":"PUT","requestBody":"{\n  \"a\": 1\n}","parameterMapping":{"a":"$.a","b":"$.b[0]"},
    "oauthConfig":{"clientId":"c","tokenEndpoint":"https://t.example.com","scopes":["a","b"],
        "secretVersionForClientSecret":"projects/p/secrets/o/versions/1"},
    "serviceAgentAuth":"ID_TOKEN","serviceAccountAuthConfig":{"serviceAccount":"a@p.iam.gserviceaccount.com"}}}}"#;

fn parse(text: &str) -> Webhook {
    Webhook::parse(text.as_bytes()).expect("a webhook")
}

/// What a browser would send of these fields.
fn sent(fields: &Fields) -> Form {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    let mut add = |name: &str, value: &str| {
        text.append_pair(name, value);
    };
    for (name, value) in [
        ("display_name", &fields.display_name),
        ("timeout", &fields.timeout),
        ("directory", &fields.directory),
        ("uri", &fields.uri),
        ("username", &fields.username),
        ("user_secret", &fields.user_secret),
        ("ca_certs", &fields.ca_certs),
        ("kind", &fields.kind),
        ("method", &fields.method),
        ("body", &fields.body.replace('\n', "\r\n")),
        ("oauth_client_id", &fields.oauth_client_id),
        ("oauth_secret", &fields.oauth_secret),
        ("oauth_endpoint", &fields.oauth_endpoint),
        ("oauth_scopes", &fields.oauth_scopes),
        ("agent_auth", &fields.agent_auth),
        ("service_account", &fields.service_account),
    ] {
        add(name, value);
    }
    if fields.disabled {
        add("disabled", "true");
    }
    for (rows, name, value) in [
        (fields.header_rows(), "header_name", "header_value"),
        (fields.secret_header_rows(), "secret_header_name", "secret_header_version"),
        (fields.mapping_rows(), "mapping_name", "mapping_path"),
    ] {
        for row in rows {
            add(name, &row.0);
            add(value, &row.1);
        }
    }
    Form::parse(text.finish().as_bytes())
}

#[test]
fn every_field_survives_the_form() {
    let standard =
        r#"{"displayName":"S","genericWebService":{"uri":"https://a.example.com","webhookType":"STANDARD"}}"#;
    for text in [WHOLE, standard] {
        let fields = Fields::of(&parse(text), false);
        let read = Fields::read(&sent(&fields));
        assert_eq!(read, Fields { ca_certs: read.ca_certs.clone(), ..fields });
        let mut faults = Faults::default();
        assert_eq!(read.webhook(&mut faults), parse(text), "{faults:?}");
        assert!(faults.is_empty(), "{faults:?}");
        FieldMask::parse::<Webhook>(&read.mask()).expect("a mask");
    }
    let part = r#"{"displayName":"S","genericWebService":{"uri":"https://b.example.com"}}"#;
    let fields = Fields::read(&sent(&Fields::of(&parse(part), true)));
    assert_eq!(fields.webhook(&mut Faults::default()), parse(part));
}

#[test]
fn what_cannot_be_read_is_told_beside_its_field() {
    let fields = Fields {
        timeout: "soon".to_owned(),
        headers: vec![(String::new(), "v".to_owned())],
        mapping: ["a", "a"].map(|name| (name.to_owned(), "$.a".to_owned())).to_vec(),
        ca_certs: "-----BEGIN CERTIFICATE-----\n*".to_owned(),
        ..Fields::default()
    };
    let mut faults = Faults::default();
    fields.webhook(&mut faults);
    for field in ["timeout", "headers", "mapping", "ca_certs"] {
        assert!(!faults.of(field).is_empty(), "{field}: {faults:?}");
    }
    let mut faults = Faults::default();
    Fields { ca_certs: "é".to_owned(), ..Fields::default() }.webhook(&mut faults);
    assert!(faults.of("ca_certs").contains("base64"));
}

#[test]
fn fields_of_the_resource_have_their_place_in_the_form() {
    for (path, expected) in [
        ("displayName", ("display_name", None)),
        ("genericWebService", ("uri", None)),
        ("serviceDirectory.genericWebService.uri", ("uri", None)),
        ("serviceDirectory.service", ("directory", None)),
        ("genericWebService.requestHeaders.X-Key", ("headers", Some("X-Key"))),
        ("genericWebService.secretVersionsForRequestHeaders.X.secretVersion", ("secret_headers", Some("X"))),
        ("genericWebService.allowedCaCerts[1]", ("ca_certs", None)),
        ("genericWebService.oauthConfig.tokenEndpoint", ("oauth_endpoint", None)),
        ("webhookConfig.webhookOverrides[0].genericWebService.uri", ("uri", None)),
        ("genericWebService.later", ("", Some("later"))),
    ] {
        assert_eq!(field_of(path), expected, "{path}");
    }
}
