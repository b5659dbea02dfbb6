//! Copying, disabling, enabling and deleting a webhook: each asks first.

use super::super::routes::Routes;
use super::edit::editable;
use super::refused::tell;
use super::target::{Target, webhook};
use super::{Asked, Problem, Shown};
use crate::access::Action;
use crate::console::Section;
use crate::console::form::Faults;
use crate::console::webhooks::confirm::{ClonePage, ConfirmPage};
use crate::protocol::field_mask::FieldMask;
use crate::protocol::webhook::{Environment, Webhook};
use crate::resources::{ResourceError, Surveyed};

pub(super) fn routes(routes: &mut Routes) {
    // A copy shows what the original has: whoever makes one must be allowed to look, too.
    routes.get("/console/webhooks/dialogflow/{id}/clone", Action::Manage, ask_name);
    routes.post("/console/webhooks/dialogflow/{id}/clone", Action::Manage, copy);
    routes.get("/console/webhooks/dialogflow/{id}/disable", Action::Manage, |asked| ask_switch(asked, true));
    routes.post("/console/webhooks/dialogflow/{id}/disable", Action::Manage, |asked| switch(asked, true));
    routes.get("/console/webhooks/dialogflow/{id}/enable", Action::Manage, |asked| ask_switch(asked, false));
    routes.post("/console/webhooks/dialogflow/{id}/enable", Action::Manage, |asked| switch(asked, false));
    routes.get("/console/webhooks/dialogflow/{id}/delete", Action::Manage, ask_delete);
    routes.post("/console/webhooks/dialogflow/{id}/delete", Action::Manage, delete);
}

async fn ask_name(asked: Asked) -> Result<Shown, Problem> {
    let (target, found) = seen(&asked).await?;
    let name = format!("{} (copy)", found.resource.display_name);
    Shown::page(&clone_page(&asked, &target, &found, name, Faults::default()))
}

async fn copy(asked: Asked) -> Result<Shown, Problem> {
    let (target, found) = seen(&asked).await?;
    let (resources, name) = (&asked.console().resources, asked.form.get("display_name").trim());
    match resources.clone_webhook(&target.agent, &target.id, name, &asked.edit()?).await {
        Ok(answer) => {
            let place = webhook(resources, &target.agent, answer.resource.id());
            Ok(Shown::done(&place.here(), "cloned"))
        }
        Err(error) => {
            let mut faults = Faults::default();
            tell(error, &mut faults)?;
            Shown::refused(&clone_page(&asked, &target, &found, name.to_owned(), faults))
        }
    }
}

async fn seen(asked: &Asked) -> Result<(Target, Surveyed<Webhook>), Problem> {
    let target = Target::webhook(asked)?;
    let found = asked.console().resources.surveyed(&target.agent, &target.id).await?;
    Ok((target, found))
}

fn clone_page(
    asked: &Asked,
    target: &Target,
    found: &Surveyed<Webhook>,
    display_name: String,
    faults: Faults,
) -> ClonePage {
    ClonePage {
        chrome: asked.chrome(format!("Clone {}", found.resource.display_name), Section::Webhooks),
        of: found.resource.display_name.clone(),
        display_name,
        faults,
        action: target.place.to("clone"),
        back: target.place.here(),
    }
}

async fn ask_switch(asked: Asked, disable: bool) -> Result<Shown, Problem> {
    let target = Target::webhook(&asked)?;
    let found = editable(&asked, &target).await?;
    Shown::page(&switch_page(&asked, &target, &found, disable, String::new()))
}

async fn switch(asked: Asked, disable: bool) -> Result<Shown, Problem> {
    let target = Target::webhook(&asked)?;
    let found = editable(&asked, &target).await?;
    let sent = Webhook { disabled: disable, ..Webhook::default() };
    let mask = FieldMask::parse::<Webhook>("disabled").map_err(|_| Problem::Failed)?;
    let resources = &asked.console().resources;
    match resources.update(&target.agent, &target.id, sent, &mask, &asked.edit()?).await {
        Ok(_) => {
            let word = if disable { "disabled" } else { "enabled" };
            Ok(Shown::done(&target.place.here(), word))
        }
        Err(error) => Shown::refused(&switch_page(&asked, &target, &found, disable, fault(error)?)),
    }
}

fn switch_page(
    asked: &Asked,
    target: &Target,
    found: &Surveyed<Webhook>,
    disable: bool,
    fault: String,
) -> ConfirmPage {
    let name = &found.resource.display_name;
    let (verb, consequence) = if disable {
        (
            "Disable",
            "The agent does not call it any more; routes of this server that use it answer an error. Everything that it has stays.",
        )
    } else {
        ("Enable", "The agent calls it again.")
    };
    let routes = asked.console().resources.routes_of(&target.agent, &found.resource);
    ConfirmPage {
        chrome: asked.chrome(format!("{verb} {name}"), Section::Webhooks),
        consequence: consequence.to_owned(),
        relying: routes.into_iter().map(|tag| format!("the route {tag}")).collect(),
        fault,
        action: target.place.to(if disable { "disable" } else { "enable" }),
        back: target.place.here(),
        etag: found.etag.clone(),
        verb,
        danger: disable,
        may_force: false,
    }
}

async fn ask_delete(asked: Asked) -> Result<Shown, Problem> {
    let target = Target::webhook(&asked)?;
    let found = editable(&asked, &target).await?;
    Shown::page(&delete_page(&asked, &target, &found, String::new()).await?)
}

async fn delete(asked: Asked) -> Result<Shown, Problem> {
    let target = Target::webhook(&asked)?;
    let found = editable(&asked, &target).await?;
    let (resources, force) = (&asked.console().resources, asked.form.has("force"));
    match resources.delete::<Webhook>(&target.agent, &target.id, force, &asked.edit()?).await {
        Ok(()) => Ok(Shown::done("/console/webhooks", "deleted")),
        Err(error) => Shown::refused(&delete_page(&asked, &target, &found, fault(error)?).await?),
    }
}

async fn delete_page(
    asked: &Asked,
    target: &Target,
    found: &Surveyed<Webhook>,
    fault: String,
) -> Result<ConfirmPage, Problem> {
    let resources = &asked.console().resources;
    let routes = resources.routes_of(&target.agent, &found.resource);
    let mut relying: Vec<_> = routes.into_iter().map(|tag| format!("the route {tag}")).collect();
    for one in resources.survey::<Environment>().await? {
        if one.agent == target.agent && one.resource.overrides_for(&found.resource).is_some() {
            relying.push(format!("the environment {}", one.resource.display_name));
        }
    }
    let consequence = match relying.as_slice() {
        [] => "It cannot be brought back. No route of this server and no environment relies on it.",
        _ => "It cannot be brought back. This relies on it:",
    };
    Ok(ConfirmPage {
        chrome: asked.chrome(format!("Delete {}", found.resource.display_name), Section::Webhooks),
        consequence: consequence.to_owned(),
        may_force: !relying.is_empty(),
        relying,
        fault,
        action: target.place.to("delete"),
        back: target.place.here(),
        etag: found.etag.clone(),
        verb: "Delete",
        danger: true,
    })
}

/// What the page says that asks again; whoever sends it again has seen what is stored now.
pub(super) fn fault(error: ResourceError) -> Result<String, Problem> {
    if let ResourceError::Changed { .. } = error {
        return Ok(
            "Somebody else has changed it in the meantime: look at it again before you go on.".to_owned()
        );
    }
    let mut faults = Faults::default();
    tell(error, &mut faults)?;
    Ok(faults.all().iter().map(|(_, message)| &**message).collect::<Vec<_>>().join(" "))
}
