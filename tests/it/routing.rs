//! Which handler answers which tag.

use rejoinder::testing::WebhookCall;
use rejoinder::{Rejoinder, Result, Router, SetupFault, State, Tag};

use crate::kit::config;

async fn said(router: Router, tag: &str) -> Result<String> {
    Ok(WebhookCall::tag(tag).send(router).await?.texts().join(" "))
}

fn routes() -> Router {
    Router::new()
        .tag("orders.*", async |tag: Tag| format!("orders: {tag}"))
        .tag("orders.returns.*", async || "returns")
        .tag("orders.list", async || "list")
        .tag("주문 조회", async || "Korean")
        .tag("Hours", async || "hours")
}

#[tokio::test]
async fn the_most_exact_route_wins() {
    for (tag, expected) in [
        ("orders.list", "list"),
        ("orders.new", "orders: orders.new"),
        ("orders.list.all", "orders: orders.list.all"),
        ("orders.", "orders: orders."),
        ("orders.returns.", "returns"),
        ("orders.returns.label", "returns"),
        ("orders.returns", "orders: orders.returns"),
        ("orders.*", "orders: orders.*"),
        ("주문 조회", "Korean"),
        ("Hours", "hours"),
    ] {
        assert_eq!(said(routes(), tag).await.expect(tag), expected, "{tag}");
    }
}

#[tokio::test]
async fn what_no_route_takes_is_unknown_or_goes_to_the_fallback() {
    for tag in ["orders", "Orders.list", "hours", "Hours ", "refund"] {
        let error = said(routes(), tag).await.expect_err(tag);
        assert_eq!(error.code(), "unknown_tag", "{tag}");
        let with_fallback = routes().fallback(async |tag: Tag| format!("other: {tag}"));
        assert_eq!(said(with_fallback, tag).await.expect(tag), format!("other: {tag}"));
    }
    let hint = said(routes(), "order.list").await.expect_err("unknown");
    assert_eq!(
        hint.public_message(),
        "No handler serves the tag \"order.list\". Did you mean `orders.list`?"
    );
}

#[tokio::test]
async fn merged_routers_answer_as_one() {
    let router = || {
        let shop = Router::new().tag("buy", async || "bought").state(7_u8);
        let desk = Router::new().tag("ask", async |seven: State<u8>| format!("asked {}", *seven));
        shop.merge(desk.merge(routes()))
    };
    for (tag, expected) in [("buy", "bought"), ("ask", "asked 7"), ("orders.list", "list")] {
        assert_eq!(said(router(), tag).await.expect(tag), expected);
    }
}

#[tokio::test]
async fn states_are_told_apart_by_type() {
    struct Name(&'static str);
    let handler = async |name: State<Name>, number: State<u64>| format!("{} {}", name.0.0, *number);
    let router = Router::new().state(Name("n")).state(5_u64).tag("t", handler);
    assert_eq!(said(router, "t").await.expect("both"), "n 5");
}

#[tokio::test]
async fn the_outer_state_wins_when_routers_merge() {
    let handler = async |number: State<u64>| number.to_string();
    let inner = Router::new().state(1_u64).tag("t", handler);
    assert_eq!(said(Router::new().state(2_u64).merge(inner), "t").await.expect("one"), "2");
}

fn faulty() -> Router {
    let merged = Router::new().tag("a", async || "again").fallback(async || "again").tag("", async || "");
    Router::new()
        .tag("a", async || "a")
        .tag("b.*", async |_: State<String>| "b")
        .tag("b.*", async || "b again")
        .tag("*", async || "all")
        .fallback(async |_: State<Vec<u8>>| "rest")
        .state(1_u8)
        .state(2_u8)
        .merge(merged)
}

#[tokio::test]
async fn every_fault_of_a_router_is_told_at_once() {
    let error = said(faulty(), "a").await.expect_err("faulty");
    assert_eq!(error.public_message(), "The handler failed.", "a caller need not know");
    let error = Rejoinder::from(faulty()).bind(config(&[])).expect_err("faulty");
    insta::assert_snapshot!(error, @"
    the router cannot be served:
    - two states have the type `u8`; wrap one of them in a type of its own
    - the handler of `b.*` needs a state of type `alloc::string::String`; give it with `.state(…)`
    - two routes answer the tag `b.*`; remove one of them
    - the pattern `*` takes every tag; say `fallback` instead
    - two routes answer the tag `a`; remove one of them
    - a route has an empty tag; Dialogflow always sends one. Use `fallback` to answer the rest
    - there are two fallbacks; remove one of them
    - the handler of `the fallback` needs a state of type `alloc::vec::Vec<u8>`; give it with `.state(…)`
    ");
}

#[test]
fn faults_can_be_told_apart() {
    let error = Rejoinder::from(faulty()).bind(config(&[])).expect_err("faulty");
    let rejoinder::ServerError::Setup(setup) = error else { panic!("another error: {error}") };
    assert!(setup.faults.contains(&SetupFault::DuplicateTag { tag: "b.*".to_owned() }));
    assert!(setup.faults.contains(&SetupFault::DuplicateFallback));
    assert_eq!(setup.faults.len(), 8, "{:?}", setup.faults);
}
