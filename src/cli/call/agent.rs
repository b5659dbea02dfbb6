//! `--agent`: what an agent's export knows about a call, which webhook it goes to and from where.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::emulator::Turn;
use crate::emulator::package::{AgentPackage, Flow, Page, Place, SymbolicPage};
use crate::nearest::nearest;
use crate::protocol::Webhook;

#[derive(Debug, clap::Args)]
pub(super) struct AgentArgs {
    /// An exported agent, its JSON package as ZIP or folder: calls one of its webhooks.
    #[arg(long, value_name = "EXPORT")]
    pub(super) agent: Option<PathBuf>,
    /// The webhook's display name in the agent; it can be left out where the tag goes to one webhook only.
    #[arg(long, value_name = "NAME", requires = "agent")]
    name: Option<String>,
}

impl AgentArgs {
    /// The agent, if one is named.
    pub(super) fn read(&self) -> anyhow::Result<Option<AgentPackage>> {
        Ok(self.agent.as_deref().map(AgentPackage::read).transpose()?)
    }

    /// The webhook that the turn's tag goes to; flow and page are there, if they are named.
    pub(super) fn webhook<'p>(&self, package: &'p AgentPackage, turn: &Turn) -> anyhow::Result<&'p Webhook> {
        let file = self.agent.as_deref().unwrap_or(Path::new("")).display();
        let mut named = turn.clone();
        if let Some(flow) = flow(package, &mut named).with_context(|| file.to_string())? {
            page(flow, &named).with_context(|| file.to_string())?;
        }
        let all: Vec<&str> = package.webhooks.iter().map(|each| each.webhook.display_name.as_str()).collect();
        let name = match &self.name {
            Some(name) => name,
            None => called(package, &named).with_context(|| file.to_string())?,
        };
        package.webhook(name).with_context(|| format!("{file}: {}", unknown("webhook", name, "", &all)))
    }
}

/// The only webhook that is called with the turn's tag, at the turn's page and flow where it has some.
fn called<'p>(package: &'p AgentPackage, turn: &Turn) -> anyhow::Result<&'p str> {
    let calls: Vec<_> = package.calls().filter(|call| call.tag == turn.tag).collect();
    let here: Vec<_> = calls.iter().filter(|call| is_at(call.place, turn)).collect();
    let mut webhooks: Vec<&str> = here.iter().map(|call| call.webhook).collect();
    webhooks.sort_unstable();
    webhooks.dedup();
    match webhooks.as_slice() {
        [only] => Ok(only),
        [] if calls.is_empty() => {
            let mut tags: Vec<&str> = package.calls().map(|call| call.tag).collect();
            tags.sort_unstable();
            tags.dedup();
            bail!(
                "{}; --name NAME calls a webhook with any tag",
                unknown("call with the tag", &turn.tag, "", &tags)
            )
        }
        [] => bail!(
            "the tag {:?} is not called there, but at: {}; --name NAME calls a webhook all the same",
            turn.tag,
            places(calls.iter().map(|call| call.place))
        ),
        several => bail!(
            "the tag {:?} goes to several webhooks, {}; say which with --name, or where with --flow and --page: {}",
            turn.tag,
            several.join(", "),
            places(here.iter().map(|call| call.place))
        ),
    }
}

fn is_at(place: Place<'_>, turn: &Turn) -> bool {
    let fits =
        |wanted: &str, found: Option<&str>| wanted.is_empty() || found.is_none_or(|found| found == wanted);
    fits(&turn.flow, place.flow) && fits(&turn.page, place.page)
}

fn places<'p>(places: impl Iterator<Item = Place<'p>>) -> String {
    const MOST: usize = 10;
    let mut shown: Vec<String> = places.map(|place| place.to_string()).collect();
    let more = shown.len().saturating_sub(MOST);
    shown.truncate(MOST);
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    shown.join("; ")
}

/// Gives the turn the agent's own ids, and the form of its page. Where nobody says from where the tag
/// is called, and it is in one place, that is where.
pub(super) fn place(package: &AgentPackage, webhook: &Webhook, turn: &mut Turn) -> anyhow::Result<()> {
    if turn.flow.is_empty() && turn.page.is_empty() {
        let calls = package.calls();
        let mut places: Vec<_> = calls
            .filter(|call| call.tag == turn.tag && call.webhook == webhook.display_name)
            .map(|call| (call.place.flow, call.place.page))
            .collect();
        places.dedup();
        if let [(Some(flow), page)] = places[..] {
            flow.clone_into(&mut turn.flow);
            page.unwrap_or_default().clone_into(&mut turn.page);
        }
    }
    let flow = flow(package, turn)?;
    if let Some(flow) = flow {
        turn.ids.flow = Some(flow.name.clone()).filter(|id| !id.is_empty());
        if let Some(page) = page(flow, turn)? {
            turn.ids.page = Some(page.name.clone()).filter(|id| !id.is_empty());
            form(page, turn)?;
        }
    }
    intent(package, turn)
}

