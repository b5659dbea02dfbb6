//! What webhooks and environments have in common.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use super::served::Everything;
use super::table::Stored;
use crate::flexible;
use crate::fulfillment::upstream::resources::Resources;
use crate::protocol::field_mask::FieldMask;
use crate::protocol::inspect::Finding;
use crate::protocol::webhook::{Environment, Timestamp, Webhook, check};
use crate::protocol::{MessageType, ParseError};

/// A resource that an agent has several of, each with a name and a display name.
pub(crate) trait Resource: MessageType + Clone + Send + Sync + 'static {
    /// What it is called in names and in the store.
    const COLLECTION: &'static str;
    /// What one is called in messages.
    const NOUN: &'static str;
    /// How many an agent may have that stand in the store.
    const MOST: i64;
    /// How many a page has that does not say, and at most.
    const PAGE: (usize, usize);

    fn parse(body: &[u8]) -> Result<Self, ParseError>;
    fn name(&self) -> &str;
    fn set_name(&mut self, name: String);
    fn display_name(&self) -> &str;
    /// Notes that it was changed now.
    fn touch(&mut self, now: SystemTime);
    fn findings(&self) -> Vec<Finding>;
    /// The webhooks that it says something about, each with its place.
    fn webhooks(&self) -> Vec<(String, &Webhook)>;
    fn without_secrets(&self) -> Self;
    /// See [`Webhook::keep_secrets`].
    fn keep_secrets(&mut self, before: &Self, sent: &Self, mask: &FieldMask) -> Vec<String>;
    fn filed(resources: &Resources) -> &[(PathBuf, Self)];
    fn stored(everything: &mut Everything) -> &mut Vec<Stored<Self>>;
    fn stored_in(everything: &Everything) -> &[Stored<Self>];
    /// The environments that have to change when this becomes `after` or goes, each as it is and as it
    /// will be.
    fn relying(
        everything: &Everything,
        before: &Stored<Self>,
        after: Option<&Stored<Self>>,
    ) -> Vec<(Stored<Environment>, Stored<Environment>)>;
}

impl Resource for Webhook {
    const COLLECTION: &'static str = "webhooks";
    const NOUN: &'static str = "webhook";
    const MOST: i64 = 2_000;
    const PAGE: (usize, usize) = (100, 1_000);

    fn parse(body: &[u8]) -> Result<Self, ParseError> {
        Self::parse(body)
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn set_name(&mut self, name: String) {
        self.name = name;
    }

    fn display_name(&self) -> &str {
        &self.display_name
    }

    fn touch(&mut self, _: SystemTime) {}

    fn findings(&self) -> Vec<Finding> {
        flexible::check::webhook(self)
    }

    fn webhooks(&self) -> Vec<(String, &Webhook)> {
        vec![(String::new(), self)]
    }

    fn without_secrets(&self) -> Self {
        self.without_secrets()
    }

    fn keep_secrets(&mut self, before: &Self, sent: &Self, mask: &FieldMask) -> Vec<String> {
        self.keep_secrets(before, sent, mask)
    }

    fn filed(resources: &Resources) -> &[(PathBuf, Self)] {
        &resources.webhooks
    }

    fn stored(everything: &mut Everything) -> &mut Vec<Stored<Self>> {
        &mut everything.webhooks
    }

    fn stored_in(everything: &Everything) -> &[Stored<Self>] {
        &everything.webhooks
    }

    fn relying(
        everything: &Everything,
        before: &Stored<Self>,
        after: Option<&Stored<Self>>,
    ) -> Vec<(Stored<Environment>, Stored<Environment>)> {
        let changed = |environment: Stored<Environment>| {
            let mut new = environment.clone();
            let config = new.resource.webhook_config.as_mut()?;
            match after {
                None => config.webhook_overrides.retain(|one| !one.is_about(&before.resource)),
                Some(after) => {
                    for one in
                        config.webhook_overrides.iter_mut().filter(|one| one.is_about(&before.resource))
                    {
                        if let Some(left) = one.left_behind(&before.resource, &after.resource) {
                            *one = left;
                        }
                    }
                }
            }
            new.revision += 1;
            (new.resource != environment.resource).then_some((environment, new))
        };
        everything.overriding(before).into_iter().filter_map(changed).collect()
    }
}

impl Resource for Environment {
    const COLLECTION: &'static str = "environments";
    const NOUN: &'static str = "environment";
    const MOST: i64 = 200;
    const PAGE: (usize, usize) = (20, 100);

    fn parse(body: &[u8]) -> Result<Self, ParseError> {
        Self::parse(body)
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn set_name(&mut self, name: String) {
        self.name = name;
    }

    fn display_name(&self) -> &str {
        &self.display_name
    }

    fn touch(&mut self, now: SystemTime) {
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
        // To the microsecond, as the platform writes it.
        let nanos = i32::try_from(since.subsec_micros() * 1_000).unwrap_or(0);
        self.update_time = Timestamp::new(seconds, nanos).ok();
    }

    fn findings(&self) -> Vec<Finding> {
        check::environment(self)
    }

    fn webhooks(&self) -> Vec<(String, &Webhook)> {
        let place = |index| format!("webhookConfig.webhookOverrides[{index}]");
        self.webhook_overrides().iter().enumerate().map(|(index, one)| (place(index), one)).collect()
    }

    fn without_secrets(&self) -> Self {
        self.without_secrets()
    }

    fn keep_secrets(&mut self, before: &Self, _: &Self, mask: &FieldMask) -> Vec<String> {
        // A list is changed whole, so its elements are as they were, or as they were sent.
        let changed = mask.covers("webhookConfig.webhookOverrides");
        if changed { self.keep_secrets(before) } else { Vec::new() }
    }

    fn filed(resources: &Resources) -> &[(PathBuf, Self)] {
        &resources.environments
    }

    fn stored(everything: &mut Everything) -> &mut Vec<Stored<Self>> {
        &mut everything.environments
    }

    fn stored_in(everything: &Everything) -> &[Stored<Self>] {
        &everything.environments
    }

    fn relying(
        _: &Everything,
        _: &Stored<Self>,
        _: Option<&Stored<Self>>,
    ) -> Vec<(Stored<Environment>, Stored<Environment>)> {
        Vec::new()
    }
}
