//! Tags that an upstream API answers: `[routes."tag"]`, over real sockets.

use std::path::Path;

use rejoinder::Rejoinder;
use rejoinder::config::{Config, Sources};
use serde_json::{Value, json};

use crate::kit::{Reply, Served, Upstream, call, run};

/// A folder with these webhooks, environments and settings beside an `[outbound]` that lets loopback be called.
pub(crate) fn folder(settings: &str, webhooks: &[Value], environments: &[Value]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let outbound =
        "[outbound]\ndangerous_allow_http = true\nallow_networks = [\"127.0.0.0/8\"]\nmax_attempts = 1\n";
    write(folder.path(), "rejoinder.toml", &format!("{outbound}{settings}"));
    for (kind, resources) in [("webhooks", webhooks), ("environments", environments)] {
        std::fs::create_dir(folder.path().join(kind)).expect("a folder");
        for (index, resource) in resources.iter().enumerate() {
            write(folder.path(), &format!("{kind}/{index}.json"), &resource.to_string());
        }
    }
    folder
}

pub(crate) fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("written");
}

/// A flexible webhook of that display name.
pub(crate) fn flexible(name: &str, uri: &str, rest: &Value) -> Value {
    let mut service = json!({ "uri": uri, "webhookType": "FLEXIBLE", "httpMethod": "GET" });
    for (key, value) in rest.as_object().expect("an object") {
        service[key] = value.clone();
    }
    json!({ "displayName": name, "genericWebService": service, "timeout": "2s" })
}

pub(crate) fn serve(folder: &tempfile::TempDir) -> Served {
    let environment = vec![("REJOINDER_SERVER__BIND".to_owned(), "127.0.0.1:0".to_owned())];
    let file = Some(folder.path().join("rejoinder.toml"));
    let config = Config::load(&Sources { file, environment, ..Sources::default() });
    Served::start_config(Rejoinder::new, config.unwrap_or_else(|error| panic!("{error}")))
}

const WEATHER: &str = "[routes.\"weather\"]\nwebhook = \"Weather API\"\n";

fn weather(upstream: &Upstream, rest: &Value) -> Value {
    flexible("Weather API", &upstream.url("/v1/$session.params.city"), rest)
}

#[test]
fn a_tag_is_answered_by_an_upstream_and_a_reply_template() {
    let upstream =
        Upstream::start(|_| Reply::json(200, json!({ "main": { "temp": 7.0 }, "sky": ["Rain", "Fog"] })));
    let webhook = weather(
        &upstream,
        &json!({
            "httpMethod": "POST", "requestHeaders": { "X-City": "$session.params.city", "X-Key": "k" },
            "requestBody": "{\"days\":\"$session.params.days\",\"note\":\"for $session.params.days days\"}",
            "parameterMapping": { "temp": "$.main.temp", "$flow.sky": "$.sky[0]", "all": "$.sky[*]", "gone": "$.gone" },
        }),
    );
    let settings =
        format!("{WEATHER}reply = \"It is $session.params.temp degrees in $session.params.city.\"\n");
    let served = serve(&folder(&settings, &[webhook], &[]));
    let answer = served.call(call("weather", &json!({ "city": "New York", "days": 3 })));
    assert_eq!(
        answer.reply(),
        json!({
            "fulfillmentResponse": { "messages": [{ "text": { "text": ["It is 7 degrees in New York."] } }] },
            "sessionInfo": { "parameters": { "temp": 7.0, "sky": "Rain", "all": ["Rain", "Fog"] } },
        })
    );
    let requests = upstream.requests();
    let [request] = &requests[..] else { panic!("one request: {requests:?}") };
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/v1/New%20York"));
    assert_eq!(request.json(), json!({ "days": 3, "note": "for 3 days" }));
    assert_eq!(request.header("x-city"), Some("New York"));
    assert_eq!(request.header("content-type"), Some("application/json"));
    served.call(call("weather", &json!({ "city": "Bonn", "days": 1 })));
    assert_eq!(upstream.connections(), 1, "the connection is used again");
}

