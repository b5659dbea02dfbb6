//! Dialogflow's management API, over every kind of store; the real process where the store outlives it.

mod access;
mod calls;
mod edits;
mod files;
mod instances;
mod memory;
mod outage;
mod refusals;
mod routes;
mod secrets;

use std::path::Path;

use serde_json::{Value, json};

use crate::kit::stores::TestStore;
use crate::kit::{Answer, Connection, Program, Request, Served, call, run};
use crate::routes::{folder, serve};

pub(super) const AGENT: &str = "projects/p/locations/global/agents/a";

/// A server whose webhooks are managed.
pub(super) struct Managed {
    host: Host,
    token: Option<String>,
}

/// The process, or this one where there is no store: nobody else learns the token that it makes.
enum Host {
    Process(Program),
    Here { served: Served, _folder: tempfile::TempDir },
}

impl Managed {
    /// Over this store, with these settings beside those that let loopback be called.
    pub(super) fn over(store: &TestStore, settings: &str) -> Self {
        Self::with(store, settings, &[], &[])
    }

    /// The same beside webhooks and environments in files.
    pub(super) fn with(
        store: &TestStore,
        settings: &str,
        webhooks: &[Value],
        environments: &[Value],
    ) -> Self {
        let agent = format!("[agent]\nname = \"{AGENT}\"\n");
        Self::exactly(store, &format!("{settings}{agent}"), webhooks, environments)
    }

    /// The same with no agent named.
    pub(super) fn exactly(
        store: &TestStore,
        settings: &str,
        webhooks: &[Value],
        environments: &[Value],
    ) -> Self {
        let folder = folder(settings, webhooks, environments);
        if store.url.is_empty() {
            let served = serve(&folder).managed(store);
            let token = Some(served.token().to_owned());
            return Self { host: Host::Here { served, _folder: folder }, token };
        }
        Self::serve(folder, &[store.setting()])
    }

    pub(super) fn serve(folder: tempfile::TempDir, environment: &[(&str, &str)]) -> Self {
        let token = token(folder.path(), "editor", environment);
        let program = Program::serve_in(folder, &["--bind", "127.0.0.1:0"], environment);
        Self { host: Host::Process(program), token: Some(token) }
    }

    /// The process that it is.
    #[track_caller]
    pub(super) fn program(&self) -> &Program {
        match &self.host {
            Host::Process(program) => program,
            Host::Here { .. } => panic!("it is served by the test itself"),
        }
    }

    fn connect(&self) -> Connection {
        match &self.host {
            Host::Process(program) => program.connect(),
            Host::Here { served, .. } => served.connect(),
        }
    }

    /// The same server for whoever has this token.
    pub(super) fn bearing(self, token: Option<String>) -> Self {
        Self { token, ..self }
    }

    pub(super) fn ask(&self, method: &'static str, path: &str, body: Option<&Value>) -> Answer {
        self.send(&self.request(method, path, body))
    }

    pub(super) fn request(&self, method: &'static str, path: &str, body: Option<&Value>) -> Request {
        let mut request = Request::new(method, format!("/v3/{path}"));
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        match body {
            Some(body) => request.header("Content-Type", "application/json").body(body.to_string()),
            None => request,
        }
    }

    pub(super) fn send(&self, request: &Request) -> Answer {
        self.connect().ask(request)
    }

    /// What is answered when it goes well.
    #[track_caller]
    pub(super) fn done(&self, method: &'static str, path: &str, body: Option<&Value>) -> Value {
        let answer = self.ask(method, path, body);
        assert_eq!(answer.status, 200, "{method} {path}: {}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    #[track_caller]
    pub(super) fn create(&self, webhook: &Value) -> Value {
        self.done("POST", &format!("{AGENT}/webhooks"), Some(webhook))
    }

    /// Makes an environment; gives it as the operation's response has it.
    #[track_caller]
    pub(super) fn create_environment(&self, environment: &Value) -> Value {
        self.done("POST", &format!("{AGENT}/environments"), Some(environment))["response"].clone()
    }

    #[track_caller]
    pub(super) fn patch(&self, name: &str, mask: &str, body: &Value) -> Value {
        self.done("PATCH", &format!("{name}?updateMask={mask}"), Some(body))
    }

    /// What a call of a tag is answered, in this session.
    pub(super) fn call_in(&self, session: &str, tag: &str) -> Answer {
        let mut body: Value = serde_json::from_slice(&call(tag, &json!({}))).expect("JSON");
        body["sessionInfo"]["session"] = session.into();
        self.connect().ask(&Request::call(body.to_string()))
    }

    pub(super) fn call(&self, tag: &str) -> Answer {
        self.connect().ask(&Request::call(call(tag, &json!({}))))
    }
}

/// Makes a token of this role.
pub(super) fn token(folder: &Path, role: &str, environment: &[(&str, &str)]) -> String {
    let made = run(folder, &["token", "create", "--role", role], environment);
    assert_eq!(made.code, Some(0), "{}", made.errors);
    made.out.trim().to_owned()
}

/// The name of a resource that was answered.
pub(super) fn name(resource: &Value) -> &str {
    resource["name"].as_str().expect("a name")
}

/// Checks an error in Google's form; gives it.
#[track_caller]
pub(super) fn refused(answer: &Answer, status: u16, code: &str) -> Value {
    let error = answer.json()["error"].clone();
    assert_eq!((answer.status, error["status"].as_str()), (status, Some(code)), "{error}");
    assert_eq!(error["code"], status, "{error}");
    assert!(!error["message"].as_str().expect("a message").is_empty());
    error
}

/// The fields that an `INVALID_ARGUMENT` names.
#[track_caller]
pub(super) fn violations(answer: &Answer) -> Vec<String> {
    let error = refused(answer, 400, "INVALID_ARGUMENT");
    let violations = error["details"][0]["fieldViolations"].as_array().expect("violations").clone();
    violations.iter().map(|one| one["field"].as_str().expect("a field").to_owned()).collect()
}

/// A standard webhook.
pub(super) fn standard(display_name: &str) -> Value {
    json!({ "displayName": display_name, "genericWebService": { "uri": "https://api.example.com/x" } })
}
