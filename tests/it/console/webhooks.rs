//! Dialogflow's webhooks: the list of all, and making, changing, copying and deleting one.

use rejoinder::Rejoinder;
use rejoinder::config::{Config, Sources};
use serde_json::{Value, json};

use super::Browser;
use super::browser::Page;
use crate::kit::stores::{TestStore, stores};
use crate::kit::{Request, Served};
use crate::routes::{flexible, folder};

pub(super) const AGENT: &str = "projects/p/locations/global/agents/a";
pub(super) const LIST: &str = "/console/webhooks";
pub(super) const NEW: &str = "/console/webhooks/dialogflow/new";

/// What would run if it did not stay text.
pub(super) const SCRIPT: &str = "<script>alert(1)</script>\"><img src=x onerror=alert(1)>";

/// A server with these settings, webhooks and environments in files; loopback may be called.
pub(super) struct Console {
    pub(super) served: Served,
    _folder: tempfile::TempDir,
}

impl Console {
    pub(super) fn over(
        store: &TestStore,
        settings: &str,
        webhooks: &[Value],
        environments: &[Value],
    ) -> Self {
        let folder = folder(&format!("{settings}\n[agent]\nname = \"{AGENT}\"\n"), webhooks, environments);
        let own = |pair: (&str, &str)| (pair.0.to_owned(), pair.1.to_owned());
        let environment = vec![own(("REJOINDER_SERVER__BIND", "127.0.0.1:0")), own(store.setting())];
        let file = Some(folder.path().join("rejoinder.toml"));
        let config = Config::load(&Sources { file, environment, ..Sources::default() });
        let config = config.unwrap_or_else(|error| panic!("{error}"));
        let served = Served::start_config(Rejoinder::new, config).managed(store);
        Self { served, _folder: folder }
    }

    /// An admin's browser.
    pub(super) fn browser(&self) -> Browser<'_> {
        let mut browser = Browser::stranger(&self.served);
        assert_eq!(browser.try_token(self.served.token()).status, 303);
        browser
    }

    /// Makes a webhook by the API; gives its id.
    #[track_caller]
    pub(super) fn create(&self, webhook: &Value) -> String {
        self.made("webhooks", webhook)["name"]
            .as_str()
            .and_then(|name| name.rsplit('/').next())
            .expect("a name")
            .to_owned()
    }

    /// What the API makes of it.
    #[track_caller]
    pub(super) fn made(&self, collection: &str, resource: &Value) -> Value {
        let request = Request::new("POST", format!("/v3/{AGENT}/{collection}"))
            .header("Content-Type", "application/json")
            .body(resource.to_string());
        let answer = self.served.manage(request);
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    /// A webhook as the API has it.
    #[track_caller]
    pub(super) fn get(&self, id: &str) -> Value {
        let answer = self.served.manage(Request::get(format!("/v3/{AGENT}/webhooks/{id}")));
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    /// What the audit trail says was done to webhooks.
    pub(super) fn audited(&self) -> Vec<String> {
        let answer = self.served.manage(Request::get("/api/audit")).json();
        let key = answer.as_object().expect("an object").iter().find(|(_, value)| value.is_array());
        let lines = key.map(|(_, lines)| lines.as_array().expect("a list").clone()).unwrap_or_default();
        let of_webhooks =
            |line: &&Value| line["resource"].as_str().is_some_and(|name| name.contains("/webhooks/"));
        lines
            .iter()
            .filter(of_webhooks)
            .map(|line| line["action"].as_str().unwrap_or_default().to_owned())
            .collect()
    }
}

/// The page of a webhook, by its id.
pub(super) fn path(id: &str, below: &str) -> String {
    format!("/console/webhooks/dialogflow/{id}{below}")
}

/// The id in the address of a page.
pub(super) fn id_of(page: &Page) -> String {
    let rest = page.path.split("/dialogflow/").nth(1).unwrap_or_else(|| panic!("{page:?}"));
    rest.split(['?', '/']).next().unwrap_or_default().to_owned()
}

/// The fields of a form whose webhook is good.
pub(super) fn fields<'a>(name: &'a str, uri: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("display_name", name),
        ("uri", uri),
        ("kind", "FLEXIBLE"),
        ("method", "GET"),
        ("mapping_name", "temperature"),
        ("mapping_path", "$.now.celsius"),
    ]
}

