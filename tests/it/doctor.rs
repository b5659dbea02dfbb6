//! `rejoinder doctor`.

use std::fs;

use rejoinder::testing::Certificates;
use serde_json::Value;

use crate::kit::{Ended, run};

fn folder(file: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("rejoinder.toml"), file).expect("written");
    folder
}

fn doctor(folder: &tempfile::TempDir, environment: &[(&str, &str)]) -> Ended {
    run(folder.path(), &["doctor", "--offline"], environment)
}

#[track_caller]
fn says(ended: &Ended, lines: &[&str]) {
    for line in lines {
        assert!(ended.out.contains(line), "{line:?} is not in:\n{}{}", ended.out, ended.errors);
    }
}

#[test]
fn a_good_setting_has_no_failure_and_tells_what_to_grant() {
    let folder = folder(
        "[server]\nbind = \"0.0.0.0:8080\"\npublic_url = \"https://door-123456.europe-west1.run.app\"\n\
         [agent]\nname = \"projects/123456789012/locations/global/agents/a\"\n\
         [auth]\nany_of = [{ kind = \"basic\", username = \"u\", password = { env = \"PASSWORD\" } }]\n",
    );
    let ended = doctor(&folder, &[("PASSWORD", "correct-horse")]);
    assert_eq!(ended.code, Some(0), "{}", ended.out);
    says(
        &ended,
        &[
            "ok    server.bind 0.0.0.0:8080 can be reached from other machines",
            "its name was not looked up (--offline)",
            "https://door-123456.europe-west1.run.app/webhook is what Dialogflow sends",
            "https://door-123456.europe-west1.run.app/flexible/TAG",
            "service-123456789012@gcp-sa-dialogflow.iam.gserviceaccount.com is the account",
            "$ gcloud run services add-iam-policy-binding door --region=europe-west1 --member=serviceAccount:service-123456789012@gcp-sa-dialogflow.iam.gserviceaccount.com --role=roles/run.invoker",
            "$ gcloud beta services identity create --service=dialogflow.googleapis.com --project=123456789012",
            "ok    auth.any_of[0].password: the environment variable PASSWORD is set",
            "ok    /webhook, /flexible/*: one of 1 checks must accept the caller",
        ],
    );
    assert!(!ended.out.contains("correct-horse"), "{}", ended.out);
}

#[test]
fn what_is_open_or_unreachable_fails() {
    let folder = folder(
        "[server]\nbind = \"0.0.0.0:8080\"\npublic_url = \"https://10.1.2.3\"\n\
         dangerous_allow_unauthenticated = true\n[outbound]\ndangerous_allow_http = true\n",
    );
    let ended = doctor(&folder, &[]);
    assert_eq!(ended.code, Some(1));
    says(
        &ended,
        &[
            "FAIL  server.public_url https://10.1.2.3/ leads to 10.1.2.3, a private address (RFC 1918)",
            "fix: give the name a public address, or reach this server through Service Directory",
            "FAIL  /webhook, /flexible/*: nobody is checked, and other machines reach them",
            "warn  server.dangerous_allow_unauthenticated is on: whoever reaches the server can call every handler",
            "warn  outbound.dangerous_allow_http is on",
        ],
    );
}

#[test]
fn a_secret_in_the_settings_is_warned_of_and_not_shown() {
    let folder =
        folder("[auth]\nany_of = [{ kind = \"header\", name = \"X-Key\", values = [\"correct-horse\"] }]\n");
    let ended = doctor(&folder, &[]);
    says(&ended, &["warn  auth.any_of[0].values[0]: the secret stands in the settings as text"]);
    assert!(!ended.out.contains("correct-horse"), "{}", ended.out);
    says(&ended, &["FAIL  server.bind 127.0.0.1:8080 can be reached from this machine alone"]);
}

#[test]
fn certificates_are_described() {
    let authority = Certificates::new();
    let file = "[server]\npublic_url = \"https://other.example.com\"\n\
                [auth]\nany_of = [{ kind = \"mtls\", preset = \"dialogflow\" }]\n\
                [server.tls]\ncertificate = \"server.pem\"\nkey = \"server.key\"\n\
                client_certificates = \"required\"\nclient_roots = \"roots.pem\"\n";
    let folder = folder(file);
    authority.write(folder.path().join("roots.pem")).expect("written");
    let write = |order: rejoinder::testing::Order<'_>| {
        order.issue().write(folder.path(), "server").expect("written");
    };
    write(authority.server(&["door.example.com", "*.example.org"]));
    let ended = doctor(&folder, &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.out);
    says(
        &ended,
        &[
            "ok    HTTPS ends here",
            "ok    it is for door.example.com, *.example.org",
            "warn  it is not for other.example.com, the host of server.public_url",
            "note  its issuer is CN=Test Authority",
            "warn  clients without a certificate cannot connect, probes of /healthz",
            "ok    1 authorities of clients in roots.pem",
            "warn  the root of Dialogflow's own client certificate is not in roots.pem",
            "SHA-256 85:66:6A:56:",
            "for anybody's agent. Combine the check mtls",
        ],
    );
    write(authority.server(&["other.example.com"]).expired());
    let ended = doctor(&folder, &[]);
    assert_eq!(ended.code, Some(1), "{}", ended.out);
    says(
        &ended,
        &[
            "FAIL  the server's certificate (CN=other.example.com) in server.pem: it expired at 2001-01-01T00:00:00Z",
        ],
    );
}

