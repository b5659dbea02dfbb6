//! A PostgreSQL that cannot be reached, and is there again.

use std::time::Instant;

use serde_json::json;

use super::{AGENT, Managed, name, refused, standard};
use crate::kit::stores::{TestStore, wire};
use crate::kit::{PATIENCE, until};
use crate::routes::folder;

#[test]
fn an_unreachable_database_is_told_in_time_and_used_again_when_it_is_back() {
    let Some(store) = TestStore::postgres("the management API without its database") else { return };
    let (wire, url) = store.wire();
    let settings = format!("[agent]\nname = \"{AGENT}\"\n");
    let environment = [("REJOINDER_STORE__URL", &*url), ("REJOINDER_STORE__TIMEOUT", "500ms")];
    let managed = Managed::serve(folder(&settings, &[], &[]), &environment);
    let made = managed.create(&standard("One"));
    for (state, what) in [(wire::CUT, "cut"), (wire::SILENT, "silent")] {
        wire.set(state);
        let (one, two) = (standard("One"), standard("Two"));
        let webhooks = format!("{AGENT}/webhooks");
        let patch = format!("{}?updateMask=displayName", name(&made));
        for (method, path, body) in [
            ("GET", &webhooks, None),
            ("GET", &name(&made).to_owned(), None),
            ("POST", &webhooks, Some(&two)),
            ("PATCH", &patch, Some(&one)),
            ("DELETE", &name(&made).to_owned(), None),
        ] {
            let begun = Instant::now();
            let error = refused(&managed.ask(method, path, body), 503, "UNAVAILABLE");
            // Several operations of 500 ms, and what a busy machine takes.
            assert!(begun.elapsed() < PATIENCE / 2, "{what}: {method} {path} took {:?}", begun.elapsed());
            assert!(!error.to_string().contains("postgres"), "{error}");
        }
        assert_eq!(managed.call("nothing").status, 404, "agents are answered");
        // What was sent into the silence is lost: those connections are of no use any more.
        wire.set(wire::CUT);
        wire.set(wire::OPEN);
        until("it is used again", || managed.ask("GET", name(&made), None).status == 200);
        let timeout = if what == "cut" { "1s" } else { "2s" };
        assert_eq!(managed.patch(name(&made), "timeout", &json!({ "timeout": timeout }))["timeout"], timeout);
    }
    let listed = managed.done("GET", &format!("{AGENT}/webhooks"), None);
    assert_eq!(listed["webhooks"].as_array().map(Vec::len), Some(1), "nothing came of what was refused");
}
