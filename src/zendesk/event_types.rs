//! What can be subscribed to: Zendesk's event types, and those of this server.
//!
//! The list is data, taken from Zendesk's published event types; lists that others copied have names
//! that no event ever had. Zendesk's types are accepted so that its webhooks can be kept here as they
//! are; what happens in conversations has the types that begin with [`OWN`].

use std::fmt;

use crate::excerpt::excerpt;
use crate::nearest::nearest;

/// What Zendesk's types begin with.
pub(crate) const ZENDESK: &str = "zen:event-type:";
/// What the types of this server begin with.
pub(crate) const OWN: &str = "rejoinder:event-type:";
/// The one subscription that makes a webhook the target of triggers and automations.
pub(crate) const RULES: &str = "conditional_ticket_events";

/// Events about one kind of thing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Family {
    pub(crate) prefix: &'static str,
    pub(crate) name: &'static str,
    pub(crate) events: &'static [&'static str],
    /// Whether it has more than is listed: any name will do.
    open: bool,
}

const fn zendesk(name: &'static str, events: &'static [&'static str]) -> Family {
    Family { prefix: ZENDESK, name, events, open: false }
}

const fn own(name: &'static str, events: &'static [&'static str]) -> Family {
    Family { prefix: OWN, name, events, open: false }
}

/// Every family, this server's first.
pub(crate) const FAMILIES: &[Family] = &[
    own("conversation", &["started", "turn", "handoff", "ended"]),
    own("fulfillment", &["failed", "timed_out"]),
    own("webhook", &["circuit_opened", "circuit_closed"]),
    // What handlers emit under names of their own.
    Family { open: true, ..own("custom", &[]) },
    zendesk(
        "user",
        &[
            "active_changed",
            "alias_changed",
            "created",
            "custom_field_changed",
            "custom_role_changed",
            "default_group_changed",
            "deleted",
            "details_changed",
            "external_id_changed",
            "group_membership_created",
            "group_membership_deleted",
            "identity_changed",
            "identity_created",
            "identity_deleted",
            "last_login_changed",
            "merged",
            "name_changed",
            "notes_changed",
            "only_private_comments_changed",
            "organization_membership_created",
            "organization_membership_deleted",
            "password_changed",
            "photo_changed",
            "role_changed",
            "suspended_changed",
            "tags_changed",
            "time_zone_changed",
        ],
    ),
    zendesk(
        "organization",
        &[
            "created",
            "custom_field_changed",
            "deleted",
            "external_id_changed",
            "name_changed",
            "tags_changed",
        ],
    ),
    zendesk(
        "ticket",
        &[
            "agent_assignment_changed",
            "attachment_linked_to_comment",
            "attachment_redacted_from_comment",
            "brand_changed",
            "comment_added",
            "comment_made_private",
            "comment_redacted",
            "created",
            "csat_received",
            "csat_requested",
            "custom_field_changed",
            "custom_status_changed",
            "description_changed",
            "email_ccs_changed",
            "external_id_changed",
            "followers_changed",
            "form_changed",
            "group_assignment_changed",
            "marked_as_spam",
            "merged",
            "next_sla_breach_changed",
            "ola_policy_changed",
            "organization_changed",
            "permanently_deleted",
            "priority_changed",
            "problem_link_changed",
            "requester_changed",
            "schedule_changed",
            "sla_policy_changed",
            "soft_deleted",
            "status_changed",
            "subject_changed",
            "submitter_changed",
            "tags_changed",
            "task_due_at_changed",
            "type_changed",
            "undeleted",
        ],
    ),
    zendesk("messaging_ticket", &["message_added"]),
    zendesk(
        "article",
        &[
            "author_changed",
            "published",
            "unpublished",
            "subscription_created",
            "vote_created",
            "vote_changed",
            "vote_removed",
            "comment_created",
            "comment_changed",
            "comment_published",
            "comment_unpublished",
        ],
    ),
    zendesk(
        "community_post",
        &[
            "created",
            "changed",
            "published",
            "unpublished",
            "subscription_created",
            "vote_created",
            "vote_changed",
            "vote_removed",
            "comment_created",
            "comment_changed",
            "comment_published",
            "comment_unpublished",
            "comment_vote_created",
            "comment_vote_changed",
        ],
    ),
    zendesk(
        "agent",
        &[
            "state_changed",
            "work_item_added",
            "work_item_updated",
            "work_item_removed",
            "max_capacity_changed",
            "unified_state_changed",
            "channel_created",
            "channel_deleted",
            "groups_updated",
        ],
    ),
    zendesk("omnichannel_config", &["omnichannel_routing_feature_changed"]),
    // Its measures are published in part.
    Family {
        open: true,
        ..zendesk(
            "messaging_live_metrics",
            &[
                "active_assigned_all",
                "active_assigned_group",
                "active_assigned_via_type",
                "active_in_queue_all",
                "active_in_queue_group",
                "active_in_queue_via_type",
                "inactive_assigned_all",
                "inactive_assigned_group",
                "inactive_assigned_via_type",
                "inactive_in_queue_all",
                "inactive_in_queue_group",
                "inactive_in_queue_via_type",
                "average_time_in_queue_all",
                "average_time_in_queue_group",
            ],
        )
    },
];

impl fmt::Display for Family {
    /// Its subscription.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}.*", self.prefix, self.name)
    }
}

impl Family {
    fn has(&self, event: &str) -> bool {
        let own = || {
            let usual = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
            (1..=64).contains(&event.len()) && event.bytes().all(usual)
        };
        event == "*" || self.events.contains(&event) || self.open && own()
    }
}

/// Whether this can be subscribed to: an event type, or `*` of a family. Else why not.
pub(crate) fn is_known(subscription: &str) -> Result<(), String> {
    let shown = excerpt(subscription, 150);
    let place = FAMILIES.iter().find_map(|family| {
        let rest = subscription.strip_prefix(family.prefix)?.strip_prefix(family.name)?;
        rest.strip_prefix('.').map(|event| (family, event))
    });
    match place {
        Some((family, event)) if family.has(event) => Ok(()),
        Some((family, event)) if family.events.is_empty() => Err(format!(
            "{:?} is no name for an event; expected 1 to 64 of a-z, 0-9 and _ behind {}{}.",
            excerpt(event, 100),
            family.prefix,
            family.name
        )),
        Some((family, event)) => {
            let whole = |event: &str| format!("{}{}.{event}", family.prefix, family.name);
            let hint = match nearest(event, family.events.iter().copied()) {
                Some(meant) => format!("did you mean {}?", whole(meant)),
                None => format!("expected {family}, or one of {}", whole(&family.events.join(", "))),
            };
            Err(format!("there is no event type {shown:?}; {hint}"))
        }
        None => {
            // Which prefix it has, or forgot, makes no difference to what was meant.
            let word = subscription.rsplit([':', '/']).next().unwrap_or_default();
            let words = |family: &Family| -> Vec<String> {
                let events = family.events.iter().copied().chain(["*"]);
                events.map(|event| format!("{}.{event}", family.name)).collect()
            };
            let all: Vec<String> = FAMILIES.iter().flat_map(words).collect();
            let hint = match nearest(word, all.iter().map(String::as_str)) {
                Some(meant) => {
                    let family =
                        FAMILIES.iter().find(|family| words(family).iter().any(|word| word == meant));
                    format!("did you mean {}{meant}?", family.map_or(OWN, |family| family.prefix))
                }
                None => {
                    let families: Vec<String> = FAMILIES.iter().map(ToString::to_string).collect();
                    format!("the families are {}", families.join(", "))
                }
            };
            Err(format!("there is no event type {shown:?}; {hint}"))
        }
    }
}

/// The subscription to everything of the family that an event type belongs to.
pub(crate) fn family_of(event_type: &str) -> &str {
    event_type.split_once('.').map_or(event_type, |(family, _)| family)
}

/// Whether a subscription is about an event of this type.
pub(crate) fn covers(subscription: &str, event_type: &str) -> bool {
    match subscription.strip_suffix(".*") {
        Some(family) => family == family_of(event_type),
        None => subscription == event_type,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_as_published() {
        for (name, count) in [
            ("user", 27),
            ("organization", 6),
            ("ticket", 37),
            ("messaging_ticket", 1),
            ("article", 11),
            ("community_post", 14),
            ("agent", 9),
            ("omnichannel_config", 1),
        ] {
            let family = FAMILIES.iter().find(|family| family.name == name && family.prefix == ZENDESK);
            let mut events = family.expect(name).events.to_vec();
            events.sort_unstable();
            events.dedup();
            assert_eq!(events.len(), count, "{name}");
        }
    }

    #[test]
    fn types_and_families_are_known() {
        for known in [
            "zen:event-type:user.created",
            "zen:event-type:ticket.*",
            "zen:event-type:messaging_live_metrics.oldest_time_in_queue",
            "rejoinder:event-type:conversation.started",
            "rejoinder:event-type:conversation.*",
            "rejoinder:event-type:webhook.circuit_opened",
            "rejoinder:event-type:custom.order_placed",
            "rejoinder:event-type:custom.*",
        ] {
            assert_eq!(is_known(known), Ok(()), "{known}");
        }
    }

    #[test]
    fn what_is_unknown_is_told_with_the_nearest_that_is_not() {
        for (unknown, part) in [
            // Zendesk never had it, whatever lists on the web say.
            ("zen:event-type:ticket.updated", "did you mean zen:event-type:ticket.created?"),
            ("zen:event-type/user.merged", "did you mean zen:event-type:user.merged?"),
            (
                "rejoinder:event-type:conversation.start",
                "did you mean rejoinder:event-type:conversation.started?",
            ),
            ("rejoinder:event-type:conversations.*", "did you mean rejoinder:event-type:conversation.*?"),
            ("conversation.started", "did you mean rejoinder:event-type:conversation.started?"),
            ("rejoinder:event-type:custom.", "is no name"),
            ("rejoinder:event-type:custom.Order-Placed", "is no name"),
            ("rejoinder:event-type:*", "the families are rejoinder:event-type:conversation.*, "),
            ("rejoinder:event-type:user.created", "did you mean zen:event-type:user.created?"),
            ("*", "the families are rejoinder:event-type:conversation.*, "),
            ("", "the families are"),
            (&"x".repeat(100_000), "(100000 bytes)"),
        ] {
            let fault = is_known(unknown).expect_err("unknown");
            assert!(fault.contains(part) && fault.len() < 2_000, "{}: {fault}", excerpt(unknown, 50));
        }
    }

    #[test]
    fn a_family_covers_its_types_alone() {
        for (subscription, event_type, covered) in [
            ("rejoinder:event-type:conversation.*", "rejoinder:event-type:conversation.turn", true),
            ("rejoinder:event-type:conversation.turn", "rejoinder:event-type:conversation.turn", true),
            ("rejoinder:event-type:conversation.turn", "rejoinder:event-type:conversation.ended", false),
            ("zen:event-type:ticket.*", "zen:event-type:messaging_ticket.message_added", false),
            ("zen:event-type:user.*", "rejoinder:event-type:conversation.turn", false),
        ] {
            assert_eq!(covers(subscription, event_type), covered, "{subscription} {event_type}");
        }
    }
}
