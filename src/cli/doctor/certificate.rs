//! The server's certificate, and the authorities of clients.

use std::path::Path;

use url::Url;

use super::report::Section;
use crate::certificates::{self, Facts, SOON_DAYS, date};
use crate::clock::Clock;
use crate::config::{Check, ClientCertificates, Config, checks};

/// The root of Dialogflow's own client certificate, `SSL.com Root Certification Authority RSA`.
const SSL_COM: &str =
    "85:66:6A:56:2E:E0:BE:5C:E9:25:C1:D8:89:0A:6F:76:A8:7E:C1:6D:4D:7D:5F:29:EA:74:19:CF:20:12:3B:69";

pub(super) fn examine(config: &Config) -> Section {
    let mut section = Section::new("Certificates");
    let tls = &config.server.tls;
    let now = Clock::system().unix_seconds();
    if tls.is_on() {
        match certificates::chain(&tls.certificate) {
            Ok(chain) => own(&mut section, &tls.certificate, &chain, config, now),
            Err(error) => {
                section.fail(error.to_string(), "mend the file");
            }
        }
    }
    match tls.client_certificates {
        ClientCertificates::Off => {}
        ClientCertificates::Optional => {
            section.note("clients are asked for a certificate, and may have none");
        }
        ClientCertificates::Required => {
            section.warn(
                "clients without a certificate cannot connect, probes of /healthz and /readyz included",
                "use \"optional\" with the check mtls where probes come by the same port",
            );
        }
    }
    if !tls.client_roots.as_os_str().is_empty() {
        roots(&mut section, &tls.client_roots, now);
    }
    for check in mtls(&config.auth.any_of) {
        client(&mut section, check, now);
    }
    section
}

/// The checks of client certificates, those inside of others included.
fn mtls(checks: &[Check]) -> Vec<&checks::Mtls> {
    let mut found = Vec::new();
    for check in checks {
        match check {
            Check::Mtls(check) => found.push(check),
            Check::AllOf(checks) => found.extend(mtls(checks)),
            _ => {}
        }
    }
    found
}

fn own(
    section: &mut Section,
    file: &Path,
    chain: &[rustls::pki_types::CertificateDer<'static>],
    config: &Config,
    now: i64,
) {
    for (index, der) in chain.iter().enumerate() {
        let Ok(facts) = Facts::of(der) else { continue };
        let whose = if index == 0 { "the server's certificate" } else { "an issuer's certificate" };
        let about = format!("{whose} ({}) in {}", facts.subject, file.display());
        time(section, &about, &facts, now);
        if index > 0 {
            continue;
        }
        if facts.names.is_empty() {
            section.fail(
                format!("{about} has no subject alternative name; its common name does not count"),
                "have it issued anew with a DNS name, as DNS:host.example.com",
            );
        } else {
            section.ok(format!("it is for {}", facts.name_texts().join(", ")));
        }
        host(section, &facts, &config.server.public_url);
        if facts.issuer == facts.subject {
            section.note("it is signed by itself: put it, in DER and base64, into allowedCaCerts of the agent's webhook");
        } else {
            section.note(format!("its issuer is {}; unless every browser knows that authority, its certificate belongs into allowedCaCerts of the agent's webhook", facts.issuer));
        }
    }
}

fn time(section: &mut Section, about: &str, facts: &Facts, now: i64) {
    let days = facts.days_left(now);
    if let Some(fault) = facts.untimely(now) {
        section.fail(
            format!("{about}: {fault}"),
            "renew it; SIGHUP, or the next look at the files, takes it up",
        );
    } else if days < SOON_DAYS {
        section.warn(format!("{about} expires in {days} days, at {}", date(facts.not_after)), "renew it");
    } else {
        section.ok(format!("{about} is valid for {days} more days, until {}", date(facts.not_after)));
    }
}

fn host(section: &mut Section, facts: &Facts, public_url: &str) {
    let Some(host) = Url::parse(public_url).ok().and_then(|url| url.host_str().map(str::to_owned)) else {
        return;
    };
    let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
    let covers = facts.names.iter().any(|name| {
        let name = name.text.to_ascii_lowercase();
        let parent = host.split_once('.').map_or("", |(_, parent)| parent);
        name == host || name.strip_prefix("*.").is_some_and(|rest| rest == parent)
    });
    if !covers {
        section.warn(
            format!("it is not for {host}, the host of server.public_url: Dialogflow refuses it, unless a proxy in front has another one"),
            "have it issued for that name, or change server.public_url",
        );
    }
}

fn roots(section: &mut Section, file: &Path, now: i64) {
    match certificates::chain(file) {
        Ok(all) => {
            section.ok(format!("{} authorities of clients in {}", all.len(), file.display()));
            for facts in all.iter().filter_map(|der| Facts::of(der).ok()) {
                if let Some(fault) = facts.untimely(now) {
                    section
                        .warn(format!("the authority {}: {fault}", facts.subject), "take it out of the file");
                }
            }
        }
        Err(error) => {
            section.fail(error.to_string(), "mend the file");
        }
    }
}

fn client(section: &mut Section, check: &checks::Mtls, now: i64) {
    roots(section, &check.roots, now);
    if !check.is_dialogflow {
        return;
    }
    let all = certificates::chain(&check.roots).unwrap_or_default();
    let facts: Vec<_> = all.iter().filter_map(|der| Facts::of(der).ok()).collect();
    if facts.iter().any(|facts| facts.fingerprint == SSL_COM) {
        section.ok("the root of Dialogflow's own client certificate (SSL.com) is among them");
    } else {
        section.warn(
            format!("the root of Dialogflow's own client certificate is not in {}", check.roots.display()),
            format!("add `SSL.com Root Certification Authority RSA`, SHA-256 {SSL_COM}"),
        );
    }
    if !facts.iter().any(|facts| facts.subject.contains("Google Trust Services")) {
        section.note("the roots of Google Trust Services (pki.goog) are not among them; until December 2026 Dialogflow may fall back to a certificate that they issued");
    }
}
