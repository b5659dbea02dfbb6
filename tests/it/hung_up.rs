//! Calls whose client hangs up before there is an answer.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use rejoinder::{OnDeadline, Rejoinder, Reply, Route};
use serde_json::json;
use tokio::sync::Notify;

use crate::activity::list;
use crate::kit::stores::stores;
use crate::kit::{Program, Request, Served, call, until};

fn metrics(served: &Served) -> String {
    String::from_utf8(served.ask(&Request::get("/metrics")).body).expect("UTF-8")
}

/// Sends a call behind another one, whose answer is left unread: so the connection breaks when it is
/// closed, and does not merely end.
fn hang_up(address: std::net::SocketAddr, quick: Vec<u8>, slow: Vec<u8>, mut begun: impl FnMut()) {
    let mut connection = TcpStream::connect(address).expect("the server listens");
    let both = [Request::call(quick).text(), Request::call(slow).text()].concat();
    connection.write_all(&both).expect("the server reads");
    connection.read_exact(&mut [0]).expect("the first answer");
    begun();
}

#[test]
fn a_call_whose_client_hangs_up_is_counted_and_kept() {
    for store in stores("hung up") {
        for then in [OnDeadline::Detach, OnDeadline::Cancel] {
            let (began, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
            let (telling, waiting) = (Arc::clone(&began), Arc::clone(&go));
            let waits = move || {
                let (telling, waiting) = (Arc::clone(&telling), Arc::clone(&waiting));
                async move {
                    telling.notify_one();
                    waiting.notified().await;
                    Reply::text("too late")
                }
            };
            let route = Route::new("waits", waits).on_deadline(then);
            let rejoinder = || Rejoinder::new().route(route).tag("quick", async || "quick");
            let served = Served::start(rejoinder, &[store.setting()]).managed(&store);
            let before = list(&served, "?tag=waits").len();
            let in_flight = || metrics(&served).contains("rejoinder_calls_in_flight 1");
            hang_up(served.address, call("quick", &json!({})), call("waits", &json!({})), || {
                until("the handler runs", in_flight);
            });
            let counted = "rejoinder_calls_total{tag=\"waits\",outcome=\"hung_up\",status=\"499\"} 1";
            until("it is counted", || metrics(&served).contains(counted));
            until("it is kept", || list(&served, "?tag=waits").len() == before + 1);
            let kept = &list(&served, "?tag=waits")[0];
            assert_eq!(kept["outcome"], "hung_up", "{}: {kept}", store.name);
            assert_eq!((&kept["status"], &kept["status_code"]), (&json!("cancelled"), &json!(499)), "{kept}");
            assert_eq!(list(&served, "?status=cancelled&tag=waits").len(), before + 1);
            go.notify_one();
        }
    }
}

#[test]
fn it_is_one_line_of_the_log_and_those_that_are_answered_have_no_other() {
    let settings = [("REJOINDER_DEMO__ENABLED", "true"), ("REJOINDER_LOG__FORMAT", "json")];
    let program = Program::serve_with(&["--bind", "127.0.0.1:0"], &settings);
    let slow = call("slow", &json!({ "ms": 4000 }));
    let metrics = || String::from_utf8(program.connect().ask(&Request::get("/metrics")).body).expect("UTF-8");
    hang_up(program.address, call("counter", &json!({})), slow, || {
        until("the handler runs", || metrics().contains("rejoinder_calls_in_flight 1"));
    });
    let lines = || -> Vec<serde_json::Value> {
        let log = program.log();
        let lines = log.lines().filter_map(|line| serde_json::from_str(line).ok());
        lines.filter(|line: &serde_json::Value| line["message"] == "call").collect()
    };
    until("it is logged", || lines().len() == 2);
    let lines = lines();
    assert_eq!((&lines[0]["outcome"], &lines[0]["httpRequest"]["status"]), (&json!("replied"), &json!(200)));
    assert_eq!((&lines[1]["outcome"], &lines[1]["httpRequest"]["status"]), (&json!("hung_up"), &json!(499)));
    assert_eq!(lines[1]["severity"], "WARNING");
    assert_eq!(lines[1]["logging.googleapis.com/labels"]["tag"], "slow");
}
