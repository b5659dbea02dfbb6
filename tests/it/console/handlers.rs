//! The page of served tags, and the comparison with an export.

use serde_json::json;

use super::Browser;
use crate::kit::package::{agent, files, zip};
use crate::kit::stores::{TestStore, stores};
use crate::kit::{Request, Served, call, until};

const XSS: &str = "\"><img src=x onerror=alert(1)>";

#[test]
fn tags_have_their_calls_errors_and_parameters() {
    for store in stores("handlers page") {
        let served = Served::demo_with(&[store.setting()]).managed(&store);
        let mut browser = Browser::stranger(&served);
        browser.try_token(served.token());
        let page = browser.open("/console/handlers");
        page.shows("order-status")
            .shows("customer_name")
            .shows("Agents called no tag in the last seven days");
        served.call(call("counter", &json!({}))).reply();
        served.call(call("fail", &json!({ "kind": "unavailable" })));
        served.call(call("order_status", &json!({})));
        served.call(call(XSS, &json!({})));
        until("the log has them", || browser.open("/console/handlers").text.contains("order_status"));
        until("and the last of them", || browser.open("/console/handlers").text.contains("onerror"));
        let page = browser.open("/console/handlers");
        page.shows("100.0 %").shows("unavailable").shows("not served").shows("Probably meant");
        assert!(!page.text.contains("<img src=x"), "{}", page.text);
        let searched = browser.open("/console/handlers?q=COUNT");
        searched.shows("counter").hides("validate-form");
        browser
            .open("/console/handlers?q=%22%3E%3Cimg%3E")
            .shows("No tag, webhook or parameter has “\"><img>”");
    }
}

#[test]
fn without_the_log_counts_are_those_of_this_instance() {
    let store = TestStore::sqlite();
    let served = Served::demo_with(&[store.setting(), ("REJOINDER_ACTIVITY__ENABLED", "off")]);
    let browser = Browser::sign_in(&served, &store, "viewer");
    served.call(call("counter", &json!({}))).reply();
    let page = browser.open("/console/handlers?q=counter");
    page.shows("Calls are those of this instance").shows("title=\"1\"").shows("not known");
}

/// Sends a file with the form of the page.
fn upload(served: &Served, browser: &Browser<'_>, bytes: &[u8]) -> (u16, String) {
    let csrf = browser.open("/console/handlers/agent").value("csrf");
    let mut body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--b\r\nContent-Disposition: form-data; \
         name=\"export\"; filename=\"<b>agent.zip\"\r\nContent-Type: application/zip\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--b--\r\n");
    let request = browser.with(Request::new("POST", "/console/handlers/agent"));
    let request = request.header("Content-Type", "multipart/form-data; boundary=b").body(body);
    let answer = served.ask(&request);
    (answer.status, String::from_utf8_lossy(&answer.body).into_owned())
}

#[test]
fn an_export_is_compared_and_not_kept() {
    let store = TestStore::sqlite();
    let served = Served::demo_with(&[store.setting()]);
    let browser = Browser::sign_in(&served, &store, "viewer");
    let (status, text) = upload(&served, &browser, &zip(&files(&agent("broken"))));
    assert_eq!(status, 200, "{text}");
    assert!(text.contains("not served") && text.contains("Findings"), "{text}");
    assert!(text.contains("errors,") && text.contains("Nothing of the export was kept"), "{text}");
    let (status, text) = upload(&served, &browser, &zip(&files(&agent("order-status"))));
    assert_eq!(status, 200, "{text}");
    for wrong in [&b"no ZIP file"[..], b"PK\x03\x04", b""] {
        let (status, text) = upload(&served, &browser, wrong);
        assert_eq!(status, 422, "{text}");
        assert!(text.contains("role=\"alert\"") && !text.contains("<b>agent"), "{text}");
    }
}