fn flow<'p>(package: &'p AgentPackage, turn: &mut Turn) -> anyhow::Result<Option<&'p Flow>> {
    if is_whole(&turn.flow) || is_whole(&turn.page) {
        return Ok(None);
    }
    if turn.flow.is_empty() {
        let has_page = |flow: &&Flow| flow.page(&turn.page).is_some();
        let with: Vec<&Flow> = package.flows.iter().filter(has_page).collect();
        return match with.as_slice() {
            [only] => {
                only.display_name.clone_into(&mut turn.flow);
                Ok(Some(only))
            }
            [] if turn.page.is_empty() || SymbolicPage::of(&turn.page).is_some() => Ok(package.start_flow()),
            [] => {
                let pages = package.flows.iter().flat_map(|flow| &flow.pages);
                let pages: Vec<&str> = pages.map(|page| page.display_name.as_str()).collect();
                bail!(unknown("page", &turn.page, "", &pages))
            }
            several => bail!(
                "several flows have a page {:?}; say which with --flow: {}",
                turn.page,
                several.iter().map(|flow| flow.display_name.as_str()).collect::<Vec<_>>().join(", ")
            ),
        };
    }
    let by_id = package.flows.iter().find(|flow| flow.name == turn.flow);
    let found = package.flow(&turn.flow).or(by_id);
    let all: Vec<&str> = package.flows.iter().map(|flow| flow.display_name.as_str()).collect();
    let found = found.with_context(|| unknown("flow", &turn.flow, "", &all))?;
    found.display_name.clone_into(&mut turn.flow);
    Ok(Some(found))
}

fn page<'p>(flow: &'p Flow, turn: &Turn) -> anyhow::Result<Option<&'p Page>> {
    let name = turn.page.as_str();
    if let Some(page) = flow.page(name) {
        return Ok(Some(page));
    }
    if name.is_empty() || SymbolicPage::of(name).is_some() {
        return Ok(None);
    }
    let all: Vec<&str> = flow.pages.iter().map(|page| page.display_name.as_str()).collect();
    bail!(unknown("page", name, &format!(" of the flow {:?}", flow.display_name), &all))
}

/// Every parameter of the page's form, in its order; those without a value are empty.
fn form(page: &Page, turn: &mut Turn) -> anyhow::Result<()> {
    let known: Vec<&str> =
        page.form.parameters.iter().map(|parameter| parameter.display_name.as_str()).collect();
    if let Some((name, _)) = turn.form.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        bail!(unknown("form parameter", name, &format!(" of the page {:?}", page.display_name), &known));
    }
    // A parameter that the session has already is not asked for.
    let value = |name: &str| {
        let given = turn.form.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value);
        given.or_else(|| turn.parameters.get(name)).cloned().unwrap_or_default()
    };
    turn.form = known.iter().map(|name| ((*name).to_owned(), value(name))).collect();
    let optional = page.form.parameters.iter().filter(|parameter| !parameter.required);
    turn.optional = optional.map(|parameter| parameter.display_name.clone()).collect();
    Ok(())
}

fn intent(package: &AgentPackage, turn: &mut Turn) -> anyhow::Result<()> {
    let Some(name) = turn.intent.as_deref().filter(|name| !is_whole(name)) else { return Ok(()) };
    let all: Vec<&str> = package.intents.iter().map(|intent| intent.display_name.as_str()).collect();
    let intent = package.intent(name).with_context(|| unknown("intent", name, "", &all))?;
    let parameters: Vec<&str> = intent.parameters.iter().map(|parameter| parameter.id.as_str()).collect();
    if let Some(name) = turn.intent_parameters.keys().find(|name| !parameters.contains(&name.as_str())) {
        bail!(unknown(
            "parameter",
            name,
            &format!(" of the intent {name:?}", name = intent.display_name),
            &parameters
        ));
    }
    turn.ids.intent = Some(intent.name.clone()).filter(|id| !id.is_empty());
    Ok(())
}

fn is_whole(name: &str) -> bool {
    name.starts_with("projects/")
}

/// What there is instead.
fn unknown(kind: &str, name: &str, of: &str, all: &[&str]) -> String {
    const MOST: usize = 20;
    let near = nearest(name, all.iter().copied()).map(|near| format!("; did you mean {near:?}?"));
    let list = match all {
        [] => "there is none".to_owned(),
        all if all.len() > MOST => format!("there are {}, such as {}", all.len(), all[..MOST].join(", ")),
        all => format!("there are {}", all.join(", ")),
    };
    format!("no {kind} {name:?}{of}{}; {list}", near.unwrap_or_default())
}
