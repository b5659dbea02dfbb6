//! What an app has made is the app's: others may edit it, and no more.

use serde_json::json;

use super::{Managed, below, events, refused};
use crate::kit::Request;
use crate::kit::stores::durable;

#[test]
fn an_apps_webhook_is_edited_by_all_and_deleted_by_its_app() {
    for store in durable("webhooks of apps") {
        let app = store.token("editor");
        let mut managed = Managed::over(&store).bearing(Some(app.clone()));
        let mut webhook = events("App");
        webhook["external_source"] = json!({ "type": "app", "data": { "app_id": "7" } });
        let (one, two) = (managed.create(&webhook), managed.create(&webhook));
        assert_eq!(one["external_source"], webhook["external_source"]);
        assert_eq!(one["created_by"], app.split('_').nth(1).expect("an id"));
        let secret = managed.secret(&one);

        managed = managed.bearing(Some(store.token("admin")));
        let (path, signing) = (below(&one), format!("{}/signing_secret", below(&one)));
        let clone = format!("?clone_webhook_id={}", &path[1..]);
        for (method, path) in [("DELETE", &path), ("POST", &clone), ("GET", &signing), ("POST", &signing)] {
            let why = refused(&managed.ask(method, path, None), 403, "Forbidden");
            assert!(why.contains(one["created_by"].as_str().expect("a token")), "{why}");
        }
        // Whose it is, no edit changes.
        let edit = json!({ "status": "inactive", "name": "Edited", "external_source": null });
        assert_eq!(managed.patch(&one, &edit).status, 204);
        let shown = managed.show(&one);
        assert_eq!(
            (&shown["name"], &shown["external_source"]),
            (&json!("Edited"), &webhook["external_source"])
        );

        managed = managed.bearing(Some(app.clone()));
        assert_eq!(managed.secret(&one), secret);
        managed.done(204, "DELETE", &path, None);
        // When the app is gone, what it left can be cleared away.
        let admin = store.token("admin");
        let revoke =
            Request::new("DELETE", format!("/api/tokens/{}", one["created_by"].as_str().expect("an id")));
        let revoked = managed.send(&revoke.header("Authorization", format!("Bearer {admin}")));
        assert_eq!(revoked.status, 200, "{}", String::from_utf8_lossy(&revoked.body));
        managed = managed.bearing(Some(admin));
        managed.done(204, "DELETE", &below(&two), None);
    }
}
