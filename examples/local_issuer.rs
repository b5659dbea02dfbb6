//! An issuer on this machine, in Google's place: try a server that checks ID tokens without an agent.
//!
//! ```sh
//! cargo run --features testing --example local_issuer -- http://127.0.0.1:8080/webhook
//! ```
//!
//! It prints the check for `rejoinder.toml` and a token, and publishes its keys until it is stopped. Every
//! line on its standard input gives another token, for the audience on that line.

#![expect(clippy::print_stdout, reason = "it is a program that prints")]

use std::io::BufRead as _;

use rejoinder::testing::Issuer;

const PROJECT_NUMBER: &str = "123456789012";

fn check(issuer: &Issuer, audience: &str) -> String {
    let jwks_url = issuer.jwks_url();
    format!(
        "any_of = [{{ kind = \"service_agent\", project_number = \"{PROJECT_NUMBER}\", audience = [\"{audience}\"], jwks_url = \"{jwks_url}\" }}]"
    )
}

fn token(issuer: &Issuer, audience: &str) -> String {
    issuer.service_agent(PROJECT_NUMBER).audience(audience).sign()
}

fn main() -> std::io::Result<()> {
    let audience = std::env::args().nth(1).unwrap_or_else(|| "http://127.0.0.1:8080/webhook".to_owned());
    let issuer = Issuer::start();
    println!("[auth]\n{}\n", check(&issuer, &audience));
    println!(
        "curl {audience} -H 'Content-Type: application/json' -H \"Authorization: Bearer {}\" -d '{{\"fulfillmentInfo\":{{\"tag\":\"counter\"}}}}'",
        token(&issuer, &audience)
    );
    for line in std::io::stdin().lock().lines() {
        println!("{}", token(&issuer, line?.trim()));
    }
    // Standard input has ended, as with `nohup`; the keys are needed on.
    loop {
        std::thread::park();
    }
}
