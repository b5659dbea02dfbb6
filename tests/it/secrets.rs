//! Secrets that are kept elsewhere: files and Secret Manager, read at start, again later, and on SIGHUP.

use rejoinder::testing::{MetadataServer, SecretManager};
use serde_json::json;

use crate::kit::{Program, Reply, Request, Upstream, call, run, until};
use crate::routes::{flexible, folder, write};

const REFERENCE: &str = "{ secret = \"projects/p/secrets/key/versions/latest\" }";

fn settings(secret: &str) -> String {
    format!("[auth]\nany_of = [{{ kind = \"header\", name = \"X-Key\", values = [{secret}] }}]\n")
}

fn start(
    folder: tempfile::TempDir,
    metadata: &MetadataServer,
    manager: &SecretManager,
    age: &str,
) -> Program {
    let (host, endpoint) = (metadata.host(), manager.url());
    let environment = [
        ("GCE_METADATA_HOST", host.as_str()),
        ("REJOINDER_SECRETS__ENDPOINT", &endpoint),
        ("REJOINDER_SECRETS__MAX_AGE", age),
        ("REJOINDER_DEMO__ENABLED", "true"),
        ("REJOINDER_LOG__LEVEL", "debug"),
    ];
    Program::serve_in(folder, &["--bind", "127.0.0.1:0"], &environment)
}

fn status(program: &Program, key: &str) -> u16 {
    let call = Request::call(call("order-status", &json!({ "order_id": "1", "customer_name": "Ada" })));
    program.connect().ask(&call.header("X-Key", key)).status
}

#[test]
fn a_secret_of_secret_manager_is_read_before_serving_and_follows_it() {
    let (metadata, manager) = (MetadataServer::start("runner@p.example"), SecretManager::start());
    manager.add("projects/p/secrets/key", "first-k3y\n");
    let program = start(folder(&settings(REFERENCE), &[], &[]), &metadata, &manager, "100ms");
    assert_eq!((status(&program, "first-k3y"), status(&program, "")), (200, 401));
    manager.add("projects/p/secrets/key", "second-k3y");
    until("the new secret is taken", || status(&program, "second-k3y") == 200);
    assert_eq!(status(&program, "first-k3y"), 401);
    manager.fail_with(503);
    until("the failure is told", || program.log().contains("cannot be read: status 503"));
    let before = manager.reads();
    until("it is asked again and again", || manager.reads() > before + 2);
    assert_eq!(status(&program, "second-k3y"), 200, "the last good value is kept");
    manager.recover();
    until("it can be read again", || program.log().contains("can be read again"));
    let log = program.log();
    assert_eq!(log.matches("cannot be read: status 503").count(), 1, "it is told once: {log}");
    assert!(!log.contains("k3y") && !log.contains("access-1"), "{log}");
}

#[test]
fn a_server_whose_secret_cannot_be_read_does_not_start_and_says_what_helps() {
    let (metadata, manager) = (MetadataServer::start("runner@p.example"), SecretManager::start());
    let folder = folder(&settings(REFERENCE), &[], &[]);
    for (status, expected) in
        [(404, "no such secret or version"), (403, "roles/secretmanager.secretAccessor")]
    {
        manager.fail_with(status);
        let (host, endpoint) = (metadata.host(), manager.url());
        let environment = [("GCE_METADATA_HOST", host.as_str()), ("REJOINDER_SECRETS__ENDPOINT", &endpoint)];
        let ended = run(folder.path(), &["serve", "--bind", "127.0.0.1:0"], &environment);
        assert_eq!(ended.code, Some(1), "{}", ended.errors);
        for part in ["auth.any_of[].values: the secret projects/p/secrets/key/versions/latest", expected] {
            assert!(ended.errors.contains(part), "{part}: {}", ended.errors);
        }
        assert_eq!(ended.errors.contains("runner@p.example"), status == 403, "{}", ended.errors);
        assert!(!ended.out.contains("answers http"), "{}", ended.out);
    }
    let checked = run(folder.path(), &["check"], &[]);
    assert_eq!(checked.code, Some(0), "check needs no network: {}", checked.errors);
    assert!(checked.out.contains("versions/latest"), "{}", checked.out);
}

#[test]
fn sighup_reads_secrets_and_routes_again_and_drops_no_connection() {
    let (metadata, manager) = (MetadataServer::start("runner@p.example"), SecretManager::start());
    manager.add("projects/p/secrets/key", "one:two");
    let upstream = Upstream::start(|request| {
        let seen = request.header("authorization").unwrap_or_default().to_owned();
        Reply::json(200, json!({ "path": request.path, "seen": seen }))
    });
    let webhook = |path: &str| {
        let rest = json!({
            "parameterMapping": { "path": "$.path", "seen": "$.seen" },
            "secretVersionForUsernamePassword": "projects/p/secrets/key/versions/latest",
        });
        flexible("Api", &upstream.url(path), &rest).to_string()
    };
    let routes = "[routes.\"api\"]\nwebhook = \"Api\"\n";
    let folder = folder(&format!("{}{routes}", settings("{ file = \"key\" }")), &[], &[]);
    let path = folder.path().to_owned();
    write(&path, "key", "old\n");
    write(&path, "webhooks/api.json", &webhook("/old"));
    let program = start(folder, &metadata, &manager, "1h");
    let mut open = program.connect();
    let mut ask = |key: &str| {
        let answer = open.ask(&Request::call(call("api", &json!({}))).header("X-Key", key));
        (answer.status, answer.json()["sessionInfo"]["parameters"].clone())
    };
    assert_eq!(ask("old"), (200, json!({ "path": "/old", "seen": "Basic b25lOnR3bw==" })));
    write(&path, "key", "new\n");
    write(&path, "webhooks/api.json", &webhook("/new"));
    manager.add("projects/p/secrets/key", "one:three");
    assert_eq!(ask("old").0, 200, "nothing changes before the signal");
    program.signal("HUP");
    until("it was read again", || program.log().contains("secrets were read again"));
    assert_eq!(ask("new"), (200, json!({ "path": "/new", "seen": "Basic b25lOnRocmVl" })));
    assert_eq!(ask("old").0, 401);
    std::fs::remove_file(path.join("key")).expect("removed");
    program.signal("HUP");
    until("the lost file is told", || program.log().contains("routes not reloaded"));
    assert_eq!(ask("new").0, 200);
}
