//! The command: what it serves, prints and refuses.

use std::process::Command;

use serde_json::Value;

use crate::kit::{Program, Request, fixture, run};

const SHIPPED: &str = "Hi Ada, order 42 shipped and arrives on Friday.";

#[test]
fn serve_in_an_empty_folder_prints_a_url_and_a_curl_that_works() {
    let mut program = Program::serve();
    let expected =
        format!("Rejoinder {} answers http://{}/webhook\n", env!("CARGO_PKG_VERSION"), program.address);
    assert_eq!(program.first_line, expected);
    let printed = program.lines(|line| line.contains("curl "));
    let curl = printed.lines().last().expect("a line").trim();
    // The shell takes the line apart, as it would for a person; `curl` itself need not be there.
    let shell = format!("curl() {{ printf '%s\\0' \"$@\"; }}; {curl}");
    let output = Command::new("/bin/sh").args(["-c", &shell]).output().expect("a shell");
    let arguments = String::from_utf8(output.stdout).expect("text");
    let arguments: Vec<&str> = arguments.trim_end_matches('\0').split('\0').collect();
    let [url, "-H", header, "-d", body] = arguments[..] else { panic!("another curl: {arguments:?}") };
    assert_eq!(url, format!("http://{}/webhook", program.address));
    assert_eq!(header, "Content-Type: application/json");
    assert_eq!(program.connect().ask(&Request::call(body)).said(), SHIPPED);
}

#[test]
fn the_port_comes_from_the_environment_and_the_flag_wins() {
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound").port();
    let program = Program::serve_with(&[], &[("PORT", &port.to_string())]);
    assert_eq!(program.address, ([127, 0, 0, 1], port).into());
    assert_eq!(program.connect().ask(&Request::get("/healthz")).status, 200);
    // `PORT` is taken, so this only starts if the flag wins.
    let second = Program::serve_with(&["--bind", "127.0.0.1:0"], &[("PORT", &port.to_string())]);
    assert_ne!(second.address.port(), port);
    let program = Program::serve_with(&[], &[("PORT", "0"), ("REJOINDER_SERVER__BIND", "localhost:1")]);
    assert!(program.address.ip().is_loopback() && program.address.port() > 1);
}

#[test]
fn a_taken_port_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("bound").to_string();
    let ended = run(folder.path(), &["serve", "--bind", &address], &[]);
    assert_eq!(ended.code, Some(1));
    let expected = format!("rejoinder: cannot listen on {address} (server.bind): ");
    assert!(ended.errors.starts_with(&expected), "{}", ended.errors);
}

#[test]
fn a_configuration_file_is_found_in_the_working_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = "[server]\nbind = \"127.0.0.1:0\"\nwebhook_paths = [\"/agent\"]\n[demo]\nenabled = true\n";
    std::fs::write(folder.path().join("rejoinder.toml"), file).expect("written");
    let program = Program::serve_in(folder, &[], &[]);
    let request = Request::call(fixture("requests/order-status")).path("/agent");
    assert_eq!(program.connect().ask(&request).said(), SHIPPED);
}

#[test]
fn with_a_configuration_file_the_demo_is_off() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("my.toml");
    std::fs::write(&file, "[server]\nbind = \"127.0.0.1:0\"\n").expect("written");
    let program = Program::serve_in(folder, &["--config", file.to_str().expect("text")], &[]);
    program.connect().ask(&Request::call(fixture("requests/order-status"))).refused(404, "unknown_tag");
    program.signal("TERM");
    let ended = program.end();
    assert!(ended.errors.contains("demo.enabled = true"), "{}", ended.errors);
}

