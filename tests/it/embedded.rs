//! The door as a part of somebody's actix app.

use std::net::SocketAddr;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, web};
use rejoinder::auth::{Auth, Basic};
use rejoinder::config::Secret;
use rejoinder::server::Service;
use rejoinder::{Events, Rejoinder, Reply, Result, Router, State, Tag};
use serde_json::json;

use crate::kit::{Answer, Connection, Request, call};

/// An app with two doors and a page of its own, on a free port.
#[derive(Debug)]
struct Embedded {
    address: SocketAddr,
    handle: ServerHandle,
}

impl Embedded {
    fn start(doors: Vec<Service>) -> Self {
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async {
                let app = move || {
                    let app = App::new().route("/page", web::get().to(async || "a page"));
                    doors.iter().cloned().fold(app, App::service)
                };
                let server = HttpServer::new(app).workers(2).disable_signals();
                let server = server.bind(("127.0.0.1", 0)).expect("a port");
                let address = server.addrs()[0];
                let server = server.run();
                tell.send(Self { address, handle: server.handle() }).expect("the test waits for it");
                server.await.expect("it serves");
            });
        });
        told.recv().expect("the app starts")
    }

    fn ask(&self, request: &Request) -> Answer {
        Connection::open(self.address).ask(request)
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        // The command is sent at once; nobody needs to wait for its end.
        drop(self.handle.stop(false));
    }
}

#[test]
fn a_handler_in_an_app_may_tell_events_that_nobody_is_told() {
    let order = async |events: Events| -> Result<Reply> {
        events.emit("order_placed", json!({ "order_id": "A-1" }))?;
        events.emit_kept("order_kept", json!({})).await?;
        let wrong = events.emit("Order placed", json!({})).is_err();
        Ok(Reply::unchanged().set("wrong", wrong))
    };
    let shop = Rejoinder::new().tag("order", order);
    let app = Embedded::start(vec![shop.service("/shop", Auth::open()).expect("a door")]);
    let reply = app.ask(&Request::call(call("order", &json!({}))).path("/shop")).reply();
    assert_eq!(reply["sessionInfo"]["parameters"], json!({ "wrong": true }));
}

#[test]
fn a_door_stands_beside_the_pages_of_an_app() {
    let counter = std::sync::atomic::AtomicU64::new(1);
    let count = async |count: State<std::sync::atomic::AtomicU64>| {
        Reply::unchanged().set("count", count.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
    };
    let shop = Rejoinder::new().state(counter).tag("count", count);
    let desk = Rejoinder::from(Router::new().fallback(async |tag: Tag| format!("desk: {tag}")));
    let basic = Basic::new("agent", &Secret::from("correct horse".to_owned()));
    let app = Embedded::start(vec![
        shop.service("/shop", Auth::open()).expect("a door"),
        desk.service("/desk", Auth::any_of([basic])).expect("a door"),
    ]);
    assert_eq!(app.ask(&Request::get("/page")).body, b"a page");
    // All threads of the app share one door.
    for expected in 1..=8 {
        let reply = app.ask(&Request::call(call("count", &json!({}))).path("/shop")).reply();
        assert_eq!(reply["sessionInfo"]["parameters"]["count"], expected);
    }
    let desk = Request::call(call("hello", &json!({}))).path("/desk");
    app.ask(&desk).refused(401, "unauthorized");
    let known = desk.header("Authorization", "Basic YWdlbnQ6Y29ycmVjdCBob3JzZQ==");
    assert_eq!(app.ask(&known).said(), "desk: hello");
    app.ask(&Request::get("/shop")).refused(405, "method_not_allowed");
    assert_eq!(app.ask(&Request::get("/healthz")).status, 404, "an app has health pages of its own");
}

#[test]
fn a_faulty_router_is_no_door() {
    let faulty = Rejoinder::new().tag("a", async |_: State<String>| "a").tag("a", async || "again");
    let error = faulty.service("/webhook", Auth::open()).expect_err("faulty").to_string();
    assert!(
        error.contains("needs a state of type") && error.contains("two routes answer the tag `a`"),
        "{error}"
    );
}