#[test]
fn a_route_replies_with_a_whole_document_or_with_parameters_alone() {
    let upstream = Upstream::start(|_| Reply::json(200, json!({ "temp": 7 })));
    let webhook = weather(&upstream, &json!({ "parameterMapping": { "temp": "$.temp" } }));
    let settings = format!(
        "{WEATHER}[routes.\"card\"]\nwebhook = \"Weather API\"\n[routes.\"card\".reply]\ntargetPage = \"END_FLOW\"\n\
         payload = {{ status = \"$request.webhook_status_code\" }}\n\
         fulfillmentResponse = {{ messages = [{{ payload = {{ degrees = \"$session.params.temp\" }} }}] }}\n"
    );
    let served = serve(&folder(&settings, &[webhook], &[]));
    assert_eq!(
        served.call(call("weather", &json!({ "city": "Bonn" }))).reply(),
        json!({ "sessionInfo": { "parameters": { "temp": 7 } } })
    );
    let card = served.call(call("card", &json!({ "city": "Bonn" }))).reply();
    assert_eq!(card["fulfillmentResponse"]["messages"][0]["payload"], json!({ "degrees": 7 }));
    assert_eq!(card["payload"], json!({ "status": 200 }));
    assert_eq!(
        card["targetPage"],
        "projects/example-project/locations/global/agents/example-agent/flows/orders/pages/END_FLOW"
    );
}

#[test]
fn each_failure_is_told_as_the_agent_should_see_it() {
    let upstream = Upstream::start(|request| match request.path.as_str() {
        "/v1/bad" => Reply::json(400, json!({})),
        "/v1/unknown" => Reply::json(401, json!({})),
        "/v1/denied" => Reply::json(403, json!({})),
        "/v1/gone" => Reply::json(404, json!({})),
        "/v1/teapot" => Reply::json(418, json!({})),
        "/v1/busy" => Reply::json(429, json!({})),
        "/v1/broken" => Reply::json(500, json!({})),
        "/v1/away" => Reply::json(503, json!({})),
        "/v1/elsewhere" => Reply::redirect(302, "http://127.0.0.1:1/secret"),
        "/v1/html" => Reply::text(200, "<html>"),
        "/v1/large" => Reply::text(200, "x".repeat(70_000)),
        "/v1/endless" => Reply::endless(),
        "/v1/short" => Reply::truncated(100, "{\"temp\":"),
        "/v1/hangup" => Reply::hang_up(),
        "/v1/silent" => Reply::silence(),
        "/v1/empty" => Reply::new(204),
        other => panic!("{other}"),
    });
    let mut webhook = weather(&upstream, &json!({ "parameterMapping": { "temp": "$.temp" } }));
    webhook["timeout"] = "0.3s".into();
    let settings = format!("breaker_failures = 0\n{WEATHER}");
    let served = serve(&folder(&settings, &[webhook], &[]));
    for (city, status, code) in [
        ("bad", 400, "upstream_status"),
        ("unknown", 401, "upstream_status"),
        ("denied", 403, "upstream_status"),
        ("gone", 404, "upstream_status"),
        ("teapot", 500, "upstream_status"),
        ("busy", 503, "upstream_status"),
        ("broken", 503, "upstream_status"),
        ("away", 503, "upstream_status"),
        ("elsewhere", 500, "upstream_status"),
        ("html", 500, "upstream_not_json"),
        ("large", 500, "answer_too_large"),
        ("endless", 500, "answer_too_large"),
        ("short", 503, "connection_lost"),
        ("hangup", 503, "connection_lost"),
        ("silent", 503, "timed_out"),
        ("..", 400, "url_invalid"),
        ("", 400, "url_invalid"),
    ] {
        let message = served.call(call("weather", &json!({ "city": city }))).refused(status, code);
        assert!(!message.contains("127.0.0.1"), "{city}: {message}");
    }
    assert_eq!(served.call(call("weather", &json!({ "city": "empty" }))).reply(), json!({}));
    assert_eq!(upstream.requests().iter().filter(|request| request.path == "/secret").count(), 0);
}

