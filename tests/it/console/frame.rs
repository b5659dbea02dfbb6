//! Who gets in, what browsers may do with a page, and what other sites cannot send.

use super::Browser;
use super::browser::{encoded, query};
use crate::kit::stores::stores;
use crate::kit::{Request, Served};

#[test]
fn whoever_is_not_signed_in_is_asked_to() {
    let served = Served::demo();
    let browser = Browser::stranger(&served);
    let asked = browser.look("/console/activity?status=failed");
    assert_eq!(asked.status, 303);
    assert_eq!(query(&asked.path), "next=/console/activity?status=failed");
    browser.open(&asked.path).shows("Management token");
    let answer = served.ask(&Request::get("/console/").header("Authorization", "Bearer rjt_wrong"));
    assert_eq!(answer.status, 401);
    assert_eq!(served.ask(&Request::get("/console")).header("Location"), Some("/console/"));
}

#[test]
fn a_token_opens_the_console_until_somebody_leaves() {
    for store in stores("signing in to the console") {
        let served = Served::demo_with(&[store.setting()]).managed(&store);
        let mut browser = Browser::stranger(&served);
        let answer = browser.try_token(served.token());
        let cookie = answer.header("Set-Cookie").expect("a cookie").to_owned();
        for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Secure") && !cookie.contains(served.token()), "{cookie}");
        let page = browser.open("/console/");
        let nothing = browser.look("/console/nothing");
        assert_eq!(nothing.status, 404);
        nothing.shows("There is no page at this address.").shows("Sign out");
        let left = browser.send(&page, "/console/sign-out", &[]);
        left.shows("Management token");
        assert_eq!(browser.look("/console/").status, 303);
        for _ in 0..10 {
            assert_eq!(browser.try_token("rjt_wrong").status, 401);
        }
        let throttled = browser.try_token(served.token());
        assert_eq!(throttled.status, 429);
        assert!(throttled.header("Retry-After").is_some());
    }
}

#[test]
fn behind_a_proxy_that_encrypts_the_cookie_is_for_encrypted_connections() {
    let served = Served::demo().managed(&crate::kit::stores::TestStore::memory());
    let form = encoded(&[("token", served.token())]);
    let request = Request::new("POST", "/console/sign-in")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("X-Forwarded-Proto", "https")
        .body(form);
    let answer = served.ask(&request);
    let cookie = answer.header("Set-Cookie").expect("a cookie");
    assert!(cookie.starts_with("__Host-rejoinder=") && cookie.contains("Secure"), "{cookie}");
}

#[test]
fn every_answer_says_what_browsers_may_do() {
    let served = Served::demo();
    for path in ["/console/", "/console/sign-in", "/console/nothing"] {
        let answer = served.ask(&Request::get(path));
        let policy = answer.header("Content-Security-Policy").expect("a policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("Cache-Control"), Some("no-store"), "{path}");
    }
}

#[test]
fn forms_of_other_sites_do_nothing() {
    let served = Served::demo().managed(&crate::kit::stores::TestStore::memory());
    let mut browser = Browser::stranger(&served);
    browser.try_token(served.token());
    let page = browser.open("/console/");
    let csrf = page.value("csrf");
    let send = |csrf: &str, headers: &[(&str, &str)]| {
        let mut request = browser
            .with(Request::new("POST", "/console/sign-out"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(encoded(&[("csrf", csrf)]));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        served.ask(&request).status
    };
    assert_eq!(send("", &[]), 403);
    assert_eq!(send("wrong", &[]), 403);
    assert_eq!(send(&csrf, &[("Sec-Fetch-Site", "cross-site")]), 403);
    assert_eq!(send(&csrf, &[("Origin", "https://example.com")]), 403);
    browser.open("/console/");
    assert_eq!(send(&csrf, &[("Sec-Fetch-Site", "same-origin")]), 303);
    assert_eq!(browser.look("/console/").status, 303);
}

#[test]
fn it_can_be_left_out() {
    let served = Served::demo_with(&[("REJOINDER_CONSOLE__ENABLED", "false")]);
    assert_eq!(served.ask(&Request::get("/console/")).status, 404);
}
