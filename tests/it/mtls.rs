//! Client certificates, in the handshake and at every call.

use std::fs;
use std::path::Path;

use rejoinder::Rejoinder;
use rejoinder::config::{Config, Sources};
use rejoinder::testing::Certificates;
use serde_json::json;

use crate::kit::{Program, Request, SecureClient, Served, call, run, until};

/// Serves the demo with a certificate of `servers`, to clients of `clients`.
struct Setting {
    servers: Certificates,
    clients: Certificates,
    folder: tempfile::TempDir,
}

impl Setting {
    fn new(client_certificates: &str, any_of: &str) -> Self {
        let (servers, clients) = (Certificates::new(), Certificates::new());
        let folder = tempfile::tempdir().expect("a folder");
        servers.server(&["localhost"]).issue().write(folder.path(), "server").expect("written");
        clients.write(folder.path().join("roots.pem")).expect("written");
        let file = format!(
            "[server]\nbind = \"127.0.0.1:0\"\n[demo]\nenabled = true\n[auth]\nany_of = [{any_of}]\n\
             [server.tls]\ncertificate = \"server.pem\"\nkey = \"server.key\"\n\
             client_certificates = \"{client_certificates}\"\nclient_roots = \"roots.pem\"\nreload_interval = \"10ms\"\n"
        );
        fs::write(folder.path().join("rejoinder.toml"), file).expect("written");
        Self { servers, clients, folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn served(&self) -> Served {
        let sources = Sources { file: Some(self.path().join("rejoinder.toml")), ..Sources::default() };
        let config = Config::load(&sources).unwrap_or_else(|error| panic!("{error}"));
        Served::start_config(Rejoinder::new, config)
    }

    fn client(&self) -> SecureClient {
        SecureClient::trusting(&self.servers)
    }
}

fn counted() -> Request {
    Request::call(call("counter", &json!({})))
}

const GOOGLE: &str = "{ kind = \"mtls\", subjects = [\"CN=Google LLC\"] }";

#[test]
fn a_required_certificate_decides_the_handshake() {
    let setting = Setting::new("required", GOOGLE);
    let served = setting.served();
    let client = setting.client();
    assert!(client.is_refused(served.address), "without a certificate");
    let strange = Certificates::new().client("Google LLC").issue();
    assert!(client.presenting(&strange).is_refused(served.address), "of another authority");
    let expired = setting.clients.client("Google LLC").expired().issue();
    assert!(client.presenting(&expired).is_refused(served.address), "expired");
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let good = setting.clients.client("Google LLC").issue();
        let mut connection = client.presenting(&good).only(version).connect(served.address);
        assert_eq!(connection.ask(&counted()).status, 200);
        assert_eq!(connection.ask(&counted()).status, 200);
    }
}

#[test]
fn an_optional_certificate_decides_the_call() {
    let setting = Setting::new("optional", GOOGLE);
    let served = setting.served();
    let client = setting.client();
    let mut without = client.connect(served.address);
    assert_eq!(without.ask(&Request::get("/healthz")).status, 200, "probes have none");
    without.ask(&counted()).refused(401, "unauthorized");
    let strange = Certificates::new().client("Google LLC").issue();
    assert!(client.presenting(&strange).is_refused(served.address), "of another authority");
    let other = setting.clients.client("Someone else").issue();
    client.presenting(&other).connect(served.address).ask(&counted()).refused(401, "unauthorized");
    let good = setting.clients.intermediate().client("Google LLC").organization("Google LLC").issue();
    assert_eq!(client.presenting(&good).connect(served.address).ask(&counted()).status, 200);
}

#[test]
fn dialogflows_own_names_are_a_preset() {
    let setting = Setting::new("optional", "{ kind = \"mtls\", preset = \"dialogflow\" }");
    let served = setting.served();
    for (identity, status) in [
        (setting.clients.client("Google LLC").issue(), 200),
        (setting.clients.client("*.dialogflow.com").issue(), 200),
        (setting.clients.client("x").name("*.dialogflow.com").issue(), 200),
        (setting.clients.client("x").name("dialogflow.com.example").issue(), 401),
        (setting.clients.client("Google LLC Ltd").issue(), 401),
    ] {
        let client = setting.client().presenting(&identity);
        assert_eq!(client.connect(served.address).ask(&counted()).status, status);
    }
    let checked = run(setting.path(), &["check"], &[]);
    assert_eq!(checked.code, Some(0), "{}", checked.errors);
    assert!(checked.errors.contains("for anybody's agent. Combine the check mtls"), "{}", checked.errors);
}

#[test]
fn a_connection_opened_before_its_authority_was_dropped_is_refused_at_the_next_call() {
    let setting = Setting::new("required", GOOGLE);
    let served = setting.served();
    let good = setting.clients.client("Google LLC").issue();
    let mut open = setting.client().presenting(&good).connect(served.address);
    assert_eq!(open.ask(&counted()).status, 200);
    let successor = Certificates::new();
    successor.write(setting.path().join("roots.pem")).expect("written");
    until("the old authority is dropped", || open.ask(&counted()).status == 401);
    assert!(setting.client().presenting(&good).is_refused(served.address));
    let next = successor.client("Google LLC").issue();
    assert_eq!(setting.client().presenting(&next).connect(served.address).ask(&counted()).status, 200);
}

#[test]
fn a_check_may_have_authorities_of_its_own() {
    let setting = Setting::new("optional", "{ kind = \"mtls\", subjects = [\"CN=*\"], roots = \"own.pem\" }");
    let own = Certificates::new();
    own.write(setting.path().join("own.pem")).expect("written");
    let served = setting.served();
    for (authority, status) in [(&own, 200), (&setting.clients, 401)] {
        let client = setting.client().presenting(&authority.client("a").issue());
        assert_eq!(client.connect(served.address).ask(&counted()).status, status);
    }
}

#[test]
fn a_certificate_and_a_password_can_both_be_wanted() {
    let both = format!(
        "{{ kind = \"all_of\", checks = [{GOOGLE}, {{ kind = \"basic\", username = \"agent\", password = \"secret\" }}] }}"
    );
    let setting = Setting::new("optional", &both);
    let served = setting.served();
    let good = setting.clients.client("Google LLC").issue();
    let password = counted().header("Authorization", "Basic YWdlbnQ6c2VjcmV0");
    for (client, request, status) in [
        (setting.client().presenting(&good), password.clone(), 200),
        (setting.client().presenting(&good), counted(), 401),
        (setting.client(), password, 401),
    ] {
        assert_eq!(client.connect(served.address).ask(&request).status, status);
    }
}

#[test]
fn the_log_says_what_was_wrong_with_a_certificate() {
    let Setting { servers, clients, folder } = Setting::new("optional", GOOGLE);
    let program = Program::serve_in(folder, &[], &[]);
    let client = SecureClient::trusting(&servers);
    let other = clients.client("Someone else").issue();
    client.presenting(&other).connect(program.address).ask(&counted()).refused(401, "unauthorized");
    let expected = "mtls: the client's certificate (CN=Someone else) has none of the expected names: expected CN=Google LLC";
    until("the call is told", || program.log().contains(expected));
    assert!(client.presenting(&Certificates::new().client("Stranger").issue()).is_refused(program.address));
    until("the handshake is told", || program.log().contains("refused for its client certificate"));
    assert!(program.log().contains("CN=Stranger"), "{}", program.log());
    let good = clients.client("Google LLC").issue();
    assert_eq!(client.presenting(&good).connect(program.address).ask(&counted()).status, 200);
    until("the caller is told", || program.log().contains("mtls:CN=Google LLC"));
}

#[test]
fn faulty_settings_of_client_certificates_are_told() {
    let told = |client_certificates: &str, any_of: &str, expected: &str| {
        let setting = Setting::new(client_certificates, any_of);
        let ended = run(setting.path(), &["check"], &[]);
        assert_eq!(ended.code, Some(1), "{}", ended.errors);
        assert!(ended.errors.contains(expected), "{expected}: {}", ended.errors);
    };
    told(
        "off",
        GOOGLE,
        "auth: the check mtls can accept nobody, because no client is asked for a certificate",
    );
    told("optional", "{ kind = \"mtls\" }", "expected `subjects`, `sans` or `preset`");
    told(
        "optional",
        "{ kind = \"mtls\", subjects = [\"Google\"] }",
        "subjects: expected attributes of a subject such as",
    );
    told("optional", "{ kind = \"mtls\", sans = [\"a.*.b\"] }", "sans: expected a name such as");
    told(
        "optional",
        "{ kind = \"mtls\", preset = \"google\" }",
        "preset: expected \"dialogflow\", found \"google\"",
    );
    told(
        "optional",
        "{ kind = \"mtls\", sans = [\"a\"], roots = \"server.key\" }",
        "server.key holds PRIVATE KEY; expected certificates of authorities in PEM",
    );
}

#[test]
fn required_certificates_alone_do_not_open_the_door_to_the_world() {
    let setting = Setting::new("required", "");
    let ended = run(setting.path(), &["serve", "--bind", "0.0.0.0:0"], &[]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.errors.contains("no caller check is configured"), "{}", ended.errors);
}
