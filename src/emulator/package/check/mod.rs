//! Compares an agent with what is served: finds what will fail before a conversation does.
//!
//! [`AgentPackage::check`] looks at every call, reference and link of an exported agent;
//! [`Served`] says which tags a program answers, and what their handlers ask for. Nothing is called.
//! `docs/agents.md` lists every finding with its meaning and fix.
//!
//! A test of your own keeps agent and handlers together:
//!
//! ```no_run
//! use rejoinder::Rejoinder;
//! use rejoinder::config::{Config, Sources};
//! use rejoinder::emulator::package::AgentPackage;
//!
//! # fn program() -> Rejoinder { Rejoinder::new() }
//! #[test]
//! fn the_agent_calls_nothing_that_is_not_served() {
//!     let config = Config::load(&Sources::default()).expect("the defaults");
//!     let served = program().served(&config).expect("a router");
//!     let report = AgentPackage::read("agent.zip").expect("a package").check(&served);
//!     assert!(report.passes(), "{:#?}", report.findings);
//! }
//! ```

mod call;
mod calls;
mod failures;
mod flexible;
mod given;
mod index;
mod inputs;
mod links;
mod references;
mod report;
mod resources;
mod served;
mod setters;
mod text;
mod unused;

use std::collections::BTreeMap;

pub use report::{CheckedTag, CheckedWebhook, Finding, Report, Severity};
pub use served::Served;

use super::{AgentPackage, EventHandler};
use crate::excerpt::without_userinfo;
use call::Called;
use index::{Hints, Index};
use setters::Setters;

/// What the checks look at, and what they found.
struct Check<'p> {
    package: &'p AgentPackage,
    served: &'p Served,
    calls: Vec<Called<'p>>,
    index: Index<'p>,
    hints: Hints,
    setters: Setters,
    findings: Vec<Finding>,
}

impl AgentPackage {
    /// Compares the agent with what is served.
    ///
    /// Standard webhooks are taken for ours, whatever their address is; a flexible one is if its address is
    /// below `server.public_url` and `flexible.path`, or, where no public address is set, if its path is.
    #[must_use]
    pub fn check(&self, served: &Served) -> Report {
        let index = Index::of(self);
        let calls: Vec<Called<'_>> = self.calls().map(|call| Called::new(call, &index, served)).collect();
        let setters = Setters::of(self, &calls);
        let (hints, findings) = (Hints::default(), Vec::new());
        let mut check = Check { package: self, served, calls, index, hints, setters, findings };
        check.calls();
        check.failures();
        check.links();
        check.resources();
        check.flexible();
        check.references();
        check.inputs();
        check.unused();
        let mut findings = check.findings;
        // Within a severity they stay in the order in which they were looked for.
        findings.sort_by_key(|finding| finding.severity);
        Report { webhooks: webhooks(self), tags: tags(&check.calls), findings }
    }
}

impl Check<'_> {
    fn add(
        &mut self,
        severity: Severity,
        code: &'static str,
        place: &dyn ToString,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) {
        let (place, message, fix) = (place.to_string(), message.into(), fix.into());
        self.findings.push(Finding { severity, code, place, message, fix });
    }
}

fn webhooks(package: &AgentPackage) -> Vec<CheckedWebhook> {
    let mut places: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for call in package.calls() {
        places.entry(call.webhook).or_default().push(call.place.to_string());
    }
    let webhook = |each: &super::PackageWebhook| {
        let webhook = &each.webhook;
        CheckedWebhook {
            display_name: webhook.display_name.clone(),
            kind: if webhook.is_flexible() { "FLEXIBLE" } else { "STANDARD" },
            uri: webhook
                .generic_web_service()
                .map(|service| without_userinfo(&service.uri))
                .unwrap_or_default(),
            called_from: places.get(webhook.display_name.as_str()).cloned().unwrap_or_default(),
        }
    };
    let mut webhooks: Vec<_> = package.webhooks.iter().map(webhook).collect();
    webhooks.sort_by(|one, other| one.display_name.cmp(&other.display_name));
    webhooks
}

fn tags(calls: &[Called<'_>]) -> Vec<CheckedTag> {
    let mut tags: BTreeMap<(&str, &str), CheckedTag> = BTreeMap::new();
    for called in calls {
        let call = &called.call;
        let tag = tags.entry((call.webhook, call.tag)).or_insert_with(|| CheckedTag {
            tag: call.tag.to_owned(),
            webhook: call.webhook.to_owned(),
            called_from: Vec::new(),
            served: called.is_ours().then_some(called.handler.is_some()),
        });
        tag.called_from.push(call.place.to_string());
    }
    tags.into_values().collect()
}
