//! Playing the agent in the console: conversations, what they call, and who may have them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rejoinder::{Rejoinder, Reply};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::Browser;
use super::browser::Page;
use crate::activity::list;
use crate::emulate::emulate_in;
use crate::kit::stores::{TestStore, durable};
use crate::kit::{Answer, Request, Served, Upstream, call, until};
use crate::routes::{flexible, folder, serve};

/// A conversation that somebody has in the console.
pub(super) struct Talk<'b> {
    browser: &'b Browser<'b>,
    pub(super) path: String,
    pub(super) page: Page,
}

impl<'b> Talk<'b> {
    /// Begins one with these fields.
    #[track_caller]
    pub(super) fn begin(browser: &'b Browser<'b>, fields: &[(&str, &str)]) -> Self {
        let start = browser.open("/console/emulator");
        let page = browser.send(&start, "/console/emulator", fields);
        Self::of(browser, page)
    }

    #[track_caller]
    pub(super) fn of(browser: &'b Browser<'b>, page: Page) -> Self {
        assert_eq!(page.status, 200, "{}", page.text);
        Self { browser, path: page.path.clone(), page }
    }

    /// Does something with it.
    #[track_caller]
    pub(super) fn does(&mut self, what: &str, fields: &[(&str, &str)]) -> &Page {
        self.page = self.browser.send(&self.page, &format!("{}/{what}", self.path), fields);
        assert_eq!(self.page.status, 200, "{}", self.page.text);
        &self.page
    }

    /// What comes of a turn.
    #[track_caller]
    pub(super) fn turn(&mut self, fields: &[(&str, &str)]) -> &Page {
        self.does("turn", fields)
    }

    /// Why a turn is not played.
    #[track_caller]
    fn refuses(&mut self, fields: &[(&str, &str)]) -> Page {
        let page = self.browser.send(&self.page, &format!("{}/turn", self.path), fields);
        assert_eq!(page.status, 422, "{}", page.text);
        page
    }

    /// What the conversation is saved as.
    #[track_caller]
    pub(super) fn transcript(&self) -> String {
        self.browser.open(&format!("{}/transcript", self.path)).text
    }
}

/// Sends a form with a file.
pub(super) fn upload(
    served: &Served,
    browser: &Browser<'_>,
    fields: &[(&str, &str)],
    files: &[(&str, &str, &[u8])],
) -> Answer {
    let page = browser.open("/console/emulator");
    let csrf = page.value("csrf");
    let mut body = Vec::new();
    for (name, value) in [("csrf", &*csrf)].iter().chain(fields) {
        let part = format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    for (name, file, bytes) in files {
        let head = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend(head.into_bytes());
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--edge--\r\n");
    let request = browser.with(Request::new("POST", "/console/emulator"));
    served.ask(&request.header("Content-Type", "multipart/form-data; boundary=edge").body(body))
}

pub(super) fn editor<'s>(served: &'s Served) -> Browser<'s> {
    let mut browser = Browser::stranger(served);
    assert_eq!(browser.try_token(served.token()).status, 303);
    browser
}

pub(super) fn demo() -> Served {
    Served::demo().managed(&TestStore::memory())
}

const FORM: [(&str, &str); 12] = [
    ("name", "A quantity"),
    ("page", "Details"),
    ("flow", "Orders"),
    ("parameters", "customer_name=Ada\norder_id:=42\n"),
    ("row_name", "size"),
    ("row_prompt", "Which size?"),
    ("row_again", ""),
    ("row_name", "quantity"),
    ("row_prompt", "How many of size $session.params.size?"),
    ("row_again", "Please choose another number."),
    ("row_name", ""),
    ("row_prompt", ""),
];

