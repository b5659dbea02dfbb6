//! `examples/handoff`: from the agent's call to a ticket, and from a comment back into the conversation.

use std::net::{SocketAddr, TcpListener};

use serde_json::{Value, json};

use crate::kit::stores::{TestStore, stores};
use crate::kit::{Connection, Request, Served, until};

#[expect(dead_code, reason = "as an example it has a main function")]
#[path = "../../examples/handoff/main.rs"]
mod agent;
#[expect(dead_code, reason = "as an example it has a main function")]
#[path = "../../examples/handoff/tickets.rs"]
mod tickets;

fn serve(store: &TestStore) -> Served {
    let sources = format!("{{ support = {{ secrets = [{:?}] }} }}", tickets::SECRET);
    let mut settings = vec![
        store.setting(),
        ("REJOINDER_STORE__ACCEPT_LOSS", "true"),
        ("REJOINDER_RECEIVE__ZENDESK", &sources),
        ("REJOINDER_OUTBOUND__ALLOW_NETWORKS", "[\"127.0.0.0/8\"]"),
        ("REJOINDER_OUTBOUND__DANGEROUS_ALLOW_HTTP", "true"),
    ];
    settings.retain(|(_, value)| !value.is_empty());
    Served::start(agent::server, &settings).managed(store)
}

/// Starts the stand-in, until this process ends.
fn desk(server: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("bound");
    std::thread::spawn(move || tickets::serve(listener, &format!("http://{server}")));
    address
}

fn post(path: &str, body: &Value) -> Request {
    Request::new("POST", path).header("Content-Type", "application/json").body(body.to_string())
}

fn made(served: &Served, what: &str, body: &Value) -> Value {
    let answer = served.manage(post(&format!("/api/v2/{what}s"), &json!({ what: body })));
    assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
    answer.json()[what].clone()
}

fn call(served: &Served, session: &str, response: &str) -> Value {
    let body = json!({
        "detectIntentResponseId": response,
        "fulfillmentInfo": { "tag": "order-help" },
        "sessionInfo": {
            "session": format!("projects/p/locations/l/agents/a/sessions/{session}"),
            "parameters": { "order_id": "A-17" },
        },
    });
    served.call(body.to_string()).json()
}

#[test]
fn an_order_is_handed_over_to_a_person_whose_answer_comes_back_into_the_conversation() {
    for store in stores("example_handoff") {
        let served = serve(&store);
        let desk = desk(served.address);
        let webhook = json!({
            "name": "Tickets", "status": "active", "endpoint": format!("http://{desk}/tickets"),
            "http_method": "POST", "request_format": "json", "subscriptions": ["conditional_ticket_events"],
        });
        let webhook = made(&served, "webhook", &webhook);
        let body = r#"{"ticket": {"external_id": "{{session.id}}", "subject": "Order {{params.order_id}} needs a person"}}"#;
        let trigger = json!({
            "title": "Open a ticket for each handoff",
            "conditions": { "all": [{ "field": "message", "operator": "includes", "value": "live_agent_handoff" }], "any": [] },
            "actions": [{ "field": "notification_webhook", "value": [webhook["id"], body] }],
        });
        made(&served, "trigger", &trigger);

        let handed = call(&served, "s-1", "r-1");
        assert!(handed.to_string().contains("liveAgentHandoff"), "{handed}");
        let tickets = || Connection::open(desk).ask(&Request::get("/tickets")).json()["tickets"].clone();
        until("a ticket is opened", || tickets().as_array().is_some_and(|all| all.len() == 1));
        assert_eq!(
            tickets()[0],
            json!({ "id": 0, "external_id": "s-1", "subject": "Order A-17 needs a person" }),
            "{}",
            store.name
        );

        for (text, public) in [("Who is this again?", false), ("It left our house today.", true)] {
            let answer = Connection::open(desk)
                .ask(&post("/tickets/0/comments", &json!({ "body": text, "public": public })));
            assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
        }
        until("both are worked off", || {
            let received = served.manage(Request::get("/api/received?state=done")).json();
            received["received"].as_array().is_some_and(|all| all.len() == 2)
        });
        // Another conversation hears nothing of it.
        assert!(call(&served, "s-2", "r-2").to_string().contains("liveAgentHandoff"));
        let answered = call(&served, "s-1", "r-3");
        assert_eq!(answered["sessionInfo"]["parameters"]["answered"], true, "{answered}");
        let said = answered["fulfillmentResponse"]["messages"].to_string();
        assert!(said.contains("It left our house today.") && !said.contains("Who is this"), "{said}");
        assert!(call(&served, "s-1", "r-4").to_string().contains("liveAgentHandoff"), "it is said once");
    }
}
