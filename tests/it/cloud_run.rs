//! Behind Cloud Run's own IAM check, which takes the signatures of tokens away.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use rejoinder::testing::{Issuer, MetadataServer};

use crate::kit::{Identity, Judged, Reply, Request, Upstream, until};

/// Cloud Run's front end at `https://localhost:PORT`: it answers our anonymous call with this status.
struct FrontEnd {
    upstream: Upstream,
    status: Arc<AtomicU16>,
    metadata: MetadataServer,
    folder: tempfile::TempDir,
    issuer: Issuer,
}

impl FrontEnd {
    fn answering(status: u16) -> Self {
        let identity = Identity::issued("localhost");
        let status = Arc::new(AtomicU16::new(status));
        let told = Arc::clone(&status);
        let upstream = Upstream::secure("localhost", &identity, move |_| match told.load(Ordering::SeqCst) {
            // What this program itself answers, where nobody stands in front.
            0 => Reply::text(
                404,
                r#"{"error":{"code":"not_found","message":"There is nothing at this address."}}"#,
            ),
            status => Reply::text(status, "<html>Your client does not have permission</html>"),
        });
        let folder = tempfile::tempdir().expect("a folder");
        let pem = identity.trusted.iter().map(|der| pem(der)).collect::<String>();
        std::fs::write(folder.path().join("roots.pem"), pem).expect("written");
        let metadata = MetadataServer::start("runner@p.example");
        Self { upstream, status, metadata, folder, issuer: Issuer::start() }
    }

    fn judged(&self, more: &str, cloud_run: bool) -> Judged {
        let check = format!(r#"[{{ kind = "cloud_run_iam", project_number = "42"{more} }}]"#);
        let (url, host) = (self.upstream.url(""), self.metadata.host());
        let roots = self.folder.path().join("roots.pem");
        let mut environment = vec![
            ("REJOINDER_SERVER__PUBLIC_URL", url.trim_end_matches('/')),
            ("SSL_CERT_FILE", roots.to_str().expect("UTF-8")),
        ];
        if cloud_run {
            environment.extend([("K_SERVICE", "door"), ("GCE_METADATA_HOST", &host)]);
        }
        Judged::with(&check, &environment)
    }

    /// A token as Cloud Run passes it on.
    fn token(&self) -> String {
        let audience = format!("{}/webhook", self.upstream.url("").trim_end_matches('/'));
        self.issuer.service_agent("42").audience(&audience).behind_cloud_run()
    }
}

fn pem(der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}

fn readiness(judged: &Judged) -> u16 {
    judged.program().connect().ask(&Request::get("/readyz")).status
}

#[test]
fn tokens_count_once_an_anonymous_call_was_refused() {
    for status in [401, 403] {
        let front = FrontEnd::answering(status);
        let judged = front.judged("", true);
        until("it is proven", || readiness(&judged) == 200);
        assert_eq!(judged.accepts(&front.token()), "cloud_run_iam:42");
        let asked = front.upstream.requests();
        assert!(
            asked.iter().all(|request| request.path == "/" && request.header("authorization").is_none()),
            "{asked:?}"
        );
    }
}

#[test]
fn the_header_of_cloud_run_wins() {
    let front = FrontEnd::answering(403);
    let judged = front.judged("", true);
    until("it is proven", || readiness(&judged) == 200);
    let of = |number| {
        let audience = format!("{}/webhook", front.upstream.url("").trim_end_matches('/'));
        format!("Bearer {}", front.issuer.service_agent(number).audience(&audience).behind_cloud_run())
    };
    let both = |serverless: &str, plain: &str| {
        Judged::request().header("X-Serverless-Authorization", serverless).header("Authorization", plain)
    };
    assert_eq!(judged.ask(both(&of("42"), "Bearer whatever")).0.status, 200);
    judged.refuses_request(both(&of("43"), &of("42")), 403, "wrong e-mail");
}

#[test]
fn claims_are_judged_although_nobody_can_verify_them_again() {
    let front = FrontEnd::answering(403);
    let judged = front.judged(r#", audience = ["a"]"#, true);
    until("it is proven", || readiness(&judged) == 200);
    let order = || front.issuer.service_agent("42").audience("a");
    judged.accepts(&order().behind_cloud_run());
    judged.refuses(&order().audience("b").behind_cloud_run(), 401, "cloud_run_iam: wrong audience");
    judged.refuses(&order().expires_in(-90).behind_cloud_run(), 401, "expired");
    judged.refuses(&order().claim("email", "x@example.com").behind_cloud_run(), 403, "wrong e-mail");
    judged.refuses(&order().sign(), 401, "the token still has a signature, so Cloud Run did not verify it");
    judged.refuses(&format!("{}X", order().behind_cloud_run()), 401, "still has a signature");
}

#[test]
fn nothing_counts_where_everybody_gets_through() {
    for status in [0, 200] {
        let front = FrontEnd::answering(status);
        // Not even when somebody says that it can be taken for granted.
        let judged = front.judged(", dangerous_assume_iam = true", true);
        until("it was tried", || judged.program().log().contains("does not stand in front"));
        judged.refuses(&front.token(), 503, "cloud_run_iam: Cloud Run's IAM check does not stand in front");
        assert_eq!(readiness(&judged), 503);
    }
}

#[test]
fn a_service_hidden_from_itself_needs_somebodys_word() {
    let front = FrontEnd::answering(404);
    let judged = front.judged("", true);
    until("it was tried", || judged.program().log().contains("set dangerous_assume_iam = true"));
    judged.refuses(&front.token(), 503, "was answered 404, not 401 or 403. Where ingress settings hide");
    let judged = front.judged(", dangerous_assume_iam = true", true);
    until("it is assumed", || readiness(&judged) == 200);
    judged.accepts(&front.token());
}

#[test]
fn elsewhere_than_on_cloud_run_nothing_counts() {
    let front = FrontEnd::answering(403);
    let judged = front.judged(", dangerous_assume_iam = true", false);
    until("it was tried", || judged.program().log().contains("K_SERVICE is not set"));
    judged.refuses(&front.token(), 503, "this process does not run on Cloud Run");
    assert!(front.upstream.requests().is_empty());
}

#[test]
fn it_is_tried_until_it_is_proven() {
    let front = FrontEnd::answering(500);
    let judged = front.judged("", true);
    until("it was tried", || judged.program().log().contains("was answered 500"));
    front.status.store(403, Ordering::SeqCst);
    until("it is proven", || readiness(&judged) == 200);
    judged.accepts(&front.token());
}