#[test]
fn what_resources_need_in_the_agents_project_is_told() {
    let folder = folder("[agent]\nname = \"projects/42/locations/global/agents/a\"\n");
    fs::create_dir(folder.path().join("webhooks")).expect("a folder");
    let webhook = r#"{
      "displayName": "Inner",
      "serviceDirectory": {
        "service": "projects/net/locations/l/namespaces/n/services/s",
        "genericWebService": {
          "uri": "https://inner.example.com",
          "secretVersionForUsernamePassword": "projects/p/secrets/s/versions/1",
          "serviceAccountAuthConfig": { "serviceAccount": "sa@p.iam.gserviceaccount.com" }
        }
      }
    }"#;
    fs::write(folder.path().join("webhooks/inner.json"), webhook).expect("written");
    let ended = doctor(&folder, &[]);
    let account = "service-42@gcp-sa-dialogflow.iam.gserviceaccount.com";
    says(
        &ended,
        &[
            &format!(
                "$ gcloud projects add-iam-policy-binding net --member=serviceAccount:{account} --role=roles/servicedirectory.viewer"
            ),
            "--role=roles/servicedirectory.pscAuthorizedService",
            &format!(
                "$ gcloud secrets add-iam-policy-binding s --project=p --member=serviceAccount:{account} --role=roles/secretmanager.secretAccessor"
            ),
            &format!(
                "$ gcloud iam service-accounts add-iam-policy-binding sa@p.iam.gserviceaccount.com --member=serviceAccount:{account} --role=roles/iam.serviceAccountTokenCreator"
            ),
            "--role=roles/iam.serviceAccountUser",
        ],
    );
}

#[test]
fn faults_of_the_settings_are_the_first_thing_to_mend() {
    let folder =
        folder("[server]\nbnd = \"x\"\n[server.tls]\ncertificate = \"none.pem\"\nkey = \"none.key\"\n");
    let ended = doctor(&folder, &[]);
    assert_eq!(ended.code, Some(1));
    says(
        &ended,
        &[
            "Configuration\n",
            "FAIL  rejoinder.toml:2: server.bnd: this key is unknown",
            "none.pem cannot be read",
        ],
    );
}

#[test]
fn programs_read_it_as_json() {
    let folder = folder("");
    let ended = run(folder.path(), &["doctor", "--offline", "--json"], &[]);
    assert_eq!(ended.code, Some(1));
    let report: Value = serde_json::from_str(&ended.out).expect("JSON");
    assert_eq!(report["ok"], false);
    let sections = report["sections"].as_array().expect("a list");
    let line = sections.iter().flat_map(|section| section["lines"].as_array().expect("a list"));
    let failed: Vec<_> = line.filter(|line| line["mark"] == "fail").collect();
    assert!(failed.iter().all(|line| line["fix"].is_string()), "{failed:?}");
    assert!(!failed.is_empty());
}

#[test]
fn what_id_tokens_need_is_told() {
    let folder = folder(
        "[server]\nbind = \"0.0.0.0:8080\"\npublic_url = \"https://door-123456.europe-west1.run.app\"\n\
         [auth]\nany_of = [\n\
         { kind = \"service_agent\", project_number = \"42\", audience = [\"https://door.example.com/webhook\"] },\n\
         { kind = \"cloud_run_iam\", project_number = \"43\", dangerous_assume_iam = true },\n]\n",
    );
    let ended = doctor(&folder, &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.out);
    let service = "door --region=europe-west1";
    says(
        &ended,
        &[
            "ok    https://door.example.com/webhook is accepted (audience)",
            "https://door-123456.europe-west1.run.app/webhook is what Dialogflow sends",
            "service-42@gcp-sa-dialogflow.iam.gserviceaccount.com is the account that agents of project 42 call with",
            "service-43@gcp-sa-dialogflow.iam.gserviceaccount.com is the account that agents of project 43 call with",
            "warn  auth.any_of[1].dangerous_assume_iam is on: tokens without a signature are believed",
            &format!("$ gcloud run services get-iam-policy {service} --flatten=bindings"),
            &format!("$ gcloud run services describe {service} --format='value(metadata.annotations"),
        ],
    );
}