/// Fails if a page of it would run what somebody wrote.
#[track_caller]
pub(super) fn stays_text(page: &Page) {
    for part in ["<script>alert", "<img src=x"] {
        assert!(!page.text.contains(part), "{part}: {}", page.text);
    }
}

#[test]
fn a_webhook_is_made_changed_switched_copied_and_deleted() {
    for store in stores("webhooks in the console") {
        let console = Console::over(&store, "", &[], &[]);
        let browser = console.browser();
        browser.open(LIST).shows("There are no webhooks yet");
        let new = browser.open(NEW);
        new.shows("More than 0 and at most 30").shows(AGENT);
        let made = browser.send(
            &new,
            NEW,
            &fields("Weather", "https://api.example.com/v1?city=$session.params.city"),
        );
        made.shows("Created.").shows("GET https://api.example.com/v1").shows("$.now.celsius");
        let id = id_of(&made);
        let stored = console.get(&id);
        assert_eq!(
            stored["genericWebService"]["parameterMapping"],
            json!({ "temperature": "$.now.celsius" })
        );
        assert_eq!(stored["genericWebService"]["httpMethod"], "GET");
        browser.open(LIST).shows("Weather").shows("Dialogflow, flexible").shows("enabled");

        let edit = browser.open(&path(&id, "/edit"));
        assert_eq!(edit.value("uri"), "https://api.example.com/v1?city=$session.params.city");
        let mut changed = fields("Weather API", "https://api.example.com/v2");
        let etag = edit.value("etag");
        changed.extend([("timeout", "2.5"), ("etag", &*etag)]);
        let saved = browser.send(&edit, &path(&id, "/edit"), &changed);
        saved.shows("Saved.").shows("Weather API").shows("2.5 s");
        assert_eq!(console.get(&id)["timeout"], "2.500s");

        // What was opened before is old by now.
        changed.extend([("display_name", "unused")]);
        changed[0].1 = "Mine";
        let conflict = browser.send(&edit, &path(&id, "/edit"), &changed);
        assert_eq!(conflict.status, 409);
        conflict.shows("Somebody else has saved this").shows("Weather API").shows("Mine");
        assert_eq!(conflict.value("display_name"), "Mine");
        let etag = conflict.value("etag");
        let mut again = fields("Mine", "https://api.example.com/v3");
        again.push(("etag", &etag));
        browser.send(&conflict, &path(&id, "/edit"), &again).shows("Saved.").shows("/v3");

        for (verb, done) in [("disable", "Disabled."), ("enable", "Enabled.")] {
            let asked = browser.open(&path(&id, &format!("/{verb}")));
            let etag = asked.value("etag");
            let page = browser.send(&asked, &path(&id, &format!("/{verb}")), &[("etag", &etag)]);
            page.shows(done);
            assert_eq!(console.get(&id)["disabled"].as_bool().unwrap_or_default(), verb == "disable");
        }

        let asked = browser.open(&path(&id, "/clone"));
        assert_eq!(asked.value("display_name"), "Mine (copy)");
        let taken = browser.send(&asked, &path(&id, "/clone"), &[("display_name", "Mine")]);
        assert_eq!(taken.status, 422);
        taken.shows("must be unique");
        let copy = browser.send(&taken, &path(&id, "/clone"), &[("display_name", "Other")]);
        copy.shows("Cloned.").shows("/v3");
        assert_ne!(id_of(&copy), id);

        let asked = browser.open(&path(&id, "/delete"));
        asked.shows("cannot be brought back");
        let etag = asked.value("etag");
        let list = browser.send(&asked, &path(&id, "/delete"), &[("etag", &etag)]);
        list.shows("Deleted.").shows("Other").hides("Mine");
        assert_eq!(browser.look(&path(&id, "")).status, 404);
        let actions = console.audited();
        let times = |action: &str| actions.iter().filter(|one| *one == action).count();
        assert_eq!((times("create"), times("update"), times("delete")), (2, 4, 1), "{actions:?}");
    }
}

