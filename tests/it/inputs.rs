//! Inputs of handlers: there, absent, wrong.

use rejoinder::protocol::{
    IntentInfo, LanguageInfo, Query, ResponseMessage, SentimentAnalysisResult, WebhookRequest,
};
use rejoinder::testing::WebhookCall;
use rejoinder::{
    Call, Error, Flow, Form, FromCall, Handler, Intent, Language, Messages, OptionalFromCall, Page, Payload,
    Result, Router, Sentiment, Session, Tag, Utterance,
};
use serde::Deserialize;
use serde_json::json;

const AGENT: &str = "projects/example-project/locations/global/agents/example-agent";

/// What a handler of tag `t` says to this call.
async fn said<Inputs: 'static>(handler: impl Handler<Inputs>, call: WebhookCall) -> Result<String> {
    let response = call.send(Router::new().tag("t", handler)).await?;
    Ok(response.texts().join("; "))
}

fn plain() -> WebhookCall {
    WebhookCall::tag("t")
}

/// The code and sentence of a failure.
fn told(result: Result<String>) -> (&'static str, String) {
    let error = result.expect_err("a failure");
    (error.code(), error.public_message().to_owned())
}

/// An input as it is, `None` where it may be absent, and what is told where it must not be.
async fn absent<T: FromCall + OptionalFromCall + 'static>(without: WebhookCall) -> String {
    let optional = async |input: Option<T>| if input.is_none() { "none" } else { "some" };
    assert_eq!(said(optional, without.clone()).await.expect("optional"), "none");
    let (code, message) = told(said(async |_: T| "there", without).await);
    assert_eq!(code, "input_missing");
    message
}

#[tokio::test]
async fn tag_and_language_are_always_there() {
    let handler = async |tag: Tag, language: Language| format!("{tag} {:?}", language.code);
    assert_eq!(said(handler, plain()).await.expect("both"), "t \"en\"");
    let detected =
        async |language: Language| language.detected.map(|it| it.resolved_language_code).unwrap_or_default();
    let call = plain().with(|request| {
        let resolved_language_code = "de".to_owned();
        request.language_info = Some(LanguageInfo { resolved_language_code, ..Default::default() });
    });
    assert_eq!(said(detected, call).await.expect("detected"), "de");
}

#[tokio::test]
async fn a_session_is_read_whatever_its_id() {
    let handler = async |session: Session| {
        format!("{} {:?} {}", session.agent.agent, session.environment, session.session)
    };
    for (environment, id, expected) in [
        ("", "s", "example-agent None s"),
        (
            "environments/-/",
            "dfMessenger-1:detectIntent",
            "example-agent Some(Default) dfMessenger-1:detectIntent",
        ),
        ("environments/draft/", "a/b c", "example-agent Some(Draft) a/b c"),
    ] {
        let call = plain().with(|request| {
            request.session_info.get_or_insert_default().session =
                format!("{AGENT}/{environment}sessions/{id}");
        });
        assert_eq!(said(handler, call).await.expect("a session"), expected);
    }
    let message = absent::<Session>(plain().with(|request| request.session_info = None)).await;
    assert_eq!(message, "the handler needs a session, but the request has no sessionInfo.session");
    let wrong =
        plain().with(|request| request.session_info.get_or_insert_default().session = "mine".to_owned());
    let (code, message) = told(said(async |_: Option<Session>| "", wrong).await);
    assert_eq!(code, "name_invalid");
    assert!(message.starts_with("sessionInfo.session: "), "{message}");
}

#[tokio::test]
async fn page_and_flow_come_from_the_current_page() {
    let handler =
        async |page: Page, flow: Flow| format!("{} {:?} {}", page.name.page, page.display_name, flow.0);
    let said_of = said(handler, plain()).await.expect("a page");
    let flow = format!("{AGENT}/flows/00000000-0000-0000-0000-000000000000");
    assert_eq!(said_of, format!("START_PAGE \"Start Page\" {flow}"));
    let message = absent::<Page>(plain().with(|request| request.page_info = None)).await;
    assert_eq!(message, "the handler needs a page, but the request has no pageInfo.currentPage");
    assert_eq!(absent::<Flow>(plain().with(|request| request.page_info = None)).await, message);
    let wrong =
        plain().with(|request| request.page_info.get_or_insert_default().current_page = "home".to_owned());
    assert_eq!(told(said(async |_: Flow| "", wrong.clone()).await).0, "name_invalid");
    assert_eq!(told(said(async |_: Option<Page>| "", wrong).await).0, "name_invalid");
}

#[tokio::test]
async fn intent_and_sentiment_are_there_when_the_agent_says_so() {
    let handler =
        async |intent: Intent, sentiment: Sentiment| format!("{} {}", intent.display_name, sentiment.score);
    let call = plain().with(|request| {
        request.intent_info = Some(IntentInfo { display_name: "buy".to_owned(), ..Default::default() });
        request.sentiment_analysis_result =
            Some(SentimentAnalysisResult { score: -0.5, ..Default::default() });
    });
    assert_eq!(said(handler, call).await.expect("both"), "buy -0.5");
    assert!(absent::<Intent>(plain()).await.contains("no intentInfo"));
    assert!(absent::<Sentiment>(plain()).await.contains("no sentimentAnalysisResult"));
}

