//! `serve --watch`: routes follow their files.

use serde_json::json;

use crate::kit::{Program, Reply, Request, Upstream, call, until};
use crate::routes::{flexible, folder, write};

#[test]
fn routes_follow_their_files_and_a_faulty_one_changes_nothing() {
    let upstream = Upstream::start(|request| Reply::json(200, json!({ "path": request.path })));
    let webhook = |path: &str| {
        flexible("Api", &upstream.url(path), &json!({ "parameterMapping": { "path": "$.path" } })).to_string()
    };
    let folder = folder("[routes.\"one\"]\nwebhook = \"Api\"\n", &[], &[]);
    write(folder.path(), "webhooks/api.json", &webhook("/old"));
    let settings = std::fs::read_to_string(folder.path().join("rejoinder.toml")).expect("settings");
    let path = folder.path().to_owned();
    let program = Program::serve_in(folder, &["--watch", "--bind", "127.0.0.1:0"], &[]);
    let asked = |tag: &str| program.connect().ask(&Request::call(call(tag, &json!({}))));
    let set = |tag: &str| asked(tag).json()["sessionInfo"]["parameters"]["path"].clone();
    assert_eq!(set("one"), "/old");

    write(&path, "webhooks/api.json", &webhook("/new"));
    until("the webhook's new address", || set("one") == "/new");

    write(&path, "webhooks/api.json", "{\"displayName\": \"Api\", ");
    until("the fault is told", || program.log().contains("routes not reloaded"));
    assert!(program.log().contains("api.json: this is no Dialogflow Webhook"), "{}", program.log());
    assert_eq!(set("one"), "/new");

    write(&path, "rejoinder.toml", &format!("{settings}[routes.\"two\"]\nwebhook = \"Api\"\n"));
    write(&path, "webhooks/api.json", &webhook("/newer"));
    until("another route", || asked("two").status == 200);
    assert_eq!(set("two"), "/newer");

    write(&path, "rejoinder.toml", "[routes.\"one\"]\nwebhok = \"Api\"\n");
    until("the typing mistake is told", || program.log().contains("did you mean `webhook`?"));
    assert_eq!(set("one"), "/newer");

    write(&path, "rejoinder.toml", &settings);
    until("the route goes", || asked("two").status == 404);
}

#[test]
fn a_folder_that_comes_later_is_seen() {
    let upstream = Upstream::start(|_| Reply::json(200, json!({ "a": 1 })));
    let folder = folder("[routes.\"one\"]\nwebhook = \"Api\"\n", &[], &[]);
    std::fs::remove_dir(folder.path().join("webhooks")).expect("empty");
    let path = folder.path().to_owned();
    let program = Program::serve_in(folder, &["--watch", "--bind", "127.0.0.1:0"], &[]);
    let asked = || program.connect().ask(&Request::call(call("one", &json!({}))));
    asked().refused(500, "route_broken");
    std::fs::create_dir(path.join("webhooks")).expect("a folder");
    let webhook = flexible("Api", &upstream.url("/"), &json!({ "parameterMapping": { "a": "$.a" } }));
    write(&path, "webhooks/api.json", &webhook.to_string());
    until("the webhook is seen", || asked().status == 200);
}
