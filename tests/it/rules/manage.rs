//! Rules are managed as Zendesk's are.

use rejoinder::{Rejoinder, Reply};
use serde_json::{Value, json};

use super::{Ruled, condition, rule};
use crate::kit::stores::{TestStore, durable, stores};
use crate::kit::{Answer, Request};

fn desk() -> Rejoinder {
    Rejoinder::new().fallback(async || Reply::text("Hello."))
}

fn hello(webhook: &str) -> Value {
    rule(&[condition("tag", "is", "hello")], webhook, &json!("{\"tag\": \"{{tag}}\"}"))
}

#[track_caller]
fn details(answer: &Answer) -> (String, String) {
    let body = answer.json();
    assert_eq!((answer.status, body["error"].as_str()), (400, Some("RecordInvalid")), "{body}");
    let (name, list) = body["details"].as_object().expect("details").iter().next().expect("one");
    (name.clone(), list[0]["description"].as_str().expect("a description").to_owned())
}

#[test]
fn rules_are_made_shown_changed_ordered_and_deleted() {
    for store in stores("managing rules") {
        let ruled = Ruled::over(&store, desk);
        let notified = ruled.notified(&json!({}));
        let sent = hello(&notified.id);
        let made =
            ruled.done(201, "POST", "triggers.json", Some(&json!({ "trigger": sent })))["trigger"].clone();
        for (member, expected) in [
            ("title", json!("Test")),
            ("raw_title", json!("Test")),
            ("active", json!(true)),
            ("default", json!(false)),
            ("position", json!(1)),
            ("description", Value::Null),
            ("conditions", sent["conditions"].clone()),
            ("actions", sent["actions"].clone()),
        ] {
            assert_eq!(made[member], expected, "{}: {member}", store.name);
        }
        let id = made["id"].as_i64().expect("a number");
        assert!(made["url"].as_str().expect("a URL").ends_with(&format!("/api/v2/triggers/{id}.json")));
        assert!(made["created_at"].as_str().expect("a time").ends_with('Z') && made.get("faults").is_none());
        assert_eq!(ruled.done(200, "GET", &format!("triggers/{id}.json"), None)["trigger"], made);
        assert_eq!(ruled.ask("GET", &format!("automations/{id}"), None).status, 404);

        // Another one like it, by creation.
        let clone = ruled.make("trigger", &made);
        let third = ruled.make("trigger", &hello(&notified.id));
        let changed = json!({ "trigger": { "title": "Second", "active": false } });
        let changed = ruled.done(200, "PUT", &clone, Some(&changed))["trigger"].clone();
        assert_eq!((&changed["title"], &changed["actions"]), (&json!("Second"), &made["actions"]));
        let ids = |path: &str| -> Vec<i64> {
            let list = ruled.done(200, "GET", path, None);
            list["triggers"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|one| one["id"].as_i64().expect("an id"))
                .collect()
        };
        let number = |path: &str| path.rsplit('/').next().expect("an id").parse::<i64>().expect("a number");
        let (two, three) = (number(&clone), number(&third));
        assert_eq!(ids("triggers"), [id, two, three]);
        assert_eq!((ids("triggers?active=true"), ids("triggers/active")), (vec![id, three], vec![id, three]));
        assert_eq!(ids("triggers?active=false"), [two]);
        assert_eq!(ids("triggers?sort_by=alphabetical&sort_order=desc"), [three, id, two]);
        let page = ruled.done(200, "GET", "triggers.json?page[size]=2", None);
        assert_eq!((&page["count"], &page["meta"]["has_more"]), (&json!(3), &json!(true)));
        let next =
            page["next_page"].as_str().expect("a link").split("/api/v2/").nth(1).expect("below").to_owned();
        assert_eq!(ids(&next), [three]);
        ruled.done(200, "PUT", "triggers/reorder", Some(&json!({ "trigger_ids": [three, id] })));
        assert_eq!(ids("triggers"), [three, id, two]);
        let many = json!({ "triggers": [{ "id": two, "position": 0 }, { "id": id, "active": false }] });
        assert_eq!(
            ruled.done(200, "PUT", "triggers/update_many", Some(&many))["triggers"][1]["active"],
            false
        );
        assert_eq!(ids("triggers"), [two, three, id]);
        // All or none.
        assert_eq!(ruled.ask("DELETE", &format!("triggers/destroy_many?ids={id},999"), None).status, 404);
        ruled.done(204, "DELETE", &format!("triggers/destroy_many?ids={id},{two}"), None);
        ruled.done(204, "DELETE", &third, Some(&json!({ "trigger": { "id": three } })));
        assert_eq!(ids("triggers"), [0_i64; 0]);
        assert_eq!(ruled.ask("DELETE", &third, None).status, 404);
        let audit =
            ruled.0.manage(Request::get(format!("/api/audit?resource=zendesk/triggers/{two}"))).json();
        assert_eq!(
            audit["entries"].as_array().or(audit["audit"].as_array()).map_or(0, Vec::len),
            5,
            "{audit}"
        );
    }
}

