//! Certificates that have expired or soon will: our own, and those that webhooks trust.

use crate::certificates::{self, Facts, SOON_DAYS, date};
use crate::console::overview::Trouble;
use crate::server::console::Inner;

pub(super) async fn look(inner: &Inner, troubles: &mut Vec<Trouble>) {
    let now = inner.clock.unix_seconds();
    let tls = inner.settings().server.tls.clone();
    if tls.is_on() {
        // A file may be far away, and slow.
        let file = tls.certificate.clone();
        match tokio::task::spawn_blocking(move || certificates::chain(&file)).await {
            Ok(Ok(chain)) => {
                for facts in chain.iter().filter_map(|der| Facts::of(der).ok()) {
                    let whose = format!("The certificate {} in {}", facts.subject, tls.certificate.display());
                    let fix = "Renew it; the file is looked at again by itself, or on SIGHUP.";
                    troubles.extend(trouble(&whose, &facts, now, fix));
                }
            }
            Ok(Err(error)) => {
                troubles.push(Trouble::serious(
                    format!("{error}."),
                    "The certificate from before is served until the file is mended.",
                ));
            }
            Err(_) => {}
        }
    }
    for webhook in inner.live.webhooks() {
        let trusted = webhook.generic_web_service().map_or(&[][..], |generic| &generic.allowed_ca_certs);
        for facts in trusted.iter().filter_map(|der| Facts::of(der).ok()) {
            let whose = format!("The certificate {} that {} trusts", facts.subject, webhook.display_name);
            let fix = "Put the one that follows it into allowedCaCerts of the webhook.";
            troubles.extend(trouble(&whose, &facts, now, fix).map(|trouble| trouble.at("/console/webhooks")));
        }
    }
}

fn trouble(whose: &str, facts: &Facts, now: i64, fix: &'static str) -> Option<Trouble> {
    if let Some(fault) = facts.untimely(now) {
        return Some(Trouble::serious(format!("{whose}: {fault}."), fix));
    }
    let days = facts.days_left(now);
    let ends = date(facts.not_after);
    (days < SOON_DAYS).then(|| Trouble::warning(format!("{whose} expires in {days} days, at {ends}."), fix))
}
