//! Tokens, the audit trail and the settings in force.

use serde_json::json;

use super::Browser;
use crate::kit::stores::{TestStore, stores};
use crate::kit::{Request, Served};

const XSS: &str = "<script>alert(1)</script>";

#[test]
fn a_token_is_made_shown_once_used_and_revoked() {
    for store in stores("tokens on a page") {
        let served = Served::demo_with(&[store.setting()]).managed(&store);
        let mut browser = Browser::stranger(&served);
        browser.try_token(served.token());
        let form = browser.open("/console/settings/tokens/new");
        let action = "/console/settings/tokens/new";
        let made = browser.send(&form, action, &[("name", XSS), ("role", "viewer"), ("expires", "90d")]);
        assert_eq!(made.status, 200, "{}", made.text);
        made.shows("never again").shows(XSS);
        let token =
            made.text.split("value=\"rjt_").nth(1).expect("a token").split('"').next().expect("an end");
        let token = format!("rjt_{token}");
        let me = Request::get("/api/me").header("Authorization", format!("Bearer {token}"));
        assert_eq!(served.ask(&me).json()["role"], "viewer");

        let list = browser.open("/console/settings/tokens");
        list.shows(XSS).hides(&token);
        assert!(!list.text.contains(XSS), "it stays text");
        browser.open("/console/settings/tokens?q=viewer").shows(XSS);
        browser.open("/console/settings/tokens?q=nobody").shows("No token is like that");
        let id = &token[4..30];
        let revoke = format!("/console/settings/tokens/{id}/revoke");
        let asked = browser.open(&revoke);
        asked.shows("Revoke the token").hides("You signed in with this one");
        let done = browser.send(&asked, &revoke, &[]);
        done.shows("Revoked.").hides(XSS);
        assert_eq!(served.ask(&me).status, 401);
        browser.open("/console/settings/tokens?state=revoked").shows(XSS);

        let trail = browser.open("/console/settings/audit?resource=tokens/&action=create");
        trail.shows("create").shows("role").shows("\"viewer\"").hides("badge\">revoke<");
        assert!(!trail.text.contains(XSS));
        browser.open("/console/settings/audit?action=revoke").shows("revoked_at").shows("\"revoked\"");
        browser.open("/console/settings/audit?who=nobody").shows("No change is like that");
        browser.open("/console/settings/audit?since=2100-01-01").shows("No change is like that");
        browser.open("/console/settings/audit?until=2100-01-01").shows("tokens/");
        assert_eq!(browser.look("/console/settings/audit?since=yesterday").status, 400);
        assert_eq!(browser.look("/console/settings/audit?before=x").status, 404);
    }
}

#[test]
fn wrong_fields_are_told_beside_them() {
    let store = TestStore::sqlite();
    let served = Served::demo_with(&[store.setting()]);
    let browser = Browser::sign_in(&served, &store, "admin");
    let form = browser.open("/console/settings/tokens/new");
    let action = "/console/settings/tokens/new";
    let long = "n".repeat(101);
    let refused = browser.send(&form, action, &[("name", &long), ("role", "root"), ("expires", "soon")]);
    assert_eq!(refused.status, 422);
    refused
        .shows("at most 100 characters")
        .shows("expected one of admin")
        .shows("Expires in: expected a time");
    refused.shows(&long).shows("aria-invalid");
    let missing = "/console/settings/tokens/01ARZ3NDEKTSV4RRFFQ69G5FAV/revoke";
    assert_eq!(browser.look(missing).status, 404);
    assert_eq!(browser.look("/console/settings/tokens/x/revoke").status, 404);
    assert_eq!(browser.send(&form, missing, &[]).status, 404);
}

#[test]
fn whoever_revokes_their_own_token_is_told_and_signed_out() {
    let store = TestStore::sqlite();
    let served = Served::demo_with(&[store.setting()]).managed(&store);
    let mut browser = Browser::stranger(&served);
    browser.try_token(served.token());
    let id = served.token()[4..30].to_owned();
    browser.open("/console/settings/tokens").shows("yours");
    let path = format!("/console/settings/tokens/{id}/revoke");
    let asked = browser.open(&path);
    asked.shows("revoking it signs you out");
    let after = browser.send(&asked, &path, &[]);
    assert_eq!(after.status, 303, "{}", after.text);
    assert!(after.path.starts_with("/console/sign-in"), "{}", after.path);
}

#[test]
fn only_admins_see_more_than_the_settings() {
    let store = TestStore::sqlite();
    let served = Served::demo_with(&[store.setting()]);
    for role in ["viewer", "editor"] {
        let browser = Browser::sign_in(&served, &store, role);
        browser.open("/console/settings").hides("/console/settings/tokens");
        for path in ["/console/settings/tokens", "/console/settings/audit", "/console/settings/tokens/new"] {
            assert_eq!(browser.look(path).status, 403, "{role} {path}");
        }
    }
}

#[test]
fn settings_are_shown_with_their_places_and_without_secrets() {
    let store = TestStore::sqlite();
    let checks = "[{ kind = \"basic\", username = \"agent\", password = \"correct-horse\" }]";
    let served = Served::demo_with(&[store.setting(), ("REJOINDER_AUTH__ANY_OF", checks)]);
    let browser = Browser::sign_in(&served, &store, "viewer");
    let page = browser.open("/console/settings");
    page.shows("REJOINDER_AUTH__ANY_OF").shows("password = \"***\"").shows("[console]").shows("default");
    page.hides("correct-horse");
    let changed = browser.open("/console/settings?changed=true&q=auth");
    changed.shows("any_of").hides("[console]");
    browser.open("/console/settings?q=nothing-like-it").shows("No setting is like that");
}

#[test]
fn long_lists_have_pages() {
    let store = TestStore::sqlite();
    let served = Served::demo_with(&[store.setting()]).managed(&store);
    for number in 0..60 {
        let body = json!({ "role": "viewer", "name": format!("number {number}") }).to_string();
        let request =
            Request::new("POST", "/api/tokens").header("Content-Type", "application/json").body(body);
        assert_eq!(served.manage(request).status, 201);
    }
    let mut browser = Browser::stranger(&served);
    browser.try_token(served.token());
    let first = browser.open("/console/settings/tokens");
    first.shows("61 tokens").shows("number 59").hides("number 1<").shows("page=2");
    browser.open("/console/settings/tokens?state=active&page=2").shows("number 1<").hides("number 59");
    browser.open("/console/settings/tokens?page=9999999999999999999999").shows("number 59");
    let first = browser.open("/console/settings/audit");
    let older = first.text.split("href=\"/console/settings/audit?before=").nth(1).expect("older ones");
    let older = older.split('"').next().expect("an end");
    let second = browser.open(&format!("/console/settings/audit?before={older}"));
    second.shows("Newest").shows("number 0").hides("\"number 59\"");
}