#[test]
fn on_error_is_a_status_a_text_or_a_document() {
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("an address")
    };
    let webhook =
        flexible("Gone", &format!("http://{gone}/"), &json!({ "parameterMapping": { "a": "$.a" } }));
    let settings = "[routes.\"plain\"]\nwebhook = \"Gone\"\n\
        [routes.\"status\"]\nwebhook = \"Gone\"\non_error = 404\n\
        [routes.\"text\"]\nwebhook = \"Gone\"\non_error = \"Please try later.\"\n\
        [routes.\"document\"]\nwebhook = \"Gone\"\n[routes.\"document\".on_error]\n\
        sessionInfo = { parameters = { failed = true } }\n";
    let served = serve(&folder(settings, &[webhook], &[]));
    let ask = |tag: &str| served.call(call(tag, &json!({})));
    ask("plain").refused(503, "unreachable");
    ask("status").refused(404, "unreachable");
    assert_eq!(ask("text").said(), "Please try later.");
    assert_eq!(ask("document").reply()["sessionInfo"]["parameters"], json!({ "failed": true }));
}

#[test]
fn an_environment_overrides_the_webhook_for_its_own_sessions() {
    let live = Upstream::start(|_| Reply::json(200, json!({ "from": "live" })));
    let staging = Upstream::start(|_| Reply::json(200, json!({ "from": "staging" })));
    let mut webhook = flexible("Api", &live.url("/"), &json!({ "parameterMapping": { "from": "$.from" } }));
    webhook["name"] = "projects/p/locations/l/agents/a/webhooks/w".into();
    let environment = json!({
        "name": "projects/p/locations/l/agents/a/environments/11112222-staging", "displayName": "Staging",
        "webhookConfig": { "webhookOverrides": [{
            "name": "projects/p/locations/l/agents/a/webhooks/w", "displayName": "Api",
            "genericWebService": { "uri": staging.url("/") },
        }] },
    });
    let served = serve(&folder("[routes.\"api\"]\nwebhook = \"Api\"\n", &[webhook], &[environment]));
    let from = |session: &str| {
        let request = json!({
            "fulfillmentInfo": { "tag": "api" },
            "sessionInfo": { "session": format!("projects/p/locations/l/agents/a/{session}/sessions/s") },
        });
        served.call(request.to_string()).reply()["sessionInfo"]["parameters"]["from"].clone()
    };
    assert_eq!(from("environments/11112222-staging"), "staging");
    assert_eq!(from("environments/other"), "live");
    assert_eq!(from("environments/-"), "live");
    assert_eq!(served.call(call("api", &json!({}))).reply()["sessionInfo"]["parameters"]["from"], "live");
}

#[test]
fn private_addresses_are_refused_unless_allowed() {
    let upstream = Upstream::start(|_| Reply::json(200, json!({})));
    let folder = folder(WEATHER, &[weather(&upstream, &json!({}))], &[]);
    write(folder.path(), "rejoinder.toml", &format!("[outbound]\ndangerous_allow_http = true\n{WEATHER}"));
    let served = serve(&folder);
    served.call(call("weather", &json!({ "city": "Bonn" }))).refused(500, "destination_refused");
    assert_eq!(upstream.connections(), 0);
}