#[test]
fn what_the_platform_would_refuse_is_told_beside_its_field() {
    let store = TestStore::memory();
    let console = Console::over(&store, "[secrets]\nallow = [\"projects/p/secrets/good\"]", &[], &[]);
    let browser = console.browser();
    let new = browser.open(NEW);
    let refused = browser.send(
        &new,
        NEW,
        &[
            ("kind", "STANDARD"),
            ("uri", "ftp://a.example.com"),
            ("timeout", "31"),
            ("username", "agent"),
            ("password", "s3cret"),
        ],
    );
    assert_eq!(refused.status, 422);
    refused.shows("No displayName").shows("set at most 30s").shows("The scheme is ftp");
    assert_eq!((refused.value("timeout"), refused.value("username")), ("31".to_owned(), "agent".to_owned()));
    refused.hides("s3cret").shows("what was typed is not sent back");
    for (field, value, told) in [
        ("timeout", "soon", "Expected seconds"),
        ("header_value", "alone", "a value without a name"),
        ("body", "{\"a\": $session.params.a}", "A reference must stand inside a string"),
        ("mapping_path", "$.a b", "temperature:"),
        ("user_secret", "projects/p/secrets/bad/versions/1", "may not name"),
        ("service_account", "nobody", "expected the account's e-mail address"),
        ("oauth_client_id", "id", "No tokenEndpoint"),
        ("ca_certs", "-----BEGIN NOTHING-----", "This PEM is damaged"),
        ("directory", "orders", "a service of Service Directory"),
        ("agent", "nobody", "is no name of an agent"),
    ] {
        let mut sent = fields("Weather", "https://a.example.com");
        sent.retain(|(name, _)| *name != field);
        sent.extend([("header_name", ""), (field, value)]);
        let page = browser.send(&new, NEW, &sent);
        assert_eq!(page.status, 422, "{field}: {}", page.text);
        let message = page.text.split("class=\"fault\">").nth(1).unwrap_or_default();
        let near = message.split("</strong>").next().unwrap_or_default();
        assert!(near.to_lowercase().contains(&html(told).to_lowercase()), "{field}: {near}");
    }
    let good = ("user_secret", "projects/p/secrets/good/versions/latest");
    let mut sent = fields("Weather", "https://a.example.com");
    sent.push(good);
    browser.send(&new, NEW, &sent).shows("Created.").shows("user and password from projects/p/secrets/good");
    let twice = browser.send(&new, NEW, &sent);
    twice.shows("must be unique");
}

/// A text as templates write it.
fn html(text: &str) -> String {
    text.replace('\'', "&#39;")
}

