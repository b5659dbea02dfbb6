//! What holds for every page that there is, whoever wrote it: the table of pages is gone through.

use rejoinder::server::console_pages;

use super::Browser;
use super::browser::encoded;
use crate::kit::stores::TestStore;
use crate::kit::{Answer, Connection, Request, Served};

const ROLES: [&str; 4] = ["admin", "editor", "creator", "viewer"];
/// What a sign-in is for, and what is done without one.
const OPEN: [&str; 2] = ["/console/sign-in", "/console/sign-out"];
/// The largest form but for uploads, in bytes.
const LARGEST: usize = 1 << 20;
/// The largest upload.
const LARGEST_UPLOAD: usize = 64 << 20;

/// A page: how it is asked for, its address with parts that name nothing, what one must be allowed to do.
struct Tried {
    method: &'static str,
    path: String,
    action: &'static str,
}

fn pages() -> Vec<Tried> {
    let pages = console_pages().into_iter().filter(|(_, path, _)| !OPEN.contains(path));
    let pages: Vec<Tried> = pages
        .map(|(method, path, action)| Tried {
            method: if method == "POST" { "POST" } else { "GET" },
            path: filled(path),
            action: action.expect("whoever signed in may do something"),
        })
        .collect();
    assert!(pages.len() >= 10, "{}", pages.len());
    pages
}

