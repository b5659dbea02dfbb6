//! `rejoinder emulate` with an agent that is executed: at the prompt, and in transcripts of utterances.

use super::emulate::emulate_in;
use crate::kit::Ended;

/// The agent whose webhooks the demo answers.
pub(crate) fn order_status() -> String {
    concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/agents/order-status").to_owned()
}

fn prompt(lines: &str, arguments: &[&str]) -> Ended {
    let folder = tempfile::tempdir().expect("a folder");
    emulate_in(folder.path(), &[&["--agent", &order_status()], arguments].concat(), lines)
}

/// Writes a transcript into a folder of its own and plays it with the agent.
fn play(text: &str, arguments: &[&str]) -> Ended {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("t.yaml"), text).expect("a file");
    let agent = order_status();
    emulate_in(folder.path(), &[&["t.yaml", "--agent", &agent], arguments].concat(), "")
}

#[test]
fn lines_are_what_the_user_says() {
    let ended = prompt("Where is my order?\nno idea\nA-1042\nAda\nthanks\nbye\n", &[]);
    assert_eq!((ended.code, ended.errors.as_str()), (Some(0), ""), "{ended:?}");
    insta::assert_snapshot!(ended.out, @r#"
    user       Where is my order?
    meant      #order.status
    agent      Let me look that up.
    agent      What is your order number?
    sets       attempts = 0
    goes to    Collect order (flow Orders)

    user       no idea
    meant      no match
    agent      That is no order number. It looks like A-1042.

    user       A-1042
    meant      order_id="A-1042"
    agent      And your name, please?
    sets       order_id = "A-1042"

    user       Ada
    meant      customer_name="Ada"
    calls      order-status of Orders service
    agent      Hi Ada, order A-1042 shipped and arrives on Friday.
    agent      Order A-1042 is on its way.
    sets       attempts = 1
    sets       customer_name = "Ada"
    sets       last_tag = "order-status"
    sets       order_status = "shipped"
    goes to    Show status (flow Orders)

    user       thanks
    meant      #smalltalk.thanks
    agent      You are welcome.

    user       bye
    meant      #goodbye
    agent      Goodbye!
    goes to    End Session (flow Orders)
    "#);
}

#[test]
fn intents_events_keys_and_values_are_given_outright() {
    let lines = "#order.status\n:fill order_id=A-1\n:say my number\n:set $flow.note=x\n:silence\n!sys.no-match-default\n:intent goodbye\nwhatever\n:dtmf 9\n";
    let ended = prompt(lines, &[]);
    assert_eq!((ended.code, ended.errors.as_str()), (Some(0), ""), "{ended:?}");
    insta::assert_snapshot!(ended.out, @r#"
    intent     order.status
    meant      #order.status
    agent      Let me look that up.
    agent      What is your order number?
    sets       attempts = 0
    goes to    Collect order (flow Orders)

    user       my number
    user fills order_id = "A-1"
    meant      order_id="A-1"
    agent      And your name, please?
    sets       order_id = "A-1"

    user
    agent sets $flow.note = "x"
    meant      no input
    agent      And your name, please?

    event      sys.no-match-default
    meant      an event
    agent      I did not get that. Can you say it again?
    agent      And your name, please?

    user       whatever
    intent     goodbye
    meant      no match
    agent      And your name, please?
    finding    flow Orders, page Collect order: no route in scope asks for the intent "goodbye" [intent_not_in_scope]

    user       (keys) 9
    meant      customer_name="9"
    calls      order-status of Orders service
    agent      Hi 9, order A-1 shipped and arrives on Friday.
    agent      Order A-1 is on its way.
    sets       attempts = 1
    sets       customer_name = "9"
    sets       last_tag = "order-status"
    sets       order_status = "shipped"
    goes to    Show status (flow Orders)
    "#);
}

#[test]
fn what_the_agent_does_by_itself_is_not_told() {
    let ended = prompt(":tag order-status\n:page Collect order\n#nothing\n", &[]);
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{ended:?}");
    insta::assert_snapshot!(ended.errors, @r#"
    rejoinder: :tag is not for this prompt: the agent is executed and says so by itself; --tag TAG opens a prompt that says what is called
    rejoinder: :page is not for this prompt: the agent is executed and says so by itself; --tag TAG opens a prompt that says what is called
    rejoinder: the agent has no intent "nothing"
    "#);
    // With a tag it is as ever.
    let told = prompt(
        ":set order_id=1\n:set customer_name=Ada\n:page Collect order\nhi\n",
        &["--tag", "order-status"],
    );
    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(told.out.contains("calls      order-status\nagent      Hi Ada"), "{}", told.out);
}

#[test]
fn a_failing_webhook_raises_its_event() {
    let folder = tempfile::tempdir().expect("a folder");
    // Nobody listens there.
    let arguments = ["--agent", &order_status(), "--server", "http://127.0.0.1:9/webhook"];
    let ended = emulate_in(folder.path(), &arguments, "where is my order A-1042\nAda\n");
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.out.contains("event      webhook.error.not-found"), "{}", ended.out);
    assert!(ended.out.contains("agent      I cannot reach our order system."), "{}", ended.out);
}

#[test]
fn a_transcript_says_utterances_and_what_is_expected() {
    let text = "language: de\nturns:\n  - text: wo ist meine Bestellung\n    expect: { page: Collect order, flow: Orders, parameters: { attempts: 0, $flow.reason: status } }\n  \
        - text: \"\"\n    expect: { messages: [Bitte nennen Sie mir Ihre Bestellnummer.] }\n  - text: A-1042\n    expect: { form: { order_id: FILLED, customer_name: EMPTY } }\n  \
        - form: { customer_name: Ada }\n    text: ich\n    expect: { page: Show status, messages: { equals: Die Bestellung A-1042 ist unterwegs. } }\n  \
        - intent: goodbye\n    expect: { page: END_SESSION }\n";
    let ended = play(text, &[]);
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.out, ended.errors);
    let failing =
        play(&text.replace("Show status", "Elsewhere").replace("unterwegs", "da"), &["--format", "junit"]);
    assert_eq!(failing.code, Some(1), "{failing:?}");
    assert!(failing.out.contains("tests=\"5\" failures=\"1\""), "{}", failing.out);
    assert!(failing.out.contains("found &quot;Show status&quot;"), "{}", failing.out);
    for (text, told) in [
        ("turns:\n  - text: hi\n    page: Orders\n", "`page` is not for an agent that is executed"),
        ("pages: { P: {} }\nturns:\n  - text: hi\n", "has its own pages"),
        ("flow: Nowhere\nturns:\n  - text: hi\n", "the agent has no flow \"Nowhere\""),
    ] {
        let ended = play(text, &[]);
        assert_ne!(ended.code, Some(0), "{ended:?}");
        assert!(format!("{}{}", ended.out, ended.errors).contains(told), "{ended:?}");
    }
}

#[test]
fn a_conversation_is_recorded_and_played_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let agent = order_status();
    let lines = "where is my order A-1042\nAda\n#goodbye\n";
    let run = emulate_in(folder.path(), &["--agent", &agent, "--record", "r.yaml"], lines);
    assert_eq!(run.code, Some(0), "{run:?}");
    let text = std::fs::read_to_string(folder.path().join("r.yaml")).expect("a transcript");
    assert!(text.contains("text: where is my order A-1042") && !text.contains("\n  tag:"), "{text}");
    let again = emulate_in(folder.path(), &["r.yaml"], "");
    assert_eq!(again.code, Some(0), "{}\n{}\n{text}", again.out, again.errors);
}

#[test]
fn the_time_can_stand_still_and_an_agent_of_playbooks_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let agent = folder.path().join("agent");
    std::fs::create_dir_all(&agent).expect("a folder");
    std::fs::write(agent.join("agent.json"), r#"{"defaultLanguageCode":"en","startPlaybook":"Greeter"}"#)
        .expect("a file");
    let refused = emulate_in(folder.path(), &["--agent", "agent"], "hi\n");
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.errors.contains("the playbook \"Greeter\""), "{}", refused.errors);
    let wrong = prompt("hi\n", &["--now", "yesterday"]);
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    assert_eq!(prompt("hi\n", &["--now", "2026-11-26T03:25:00Z", "--prefer-intents"]).code, Some(0));
}
