//! A served demo with caller checks, and what its log says of each call.

use serde_json::Value;

use super::{Answer, Program, Request, call, until};

/// The demo behind these checks.
pub(crate) struct Judged {
    program: Program,
    calls: std::cell::Cell<usize>,
}

impl Judged {
    /// Takes `auth.any_of` as TOML text.
    pub(crate) fn by(any_of: &str) -> Self {
        Self::with(any_of, &[])
    }

    pub(crate) fn with(any_of: &str, environment: &[(&str, &str)]) -> Self {
        let mut variables = vec![
            ("REJOINDER_AUTH__ANY_OF", any_of),
            ("REJOINDER_SERVER__PUBLIC_URL", "https://door.example.com"),
        ];
        variables.extend_from_slice(environment);
        Self { program: Program::serve_with(&["--bind", "127.0.0.1:0"], &variables), calls: 0.into() }
    }

    /// A call of a tag that everybody may call.
    pub(crate) fn request() -> Request {
        Request::call(call("counter", &serde_json::json!({})))
    }

    /// Calls; gives the answer, and the line of the access log about it.
    pub(crate) fn ask(&self, request: Request) -> (Answer, Value) {
        let number = self.calls.get() + 1;
        self.calls.set(number);
        let id = format!("call-{number}");
        let answer = self.program.connect().ask(&request.header("X-Request-Id", &id));
        let mut line = None;
        until("the call is logged", || {
            line = self.line(&id);
            line.is_some()
        });
        (answer, line.expect("it was found"))
    }

    /// Calls with this token.
    pub(crate) fn bearer(&self, token: &str) -> (Answer, Value) {
        self.ask(Self::request().header("Authorization", format!("Bearer {token}")))
    }

    fn line(&self, id: &str) -> Option<Value> {
        let log = self.program.log();
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.into_iter().find(|line| line["request_id"] == id)
    }

    /// The token is accepted; gives who the caller is.
    #[track_caller]
    pub(crate) fn accepts(&self, token: &str) -> String {
        let (answer, line) = self.bearer(token);
        assert_eq!(answer.status, 200, "{line}");
        line["caller"].as_str().expect("a caller").to_owned()
    }

    /// The token is refused with this status, and the log says why.
    #[track_caller]
    pub(crate) fn refuses(&self, token: &str, status: u16, reason: &str) -> Answer {
        self.refuses_request(
            Self::request().header("Authorization", format!("Bearer {token}")),
            status,
            reason,
        )
    }

    #[track_caller]
    pub(crate) fn refuses_request(&self, request: Request, status: u16, reason: &str) -> Answer {
        let (answer, line) = self.ask(request);
        assert_eq!(answer.status, status, "{line}");
        let error = line["error"].as_str().unwrap_or_default();
        assert!(error.contains(reason), "expected {reason:?} in {error:?}");
        // Nothing of it is told to the caller.
        let message = answer.json()["error"]["message"].as_str().expect("a message").to_owned();
        let public = [
            "The caller is not known.",
            "The caller may not do this.",
            "The caller cannot be judged now; try again.",
        ];
        assert!(public.contains(&message.as_str()), "{message}");
        answer
    }

    pub(crate) fn program(&self) -> &Program {
        &self.program
    }
}
