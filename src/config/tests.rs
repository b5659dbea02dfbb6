use super::*;

fn sources(file: &str, variables: &[(&str, &str)]) -> (tempfile::TempDir, Sources) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rejoinder.toml");
    std::fs::write(&path, file).expect("written");
    let environment =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    (folder, Sources { file: Some(path), environment, ..Sources::default() })
}

pub(super) fn loaded(file: &str, variables: &[(&str, &str)]) -> Config {
    let (_folder, sources) = sources(file, variables);
    Config::load(&sources).unwrap_or_else(|error| panic!("{error}"))
}

pub(super) fn faults(file: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let (folder, sources) = sources(file, variables);
    let prefix = format!("{}/", folder.path().display());
    let error = Config::load(&sources).expect_err("faulty");
    error.faults.iter().map(|fault| fault.to_string().replace(&prefix, "")).collect()
}

#[test]
fn every_key_of_the_code_stands_in_the_default_file_with_a_sentence() {
    let mut faults = Vec::new();
    let defaults = source::parse("", DEFAULTS, &mut faults);
    assert_eq!(faults, []);
    for key in all_keys().iter().filter(|key| !key.path.contains(['[', '*'])) {
        let path: Vec<&str> = key.path.split('.').collect();
        assert!(defaults.get(&path).is_some(), "{} has no default", key.path);
        assert!(schema::sentence(DEFAULTS, &key.path).is_some(), "{} has no sentence", key.path);
    }
    // The other way round: the defaults load, so none of their keys is unknown.
    Config::load(&Sources::default()).expect("the defaults are valid");
}

#[test]
fn later_sources_win_and_the_effective_text_says_where_from() {
    let (_folder, mut sources) = sources(
        "[server]\nbind = \"localhost:1\"\nrequest_limit = \"2MiB\"\n",
        &[("REJOINDER_SERVER__REQUEST_LIMIT", "3MiB"), ("PORT", "7")],
    );
    let config = Config::load(&sources).expect("valid");
    assert_eq!(config.server.bind.to_string(), "localhost:7");
    assert_eq!(config.server.request_limit, 3 << 20);
    assert!(config.effective.contains("request_limit = \"3MiB\"  # REJOINDER_SERVER__REQUEST_LIMIT"));
    sources.bind = Some("[::1]:9".to_owned());
    assert_eq!(Config::load(&sources).expect("valid").server.bind.to_string(), "[::1]:9");
}

#[test]
fn every_fault_is_told_with_its_place_and_fix() {
    let file = "[server]\nbnd = \"x\"\nbind = 8080\nbody_timeout = \"5\"\n\n[sever]\na = 1\n[log]\nformat = \"xml\"\n";
    let found =
        faults(file, &[("PORT", "http"), ("REJOINDER_DEMO__ENABLED", "yes"), ("REJOINDER_LOG__LEVL", "a")]);
    let expected = [
        "PORT: expected a port from 0 to 65535, found \"http\"",
        "rejoinder.toml:3: server.bind: expected HOST:PORT such as \"127.0.0.1:8080\" or \"[::1]:8080\", found \"8080\"",
        "rejoinder.toml:4: server.body_timeout: expected a time with its unit from 1ms to 1m, such as \"4.5s\" or \"500ms\", found \"5\"",
        "rejoinder.toml:2: server.bnd: this key is unknown; did you mean `bind`?",
        "REJOINDER_DEMO__ENABLED: demo.enabled: expected true or false, found \"yes\"",
        "rejoinder.toml:9: log.format: expected one of \"auto\", \"text\", \"json\", found \"xml\"",
        "REJOINDER_LOG__LEVL: log.levl: this key is unknown; did you mean `level`?",
        "rejoinder.toml:6: sever: this key is unknown; did you mean `server`?",
    ];
    assert_eq!(found, expected);
}

#[test]
fn broken_toml_and_missing_files_are_told() {
    assert!(faults("[server\nbind = 1", &[])[0].starts_with("rejoinder.toml:1: "));
    let sources = Sources { file: Some("/no/such/file.toml".into()), ..Sources::default() };
    let error = Config::load(&sources).expect_err("missing").to_string();
    assert!(error.contains("/no/such/file.toml:1: this file cannot be read"), "{error}");
}

#[test]
fn secrets_are_resolved_and_never_shown() {
    let checks = r#"[{ kind = "basic", username = "u", password = { env = "P" } }, { kind = "header", name = "X-Key", values = ["s3cret", { env = "K" }] }]"#;
    let environment = [("REJOINDER_AUTH__ANY_OF", checks), ("P", "hunter2"), ("K", "k3y")];
    let (_folder, sources) = sources("", &environment);
    let config = Config::load(&sources).expect("valid");
    assert!(config.effective.contains(
        r#"any_of = [{ kind = "basic", username = "u", password = { env = "P" } }, { kind = "header", name = "X-Key", values = ["***", { env = "K" }] }]"#
    ), "{}", config.effective);
    for secret in ["hunter2", "s3cret", "k3y"] {
        assert!(!config.effective.contains(secret));
        assert!(!format!("{config:?}").contains(secret));
    }
}

#[test]
fn faulty_checks_are_told() {
    let file = r#"[auth]
any_of = [
  { kind = "basic", username = "u", password = { env = "NOT_SET" } },
  { kind = "header", name = "bad name", values = [] },
  { kind = "basik" },
  { kind = "basic", user = "u", username = "a:b", password = 5 },
  "x",
]
"#;
    let expected = [
        "rejoinder.toml:3: auth.any_of[].password: the environment variable NOT_SET is not set; set it to the secret",
        "rejoinder.toml:4: auth.any_of[].values: expected at least one value",
        "rejoinder.toml:4: auth.any_of[].name: expected a header's name, found \"bad name\"",
        "rejoinder.toml:5: auth.any_of[].kind: expected one of \"basic\", \"header\", \"mtls\", \"service_agent\", \"cloud_run_iam\", \"jwt\", \"introspection\", \"all_of\", found \"basik\"",
        "rejoinder.toml:6: auth.any_of[].password: expected the secret as text, { env = \"NAME\" }, { file = \"PATH\" } or { secret = \"projects/P/secrets/S/versions/V\" }, found a number or date",
        "rejoinder.toml:6: auth.any_of[].username: expected a name without a colon, found \"a:b\"",
        "rejoinder.toml:6: auth.any_of[].user: this key is unknown; did you mean `username`?",
        "rejoinder.toml:7: auth.any_of: expected a table in { } in the list, found text",
    ];
    assert_eq!(faults(file, &[]), expected);
}

#[test]
fn the_schema_knows_every_key_and_kind_of_check() {
    let schema = schema();
    assert_eq!(schema["properties"]["server"]["properties"]["bind"]["type"], "string");
    let checks = &schema["properties"]["auth"]["properties"]["any_of"]["items"]["oneOf"];
    assert_eq!(checks[0]["properties"]["kind"]["const"], "basic");
    assert_eq!(checks[0]["required"], serde_json::json!(["kind", "username", "password"]));
    assert_eq!(checks[1]["properties"]["kind"]["const"], "header");
    let description = &schema["properties"]["server"]["properties"]["keep_alive"]["description"];
    assert_eq!(description, "How long an idle connection is kept open for the next request.");
}
