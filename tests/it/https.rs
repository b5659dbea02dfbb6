//! HTTPS without a proxy in front.

use std::fs;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use rejoinder::Rejoinder;
use rejoinder::config::{Config, Sources};
use rejoinder::testing::{Certificates, Identity};
use serde_json::json;

use crate::kit::{PATIENCE, Program, Request, SecureClient, Served, call, run, until};

/// A file that serves the demo with the certificate `server.pem`.
const FILE: &str = "[server]\nbind = \"127.0.0.1:0\"\n[demo]\nenabled = true\n\
                    [server.tls]\ncertificate = \"server.pem\"\nkey = \"server.key\"\n";

fn folder(identity: &Identity, file: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    identity.write(folder.path(), "server").expect("written");
    fs::write(folder.path().join("rejoinder.toml"), file).expect("written");
    folder
}

fn config(folder: &Path) -> Config {
    let sources = Sources { file: Some(folder.join("rejoinder.toml")), ..Sources::default() };
    Config::load(&sources).unwrap_or_else(|error| panic!("{error}"))
}

fn served(folder: &Path) -> Served {
    Served::start_config(Rejoinder::new, config(folder))
}

#[test]
fn tls_1_2_and_1_3_are_spoken_with_rsa_and_ec_keys() {
    let authority = Certificates::new();
    for (order, kind) in
        [(authority.server(&["localhost"]), "EC"), (authority.server(&["localhost"]).rsa(), "RSA")]
    {
        let folder = folder(&order.issue(), FILE);
        let served = served(folder.path());
        for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
            let client = SecureClient::trusting(&authority).only(version);
            let mut connection = client.connect(served.address);
            for _ in 0..2 {
                let answer = connection.ask(&Request::call(call("counter", &json!({}))));
                assert_eq!(answer.status, 200, "{kind} {version:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn http_2_and_http_1_1_are_offered() {
    let authority = Certificates::new();
    let folder = folder(&authority.server(&["localhost"]).issue(), FILE);
    let served = served(folder.path());
    for (version, protocols) in [
        (reqwest::Version::HTTP_2, vec![b"h2".to_vec(), b"http/1.1".to_vec()]),
        (reqwest::Version::HTTP_11, vec![b"http/1.1".to_vec()]),
        (reqwest::Version::HTTP_11, Vec::new()),
    ] {
        let mut config = SecureClient::trusting(&authority).config();
        config.alpn_protocols = protocols;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(config)
            .no_proxy()
            .resolve("localhost", served.address)
            .timeout(PATIENCE)
            .build()
            .expect("a client");
        let url = format!("https://localhost:{}/webhook", served.address.port());
        let body = call("counter", &json!({}));
        let asked = client.post(url).header("content-type", "application/json").body(body).send();
        let answer = asked.await.expect("an answer");
        assert_eq!((answer.status().as_u16(), answer.version()), (200, version));
    }
}

#[test]
fn older_forms_of_keys_are_read() {
    let authority = Certificates::new();
    let block = |label: &str, der: &[u8]| {
        let text = base64::engine::general_purpose::STANDARD.encode(der);
        format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
    };
    for (identity, label) in [
        (authority.server(&["localhost"]).issue(), "EC PRIVATE KEY"),
        (authority.server(&["localhost"]).rsa().issue(), "RSA PRIVATE KEY"),
    ] {
        let folder = folder(&identity, FILE);
        let key = block(label, inner_key(identity.key_der()));
        fs::write(folder.path().join("server.key"), key).expect("written");
        let served = served(folder.path());
        let mut connection = SecureClient::trusting(&authority).connect(served.address);
        assert_eq!(connection.ask(&Request::get("/healthz")).status, 200, "{label}");
    }
}

/// What PKCS#8 wraps: version, algorithm, and the older form as the third member.
fn inner_key(pkcs8: &[u8]) -> &[u8] {
    fn member(der: &[u8]) -> (&[u8], &[u8]) {
        let (length, head) = match der[1] {
            short @ 0..=0x7f => (usize::from(short), 2),
            0x81 => (usize::from(der[2]), 3),
            _ => (usize::from(der[2]) << 8 | usize::from(der[3]), 4),
        };
        (&der[head..head + length], &der[head + length..])
    }
    let (members, _) = member(pkcs8);
    let (_, rest) = member(members);
    let (_, rest) = member(rest);
    member(rest).0
}

#[test]
fn sighup_takes_up_a_new_certificate_and_closes_no_connection() {
    let authority = Certificates::new();
    let folder =
        folder(&authority.server(&["localhost"]).issue(), &format!("{FILE}reload_interval = \"1h\"\n"));
    let path = folder.path().to_owned();
    let program = Program::serve_in(folder, &[], &[]);
    assert!(program.first_line.contains("https://127.0.0.1"), "{}", program.first_line);
    let client = SecureClient::trusting(&authority);
    let mut open = client.connect(program.address);
    let old = open.server_certificate();
    assert_eq!(open.ask(&Request::get("/healthz")).status, 200);

    // A faulty file first: the old certificate is served on, and the log says why.
    fs::write(path.join("server.pem"), "no certificate").expect("written");
    program.signal("HUP");
    until("the fault is told", || program.log().contains("not reloaded"));
    let log = program.log();
    assert!(log.contains("holds no PEM section") && log.contains("server.pem"), "{log}");
    assert_eq!(client.connect(program.address).server_certificate(), old);

    authority.server(&["localhost"]).issue().write(&path, "server").expect("written");
    program.signal("HUP");
    until("the new one is served", || client.connect(program.address).server_certificate() != old);
    assert_eq!(open.ask(&Request::get("/healthz")).status, 200, "the old connection goes on");
}

#[test]
fn files_that_change_are_taken_up_by_themselves() {
    let authority = Certificates::new();
    let file = format!("{FILE}reload_interval = \"10ms\"\n");
    let folder = folder(&authority.server(&["localhost"]).issue(), &file);
    let served = served(folder.path());
    let client = SecureClient::trusting(&authority);
    let old = client.connect(served.address).server_certificate();
    let new = authority.server(&["localhost"]).rsa().issue();
    new.write(folder.path(), "server").expect("written");
    until("the new one is served", || client.connect(served.address).server_certificate() != old);
    assert_eq!(client.connect(served.address).server_certificate(), new.chain_der()[0]);
}

#[test]
fn a_certificate_of_an_intermediate_authority_is_served_with_it() {
    let authority = Certificates::new();
    let folder = folder(&authority.intermediate().server(&["localhost"]).issue(), FILE);
    let served = served(folder.path());
    let mut connection = SecureClient::trusting(&authority).connect(served.address);
    assert_eq!(connection.ask(&Request::get("/healthz")).status, 200);
}

#[test]
fn clear_text_on_the_encrypted_port_harms_nobody() {
    let authority = Certificates::new();
    let folder = folder(&authority.server(&["localhost"]).issue(), FILE);
    let served = served(folder.path());
    let mut plain = served.connect();
    plain.send(&Request::get("/healthz").text());
    let rest = plain.rest();
    assert!(!rest.starts_with(b"HTTP/"), "{rest:?}");
    let mut connection = SecureClient::trusting(&authority).connect(served.address);
    assert_eq!(connection.ask(&Request::get("/healthz")).status, 200);
}

#[test]
fn sigterm_finishes_a_call_in_flight_over_tls() {
    let authority = Certificates::new();
    let folder = folder(&authority.server(&["localhost"]).issue(), FILE);
    let program = Program::serve_in(folder, &[], &[]);
    let client = SecureClient::trusting(&authority);
    let (mut asking, mut watching) = (client.connect(program.address), client.connect(program.address));
    assert_eq!(watching.ask(&Request::get("/readyz")).status, 200);
    let counted = Request::call(call("counter", &json!({}))).text();
    let slow = Request::call(call("slow", &json!({ "ms": 500 }))).text();
    asking.send(&[counted, slow].concat());
    assert_eq!(asking.answer().status, 200);
    program.signal("TERM");
    until("not ready", || watching.ask(&Request::get("/readyz")).status == 503);
    assert_eq!(asking.answer().said(), "That took 500 ms.");
    drop((asking, watching));
    let ended = program.end();
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
}

#[test]
fn an_idle_encrypted_connection_holds_nobody_for_long() {
    let authority = Certificates::new();
    let folder = folder(&authority.server(&["localhost"]).issue(), FILE);
    let program = Program::serve_in(folder, &[], &[]);
    let mut connection = SecureClient::trusting(&authority).connect(program.address);
    assert_eq!(connection.ask(&Request::get("/readyz")).status, 200);
    let begun = std::time::Instant::now();
    program.signal("TERM");
    assert_eq!(program.end().code, Some(0));
    assert!(begun.elapsed() < Duration::from_millis(1800), "{:?}", begun.elapsed());
}

#[test]
fn faulty_files_are_told_by_check_and_serve_alike() {
    let authority = Certificates::new();
    let identity = authority.server(&["localhost"]).issue();
    let other = authority.server(&["localhost"]).issue();
    let faulty = |change: &dyn Fn(&Path), expected: &str| {
        let folder = folder(&identity, FILE);
        change(folder.path());
        for command in ["check", "serve"] {
            let ended = run(folder.path(), &[command], &[]);
            assert_eq!(ended.code, Some(1), "{}", ended.errors);
            assert!(ended.errors.contains(expected), "{expected}: {}", ended.errors);
        }
    };
    faulty(
        &|at| fs::remove_file(at.join("server.pem")).expect("there"),
        "server.tls.certificate: server.pem cannot be read",
    );
    faulty(
        &|at| fs::remove_file(at.join("server.key")).expect("there"),
        "server.tls.key: server.key cannot be read",
    );
    faulty(
        &|at| fs::write(at.join("server.key"), other.key_pem()).expect("written"),
        "rejoinder.toml:7: server.tls.key: the key in server.key is not that of the first certificate in server.pem (CN=localhost)",
    );
    faulty(
        &|at| fs::rename(at.join("server.key"), at.join("server.pem")).expect("renamed"),
        "server.pem holds PRIVATE KEY; expected the server's certificate",
    );
    faulty(
        &|at| {
            let file = FILE.replace("key = \"server.key\"\n", "client_certificates = \"maybe\"\n");
            fs::write(at.join("rejoinder.toml"), file).expect("written");
        },
        "server.tls.client_certificates: expected one of \"off\", \"optional\", \"required\", found \"maybe\"",
    );
    faulty(
        &|at| {
            fs::write(at.join("rejoinder.toml"), FILE.replace("key = \"server.key\"\n", ""))
                .expect("written");
        },
        "server.tls.key: expected the file of the certificate's private key",
    );
}

#[test]
fn an_expired_certificate_is_served_with_a_warning() {
    let authority = Certificates::new();
    let folder = folder(&authority.server(&["localhost"]).expired().issue(), FILE);
    let program = Program::serve_in(folder, &[], &[]);
    assert!(program.log().contains("it expired at 2001-01-01T00:00:00Z"), "{}", program.log());
    assert!(SecureClient::trusting(&authority).is_refused(program.address));
}

#[test]
fn the_settings_in_force_have_a_section_of_their_own() {
    let authority = Certificates::new();
    let folder = folder(&authority.server(&["localhost"]).issue(), FILE);
    let ended = run(folder.path(), &["check"], &[("REJOINDER_SERVER__TLS__RELOAD_INTERVAL", "2s")]);
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    let section = "\n[server.tls]\ncertificate = \"server.pem\"  # rejoinder.toml:6\n";
    assert!(ended.out.contains(section), "{}", ended.out);
    let interval = "reload_interval = \"2s\"  # REJOINDER_SERVER__TLS__RELOAD_INTERVAL";
    assert!(ended.out.contains(interval), "{}", ended.out);
    ended.out.parse::<toml::Table>().expect("what is printed is TOML");
    let schema = run(folder.path(), &["schema"], &[]).out;
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    let tls = &schema["properties"]["server"]["properties"]["tls"]["properties"];
    assert_eq!(tls["client_certificates"]["enum"], json!(["off", "optional", "required"]));
}