#[test]
fn a_form_is_filled_refused_taken_back_and_saved() {
    let served = demo();
    let browser = editor(&served);
    let mut talk = Talk::begin(&browser, &FORM);
    let page = talk.turn(&[("said", "Where is my order?"), ("tag", "order-status")]);
    page.shows("Hi Ada, order 42 shipped").shows("Which size?").shows("<ins>\"shipped\"</ins>");
    let size = [("field_name", "size"), ("field_value", "L"), ("field_kind", "text")];
    talk.turn(&[&[("said", "L")][..], &size].concat()).shows("How many of size L?");
    let quantity = |value| [("field_name", "quantity"), ("field_value", value), ("field_kind", "json")];
    let wrong = [&[("said", "99"), ("tag", "validate-form")][..], &quantity("99")].concat();
    let page = talk.turn(&wrong);
    page.shows("Please choose a whole number from 1 to 10.").shows("Please choose another number.");
    page.shows("sys.invalid-parameter").shows(">INVALID</span>");
    // What was written stands in the form again.
    talk.does("undo", &[]).hides("Please choose another number.").shows("value=\"99\"");
    assert_eq!(talk.page.value("said"), "99");
    let right = [&[("said", "3"), ("tag", "validate-form")][..], &quantity("3")].concat();
    talk.turn(&right).shows("quantity = 3").shows("after turn 3");
    // An earlier turn can be looked at.
    let earlier = browser.open(&format!("{}?turn=1", talk.path));
    earlier.shows("after turn 1").shows("Called <code>order-status</code>").shows("not the last one");

    let yaml = talk.transcript();
    assert!(yaml.contains("name: A quantity") && yaml.contains("- How many of size L?"), "{yaml}");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("t.yaml"), &yaml).expect("a file");
    let played = emulate_in(folder.path(), &["t.yaml"], "");
    assert_eq!(played.code, Some(0), "{yaml}\n{}\n{}", played.out, played.errors);

    talk.does("again", &[]).shows("Nothing was said yet.").shows("at the beginning");
    assert_eq!(browser.look(&format!("{}/transcript", talk.path)).status, 409);
    let ended = browser.send(&talk.page, &format!("{}/end", talk.path), &[]);
    ended.shows("Begin a conversation").hides("A quantity");
    assert_eq!(browser.look(&talk.path).status, 404);
}

#[test]
fn a_saved_conversation_is_played_again_turn_by_turn() {
    let served = demo();
    let browser = editor(&served);
    let text = "name: Orders\nparameters: { customer_name: Ada, order_id: 1 }\nturns:\n  - text: Where?\n    tag: order-status\n    \
                expect: { messages: { contains: shipped } }\n  - text: And now?\n    tag: counter\n    expect: { messages: [Lost] }\n";
    let answer = upload(&served, &browser, &[], &[("transcript", "orders.yaml", text.as_bytes())]);
    assert_eq!(answer.status, 303, "{}", String::from_utf8_lossy(&answer.body));
    let page = browser.open(answer.header("Location").expect("a place"));
    let mut talk = Talk::of(&browser, page);
    talk.page.shows("2 turns of the transcript to play").shows("<q>Where?</q>");
    talk.does("next", &[]).shows("as expected").shows("One turn of the transcript").hides("not as expected");
    talk.does("next", &[("all", "true")]).shows("not as expected").shows("Lost");
    talk.does("undo", &[]).shows("One turn of the transcript").hides("not as expected");
    let wrong = "turns:\n  - txt: Hi\n  - text: Ho\n    page: [1]\n";
    let answer = upload(&served, &browser, &[], &[("transcript", "t.yaml", wrong.as_bytes())]);
    assert_eq!(answer.status, 422);
    let told = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(told.contains("2:") && told.contains("txt") && told.contains("4:"), "{told}");
}

#[test]
fn a_failure_raises_its_event_and_the_log_has_the_call() {
    for store in durable("emulating in the console") {
        let settings = [store.setting(), ("REJOINDER_SERVER__DEADLINE", "50ms")];
        let served = Served::demo_with(&settings).managed(&store);
        let browser = Browser::sign_in(&served, &store, "editor");
        let mut talk = Talk::begin(&browser, &[("session", "emulated-1")]);
        talk.turn(&[("said", "Fail"), ("tag", "fail")])
            .shows("webhook.error")
            .shows("The demo fails as asked.");
        talk.turn(&[("said", "Slow"), ("tag", "slow"), ("parameters", "ms:=5000")]).shows("status 504");
        let page = talk.turn(&[("said", "Lost"), ("tag", "order-statu")]);
        page.shows("webhook.error").shows("status 404").shows("order-status");
        let path = "?session=emulated-1";
        until("the log has them", || list(&served, path).len() == 3);
        let logged = list(&served, path);
        let statuses: Vec<&Value> = logged.iter().map(|one| &one["status_code"]).collect();
        assert_eq!(statuses, [404, 504, 500], "{logged:?}");
        let one = crate::activity::get(
            &served,
            &format!("/api/invocations/{}", logged[2]["id"].as_str().unwrap_or_default()),
        );
        assert!(one.to_string().contains("emulated:"), "{one}");
        assert!(one.to_string().contains("/console/emulator"), "{one}");
    }
}