#[test]
fn a_route_that_cannot_be_served_stops_no_other() {
    let upstream = Upstream::start(|_| Reply::json(200, json!({ "temp": 1 })));
    let good = weather(&upstream, &json!({ "parameterMapping": { "temp": "$.temp" } }));
    let bad =
        flexible("Bad", "https://$session.params.host/", &json!({ "parameterMapping": { "a b": "$.x y" } }));
    let standard =
        json!({ "displayName": "Standard", "genericWebService": { "uri": "https://api.example.com/" } });
    let settings = format!(
        "{WEATHER}[routes.\"bad\"]\nwebhook = \"Bad\"\n[routes.\"standard\"]\nwebhook = \"Standard\"\n\
         [routes.\"typo\"]\nwebhook = \"Wether API\"\n[routes.\"reply\"]\nwebhook = \"Weather API\"\nreply = \"$sys.func.NOPE()\"\n\
         [routes.\"sorry\"]\nwebhook = \"Bad\"\non_error = \"Please call us.\"\n"
    );
    let folder = folder(&settings, &[good, bad, standard], &[]);
    write(folder.path(), "webhooks/broken.json", "{\"displayName\":");
    let served = serve(&folder);
    assert_eq!(
        served.call(call("weather", &json!({ "city": "Bonn" }))).reply()["sessionInfo"]["parameters"]["temp"],
        1
    );
    for tag in ["bad", "standard", "typo", "reply"] {
        served.call(call(tag, &json!({}))).refused(500, "route_broken");
    }
    assert_eq!(served.call(call("sorry", &json!({}))).said(), "Please call us.");
    let checked = run(folder.path(), &["check"], &[]);
    assert_eq!(checked.code, Some(1), "{}", checked.errors);
    for expected in [
        "webhooks/broken.json: this is no Dialogflow Webhook",
        "routes.\"bad\": webhook \"Bad\": genericWebService.uri: $session.params.host stands in the scheme or host",
        "routes.\"bad\": webhook \"Bad\": genericWebService.parameterMapping.a b: \"a b\" names no parameter",
        "routes.\"standard\": webhook \"Standard\": it is a standard webhook",
        "has no webhook with the displayName \"Wether API\"; did you mean \"Weather API\"?",
        "routes.\"sorry\": webhook \"Bad\": it has faults, which another route has told",
        "routes.\"reply\": reply: there is no system function \"NOPE\"",
    ] {
        assert!(checked.errors.contains(expected), "{expected} is not in:\n{}", checked.errors);
    }
}

#[test]
fn a_tag_of_the_settings_and_of_the_code_is_refused_at_start() {
    let folder = folder("[routes.\"hours\"]\nwebhook = \"Any\"\n", &[], &[]);
    let file = Some(folder.path().join("rejoinder.toml"));
    let config = Config::load(&Sources { file, ..Sources::default() }).expect("settings");
    let error = Rejoinder::new().tag("hours", async || "nine").bind(config).expect_err("two routes");
    assert!(error.to_string().contains("two routes answer the tag `hours`"), "{error}");
}

#[test]
fn what_is_presented_otherwise_than_dialogflow_would_is_told() {
    let webhook = flexible(
        "Secured",
        "https://api.example.com/",
        &json!({ "parameterMapping": { "a": "$.a" }, "serviceAgentAuth": "ID_TOKEN" }),
    );
    let folder = folder("[routes.\"secured\"]\nwebhook = \"Secured\"\n", &[webhook], &[]);
    let checked = run(folder.path(), &["check"], &[]);
    assert_eq!(checked.code, Some(0), "{}", checked.errors);
    let expected =
        "webhook \"Secured\": serviceAgentAuth presents a token of the account that this server runs as";
    assert!(checked.errors.contains(expected), "{}", checked.errors);
}

#[test]
fn username_and_password_are_presented() {
    let upstream = Upstream::start(|_| Reply::json(200, json!({})));
    let webhook = flexible("Basic", &upstream.url("/"), &json!({ "username": "ada", "password": "p:w" }));
    let served = serve(&folder("[routes.\"basic\"]\nwebhook = \"Basic\"\n", &[webhook], &[]));
    served.call(call("basic", &json!({}))).reply();
    assert_eq!(upstream.requests()[0].header("authorization"), Some("Basic YWRhOnA6dw=="));
}