#[test]
fn what_a_rule_cannot_notify_is_refused_and_what_becomes_so_is_flagged() {
    let store = TestStore::sqlite();
    let ruled = Ruled::over(&store, desk);
    let refused = |webhook: &str, content: &Value| {
        let rule = rule(&[condition("tag", "is", "a")], webhook, content);
        details(&ruled.ask("POST", "triggers", Some(&json!({ "trigger": rule }))))
    };
    assert!(refused("01", &json!("{}")).1.contains("create one whose subscriptions are"));
    let notified = ruled.notified(&json!({}));
    let events = ruled
        .notified(&json!({ "name": "events", "subscriptions": ["rejoinder:event-type:conversation.*"] }));
    let get = ruled.notified(&json!({ "name": "get", "http_method": "GET" }));
    let webhook = "actions[0].value[0]";
    let content = "actions[0].value[1]";
    for (id, body, field, part) in [
        ("tickets", json!("{}"), webhook, format!("did you mean {} (\"tickets\")?", notified.id)),
        (
            events.id.as_str(),
            json!("{}"),
            webhook,
            "is told by events; expected one that rules notify".to_owned(),
        ),
        (&notified.id, json!("{{sesion.id}}"), content, "did you mean `session.id`?".to_owned()),
        (&notified.id, json!("{\"a\": }"), content, "the body is no JSON".to_owned()),
        (
            &notified.id,
            json!([["a", "b"]]),
            content,
            "expected the text of a body, found parameters".to_owned(),
        ),
        (
            &notified.id,
            json!(format!("\"{}\"", "x".repeat(262_143))),
            content,
            "less than 262144 bytes".to_owned(),
        ),
        (&get.id, json!("{}"), content, "expected parameters".to_owned()),
        (&get.id, json!([["a", "{{tagg}}"]]), content, "the value of parameter 1".to_owned()),
    ] {
        let (found, description) = refused(id, &body);
        assert!(found == field && description.contains(&part), "{found}: {description}");
    }

    let path = ruled.make("trigger", &hello(&notified.id));
    ruled.done(204, "DELETE", &format!("webhooks/{}", notified.id), None);
    let shown = ruled.done(200, "GET", &path, None);
    assert_eq!(shown["trigger"]["faults"][0]["field"], webhook);
    // It can be switched off, and not on again as it is.
    ruled.done(200, "PUT", &path, Some(&json!({ "trigger": { "active": false } })));
    let on = ruled.ask("PUT", &path, Some(&json!({ "trigger": { "active": true } })));
    assert_eq!(details(&on).0, webhook);
}

#[test]
fn instances_see_each_others_rules_and_roles_are_kept() {
    for store in durable("rules of instances") {
        let (one, two) = (Ruled::over(&store, desk), Ruled::over(&store, desk));
        let notified = one.notified(&json!({}));
        let path = one.make("trigger", &hello(&notified.id));
        assert_eq!(two.done(200, "GET", &path, None), one.done(200, "GET", &path, None));
        let etag = one.ask("GET", &path, None).header("ETag").expect("a tag").to_owned();
        two.done(200, "PUT", &path, Some(&json!({ "trigger": { "title": "Two" } })));
        let late = Request::new("PUT", format!("/api/v2/{path}")).header("If-Match", etag);
        let late = late
            .header("Content-Type", "application/json")
            .body(json!({ "trigger": { "title": "One" } }).to_string());
        assert_eq!(one.0.manage(late).status, 409, "{}", store.name);
        for (role, method, below, status) in [
            ("viewer", "GET", path.as_str(), 200),
            ("viewer", "DELETE", &path, 403),
            ("creator", "POST", "triggers", 403),
            ("creator", "POST", "triggers/preview", 403),
        ] {
            let request = Request::new(method, format!("/api/v2/{below}"));
            let answer = one.0.ask(&request.header("Authorization", format!("Bearer {}", store.token(role))));
            assert_eq!(answer.status, status, "{role} {method} {below}");
        }
        assert_eq!(one.0.ask(&Request::get(format!("/api/v2/{path}"))).status, 401);
    }
}

#[test]
fn rules_are_searched_by_their_titles_and_paged_by_numbers() {
    for store in stores("searching rules") {
        let ruled = Ruled::over(&store, Rejoinder::new);
        let notified = ruled.notified(&json!({}));
        for title in ["Open a ticket", "Tell the TEAM", "Open a case", "Close a ticket"] {
            let mut trigger = rule(&[condition("tag", "is", "x")], &notified.id, &json!("{}"));
            trigger["title"] = title.into();
            ruled.make("trigger", &trigger);
        }
        let titles = |path: &str| -> (Vec<String>, Value) {
            let answer = ruled.done(200, "GET", path, None);
            let list = answer["triggers"].as_array().expect("a list").clone();
            (list.iter().map(|rule| rule["title"].as_str().expect("a title").to_owned()).collect(), answer)
        };
        assert_eq!(titles("triggers/search?query=team").0, ["Tell the TEAM"], "{}", store.name);
        assert_eq!(titles("triggers/search.json?query=ticket&per_page=1").0, ["Open a ticket"]);
        assert!(titles("triggers/search?query=none").0.is_empty());
        assert_eq!(ruled.ask("GET", "triggers/search", None).status, 400);
        assert!(titles("triggers?page=9").0.is_empty());
        let found = ruled.done(200, "GET", "automations/search?query=open", None);
        assert_eq!(found["count"], 0);
        let (first, answer) = titles("triggers?page=1&per_page=3");
        assert_eq!((first.len(), &answer["count"], &answer["previous_page"]), (3, &json!(4), &Value::Null));
        assert!(answer.get("meta").is_none(), "{answer}");
        let next = answer["next_page"].as_str().expect("a next page");
        let (last, answer) = titles(next.split("/api/v2/").nth(1).expect("an address"));
        assert_eq!((&last[..], &answer["next_page"]), (&["Close a ticket".to_owned()][..], &Value::Null));
        assert!(answer["previous_page"].as_str().expect("one before").ends_with("per_page=3&page=1"));
        assert_eq!(ruled.ask("GET", "webhooks?page=2", None).status, 400);
    }
}
