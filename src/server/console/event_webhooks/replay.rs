//! Making deliveries again: one, or all that failed since a time.

use super::super::asked::Asked;
use super::super::problem::Problem;
use super::super::shown::Shown;
use super::{invocation, named, path};
use crate::activity::InvocationId;
use crate::activity::moment::moment;
use crate::console::Section;
use crate::console::event_webhooks::confirm::ConfirmPage;
use crate::console::format::Moment;

pub(super) async fn one(asked: Asked) -> Result<Shown, Problem> {
    let webhook = named(&asked).await?;
    let id: InvocationId = asked.part("invocation").parse().map_err(|_| invocation::GONE)?;
    let console = asked.console();
    // One of another webhook is not this page's.
    console.services.delivery.invocation(&webhook.id, id).await?.ok_or(invocation::GONE)?;
    let (delivery, who) = (&console.services.delivery, asked.who()?);
    match console.door.replay_deliveries(delivery, &[id], who, &asked.request_id).await?.pop() {
        Some((_, Ok(made))) => Ok(Shown::done(&format!("{}/invocations/{made}", path(&webhook)), "replayed")),
        Some((_, Err(refused))) => Err(Problem::Invalid(format!("It cannot be made again: {refused}."))),
        None => Err(invocation::GONE),
    }
}

pub(super) async fn ask_all(asked: Asked) -> Result<Shown, Problem> {
    let webhook = named(&asked).await?;
    let path = path(&webhook);
    let since = since(&asked, asked.query.get("since"))?;
    let (failed, more) = asked.console().services.delivery.failed_since(&webhook.id, since.0).await?;
    if failed.is_empty() {
        return Ok(Shown::done(&path, "nothing"));
    }
    let count = failed.len();
    let told = if count == 1 { "One delivery".to_owned() } else { format!("{count} deliveries") };
    let chrome = asked.chrome(format!("Make {} again?", told.to_lowercase()), Section::Webhooks);
    let mut page = ConfirmPage::new(chrome, format!("{path}/replay"), "Make them again", path).line(format!(
        "{told} to “{}” failed since {since}, and {} not made again yet.",
        webhook.name,
        if count == 1 { "was" } else { "were" }
    ));
    if more {
        page = page.line("There are more: these are the newest.");
    }
    if !webhook.is_active() {
        page = page.line("The webhook is inactive: activate it first, as nothing is sent to it.");
    }
    page = page.line(
        "Each is sent as it was to be sent, to where the webhook leads now, as a new delivery that names the old \
         one. What arrived although it failed arrives twice.",
    );
    page.hidden = vec![("since", since.exact())];
    Shown::page(&page)
}

pub(super) async fn all(asked: Asked) -> Result<Shown, Problem> {
    let webhook = named(&asked).await?;
    let since = since(&asked, asked.form.get("since"))?;
    let console = asked.console();
    let delivery = &console.services.delivery;
    let (failed, _) = delivery.failed_since(&webhook.id, since.0).await?;
    let made = console.door.replay_deliveries(delivery, &failed, asked.who()?, &asked.request_id).await?;
    let done = made.iter().filter(|(_, made)| made.is_ok()).count();
    if let (0, Some((_, Err(refused)))) = (done, made.first()) {
        return Err(Problem::Invalid(format!("None of them can be made again: {refused}.")));
    }
    Ok(Shown::done(&path(&webhook), if done == 0 { "nothing" } else { "replayed" }))
}

fn since(asked: &Asked, text: &str) -> Result<Moment, Problem> {
    let now = asked.console().services.webhooks.now();
    moment(text, now).map(Moment).map_err(|error| Problem::Invalid(format!("Since: {error}.")))
}
