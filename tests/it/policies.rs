//! What becomes of a failed call.

use rejoinder::testing::WebhookCall;
use rejoinder::{Error, ErrorKind, OnError, Reply, Result, Route, Router, Session, blocking};

async fn unavailable() -> Result<Reply> {
    Err(Error::unavailable("The shop is closed."))
}

/// What the caller of tag `t` is told.
async fn told(router: Router) -> (ErrorKind, &'static str, String) {
    let error = WebhookCall::tag("t").send(router).await.expect_err("failed");
    (error.kind(), error.code(), error.public_message().to_owned())
}

#[tokio::test]
async fn a_failure_is_raised_unless_something_says_otherwise() {
    let expected = (ErrorKind::Unavailable, "unavailable", "The shop is closed.".to_owned());
    assert_eq!(told(Router::new().tag("t", unavailable)).await, expected);
    assert_eq!(told(Router::new().tag("t", unavailable).on_error(OnError::Raise)).await, expected);
}

#[tokio::test]
async fn a_failure_may_be_raised_as_another_kind() {
    let as_forbidden = || OnError::RaiseAs(ErrorKind::Forbidden);
    let (kind, code, message) = told(Router::new().tag("t", unavailable).on_error(as_forbidden())).await;
    assert_eq!((kind, code, &*message), (ErrorKind::Forbidden, "forbidden", "The shop is closed."));
    let panics = async || -> Reply { panic!("at once") };
    let route = Route::new("t", panics).on_error(as_forbidden());
    let (kind, code, message) = told(Router::new().route(route)).await;
    assert_eq!((kind, code, &*message), (ErrorKind::Forbidden, "panic", "The handler failed."));
}

#[tokio::test]
async fn an_apology_takes_the_place_of_a_failure() {
    let apology = || OnError::Apologise(Reply::text("Sorry.").goto_page("END_FLOW"));
    let needs_session = async |_: Session| "there";
    let panics = async || -> Reply { panic!("at once") };
    let too_large = async || Err::<(), _>(std::io::Error::other("disk"));
    let call = WebhookCall::tag("t").with(|request| {
        request.session_info.get_or_insert_default().session.clear();
    });
    for router in [
        Router::new().tag("t", unavailable),
        Router::new().tag("t", needs_session),
        Router::new().tag("t", panics),
        Router::new().tag("t", too_large),
    ] {
        let response = call.send(router.on_error(apology())).await.expect("an apology");
        assert_eq!(response.texts(), ["Sorry."]);
        assert!(response.0.transition.is_some());
    }
}

#[tokio::test]
async fn the_nearest_policy_wins() {
    let route = || Route::new("t", unavailable).on_error(OnError::apologise("route"));
    let said = async |router: Router| match WebhookCall::tag("t").send(router).await {
        Ok(response) => response.texts().join(" "),
        Err(error) => error.code().to_owned(),
    };
    let outer = || Router::new().on_error(OnError::apologise("outer"));
    let inner = || Router::new().on_error(OnError::apologise("inner"));
    assert_eq!(said(outer().route(route())).await, "route");
    assert_eq!(said(outer().tag("t", unavailable)).await, "outer");
    assert_eq!(said(outer().merge(inner().tag("t", unavailable))).await, "inner");
    assert_eq!(said(outer().merge(inner().route(route()))).await, "route");
    assert_eq!(said(outer().merge(Router::new().tag("t", unavailable))).await, "outer");
    assert_eq!(said(Router::new().tag("t", unavailable).merge(inner())).await, "unavailable");
    assert_eq!(said(outer().merge(inner().fallback(unavailable))).await, "inner");
    let raising = Route::new("t", unavailable).on_error(OnError::Raise);
    assert_eq!(said(outer().route(raising)).await, "unavailable");
}

#[tokio::test]
async fn a_handler_may_fail_with_any_error() {
    #[derive(Debug, thiserror::Error)]
    #[error("no rows for customer 4711")]
    struct Database;
    let text: fn() -> Result<Reply, &'static str> = || Err("the password is hunter2");
    for router in [
        Router::new().tag("t", async || Err::<(), _>(anyhow::anyhow!("the password is hunter2"))),
        Router::new().tag("t", async || Err::<Reply, _>(Database)),
        Router::new().tag("t", async || Err::<String, Box<dyn std::error::Error + Send + Sync>>("x".into())),
        Router::new().tag("t", move || std::future::ready(text())),
        Router::new().tag("t", async || -> Result<Reply> { Err(Database)? }),
        Router::new().tag("t", blocking(|_: Session| Err::<(), _>(anyhow::anyhow!("hunter2")))),
    ] {
        let expected = (ErrorKind::Internal, "internal", "The handler failed.".to_owned());
        assert_eq!(told(router).await, expected, "what went wrong is for the log");
    }
}

#[tokio::test]
async fn an_error_keeps_its_kind_on_its_way_through_a_box() {
    type Boxed = Box<dyn std::error::Error + Send + Sync>;
    fn inner() -> Result<(), Boxed> {
        Err(Error::not_found("No such order."))?
    }
    let handler = async || -> Result<Reply, Boxed> {
        inner()?;
        Ok(Reply::unchanged())
    };
    let expected = (ErrorKind::NotFound, "not_found", "No such order.".to_owned());
    assert_eq!(told(Router::new().tag("t", handler)).await, expected);
}