#[test]
fn every_fault_of_a_configuration_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = "[server]\nbnd = \"x\"\nrequest_limit = \"1\"\n[log]\nlevel = \"loud\"\n";
    std::fs::write(folder.path().join("rejoinder.toml"), file).expect("written");
    for command in ["serve", "check"] {
        let ended = run(folder.path(), &[command], &[("PORT", "http"), ("REJOINDER_DEMO__ENABLED", "yes")]);
        assert_eq!((ended.code, &*ended.out), (Some(1), ""), "{command}");
        insta::allow_duplicates! { insta::assert_snapshot!(ended.errors, @r#"
        rejoinder: the configuration cannot be used:
        - PORT: expected a port from 0 to 65535, found "http"
        - rejoinder.toml:3: server.request_limit: expected a size from 1024 to 1073741824 bytes, such as "64KiB" or "1MiB", found "1"
        - rejoinder.toml:2: server.bnd: this key is unknown; did you mean `bind`?
        - REJOINDER_DEMO__ENABLED: demo.enabled: expected true or false, found "yes"
        - rejoinder.toml:5: log.level: expected a level such as "info" or "info,rejoinder=debug", found "loud"
        "#) };
    }
    let ended = run(folder.path(), &["check", "--config", "missing.toml"], &[]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.errors.contains("missing.toml:1: this file cannot be read"), "{}", ended.errors);
}

#[test]
fn check_prints_what_is_in_force_and_masks_secrets() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = r#"
[auth]
any_of = [
  { kind = "basic", username = "agent", password = "hunter2" },
  { kind = "header", name = "X-Key", values = ["s3cret", { env = "KEY" }] },
]
"#;
    std::fs::write(folder.path().join("rejoinder.toml"), file).expect("written");
    let ended = run(folder.path(), &["check", "--bind", "0.0.0.0:9"], &[("KEY", "k3y")]);
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    for secret in ["hunter2", "s3cret", "k3y"] {
        assert!(!ended.out.contains(secret) && !ended.errors.contains(secret), "{}", ended.out);
    }
    assert!(ended.out.contains("bind = \"0.0.0.0:9\"  # --bind"), "{}", ended.out);
    assert!(ended.out.contains("rejoinder.toml:3"), "{}", ended.out);
    // What it prints is a configuration: all but the secrets can be read again.
    let printed = ended.out.parse::<toml::Table>().expect("TOML");
    assert_eq!(printed["server"]["request_limit"].as_str(), Some("1MiB"));
    assert_eq!(printed["auth"]["any_of"][0]["password"].as_str(), Some("***"));
    assert_eq!(printed["auth"]["any_of"][1]["values"][1]["env"].as_str(), Some("KEY"));
}

#[test]
fn the_schema_is_one_that_editors_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let ended = run(folder.path(), &["schema"], &[]);
    assert_eq!(ended.code, Some(0));
    let schema: Value = serde_json::from_str(&ended.out).expect("JSON");
    assert_eq!(schema["type"], "object");
    assert_eq!(schema["properties"]["demo"]["properties"]["enabled"]["type"], "boolean");
}

#[test]
fn completions_name_the_subcommands() {
    let folder = tempfile::tempdir().expect("a folder");
    for shell in ["bash", "zsh", "fish"] {
        let ended = run(folder.path(), &["completions", shell], &[]);
        assert_eq!(ended.code, Some(0), "{shell}");
        for subcommand in ["serve", "check", "inspect", "schema", "completions"] {
            assert!(ended.out.contains(subcommand), "{shell}: {subcommand}");
        }
    }
}

#[test]
fn wrong_usage_exits_with_2() {
    let folder = tempfile::tempdir().expect("a folder");
    for (arguments, hint) in [
        (&[][..], "Usage: rejoinder"),
        (&["srve"], "serve"),
        (&["serve", "--bnd", "x"], "--bind"),
        (&["inspect", "reply", "-"], "response"),
        (&["completions", "cmd"], "bash"),
    ] {
        let ended = run(folder.path(), arguments, &[]);
        assert_eq!((ended.code, &*ended.out), (Some(2), ""), "{arguments:?}");
        assert!(ended.errors.contains(hint), "{arguments:?}: {}", ended.errors);
    }
    for (argument, expected) in [("--version", env!("CARGO_PKG_VERSION")), ("--help", "inspect")] {
        let ended = run(folder.path(), &[argument], &[]);
        assert_eq!(ended.code, Some(0));
        assert!(ended.out.contains(expected), "{}", ended.out);
    }
}
