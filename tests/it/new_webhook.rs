//! `rejoinder new webhook`: what is written, and what is never written over.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::kit::{Ended, run};

const PRESETS: [(&str, &str); 6] = [
    ("salesforce-query", "Salesforce query"),
    ("salesforce-create", "Salesforce create"),
    ("salesforce-update", "Salesforce update"),
    ("salesforce-get", "Salesforce get"),
    ("get", "Get example"),
    ("post", "Post example"),
];

fn new(folder: &Path, arguments: &[&str]) -> Ended {
    run(folder, &[&["new", "webhook"], arguments].concat(), &[])
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_preset_is_a_resource_with_a_page_beside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    for (preset, name) in PRESETS {
        let ended = new(folder.path(), &["--preset", preset]);
        assert_eq!((ended.code, &*ended.errors), (Some(0), ""), "{preset}");
        assert!(ended.out.starts_with(&format!("wrote webhooks/{name}.json\nwrote webhooks/{name}.md\n")));
        let file = folder.path().join(format!("webhooks/{name}.json"));
        let webhook: Value = serde_json::from_str(&read(&file)).expect("JSON");
        let service = &webhook["genericWebService"];
        assert_eq!(webhook["displayName"], name);
        assert_eq!(service["webhookType"], "FLEXIBLE");
        if let Some(body) = service["requestBody"].as_str() {
            assert!(serde_json::from_str::<Value>(body).expect("JSON").is_object(), "{preset}");
        }
        assert_eq!(service["requestBody"].is_string(), service["httpMethod"] != "GET", "{preset}");
        assert_eq!(service["oauthConfig"].is_object(), preset.starts_with("salesforce"), "{preset}");
        assert!(service["oauthConfig"].get("clientSecret").is_none());
        let page = read(&file.with_extension("md"));
        for told in
            ["## To replace", "`genericWebService.uri`", "[routes.\"", &format!("webhook = \"{name}\"")]
        {
            assert!(page.contains(told), "{preset}: {told}");
        }
    }
}

#[test]
fn an_inspection_finds_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    for (preset, name) in PRESETS {
        assert_eq!(new(folder.path(), &["--preset", preset]).code, Some(0));
        let file = format!("webhooks/{name}.json");
        let ended = run(folder.path(), &["inspect", "webhook", &file, "--strict"], &[]);
        assert_eq!(ended.code, Some(0), "{preset}: {}{}", ended.out, ended.errors);
    }
}

#[test]
fn nothing_is_written_over_without_being_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("w/Mine.md");
    fs::create_dir(folder.path().join("w")).expect("created");
    fs::write(&page, "mine").expect("written");
    let arguments = ["--preset", "get", "--dir", "w", "--name", "Mine"];
    let ended = new(folder.path(), &arguments);
    let expected =
        "rejoinder: w/Mine.md is there already; --force writes over it, --name takes another one\n";
    assert_eq!((ended.code, &*ended.errors), (Some(1), expected));
    assert_eq!(read(&page), "mine");
    assert!(!folder.path().join("w/Mine.json").exists(), "nothing is written by half");
    assert_eq!(new(folder.path(), &[&arguments[..], &["--force"]].concat()).code, Some(0));
    assert!(read(&page).starts_with("# Mine\n"));
}

#[test]
fn a_display_name_is_encoded_in_the_file_name_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let ended = new(
        folder.path(),
        &["--preset", "salesforce-get", "--name", "CRM: \"José\"/1", "--api-version", "v61.0"],
    );
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    let file = folder.path().join("webhooks/CRM%3a %22Jos%c3%a9%22%2f1.json");
    let webhook: Value = serde_json::from_str(&read(&file)).expect("JSON");
    assert_eq!(webhook["displayName"], "CRM: \"José\"/1");
    assert!(
        webhook["genericWebService"]["uri"]
            .as_str()
            .expect("text")
            .contains("/services/data/v61.0/sobjects/")
    );
    assert!(read(&file.with_extension("md")).contains(r#"webhook = "CRM: \"José\"/1""#));
}

#[test]
fn what_cannot_be_written_is_told_with_its_path_or_option() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("taken"), "").expect("written");
    for (arguments, code, told) in [
        (&["--preset", "get", "--dir", "taken"][..], 1, "taken"),
        (&["--preset", "get", "--name", " "][..], 1, "--name is empty"),
        (&["--preset", "get", "--name", "a\nb"][..], 1, "--name has a control character"),
        (&["--preset", "get", "--name", &"ü".repeat(99)][..], 1, "--name needs a file name of 594 bytes"),
        (&["--preset", "get", "--api-version", "64"][..], 2, "expected a version such as v64.0"),
        (&["--preset", "sap"][..], 2, "salesforce-query"),
    ] {
        let ended = new(folder.path(), arguments);
        assert_eq!(ended.code, Some(code), "{arguments:?}");
        assert!(ended.errors.contains(told), "{arguments:?}: {}", ended.errors);
    }
}
