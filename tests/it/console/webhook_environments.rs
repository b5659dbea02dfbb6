//! Environments' overrides of webhooks, and webhooks out of an agent's export.

use serde_json::{Value, json};

use super::Browser;
use super::browser::Page;
use super::webhooks::{AGENT, Console, LIST, SCRIPT, path, stays_text};
use crate::kit::package::{agent, files, zip};
use crate::kit::stores::{TestStore, stores};
use crate::kit::{Request, Served};
use crate::routes::flexible;

const ENVIRONMENTS: &str = "/console/webhooks/environments";
const IMPORT: &str = "/console/webhooks/import";

fn environment(console: &Console, page: &Page) -> Value {
    let id = page.path.split("/environments/").nth(1).unwrap_or_default();
    let id = id.split(['?', '/']).next().unwrap_or_default();
    let answer = console.served.manage(Request::get(format!("/v3/{AGENT}/environments/{id}")));
    assert_eq!(answer.status, 200);
    answer.json()
}

#[test]
fn an_environments_overrides_are_made_changed_and_deleted() {
    for store in stores("environments in the console") {
        let console = Console::over(&store, "", &[], &[]);
        let id = console.create(&flexible("Orders", "https://a.example.com/x", &json!({})));
        let browser = console.browser();
        browser.open(ENVIRONMENTS).shows("There are no environments");
        let new = format!("{ENVIRONMENTS}/new");
        let long = "x".repeat(65);
        let refused =
            browser.send(&browser.open(&new), &new, &[("display_name", &long), ("description", "kept")]);
        assert_eq!(refused.status, 422);
        refused.shows("64").shows("kept");
        let made = browser.send(&refused, &new, &[("display_name", "Staging"), ("description", "for tests")]);
        made.shows("Created.").shows("changes nothing about webhooks");
        let place = made.path.split('?').next().expect("a path").to_owned();

        let form = browser.open(&format!("{place}/overrides/new?webhook={id}"));
        form.shows("As the webhook has it").shows("Orders");
        let etag = form.value("etag");
        let mut sent = vec![
            ("webhook", &*id),
            ("etag", &*etag),
            ("uri", "http//nothing"),
            ("username", "agent"),
            ("password", "s3cret"),
            ("header_name", "X-Stage"),
            ("header_value", "1"),
        ];
        let refused = browser.send(&form, &format!("{place}/overrides/new"), &sent);
        assert_eq!(refused.status, 422);
        refused.shows("This is no absolute URL").shows("Type it again").hides("s3cret");
        sent[2].1 = "https://b.example.com/x";
        let saved = browser.send(&refused, &format!("{place}/overrides/new"), &sent);
        saved.shows("Saved.").shows("https://b.example.com/x").shows("X-Stage").hides("s3cret");
        let stored = environment(&console, &saved);
        let overrides = &stored["webhookConfig"]["webhookOverrides"];
        assert_eq!(overrides[0]["name"], format!("{AGENT}/webhooks/{id}"));
        assert_eq!(overrides[0]["genericWebService"]["uri"], "https://b.example.com/x");
        assert_eq!(
            (&stored["displayName"], &stored["description"]),
            (&json!("Staging"), &json!("for tests"))
        );
        browser.open(&path(&id, "")).shows("Staging").shows("requestHeaders");
        browser.open(LIST).shows("overridden in Staging");

        let edit = browser.open(&format!("{place}/overrides/0"));
        edit.shows("Stored; leave empty to keep it").hides("s3cret");
        assert_eq!(edit.value("uri"), "https://b.example.com/x");
        let etag = edit.value("etag");
        let change =
            [("etag", &*etag), ("uri", "https://b.example.com/y"), ("username", "agent"), ("timeout", "2")];
        let saved = browser.send(&edit, &format!("{place}/overrides/0"), &change);
        saved.shows("Saved.").shows("/y").hides("X-Stage");
        browser.open(&format!("{place}/overrides/0")).shows("Stored; leave empty to keep it");
        let conflict = browser.send(&edit, &format!("{place}/overrides/0"), &change);
        assert_eq!(conflict.status, 409);
        conflict.shows("Somebody else has saved this");

        let asked = browser.open(&format!("{place}/overrides/0/delete"));
        let etag = asked.value("etag");
        let deleted = browser.send(&asked, &format!("{place}/overrides/0/delete"), &[("etag", &etag)]);
        deleted.shows("Deleted.").shows("changes nothing about webhooks");
        assert_eq!(browser.look(&format!("{place}/overrides/0")).status, 404);

        let page = browser.open(&place);
        let etag = page.value("etag");
        let renamed = [("display_name", "Test"), ("description", ""), ("etag", &etag)];
        browser.send(&page, &place, &renamed).shows("Saved.").shows("Test");
        assert_eq!(browser.send(&page, &place, &renamed).status, 409);
        let asked = browser.open(&format!("{place}/delete"));
        let etag = asked.value("etag");
        browser
            .send(&asked, &format!("{place}/delete"), &[("etag", &etag)])
            .shows("There are no environments");
    }
}

#[test]
fn environments_in_files_are_only_read() {
    let webhook = flexible("Orders", "https://a.example.com", &json!({}));
    let environment = json!({ "displayName": "Live", "name": format!("{AGENT}/environments/live"), "webhookConfig": {
        "webhookOverrides": [{ "displayName": "Orders", "genericWebService": { "requestHeaders": { "X-Key": "s3cret" } } }] } });
    let console = Console::over(&TestStore::memory(), "", &[webhook], &[environment]);
    let browser = console.browser();
    browser.open(ENVIRONMENTS).shows("Live").shows("Orders").shows("0.json");
    let place = format!("{ENVIRONMENTS}/live");
    browser.open(&place).shows("read-only here").shows("X-Key").hides("s3cret").hides("/overrides/0\"");
    for below in ["/delete", "/overrides/0", "/overrides/0/delete", "/overrides/new?webhook=x"] {
        assert_eq!(browser.look(&format!("{place}{below}")).status, 409, "{below}");
    }
    assert_eq!(browser.look(&format!("{ENVIRONMENTS}/nothing")).status, 404);
}