#[test]
fn calls_take_places_as_any_other() {
    let (begun, leave) = (Arc::new(AtomicBool::new(false)), Arc::new(Semaphore::new(0)));
    let (begins, held) = (Arc::clone(&begun), Arc::clone(&leave));
    let hold = move || {
        let (begins, held) = (Arc::clone(&begins), Arc::clone(&held));
        async move {
            begins.store(true, Ordering::SeqCst);
            held.acquire().await.expect("open").forget();
            "held"
        }
    };
    let settings = [("REJOINDER_SERVER__MAX_IN_FLIGHT", "1"), ("REJOINDER_SERVER__MAX_WAIT", "0s")];
    let served =
        Served::start(|| Rejoinder::new().tag("hold", hold).tag("quick", async || "quick"), &settings);
    let served = served.managed(&TestStore::memory());
    let browser = editor(&served);
    let mut talk = Talk::begin(&browser, &[]);
    std::thread::scope(|scope| {
        let holding = scope.spawn(|| served.call(call("hold", &json!({}))));
        until("the place is taken", || begun.load(Ordering::SeqCst));
        talk.turn(&[("said", "Hi"), ("tag", "quick")])
            .shows("webhook.error.unavailable")
            .shows("The server is busy");
        leave.add_permits(1);
        assert_eq!(holding.join().expect("an answer").status, 200);
    });
    talk.turn(&[("said", "Hi"), ("tag", "quick")]).shows("quick");
}

#[test]
fn webhooks_of_files_are_called_as_the_agent_calls_them() {
    let upstream = Upstream::start(|_| crate::kit::Reply::json(200, json!({ "now": { "celsius": 21 } })));
    let weather = flexible(
        "Weather API",
        &upstream.url("/v1?city=$session.params.city"),
        &json!({ "parameterMapping": { "temperature": "$.now.celsius" }, "requestHeaders": { "X-Key": "s3cret" } }),
    );
    let ours = flexible(
        "Counter",
        "https://orders.example/flexible/counter?name=$session.params.city",
        &json!({ "parameterMapping": { "count": "$.count" } }),
    );
    let standard = json!({ "displayName": "Orders", "genericWebService": { "uri": "https://orders.example/webhook",
        "requestHeaders": { "X-Key": "s3cret" } } });
    let closed = json!({ "displayName": "Closed", "disabled": true, "genericWebService": { "uri": "https://orders.example/webhook" } });
    let production = json!({ "displayName": "Production", "name": "production-1", "webhookConfig": { "webhookOverrides": [
        { "displayName": "Weather API", "genericWebService": { "uri": upstream.url("/v2"), "webhookType": "FLEXIBLE",
            "httpMethod": "GET", "parameterMapping": { "temperature": "$.now.celsius" } } } ] } });
    let folder = folder("[demo]\nenabled = true\n", &[weather, ours, standard, closed], &[production]);
    let served = serve(&folder).managed(&TestStore::memory());
    let browser = editor(&served);
    browser.open("/console/emulator?tag=counter&webhook=Orders").shows("value=\"counter\"");

    let mut talk = Talk::begin(&browser, &[("parameters", "city=Oslo"), ("webhook", "Counter")]);
    talk.page.shows("<option value=\"Counter\" selected>");
    talk.turn(&[("said", "Count"), ("webhook", "Counter")])
        .shows("<ins>1</ins>")
        .shows("GET /flexible/counter?name=Oslo");
    let page = talk.turn(&[("said", "Order"), ("webhook", "Orders"), ("tag", "counter")]);
    page.shows("POST /webhook").hides("s3cret").hides("another server");
    // The command finds them by the same names.
    std::fs::write(folder.path().join("t.yaml"), talk.transcript()).expect("a file");
    let played = emulate_in(folder.path(), &["t.yaml"], "");
    assert_eq!(played.code, Some(0), "{}\n{}", played.out, played.errors);
    // What goes elsewhere is not called unless somebody wants it.
    talk.refuses(&[("said", "Rain?"), ("webhook", "Weather API")])
        .shows("is not served here")
        .shows("value=\"Rain?\"");
    talk.refuses(&[("said", "x"), ("webhook", "Closed"), ("tag", "t")]).shows("is disabled");
    talk.refuses(&[("said", "x"), ("webhook", "Wether API"), ("tag", "t")])
        .shows("did you mean \"Weather API\"?");
    assert_eq!(upstream.requests().len(), 0);

    let outside = [("parameters", "city=Oslo"), ("external", "true")];
    let mut talk = Talk::begin(&browser, &outside);
    let page = talk.turn(&[("said", "Rain?"), ("webhook", "Weather API")]);
    page.shows("another server").shows("<ins>21</ins>").hides("s3cret");
    let request = upstream.requests().pop().expect("a call");
    assert_eq!((request.path.as_str(), request.header("x-key")), ("/v1?city=Oslo", Some("s3cret")));
    let mut talk = Talk::begin(&browser, &[&outside[..], &[("environment", "Production")]].concat());
    talk.turn(&[("said", "Rain?"), ("webhook", "Weather API")]).shows("<dd>production-1</dd>");
    assert_eq!(upstream.requests().pop().expect("a call").path, "/v2");
}

