//! Code around handlers: its order, and how it ends a call.

use std::sync::{Arc, Mutex};

use rejoinder::testing::WebhookCall;
use rejoinder::{Call, Error, OnError, Reply, Result, Router, Tag};

/// What ran, in order.
#[derive(Clone, Default)]
struct Trace(Arc<Mutex<Vec<String>>>);

impl Trace {
    fn note(&self, step: &str) {
        self.0.lock().expect("no panic").push(step.to_owned());
    }

    fn taken(&self) -> String {
        std::mem::take(&mut *self.0.lock().expect("no panic")).join(" ")
    }

    /// A router with a `before` and an `after` hook that note their names.
    fn around(&self, router: Router, name: &'static str) -> Router {
        let (before, after) = (self.clone(), self.clone());
        router
            .before(move |call: Call| {
                before.note(&format!("+{name}({})", call.tag()));
                async {}
            })
            .after(move |_, reply| {
                after.note(&format!("-{name}"));
                async { Ok(reply) }
            })
    }

    fn handler(&self) -> impl Fn(Tag) -> std::future::Ready<&'static str> + Clone + use<> {
        let trace = self.clone();
        move |_| {
            trace.note("handler");
            std::future::ready("said")
        }
    }
}

#[tokio::test]
async fn hooks_wrap_the_handler_like_layers() {
    let trace = Trace::default();
    let router = || {
        let router = trace.around(Router::new(), "a").tag("t", trace.handler());
        trace.around(router, "b")
    };
    WebhookCall::tag("t").send(router()).await.expect("a reply");
    assert_eq!(trace.taken(), "+a(t) +b(t) handler -b -a");
}

#[tokio::test]
async fn a_merged_router_keeps_its_hooks_inside_those_around_it() {
    let trace = Trace::default();
    let router = || {
        let innermost = trace.around(Router::new(), "innermost").tag("deep", trace.handler());
        let inner = trace.around(Router::new(), "inner").tag("inside", trace.handler()).merge(innermost);
        let outer = trace.around(Router::new(), "outer").tag("outside", trace.handler());
        outer.merge(inner).fallback(trace.handler())
    };
    for (tag, expected) in [
        ("outside", "+outer(outside) handler -outer"),
        ("inside", "+outer(inside) +inner(inside) handler -inner -outer"),
        ("deep", "+outer(deep) +inner(deep) +innermost(deep) handler -innermost -inner -outer"),
        ("other", "+outer(other) handler -outer"),
    ] {
        WebhookCall::tag(tag).send(router()).await.expect("a reply");
        assert_eq!(trace.taken(), expected, "{tag}");
    }
}

#[tokio::test]
async fn an_unknown_tag_runs_no_hooks() {
    let trace = Trace::default();
    let router = trace.around(Router::new(), "a").tag("t", trace.handler());
    WebhookCall::tag("other").send(router).await.expect_err("unknown");
    assert_eq!(trace.taken(), "");
}

#[tokio::test]
async fn a_before_hook_may_answer_in_the_handlers_place() {
    let trace = Trace::default();
    let router = || {
        let closed =
            |call: Call| async move { (call.tag() == "shut").then(|| Reply::text("We are closed.")) };
        let router = trace.around(Router::new(), "first").before(closed);
        trace.around(router, "second").tag("shut", trace.handler()).tag("open", trace.handler())
    };
    let response = WebhookCall::tag("shut").send(router()).await.expect("a reply");
    assert_eq!(response.texts(), ["We are closed."]);
    assert_eq!(trace.taken(), "+first(shut)");
    let response = WebhookCall::tag("open").send(router()).await.expect("a reply");
    assert_eq!(response.texts(), ["said"]);
    assert_eq!(trace.taken(), "+first(open) +second(open) handler -second -first");
}

#[tokio::test]
async fn a_before_hook_may_refuse_a_call() {
    let trace = Trace::default();
    let forbid = |_: Call| async { Err::<(), Error>(Error::forbidden("Not for you.")) };
    let router = || Router::new().before(forbid).tag("t", trace.handler());
    let error = WebhookCall::tag("t").send(router()).await.expect_err("refused");
    assert_eq!((error.code(), error.public_message()), ("forbidden", "Not for you."));
    assert_eq!(trace.taken(), "");
    // It is a failed call like any other.
    let apologetic = router().on_error(OnError::apologise("Sorry."));
    let response = WebhookCall::tag("t").send(apologetic).await.expect("an apology");
    assert_eq!(response.texts(), ["Sorry."]);
}

#[tokio::test]
async fn an_after_hook_may_change_the_reply() {
    let sign = |call: Call, reply: Reply| async move { Ok(reply.say("Bye!").set("seen", call.tag())) };
    let router = Router::new().after(sign).tag("t", async || "Hello.");
    let response = WebhookCall::tag("t").send(router).await.expect("a reply");
    assert_eq!(response.texts(), ["Hello.", "Bye!"]);
    assert_eq!(response.parameter("seen"), Some(&"t".into()));
}

#[tokio::test]
async fn an_after_hook_may_fail_and_is_not_run_for_failures() {
    let trace = Trace::default();
    let fail = |_, _| async { Err::<Reply, _>(Error::unavailable("No signature today.")) };
    let router = Router::new().after(fail).tag("t", async || "Hello.");
    let error = WebhookCall::tag("t").send(router).await.expect_err("failed");
    assert_eq!(error.code(), "unavailable");
    let failing = async || -> Result<Reply> { Err(Error::not_found("No such order.")) };
    let router = trace.around(Router::new(), "a").tag("t", failing);
    let error = WebhookCall::tag("t").send(router).await.expect_err("failed");
    assert_eq!(error.code(), "not_found");
    assert_eq!(trace.taken(), "+a(t)");
}

#[tokio::test]
async fn a_panic_in_a_hook_is_a_failed_call() {
    for router in [
        Router::new().before(|_| async {
            if true {
                panic!("in a hook")
            }
        }),
        Router::new().before(|_| if true { panic!("before a future") } else { async {} }),
        Router::new().after(|_, reply| async { if true { panic!("in a hook") } else { Ok(reply) } }),
    ] {
        let error = WebhookCall::tag("t").send(router.tag("t", async || "said")).await.expect_err("failed");
        assert_eq!((error.code(), error.public_message()), ("panic", "The handler failed."));
    }
}