/// Sends a file as a form does.
fn upload(served: &Served, browser: &Browser<'_>, page: &Page, bytes: &[u8]) -> Page {
    let csrf = page.value("csrf");
    let head = format!(
        "--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--x\r\nContent-Disposition: form-data; \
         name=\"agent\"\r\n\r\n{AGENT}\r\n--x\r\nContent-Disposition: form-data; name=\"package\"; filename=\"agent.zip\"\r\n\
         Content-Type: application/zip\r\n\r\n"
    );
    let body = [head.as_bytes(), bytes, b"\r\n--x--\r\n"].concat();
    let request = browser.with(Request::new("POST", IMPORT));
    let answer = served.ask(&request.header("Content-Type", "multipart/form-data; boundary=x").body(body));
    Page {
        status: answer.status,
        text: String::from_utf8_lossy(&answer.body).into_owned(),
        path: IMPORT.to_owned(),
    }
}

/// What the hidden fields of the choice hold, in order.
fn offered(page: &Page) -> Vec<String> {
    let fields = page.text.split("name=\"webhook\"").skip(1);
    let one = |field: &str| {
        let text = format!("name=\"webhook\"{}", field.split('>').next().unwrap_or_default());
        Page { status: page.status, text, path: page.path.clone() }.value("webhook")
    };
    fields.map(one).collect()
}

#[test]
fn webhooks_are_taken_out_of_an_export() {
    for store in stores("importing in the console") {
        let console = Console::over(&store, "", &[], &[]);
        let browser = console.browser();
        let start = browser.open(IMPORT);
        let export = zip(&files(&agent("order-status")));
        let page = upload(&console.served, &browser, &start, &export);
        assert_eq!(page.status, 200, "{}", page.text);
        let webhooks = offered(&page);
        assert!(!webhooks.is_empty(), "{}", page.text);
        let name = |text: &String| -> String {
            let webhook: Value = serde_json::from_str(text).expect("JSON");
            assert!(webhook["name"].is_null(), "its id is of another agent");
            webhook["displayName"].as_str().expect("a name").to_owned()
        };
        page.shows(&name(&webhooks[0]));
        let mut sent: Vec<_> = webhooks.iter().map(|webhook| ("webhook", webhook.as_str())).collect();
        sent.extend([("agent", AGENT), ("take", "0")]);
        let done = browser.send(&page, &format!("{IMPORT}/take"), &sent);
        done.shows("Imported.").shows(&name(&webhooks[0]));
        // What is there already is skipped, with the reason.
        let again = upload(&console.served, &browser, &start, &export);
        again.shows("skipped").shows("must be unique");
        assert_eq!(offered(&again)[0], "");
        let twice = browser.send(&page, &format!("{IMPORT}/take"), &sent);
        assert_eq!(twice.status, 422);
        twice.shows("must be unique");
        let none = browser.send(&page, &format!("{IMPORT}/take"), &[("agent", AGENT)]);
        none.shows("There was nothing to do.");
        assert_eq!(console.audited().iter().filter(|action| *action == "create").count(), 1);
    }
}

#[test]
fn what_an_export_has_that_cannot_be_taken_is_told() {
    let console = Console::over(&TestStore::memory(), "", &[], &[]);
    let browser = console.browser();
    let start = browser.open(IMPORT);
    for (bytes, told) in [
        (b"".to_vec(), "Choose the ZIP file"),
        (b"no archive".to_vec(), "no agent export"),
        (zip(&[("readme.txt", "hello")]), "no agent.json"),
        (zip(&files(&agent("order-status")))[..600].to_vec(), "ZIP"),
    ] {
        let page = upload(&console.served, &browser, &start, &bytes);
        assert_eq!(page.status, 422, "{told}");
        page.shows(told);
    }
    let webhook = json!({ "name": "w-1", "displayName": SCRIPT, "genericWebService": { "uri": "ftp://a.example.com" } });
    let good = json!({ "name": "w-2", "displayName": "Good", "timeout": { "seconds": 3 }, "genericWebService": {
        "uri": "https://a.example.com", "username": "agent", "requestHeaders": [{ "key": "X-A", "value": SCRIPT }] } });
    let package = zip(&[
        ("agent.json", "{\"displayName\": \"Shop\", \"defaultLanguageCode\": \"en\"}"),
        ("flows/Default Start Flow/Default Start Flow.json", "{\"displayName\": \"Default Start Flow\"}"),
        ("webhooks/a.json", &webhook.to_string()),
        ("webhooks/b.json", &good.to_string()),
    ]);
    let page = upload(&console.served, &browser, &start, &package);
    stays_text(&page);
    page.shows("Webhooks of Shop")
        .shows("skipped")
        .shows("The scheme is ftp")
        .shows("a username without a password");
    let webhooks = offered(&page);
    assert_eq!(webhooks[0], "");
    let sent = [("agent", AGENT), ("webhook", ""), ("webhook", &*webhooks[1]), ("take", "1")];
    browser.send(&page, &format!("{IMPORT}/take"), &sent).shows("Imported.").shows("Good");
    let broken = [("agent", AGENT), ("webhook", "{"), ("take", "0")];
    assert_eq!(browser.send(&page, &format!("{IMPORT}/take"), &broken).status, 400);
    let large = vec![0; 17 << 20];
    assert_eq!(upload(&console.served, &browser, &start, &large).status, 413);
}