#[test]
fn other_servers_are_called_within_the_guard() {
    let upstream = Upstream::start(|_| crate::kit::Reply::json(200, json!({})));
    let weather = flexible("Weather API", &upstream.url("/v1"), &json!({}));
    let folder = folder("[demo]\nenabled = true\n", &[weather], &[]);
    let config = std::fs::read_to_string(folder.path().join("rejoinder.toml")).expect("settings");
    let config = config.replace("allow_networks = [\"127.0.0.0/8\"]\n", "");
    std::fs::write(folder.path().join("rejoinder.toml"), config).expect("settings");
    let served = serve(&folder).managed(&TestStore::memory());
    let browser = editor(&served);
    let mut talk = Talk::begin(&browser, &[("external", "true")]);
    let page = talk.refuses(&[("said", "Rain?"), ("webhook", "Weather API")]);
    page.shows("The call was not made").shows("127.0.0.1");
    assert_eq!(upstream.connections(), 0);
}

#[test]
fn conversations_are_nobody_elses_and_looking_begins_none() {
    let store = TestStore::sqlite();
    let served = Served::demo_with(&[store.setting()]).managed(&store);
    let (one, other) =
        (Browser::sign_in(&served, &store, "editor"), Browser::sign_in(&served, &store, "editor"));
    let talk = Talk::begin(&one, &[("name", "Mine")]);
    one.open("/console/emulator").shows("Mine");
    other.open("/console/emulator").hides("Mine");
    assert_eq!(other.look(&talk.path).status, 404);
    for what in ["turn", "next", "undo", "again", "transcript"] {
        let path = format!("{}/{what}", talk.path);
        let page = if what == "transcript" {
            other.look(&path)
        } else {
            other.send(&other.open("/console/emulator"), &path, &[("said", "Hi")])
        };
        assert_eq!(page.status, 404, "{what}");
    }
    other.send(&other.open("/console/emulator"), &format!("{}/end", talk.path), &[]);
    assert_eq!(one.look(&talk.path).status, 200);
    let viewer = Browser::sign_in(&served, &store, "viewer");
    let page = viewer.open("/console/emulator");
    page.shows("needs the role editor or admin").hides("Begin a conversation");
    assert_eq!(viewer.send(&page, "/console/emulator", &[]).status, 403);
    assert_eq!(viewer.send(&page, &format!("{}/turn", talk.path), &[("said", "Hi")]).status, 403);
    assert_eq!(viewer.look("/console/emulator/0000").status, 404);
    // Nobody has more than a few; the oldest makes room.
    for number in 0..8 {
        Talk::begin(&one, &[("name", &format!("Talk {number}"))]);
    }
    assert_eq!(one.look(&talk.path).status, 404);
    one.open("/console/emulator").shows("Talk 0").shows("Talk 7");
}

