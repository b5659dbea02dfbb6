//! Which parameters somebody sets: forms, intents, presets, webhooks, handlers, callers.

use std::collections::{BTreeSet, HashSet};

use super::super::AgentPackage;
use super::call::Called;

/// The parameters that somebody sets, in lower case: their names do not tell cases apart.
#[derive(Debug, Default)]
pub(super) struct Setters {
    /// Parameters of the session and of flows.
    session: HashSet<String>,
    forms: HashSet<String>,
    intents: HashSet<String>,
    /// The tags whose handlers do not say what they set.
    pub(super) silent: BTreeSet<String>,
}

/// A parameter that a reference reads.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Read<'r> {
    scope: Scope,
    /// The names behind the scope: the first may be the parameter, or several joined by dots.
    names: &'r str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Session,
    Intent,
    Page,
}

impl<'r> Read<'r> {
    /// What a reference reads; `None` if nobody in an agent sets it.
    pub(super) fn of(reference: &'r str) -> Option<Self> {
        const SCOPES: [(&str, Scope); 4] = [
            ("$session.params.", Scope::Session),
            ("$flow.", Scope::Session),
            ("$intent.params.", Scope::Intent),
            ("$page.params.", Scope::Page),
        ];
        let (rest, scope) = SCOPES.iter().find_map(|(prefix, scope)| {
            let start = reference.get(..prefix.len())?;
            start.eq_ignore_ascii_case(prefix).then(|| (&reference[prefix.len()..], *scope))
        })?;
        let names = &rest[..rest.find('[').unwrap_or(rest.len())];
        (!names.is_empty()).then_some(Self { scope, names })
    }

    /// The name of the parameter, as far as it is certain.
    pub(super) fn name(&self) -> &'r str {
        self.names.split('.').next().unwrap_or_default()
    }
}

impl Setters {
    pub(super) fn of(package: &AgentPackage, calls: &[Called<'_>]) -> Self {
        let mut this = Self::default();
        // Answers that are deferred set them.
        this.session.extend(["rejoinder_pending", "rejoinder_token"].map(str::to_owned));
        for intent in &package.intents {
            this.intents.extend(intent.parameters.iter().map(|parameter| parameter.id.to_lowercase()));
        }
        for flow in &package.flows {
            let pages = flow.pages.iter().flat_map(|page| &page.form.parameters);
            this.forms.extend(pages.map(|parameter| parameter.display_name.to_lowercase()));
            flow.input_parameter_definitions.iter().for_each(|given| this.sets(&given.name));
        }
        for placed in package.fulfillments() {
            let actions = placed.fulfillment.set_parameter_actions.iter();
            actions.filter(|action| !action.value.is_null()).for_each(|action| this.sets(&action.parameter));
            placed.fulfillment.generators.iter().for_each(|generator| this.sets(&generator.output_parameter));
        }
        // What a recording injects comes from the integration in earnest.
        let turns = package.test_cases.iter().flat_map(|case| &case.test_case_conversation_turns);
        turns.flat_map(|turn| turn.user_input.injected_parameters.keys()).for_each(|name| this.sets(name));
        calls.iter().for_each(|called| this.called(called));
        let Self { session, forms, intents, .. } = &mut this;
        session.extend(forms.iter().chain(intents.iter()).cloned());
        this
    }

    fn called(&mut self, called: &Called<'_>) {
        if called.is_flexible() {
            let service = called.webhook.and_then(|webhook| webhook.generic_web_service());
            service
                .into_iter()
                .flat_map(|service| service.parameter_mapping.keys())
                .for_each(|key| self.sets(key));
            return;
        }
        match called.handler.and_then(|handler| handler.sets.as_ref()) {
            Some(sets) => sets.iter().for_each(|name| self.sets(name)),
            // One that is still to be written may set anything.
            None if !called.call.tag.is_empty() => {
                self.silent.insert(called.call.tag.to_owned());
            }
            None => {}
        }
    }

    fn sets(&mut self, parameter: &str) {
        let name = Read::of(parameter).map_or(parameter, |read| read.names);
        self.session.insert(name.to_lowercase());
    }

    /// Whether anything sets a session parameter of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.session.contains(&name.to_lowercase())
    }

    /// Whether anything sets what a reference reads.
    pub(super) fn know(&self, read: &Read<'_>) -> bool {
        let known = match read.scope {
            Scope::Session => &self.session,
            Scope::Intent => &self.intents,
            // The status of the form, and of each parameter.
            Scope::Page if read.names.eq_ignore_ascii_case("status") => return true,
            Scope::Page => &self.forms,
        };
        let names = read.names.to_lowercase();
        // A dot may be part of a name.
        let ends = names.match_indices('.').map(|(at, _)| at).chain([names.len()]);
        ends.into_iter().any(|end| known.contains(&names[..end]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_reads_a_parameter_of_its_scope() {
        for (reference, expected) in [
            ("$session.params.size", Some("size")),
            ("$SESSION.Params.Member.firstName", Some("Member")),
            ("$flow.list[0].x", Some("list")),
            ("$page.params.status", Some("status")),
            ("$request.user-utterance", None),
            ("$sys.func.NOW()", None),
        ] {
            assert_eq!(Read::of(reference).map(|read| read.name()), expected, "{reference}");
        }
        let mut setters = Setters::default();
        setters.sets("$session.params.member.firstName");
        setters.sets("Size");
        setters.forms.insert("city".to_owned());
        for (reference, known) in [
            ("$session.params.member.firstname", true),
            ("$session.params.member", false),
            ("$session.params.SIZE.x", true),
            ("$flow.size", true),
            ("$page.params.city.status", true),
            ("$page.params.status", true),
            ("$page.params.size", false),
            ("$intent.params.size.original", false),
        ] {
            assert_eq!(setters.know(&Read::of(reference).expect("a parameter")), known, "{reference}");
        }
    }
}
