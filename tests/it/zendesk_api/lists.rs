//! Lists: filters, orders, pages.

use serde_json::{Value, json};

use super::{Managed, PATH, below, details, events};
use crate::kit::Request;
use crate::kit::stores::durable;

fn names(list: &Value) -> Vec<String> {
    let webhooks = list["webhooks"].as_array().expect("a list").iter();
    webhooks.map(|one| one["name"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn webhooks_are_filtered_sorted_and_paged() {
    for store in durable("lists of Zendesk's API") {
        let managed = Managed::over(&store);
        let empty = managed.done(200, "GET", "", None);
        assert_eq!(empty, json!({ "meta": { "has_more": false }, "webhooks": [] }), "{}", store.name);
        let mut made = Vec::new();
        for (index, name) in ["Delta", "alpha", "Charlie", "bravo café", "Alpha 2"].into_iter().enumerate() {
            let mut webhook = events(name);
            webhook["status"] = if index % 2 == 0 { "active" } else { "inactive" }.into();
            made.push(managed.create(&webhook));
        }
        let list = |query: &str| managed.done(200, "GET", query, None);
        for (query, expected) in [
            ("", &["Delta", "alpha", "Charlie", "bravo café", "Alpha 2"][..]),
            ("?sort=name", &["alpha", "Alpha 2", "bravo café", "Charlie", "Delta"]),
            ("?sort=status", &["Delta", "Charlie", "Alpha 2", "alpha", "bravo café"]),
            ("?filter[name_contains]=ALPHA", &["alpha", "Alpha 2"]),
            ("?filter%5Bname_contains%5D=caf%C3%A9", &["bravo café"]),
            ("?filter[status]=inactive&sort=name", &["alpha", "bravo café"]),
            ("?filter[status]=active&filter[name_contains]=a&sort=name", &["Alpha 2", "Charlie", "Delta"]),
            ("?filter[name_contains]=nothing", &[]),
        ] {
            let found = list(query);
            assert_eq!(names(&found), expected, "{query}");
            assert_eq!(found["meta"], json!({ "has_more": false }));
            assert_eq!(found.get("links"), None);
        }
        // Shown as they are alone.
        assert_eq!(list("?filter[name_contains]=Delta")["webhooks"][0], managed.show(&made[0]));

        // Links lead through all of it, and back.
        let follow = |link: &Value| {
            let (address, query) = link.as_str().expect("a link").split_once('?').expect("a query");
            assert!(address.starts_with("http://") && address.ends_with(PATH), "{address}");
            list(&format!("?{query}"))
        };
        let first = list("?sort=name&page[size]=2");
        assert_eq!((names(&first).len(), &first["meta"]["has_more"]), (2, &json!(true)));
        assert_eq!(first["links"].get("prev"), None);
        let second = follow(&first["links"]["next"]);
        assert_eq!(names(&second), ["bravo café", "Charlie"]);
        let third = follow(&second["links"]["next"]);
        assert_eq!((names(&third), &third["meta"]["has_more"]), (vec!["Delta".to_owned()], &json!(false)));
        assert_eq!(third["links"].get("next"), None);
        assert_eq!(names(&follow(&third["links"]["prev"])), names(&second));
        let back = follow(&follow(&third["links"]["prev"])["links"]["prev"]);
        assert_eq!((names(&back), &back["meta"]["has_more"]), (names(&first), &json!(false)));
        // What a cursor names may be gone.
        managed.done(204, "DELETE", &below(&made[4]), None);
        assert_eq!(names(&follow(&first["links"]["next"])), names(&second));

        for (query, member) in [
            ("?page[size]=0", "page[size]"),
            ("?page[after]=x", "page[after]"),
            ("?page[before]=x", "page[before]"),
            ("?sort=created_at", "sort"),
            ("?filter[status]=on", "filter[status]"),
            ("?filter[name]=a", "filter[name]"),
        ] {
            assert_eq!(details(&managed.ask("GET", query, None)), [member], "{query}");
        }
        let cursor = first["meta"]["after_cursor"].as_str().expect("a cursor");
        assert_eq!(
            details(&managed.ask("GET", &format!("?sort=status&page[after]={cursor}"), None)),
            ["page[after]"]
        );
    }
}

#[test]
fn links_are_as_whoever_asks_sees_the_server() {
    let store = crate::kit::stores::TestStore::sqlite();
    let managed = Managed::over(&store);
    managed.create(&events("One"));
    managed.create(&events("Two"));
    let request: Request = managed
        .request("GET", "?page[size]=1", None)
        .header("Host", "hooks.example.com")
        .header("X-Forwarded-Proto", "https");
    let next = managed.send(&request).json()["links"]["next"].clone();
    let next = next.as_str().expect("a link");
    assert!(
        next.starts_with("https://hooks.example.com/api/v2/webhooks?page%5Bsize%5D=1&page%5Bafter%5D="),
        "{next}"
    );
}