#[test]
fn what_handlers_and_users_say_stays_text() {
    const HOSTILE: &str = "<script>alert(1)</script>\"><img src=x onerror=alert(2)>";
    let nasty = || async {
        let chips = json!({ "richContent": [[{ "type": "chips", "options": [{ "text": HOSTILE }] },
            { "type": "info", "title": HOSTILE, "subtitle": HOSTILE, "actionLink": format!("javascript:{HOSTILE}") }]] });
        Reply::text(HOSTILE).set(HOSTILE, HOSTILE).payload(chips)
    };
    let served = Served::start(move || Rejoinder::new().tag("nasty", nasty), &[]);
    let served = served.managed(&TestStore::memory());
    let browser = editor(&served);
    let start = [
        ("name", HOSTILE),
        ("page", HOSTILE),
        ("flow", HOSTILE),
        ("language", HOSTILE),
        ("row_name", HOSTILE),
        ("row_prompt", HOSTILE),
        ("row_again", HOSTILE),
    ];
    let mut talk = Talk::begin(&browser, &start);
    let turn = [
        ("said", HOSTILE),
        ("tag", "nasty"),
        ("intent", HOSTILE),
        ("queued", HOSTILE),
        ("parameters", &format!("{}=x", HOSTILE.replace('=', ""))),
        ("field_name", HOSTILE),
        ("field_value", HOSTILE),
        ("field_kind", "text"),
    ];
    let said = talk.turn(&turn).text.clone();
    let refused =
        talk.refuses(&[("said", HOSTILE), ("webhook", HOSTILE), ("tag", HOSTILE), ("payload", HOSTILE)]).text;
    let list = browser.open("/console/emulator").text;
    let again = browser.open(&format!("/console/emulator?tag={0}&webhook={0}", "%22%3E%3Cscript%3E")).text;
    for text in [&said, &refused, &list, &again] {
        for raw in ["<script>", "<img src=x", "href=\"javascript"] {
            assert!(!text.contains(raw), "{raw}: {text}");
        }
    }
    assert!(said.contains("&#60;script&#62;alert(1)"), "{said}");
    let file = served.ask(&browser.with(Request::get(format!("{}/transcript", talk.path))));
    let named = file.header("Content-Disposition").expect("a file's name");
    assert!(named.starts_with("attachment; filename=\"") && !named.contains('<'), "{named}");
}

#[test]
fn what_is_wrong_is_told_and_what_was_written_is_kept() {
    let served = demo();
    let browser = editor(&served);
    let start = browser.open("/console/emulator");
    let page = browser.send(
        &start,
        "/console/emulator",
        &[("parameters", "x"), ("name", "Kept"), ("payload", "[]")],
    );
    assert_eq!(page.status, 422);
    page.shows("expected NAME=TEXT or NAME:=JSON").shows("Expected a JSON object").shows("value=\"Kept\"");
    let page = browser.send(
        &start,
        "/console/emulator",
        &[("row_name", "a"), ("row_prompt", ""), ("row_again", "")],
    );
    page.shows("Name the page that has this form.");
    let page = browser.send(&start, "/console/emulator", &[("session", "projects/x")]);
    assert_eq!(page.status, 422, "{}", page.text);
    let mut talk = Talk::begin(&browser, &FORM);
    talk.refuses(&[]).shows("Say something, or choose what is called.");
    let page = talk.refuses(&[("said", "Hi"), ("fills", "colour=red"), ("queued", "Wait")]);
    page.shows("has no parameter \"colour\"; it has size, quantity").shows("colour=red").shows("Wait");
    let page = talk.refuses(&[("kind", "event"), ("tag", "counter")]);
    page.shows("Name it");
    // Nothing of it happened.
    assert!(!browser.open(&talk.path).text.contains("id=\"turn-1\""));
    let long = "x".repeat(3 << 20);
    let answer = upload(&served, &browser, &[], &[("transcript", "t.yaml", long.as_bytes())]);
    assert_eq!(answer.status, 422);
    let huge = vec![0; 10 << 20];
    assert_eq!(upload(&served, &browser, &[], &[("export", "a.zip", &huge)]).status, 413);
}

#[test]
fn a_conversation_has_limits() {
    let served = demo();
    let browser = editor(&served);
    let mut talk = Talk::begin(&browser, &[]);
    for _ in 0..200 {
        talk.turn(&[("said", "Hi")]);
    }
    talk.refuses(&[("said", "Hi")]).shows("at most 200 turns");
    talk.does("undo", &[]);
    talk.turn(&[("said", "Hi")]);
    let mut talk = Talk::begin(&browser, &[]);
    let large = format!("x={}", "x".repeat(700_000));
    talk.turn(&[("said", "Hi"), ("parameters", &large)]);
    talk.turn(&[("said", "Hi")]);
    talk.refuses(&[("said", "Hi")]).shows("at most 2.1 MB of requests and answers");
}
