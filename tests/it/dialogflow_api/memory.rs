//! Without a store: what is made lasts as long as the process, for the token that a terminal is told.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::json;

use super::{AGENT, name, refused, standard};
use crate::kit::{Connection, Reply, Request, Upstream, call};
use crate::routes::{flexible, folder};

/// `serve` on a terminal, as `script` makes one.
struct OnTerminal {
    child: Child,
    address: std::net::SocketAddr,
    token: String,
    _folder: tempfile::TempDir,
}

impl OnTerminal {
    fn serve(settings: &str) -> Self {
        let folder = folder(settings, &[], &[]);
        let program = env!("CARGO_BIN_EXE_rejoinder");
        let mut child = Command::new("script")
            .args(["-qefc", &format!("exec {program} serve --bind 127.0.0.1:0"), "/dev/null"])
            .current_dir(folder.path())
            .env_clear()
            .env("PATH", std::env::var("PATH").unwrap_or_default())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("`script` of util-linux");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let line =
            lines.map(|line| line.expect("text")).find(|line| line.contains("#token=")).expect("a link");
        let (url, token) = line.split_once("#token=").expect("a token");
        let address = url.split_once("://").and_then(|(_, url)| url.split('/').next()).expect("an address");
        Self {
            child,
            address: address.parse().expect("an address"),
            token: token.trim().to_owned(),
            _folder: folder,
        }
    }

    fn ask(&self, request: Request) -> crate::kit::Answer {
        Connection::open(self.address).ask(&request.header("Authorization", format!("Bearer {}", self.token)))
    }
}

impl Drop for OnTerminal {
    fn drop(&mut self) {
        crate::kit::terminate(&mut self.child);
    }
}

#[test]
fn without_a_store_webhooks_last_as_long_as_the_process() {
    let upstream = Upstream::start(|_| Reply::json(200, json!({ "a": 1 })));
    let settings = format!("[routes.\"api\"]\nwebhook = \"Api\"\n[agent]\nname = \"{AGENT}\"\n");
    let served = OnTerminal::serve(&settings);
    let post = |body: &serde_json::Value| {
        let request = Request::new("POST", format!("/v3/{AGENT}/webhooks"));
        served.ask(request.header("Content-Type", "application/json").body(body.to_string()))
    };
    let webhook = flexible("Api", &upstream.url("/x"), &json!({ "parameterMapping": { "a": "$.a" } }));
    let made = post(&webhook);
    assert_eq!(made.status, 200);
    let made = made.json();
    assert_eq!(served.ask(Request::call(call("api", &json!({})))).status, 200);
    refused(&post(&standard("Api")), 409, "ALREADY_EXISTS");
    let path = format!("/v3/{}", name(&made));
    let patch = Request::new("PATCH", format!("{path}?updateMask=timeout"))
        .header("Content-Type", "application/json");
    assert_eq!(served.ask(patch.body(r#"{"timeout":"1s"}"#)).json()["timeout"], "1s");
    refused(&served.ask(Request::new("DELETE", path.clone())), 400, "FAILED_PRECONDITION");
    assert_eq!(served.ask(Request::new("DELETE", format!("{path}?force=true"))).status, 200);
    assert_eq!(served.ask(Request::get(format!("/v3/{AGENT}/webhooks"))).json(), json!({}));
}
