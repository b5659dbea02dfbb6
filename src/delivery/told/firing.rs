//! From triggers that fire to the jobs that they cause.

use std::collections::VecDeque;

use super::conversations::News;
use super::drafts::{Batch, When};
use super::envelope::{Making, time};
use super::fact::Fact;
use super::turn::Envelope;
use super::types;
use crate::delivery::job::Job;
use crate::delivery::rules::{self, Kind};
use crate::delivery::webhooks::Snapshot;

impl When {
    /// Whether it is news, as the store says.
    pub(super) fn is_news(&self, news: &News) -> bool {
        match self {
            Self::Always => true,
            Self::New(key) => news.new.contains(key),
            Self::Marked(mark) => news.marks.contains(mark),
        }
    }
}

impl Making {
    /// What the triggers of a batch send, and which rules it were.
    pub(super) fn fire(
        &self,
        batch: &Batch,
        facts: &mut VecDeque<Fact>,
        news: &News,
        webhooks: &Snapshot,
    ) -> (Vec<Job>, Vec<Kind>) {
        let (mut jobs, mut fired) = (Vec::new(), Vec::new());
        for firing in batch.firings.iter().filter(|firing| firing.when.is_news(news)) {
            let Some(fact) = facts.get_mut(firing.fact) else { continue };
            let envelope = Envelope {
                account_id: self.account_id,
                // That of the turn's event, if somebody is told of it.
                id: fact.id(types::TURN, || self.delivery.next_id()).to_string(),
                time: time(fact.at),
                rule: firing.rule.id,
                title: &firing.rule.rule.title,
            };
            let (event, place) = (firing.turn.envelope(&envelope), &firing.turn.place);
            let caused = rules::jobs(&firing.rule, &event, place, webhooks, (&self.delivery, &self.metrics));
            jobs.extend(caused);
            fired.push(Kind::Trigger);
        }
        (jobs, fired)
    }
}