/// The address with each part in braces replaced.
fn filled(path: &str) -> String {
    let parts = path.split('/');
    let parts = parts.map(|part| if part.starts_with('{') { "01ARZ3NDEKTSV4RRFFQ69G5FAV" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

fn may(role: &str, action: &str) -> bool {
    match role {
        "admin" => true,
        "editor" => action != "administer",
        "creator" => action == "create",
        "viewer" => action == "view",
        other => panic!("{other}"),
    }
}

fn form(browser: &Browser<'_>, path: &str, fields: &[(&str, &str)]) -> Request {
    browser
        .with(Request::new("POST", path))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(encoded(fields))
}

fn guarded(answer: &Answer, what: &str) {
    let policy = answer.header("Content-Security-Policy").unwrap_or_else(|| panic!("{what}: no policy"));
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{what}: {policy}");
    assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"), "{what}: {policy}");
    assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"), "{what}");
    assert_eq!(answer.header("Cache-Control"), Some("no-store"), "{what}");
    assert_eq!(answer.header("Referrer-Policy"), Some("same-origin"), "{what}");
    assert!(answer.header("X-Request-Id").is_some(), "{what}");
}

#[test]
fn strangers_see_no_page_and_do_nothing() {
    let store = TestStore::sqlite();
    let served = Served::demo_with(&[store.setting()]);
    let stranger = Browser::stranger(&served);
    for Tried { method, path, .. } in pages() {
        let answer = match method {
            "GET" => served.ask(&Request::get(&*path)),
            _ => served.ask(&form(&stranger, &path, &[("csrf", "")])),
        };
        assert_eq!(answer.status, 303, "{method} {path}");
        let place = answer.header("Location").expect("a place");
        assert!(place.starts_with("/console/sign-in?next="), "{method} {path}: {place}");
        guarded(&answer, &path);
        // A token that is none is no sign-in either.
        let request = Request::new(method, &*path).header("Authorization", "Bearer rjt_wrong");
        assert_eq!(served.ask(&request).status, 401, "{method} {path}");
        let request = Request::new(method, &*path)
            .header("Cookie", format!("rejoinder={}", "A".repeat(43)))
            .header("Content-Type", "application/x-www-form-urlencoded");
        assert_eq!(served.ask(&request).status, 303, "{method} {path}");
    }
}

#[test]
fn each_role_is_let_in_where_it_may_be_and_nowhere_else() {
    let store = TestStore::sqlite();
    let served = Served::demo_with(&[store.setting()]);
    for role in ROLES {
        let token = store.token(role);
        for Tried { method, path, action } in pages() {
            let bearer = format!("Bearer {token}");
            let request = Request::new(method, &*path)
                .header("Authorization", &bearer)
                .header("Content-Type", "application/x-www-form-urlencoded");
            let answer = served.ask(&request);
            let what = format!("{role}, {method} {path}: {}", answer.status);
            if may(role, action) {
                // There is nothing of that name, or the form is empty; that somebody may is all that counts.
                assert!(![401, 403].contains(&answer.status) && answer.status < 500, "{what}");
            } else {
                assert_eq!(answer.status, 403, "{what}");
            }
            guarded(&answer, &what);
        }
    }
}

#[test]
fn no_form_is_taken_that_no_page_of_ours_has_sent() {
    let store = TestStore::sqlite();
    let served = Served::demo_with(&[store.setting()]);
    let browser = Browser::sign_in(&served, &store, "admin");
    let csrf = browser.open("/console/").value("csrf");
    let other = Browser::sign_in(&served, &store, "admin").open("/console/").value("csrf");
    let posts: Vec<_> = pages().into_iter().filter(|page| page.method == "POST").collect();
    assert!(!posts.is_empty());
    for Tried { path, .. } in posts {
        for proof in ["", "wrong", &other] {
            let answer = served.ask(&form(&browser, &path, &[("csrf", proof)]));
            assert_eq!(answer.status, 403, "{path}, {proof:?}");
            guarded(&answer, &path);
        }
        assert_eq!(served.ask(&form(&browser, &path, &[])).status, 403, "{path}");
        let proven = || form(&browser, &path, &[("csrf", &csrf)]);
        for (name, value) in [
            ("Origin", "https://example.com"),
            ("Origin", "null"),
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"),
        ] {
            assert_eq!(served.ask(&proven().header(name, value)).status, 403, "{path}, {name}: {value}");
        }
        // JSON and texts, which other sites can send without being asked, are no forms.
        for kind in ["application/json", "text/plain"] {
            let answer = served.ask(&proven().header("Content-Type", kind));
            assert_eq!(answer.status, 415, "{path}, {kind}");
        }
    }
}

#[test]
fn head_says_what_get_would() {
    let store = TestStore::sqlite();
    let served = Served::demo_with(&[store.setting()]);
    let browser = Browser::sign_in(&served, &store, "admin");
    for Tried { path, .. } in pages().into_iter().filter(|page| page.method == "GET") {
        let get = served.ask(&browser.with(Request::get(&*path)));
        let mut head = served.connect();
        head.send(&browser.with(Request::new("HEAD", &*path)).text());
        let (status, headers) = head.answer_head();
        assert_eq!(status, get.status, "{path}");
        assert!(
            headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("Content-Security-Policy")),
            "{path}"
        );
    }
}

#[test]
fn forms_have_a_largest_size() {
    let store = TestStore::sqlite();
    let served = Served::demo_with(&[store.setting()]);
    let browser = Browser::sign_in(&served, &store, "admin");
    for Tried { path, .. } in pages().into_iter().filter(|page| page.method == "POST") {
        // What is announced is enough to be refused.
        let head =
            |length: usize| form(&browser, &path, &[]).header("Content-Length", length.to_string()).head();
        let mut connection = served.connect();
        connection.send(&head(LARGEST_UPLOAD + 1));
        assert_eq!(connection.answer().status, 413, "{path}");
    }
    let text = "a".repeat(LARGEST + 1);
    let answer = served.ask(&form(&browser, "/console/settings/tokens/new", &[("name", &text)]));
    assert_eq!(answer.status, 413);
}

#[test]
fn other_methods_are_refused() {
    let store = TestStore::sqlite();
    let served = Served::demo_with(&[store.setting()]);
    let browser = Browser::sign_in(&served, &store, "admin");
    for Tried { path, .. } in pages() {
        for method in ["PUT", "DELETE", "PATCH", "OPTIONS"] {
            let answer = served.ask(&browser.with(Request::new(method, &*path)));
            assert_eq!(answer.status, 405, "{method} {path}");
            guarded(&answer, &path);
        }
    }
}

#[test]
fn with_admin_only_there_is_no_console_where_agents_call() {
    let store = TestStore::sqlite();
    let settings = [
        ("REJOINDER_SERVER__ADMIN_BIND", "127.0.0.1:0"),
        ("REJOINDER_ACCESS__ADMIN_ONLY", "true"),
        store.setting(),
    ];
    let served = Served::demo_with(&settings).managed(&store);
    let admin = served.admin.expect("an address");
    let open = OPEN.iter().map(|path| ("GET", (*path).to_owned()));
    let all = pages().into_iter().map(|page| (page.method, page.path)).chain(open);
    for (method, path) in all.chain([("GET", "/console".to_owned())]) {
        let request =
            Request::new(method, &*path).header("Authorization", format!("Bearer {}", served.token()));
        let answer = served.ask(&request);
        assert_eq!(answer.status, 404, "{method} {path}");
        assert!(!String::from_utf8_lossy(&answer.body).contains("onsole"), "{path}");
    }
    let request = Request::get("/console/").header("Authorization", format!("Bearer {}", served.token()));
    assert_eq!(Connection::open(admin).ask(&request).status, 200);
    assert_eq!(Connection::open(admin).ask(&Request::get("/console/")).status, 303);
}