#[test]
fn secrets_are_written_and_never_shown() {
    for store in stores("secrets in the console") {
        let console = Console::over(&store, "", &[], &[]);
        let browser = console.browser();
        let mut sent = fields("W", "https://a.example.com/x");
        sent.extend([
            ("username", "agent"),
            ("password", "s3cret-1"),
            ("header_name", "X-Api-Key"),
            ("header_value", "s3cret-2"),
            ("header_name", "X-Shop"),
            ("header_value", "north"),
            ("oauth_client_id", "client"),
            ("oauth_client_secret", "s3cret-3"),
            ("oauth_endpoint", "https://t.example.com/token"),
        ]);
        let made = browser.send(&browser.open(NEW), NEW, &sent);
        made.shows("Created.").shows("X-Api-Key").shows("***").hides("s3cret");
        let id = id_of(&made);
        let edit = browser.open(&path(&id, "/edit"));
        edit.hides("s3cret").shows("Stored; leave empty to keep it").shows("Remove the stored password");
        for below in ["/export?format=json", "/export?format=terraform"] {
            browser.open(&path(&id, below)).hides("s3cret").hides("***").shows("https://a.example.com/x");
        }
        // A copy has them: it says of none that it is missing.
        let copied =
            browser.send(&browser.open(&path(&id, "/clone")), &path(&id, "/clone"), &[("display_name", "V")]);
        copied.hides("password_missing").hides("s3cret");

        let keep = |page: &Page, uri: &str, more: &[(&str, &str)]| {
            let etag = page.value("etag");
            let mut sent = fields("W", uri);
            sent.extend([("username", "agent"), ("oauth_client_id", "client"), ("etag", &etag)]);
            sent.push(("oauth_endpoint", "https://t.example.com/token"));
            sent.extend(more.iter().copied());
            browser.send(page, &path(&id, "/edit"), &sent)
        };
        let hidden = [("header_name", "X-Api-Key"), ("header_value", "***")];
        keep(&edit, "https://a.example.com/y", &hidden).shows("Saved.").hides("password_missing");
        browser
            .open(&path(&id, "/edit"))
            .shows("Remove the stored password")
            .shows("Remove the stored client secret");
        let edit = browser.open(&path(&id, "/edit"));
        let dropped = keep(&edit, "https://a.example.com/y", &[("drop_password", "true")]);
        dropped.shows("password_missing").hides("X-Api-Key");
        let edit = browser.open(&path(&id, "/edit"));
        edit.hides("Remove the stored password").shows("Remove the stored client secret");
        // Elsewhere, what is kept is not shown to somebody else.
        keep(&edit, "https://evil.example.com/y", &[]).shows("Saved. It leads to another host now");
        browser.open(&path(&id, "/edit")).hides("Remove the stored client secret");
        let request = Request::get("/api/audit");
        let audit = console.served.manage(request);
        assert!(!String::from_utf8_lossy(&audit.body).contains("s3cret"));
    }
}

#[test]
fn files_are_shown_and_only_read() {
    let webhooks = [flexible(
        "From a file",
        "https://a.example.com",
        &json!({ "requestHeaders": { "X-Key": "s3cret" } }),
    )];
    let settings = "[routes.\"weather\"]\nwebhook = \"From a file\"\n";
    let console = Console::over(&TestStore::memory(), settings, &webhooks, &[]);
    let browser = console.browser();
    let list = browser.open(LIST);
    list.shows("0.json").shows("file");
    let address = list.text.split("/console/webhooks/dialogflow/").nth(2).expect("a link");
    let id = address.split('"').next().expect("an id");
    let page = browser.open(&path(id, ""));
    page.shows("read-only here").shows("weather").hides("s3cret").hides("/edit\"").shows("/clone");
    for below in ["/edit", "/delete", "/disable"] {
        let refused = browser.look(&path(id, below));
        assert_eq!(refused.status, 409, "{below}");
        refused.shows("stands in the file");
    }
    let copy =
        browser.send(&browser.open(&path(id, "/clone")), &path(id, "/clone"), &[("display_name", "Mine")]);
    copy.shows("Cloned.").hides("read-only").hides("s3cret");
}

#[test]
fn the_list_is_searched_filtered_and_cut_into_pages() {
    let store = TestStore::sqlite();
    let console = Console::over(&store, "", &[], &[]);
    for index in 0..105 {
        let mut webhook = flexible(&format!("Orders {index:03}"), "https://orders.example.com", &json!({}));
        webhook["disabled"] = (index == 7).into();
        console.create(&webhook);
    }
    let standard =
        json!({ "displayName": "Agent", "genericWebService": { "uri": "https://agent.example.com" } });
    console.create(&standard);
    for (name, subscriptions) in [
        ("Events", json!(["rejoinder:event-type:conversation.turn"])),
        ("Rules", json!(["conditional_ticket_events"])),
    ] {
        let webhook = json!({ "webhook": { "name": name, "endpoint": "https://crm.example.com/in", "http_method": "POST",
            "request_format": "json", "status": "active", "subscriptions": subscriptions } });
        let request = Request::new("POST", "/api/v2/webhooks").header("Content-Type", "application/json");
        let answer = console.served.manage(request.body(webhook.to_string()));
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
    }
    let browser = console.browser();
    let first = browser.open(LIST);
    first.shows("108 webhooks").shows("Agent").shows("Orders 097").hides("Orders 099").shows("page=2");
    browser
        .open(&format!("{LIST}?page=2"))
        .shows("Orders 104")
        .shows("Rules")
        .hides("Orders 010")
        .shows("page=1");
    browser.open(&format!("{LIST}?page=99")).shows("Orders 104");
    let rows =
        |query: &str| browser.open(&format!("{LIST}?{query}")).text.matches("<th scope=\"row\">").count();
    for (query, expected) in [
        ("q=orders+00", 10),
        ("q=crm.example.com", 2),
        ("kind=standard", 1),
        ("kind=events", 1),
        ("kind=rules", 1),
        ("status=inactive", 1),
        ("status=active&q=orders+00", 9),
        ("source=file", 0),
        ("source=app", 0),
        ("q=nothing", 0),
    ] {
        assert_eq!(rows(query), expected, "{query}");
    }
    browser.open(&format!("{LIST}?q=nothing")).shows("No webhook is like that");
    let pages = browser.open(&format!("{LIST}?kind=flexible"));
    pages.shows("kind=flexible&page=2");
    browser.open(&format!("{LIST}?kind=events")).shows("/console/webhooks/events/");
}