#[tokio::test]
async fn an_utterance_tells_what_the_user_did() {
    let handler = async |utterance: Utterance| format!("{utterance:?} {:?}", utterance.words());
    for (query, expected) in [
        (Query::Text("hi".to_owned()), r#"Text("hi") Some("hi")"#),
        (Query::Text(String::new()), r#"Text("") Some("")"#),
        (Query::Transcript("hi".to_owned()), r#"Transcript("hi") Some("hi")"#),
        (Query::DtmfDigits("007".to_owned()), r#"Dtmf("007") Some("007")"#),
        (Query::TriggerEvent("e".to_owned()), r#"Event("e") None"#),
        (Query::TriggerIntent("i".to_owned()), r#"Intent("i") None"#),
    ] {
        let call = plain().with(|request| request.query = Some(query));
        assert_eq!(said(handler, call).await.expect("an utterance"), expected);
    }
    assert!(absent::<Utterance>(plain()).await.contains("an utterance"));
}

#[derive(Deserialize)]
struct Phone {
    telephony: Telephony,
}

#[derive(Deserialize)]
struct Telephony {
    caller_id: String,
}

#[tokio::test]
async fn a_payload_is_read_as_what_is_asked_for() {
    let handler = async |Payload(phone): Payload<Phone>| phone.telephony.caller_id;
    let with =
        |payload: serde_json::Value| plain().with(|request| request.payload = payload.as_object().cloned());
    let call = with(json!({ "telephony": { "caller_id": "+15550100000" }, "more": 1 }));
    assert_eq!(said(handler, call).await.expect("a payload"), "+15550100000");
    assert!(absent::<Payload<Phone>>(plain()).await.contains("no payload"));
    let (code, message) = told(said(handler, with(json!({ "telephony": {} }))).await);
    assert_eq!((code, &*message), ("parameter_missing", "payload: `telephony.caller_id` is missing"));
    let (code, message) = told(said(handler, with(json!({ "telephony": { "caller_id": 5 } }))).await);
    assert_eq!(code, "parameter_invalid");
    assert_eq!(message, "payload: `telephony.caller_id` must be text, found a whole number");
    let wrong = with(json!({ "telephony": [] }));
    assert!(said(async |_: Option<Payload<Phone>>| "", wrong).await.is_err(), "wrong is not absent");
}

#[derive(Deserialize)]
struct Quantity {
    quantity: Option<u32>,
    size: Option<String>,
}

#[tokio::test]
async fn a_form_is_read_by_its_values() {
    let handler = async |Form(form): Form<Quantity>| format!("{:?} {:?}", form.quantity, form.size);
    let call = plain().form_parameter("Quantity", 3.0);
    assert_eq!(said(handler, call).await.expect("a form"), "Some(3) None");
    let empty = plain().with(|request| {
        let form = request.page_info.get_or_insert_default().form_info.get_or_insert_default();
        form.parameter_info.push(rejoinder::protocol::ParameterInfo {
            display_name: "size".to_owned(),
            ..Default::default()
        });
    });
    assert_eq!(said(handler, empty).await.expect("a form without values"), "None None");
    assert!(absent::<Form<Quantity>>(plain()).await.contains("a form"));
    let (code, message) = told(said(handler, plain().form_parameter("quantity", "three")).await);
    assert_eq!(code, "parameter_invalid");
    assert!(message.starts_with("form parameters: `quantity` must be a whole number"), "{message}");
}

#[tokio::test]
async fn queued_messages_and_the_whole_request_are_inputs_too() {
    let handler = async |Messages(queued): Messages, whole: WebhookRequest, call: Call| {
        assert_eq!(whole.messages, queued);
        format!("{} {} {}", queued.len(), whole.tag(), call.tag())
    };
    assert_eq!(said(handler, plain()).await.expect("none queued"), "0 t t");
    let two = plain().with(|request| request.messages = vec![ResponseMessage::default(); 2]);
    assert_eq!(said(handler, two).await.expect("two queued"), "2 t t");
}

#[tokio::test]
async fn a_result_hands_the_failure_to_the_handler() {
    let handler = async |session: Result<Session>| match session {
        Ok(_) => "there".to_owned(),
        Err(error) => error.code().to_owned(),
    };
    assert_eq!(said(handler, plain()).await.expect("a reply"), "there");
    let without = plain().with(|request| request.session_info = None);
    assert_eq!(said(handler, without).await.expect("a reply"), "input_missing");
}

struct PhoneCall;

impl FromCall for PhoneCall {
    async fn from_call(call: &Call) -> Result<Self> {
        let is_one = call.envelope().payload().is_some_and(|payload| payload.text().contains("telephony"));
        if is_one { Ok(Self) } else { Err(Error::forbidden("This tag is for phone calls.")) }
    }
}

#[tokio::test]
async fn an_input_of_ones_own_fails_in_its_own_way() {
    let (code, message) = told(said(async |_: PhoneCall| "hello", plain()).await);
    assert_eq!((code, &*message), ("forbidden", "This tag is for phone calls."));
}

#[tokio::test]
async fn twelve_inputs_are_fine() {
    type T = Tag;
    let handler =
        async |a: T, _: T, _: T, _: T, _: T, _: T, _: T, _: T, _: T, _: T, _: T, l: T| format!("{a}{l}");
    assert_eq!(said(handler, plain()).await.expect("twelve"), "tt");
}
