//! The signing secret: shown when somebody wants it, and replaced.

use super::super::asked::Asked;
use super::super::problem::Problem;
use super::super::shown::Shown;
use super::{named, path};
use crate::console::Section;
use crate::console::event_webhooks::confirm::ConfirmPage;
use crate::console::event_webhooks::secret::SecretPage;
use crate::console::format::{Moment, duration};
use crate::delivery::webhook::Webhook;

/// Not shown yet: looking at a page is no reason to tell a secret.
pub(super) async fn ask(asked: Asked) -> Result<Shown, Problem> {
    let webhook = named(&asked).await?;
    Shown::page(&page(&asked, &webhook, None))
}

pub(super) async fn show(asked: Asked) -> Result<Shown, Problem> {
    let webhook = named(&asked).await?;
    let secret = asked.console().services.webhooks.secret(webhook.id.as_str(), &asked.edit()?).await?;
    Shown::page(&page(&asked, &webhook, Some(secret.expose().to_string())))
}

pub(super) async fn ask_rotate(asked: Asked) -> Result<Shown, Problem> {
    let webhook = named(&asked).await?;
    let path = path(&webhook);
    let chrome = asked.chrome(format!("Rotate the signing secret of “{}”?", webhook.name), Section::Webhooks);
    let action = format!("{path}/secret/rotate");
    let mut page = ConfirmPage::new(chrome, action, "Rotate", format!("{path}/secret"))
        .line("A new secret is made and used at once, also for what waits to be sent.");
    page = match overlap(&asked) {
        Some(overlap) => page.line(format!(
            "For {overlap} requests are also signed with the secret of now, in \
             X-Rejoinder-Webhook-Signature-Previous: a receiver that looks at both headers, or gets the new \
             secret within that time, misses nothing."
        )),
        None => page.line(
            "The secret of now is not used any more (delivery.secret_overlap is 0): a receiver refuses what comes \
             until it has the new one.",
        ),
    };
    if previous(&asked, &webhook).is_some() {
        page = page.line("The secret before that, which is still sent besides, is forgotten.");
    }
    page.is_danger = true;
    page.etag = webhook.etag();
    Shown::page(&page)
}

/// The new secret is looked at on a page of its own: a page that was made by rotating could rotate again.
pub(super) async fn rotate(asked: Asked) -> Result<Shown, Problem> {
    let webhook = named(&asked).await?;
    asked.console().services.webhooks.reset_secret(webhook.id.as_str(), &asked.edit()?).await?;
    Ok(Shown::done(&format!("{}/secret", path(&webhook)), "rotated"))
}

fn page(asked: &Asked, webhook: &Webhook, secret: Option<String>) -> SecretPage {
    SecretPage {
        chrome: asked.chrome(format!("Signing secret of “{}”", webhook.name), Section::Webhooks),
        path: path(webhook),
        name: webhook.name.clone(),
        secret,
        previous_until: previous(asked, webhook),
        overlap: overlap(asked),
    }
}

/// Until when the secret before is used, too.
pub(super) fn previous(asked: &Asked, webhook: &Webhook) -> Option<Moment> {
    let until = webhook.previous_secret.as_ref().map(|(_, until)| *until)?;
    webhook.previous_secret_at(asked.console().services.webhooks.now()).map(|_| Moment(until))
}

/// How long a secret that is replaced is used besides; none for not at all.
fn overlap(asked: &Asked) -> Option<String> {
    let overlap = asked.console().services.webhooks.overlap();
    let micros = u64::try_from(overlap.as_micros()).unwrap_or(u64::MAX);
    (micros > 0).then(|| duration(micros))
}