#[test]
fn what_somebody_wrote_stays_text() {
    let console = Console::over(&TestStore::memory(), "", &[], &[]);
    let service = json!({ "requestHeaders": { "X-A": SCRIPT }, "requestBody": json!({ "a": SCRIPT }).to_string(), "httpMethod": "POST" });
    let mut webhook = flexible(SCRIPT, "https://a.example.com/", &service);
    webhook["genericWebService"]["oauthConfig"] =
        json!({ "clientId": SCRIPT, "tokenEndpoint": "https://t.example.com" });
    let id = console.create(&webhook);
    let environment = json!({ "displayName": "<script>alert(1)</script>", "description": SCRIPT,
        "webhookConfig": { "webhookOverrides": [{ "name": format!("{AGENT}/webhooks/{id}"),
            "genericWebService": { "requestBody": json!({ "b": SCRIPT }).to_string() } }] } });
    let environment = console.made("environments", &environment)["response"]["name"].clone();
    let environment =
        environment.as_str().and_then(|name| name.rsplit('/').next()).expect("a name").to_owned();
    let browser = console.browser();
    let environments = "/console/webhooks/environments";
    for page in [
        LIST.to_owned(),
        path(&id, ""),
        path(&id, "/edit"),
        path(&id, "/clone"),
        path(&id, "/disable"),
        path(&id, "/delete"),
        environments.to_owned(),
        format!("{environments}/{environment}"),
        format!("{environments}/{environment}/overrides/0"),
        format!("{environments}/{environment}/overrides/0/delete"),
    ] {
        let page = browser.open(&page);
        stays_text(&page);
        page.shows("<script>alert(1)</script>");
    }
    let refused = browser.send(
        &browser.open(NEW),
        NEW,
        &[("display_name", SCRIPT), ("uri", SCRIPT), ("timeout", SCRIPT), ("kind", SCRIPT)],
    );
    stays_text(&refused);
    assert_eq!(refused.value("uri"), SCRIPT);
    stays_text(&browser.open(&format!("{LIST}?q={}", "%3Cscript%3Ealert(1)%3C/script%3E")));
}

