//! Concurrent changes: fields by different people both last, and an `ETag` tells of others.

use serde_json::json;

use super::{AGENT, Managed, name, refused, standard};
use crate::kit::stores::stores;

#[test]
fn an_etag_makes_a_change_good_for_one_form_only() {
    for store in stores("ETags") {
        let managed = Managed::over(&store, "");
        let made = managed.create(&standard("One"));
        let tag = |path: &str| managed.ask("GET", path, None).header("ETag").expect("an ETag").to_owned();
        let first = tag(name(&made));
        let edit = |etag: &str, timeout: &str| {
            let path = format!("{}?updateMask=timeout", name(&made));
            managed.send(
                &managed
                    .request("PATCH", &path, Some(&json!({ "timeout": timeout })))
                    .header("If-Match", etag),
            )
        };
        let second = edit(&first, "1s");
        assert_eq!(second.status, 200);
        assert_eq!(second.header("ETag").map(str::to_owned), Some(tag(name(&made))));
        let error = refused(&edit(&first, "2s"), 409, "ABORTED");
        assert!(error["message"].as_str().expect("text").contains("somebody else"), "{error}");
        assert_eq!(edit("\"9\", *", "3s").status, 200);
        let delete =
            |etag: &str| managed.send(&managed.request("DELETE", name(&made), None).header("If-Match", etag));
        refused(&delete(&first), 409, "ABORTED");
        assert_eq!(managed.done("GET", name(&made), None)["timeout"], "3s", "{}", store.name);
        assert_eq!(delete(&tag(name(&made))).status, 200);
    }
}

#[test]
fn changes_of_different_fields_at_once_all_last() {
    for store in stores("concurrent changes") {
        let managed = Managed::over(&store, "");
        let made = managed.create(&standard("One"));
        std::thread::scope(|scope| {
            for number in 0..8 {
                let (managed, made) = (&managed, &made);
                scope.spawn(move || {
                    let body =
                        json!({ "genericWebService": { "requestHeaders": { format!("x-{number}"): "1" } } });
                    managed.patch(name(made), &format!("genericWebService.requestHeaders.x-{number}"), &body);
                });
            }
        });
        let headers = managed.done("GET", name(&made), None)["genericWebService"]["requestHeaders"].clone();
        assert_eq!(headers.as_object().map(serde_json::Map::len), Some(8), "{}: {headers}", store.name);
    }
}

#[test]
fn one_of_many_gets_a_display_name() {
    for store in stores("concurrent creation") {
        let managed = Managed::over(&store, "");
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let ask = || managed.ask("POST", &format!("{AGENT}/webhooks"), Some(&standard("One"))).status;
            let asked: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
            asked.into_iter().map(|one| one.join().expect("it ends")).collect()
        });
        let made = statuses.iter().filter(|status| **status == 200).count();
        assert_eq!((made, statuses.iter().filter(|status| **status == 409).count()), (1, 7), "{statuses:?}");
    }
}
