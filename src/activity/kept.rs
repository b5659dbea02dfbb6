//! What the store keeps of an invocation, as JSON: a summary for lists, and its messages.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

type Text<'a> = Cow<'a, str>;

/// What lists show.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Summary<'a> {
    pub(crate) took_us: u64,
    /// Reading, verifying, queueing, handling, writing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) phases_us: Option<[u64; 5]>,
    pub(crate) attempts: usize,
    pub(crate) request_bytes: u64,
    pub(crate) response_bytes: u64,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) outcome: Text<'a>,
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) duplicate: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) tag: Text<'a>,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) page: Text<'a>,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) caller: Text<'a>,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) request_id: Text<'a>,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) trace_id: Text<'a>,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) response_id: Text<'a>,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) error: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) origin: Option<i64>,
}

/// What is shown of one invocation beside its summary.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Messages<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parameters: Option<Changes<'a>>,
    pub(crate) requests: Vec<Request<'a>>,
    pub(crate) attempts: Vec<Attempt<'a>>,
}

/// The session's parameters at both ends of a call.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Changes<'a> {
    pub(crate) before: Parameters<'a>,
    /// What the answer sets; none where there is no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) set: Option<Parameters<'a>>,
}

/// Parameters: the names of all, the values of those that may be kept.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Parameters<'a> {
    pub(crate) names: Vec<Text<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) values: Vec<(Text<'a>, Value)>,
    /// Those that are set to null, which removes them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) cleared: Vec<Text<'a>>,
    /// How many more there are than are kept.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) more: usize,
}

/// What was sent, once however many attempts there were.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Request<'a> {
    pub(crate) method: Text<'a>,
    pub(crate) url: Text<'a>,
    pub(crate) headers: Vec<(Text<'a>, Text<'a>)>,
    pub(crate) bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<Body<'a>>,
    /// Whether the address is not the whole one.
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) url_masked: bool,
}

/// One attempt.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Attempt<'a> {
    /// Which of the requests.
    pub(crate) request: usize,
    /// When it began, from the beginning of the invocation.
    pub(crate) began_us: u64,
    pub(crate) took_us: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) connect_us: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) head_us: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body_us: Option<u64>,
    pub(crate) status: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status_code: Option<u16>,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) error_type: Text<'a>,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) error: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) response: Option<Response<'a>>,
}

/// What came back.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Response<'a> {
    pub(crate) headers: Vec<(Text<'a>, Text<'a>)>,
    pub(crate) bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<Body<'a>>,
}

/// A body as far as it is kept.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Body<'a> {
    pub(crate) text: Text<'a>,
    /// Whether there was more.
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) truncated: bool,
    /// Whether secrets in it were replaced.
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) masked: bool,
    /// Whether it was no UTF-8.
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) binary: bool,
}

impl Messages<'_> {
    /// How much memory its requests and answers take, nearly.
    pub(crate) fn size(&self) -> usize {
        fn size(headers: &[(Text<'_>, Text<'_>)], body: Option<&Body<'_>>) -> usize {
            64 * headers.len() + body.map_or(0, |body| body.text.len())
        }
        let requests = self.requests.iter();
        let requests =
            requests.map(|request| request.url.len() + size(&request.headers, request.body.as_ref()));
        let answers = self.attempts.iter().filter_map(|attempt| attempt.response.as_ref());
        let answers = answers.map(|answer| size(&answer.headers, answer.body.as_ref()));
        requests.sum::<usize>() + answers.sum::<usize>()
    }
}

impl Body<'_> {
    pub(crate) fn into_owned(self) -> Body<'static> {
        let Self { text, truncated, masked, binary } = self;
        Body { text: text.into_owned().into(), truncated, masked, binary }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(flag: &bool) -> bool {
    !flag
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}