#[test]
fn roles_see_and_do_what_they_may() {
    let store = TestStore::sqlite();
    let console = Console::over(&store, "", &[], &[]);
    let id = console.create(&flexible("W", "https://a.example.com", &json!({})));
    let viewer = Browser::sign_in(&console.served, &store, "viewer");
    viewer.open(LIST).shows("W").hides("New Dialogflow webhook");
    let page = viewer.open(&path(&id, ""));
    page.hides("Send test").hides("/edit").hides("/delete").shows("editors and admins");
    for below in ["/edit", "/delete", "/clone", "/disable"] {
        assert_eq!(viewer.look(&path(&id, below)).status, 403, "{below}");
    }
    for action in [path(&id, "/try"), path(&id, "/edit"), path(&id, "/delete"), NEW.to_owned()] {
        assert_eq!(
            viewer.send(&page, &action, &fields("X", "https://a.example.com")).status,
            403,
            "{action}"
        );
    }
    assert_eq!(viewer.look(NEW).status, 403);
    viewer.open(&path(&id, "/export"));

    let creator = Browser::sign_in(&console.served, &store, "creator");
    let new = creator.open(NEW);
    new.hides("Send test");
    creator
        .send(&new, NEW, &fields("Made", "https://a.example.com"))
        .shows("Created.")
        .shows("New Dialogflow webhook");
    for refused in [LIST.to_owned(), path(&id, ""), path(&id, "/clone"), path(&id, "/export")] {
        assert_eq!(creator.look(&refused).status, 403, "{refused}");
    }
    let editor = Browser::sign_in(&console.served, &store, "editor");
    editor.open(&path(&id, "")).shows("Send test").shows("/edit");
}

#[test]
fn deleting_says_what_relies_on_it() {
    let console =
        Console::over(&TestStore::memory(), "[routes.\"weather\"]\nwebhook = \"Weather\"\n", &[], &[]);
    let id = console.create(&flexible("Weather", "https://a.example.com", &json!({})));
    let browser = console.browser();
    let asked = browser.open(&path(&id, "/delete"));
    asked.shows("the route weather");
    let refused = browser.send(&asked, &path(&id, "/delete"), &[]);
    assert_eq!(refused.status, 422);
    refused.shows("could not be served any more");
    browser.send(&refused, &path(&id, "/delete"), &[("force", "true")]).shows("Deleted.");
}

#[test]
fn another_agent_is_named_in_the_address() {
    let console = Console::over(&TestStore::memory(), "", &[], &[]);
    let other = "projects/q/locations/global/agents/b";
    let browser = console.browser();
    let mut sent = fields("Elsewhere", "https://b.example.com");
    sent.push(("agent", other));
    let made = browser.send(&browser.open(NEW), NEW, &sent);
    made.shows("Created.").shows(&format!("{other}/webhooks/"));
    assert!(made.path.contains("agent=projects%2Fq"), "{}", made.path);
    let id = id_of(&made);
    assert_eq!(browser.look(&path(&id, "")).status, 404);
    let query = "?agent=projects%2Fq%2Flocations%2Fglobal%2Fagents%2Fb";
    browser.open(&path(&id, &format!("/edit{query}"))).shows("Elsewhere");
    browser.open(LIST).shows(other).shows("Elsewhere");
    assert_eq!(browser.look(&path(&id, "?agent=nobody")).status, 400);
    browser.open(&format!("/console/webhooks/export{query}")).shows("b.example.com");
    browser.open("/console/webhooks/export").hides("b.example.com");
}

#[test]
fn exports_are_what_others_read() {
    let console = Console::over(&TestStore::memory(), "", &[], &[]);
    let id = console.create(&flexible(
        "Weather",
        "https://a.example.com/${x}",
        &json!({ "parameterMapping": { "t": "$.t" } }),
    ));
    console.create(
        &json!({ "displayName": "Agent", "genericWebService": { "uri": "https://agent.example.com" } }),
    );
    let browser = console.browser();
    let ask = |path: &str| console.served.ask(&browser.with(Request::get(path)));
    let one = ask(&path(&id, "/export?format=json"));
    assert_eq!(one.header("Content-Disposition"), Some("attachment; filename=\"Weather.json\""));
    assert_eq!(one.json()["genericWebService"]["parameterMapping"]["t"], "$.t");
    let all = ask("/console/webhooks/export?format=json").json();
    assert_eq!(all["webhooks"].as_array().map(Vec::len), Some(2));
    let terraform = ask("/console/webhooks/export?format=terraform");
    assert_eq!(terraform.header("Content-Disposition"), Some("attachment; filename=\"webhooks.tf\""));
    let body: hcl::Body = hcl::parse(&String::from_utf8_lossy(&terraform.body)).expect("HCL");
    assert_eq!(body.blocks().count(), 2);
    assert_eq!(ask("/console/webhooks/export?format=xml").status, 400);
}
