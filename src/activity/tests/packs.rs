//! A log of packs and rows answers every question as one of rows alone.

use super::super::InvocationId;
use super::super::status::Status;
use super::*;
use crate::chance::Chance;
use crate::store::Query;

/// The log that is tested, with packs among its rows, and one in memory that has the same calls as rows.
struct Both {
    packed: Log,
    plain: Log,
    chance: Chance,
    ids: Vec<InvocationId>,
}

impl Both {
    fn below(&self, most: usize) -> usize {
        usize::try_from(self.chance.bits() >> 33).expect("64 bits") % most
    }

    /// Keeps some calls, which end in another order than they began in, some at once and some alone.
    async fn fill(&mut self, calls: usize) {
        let mut waiting = Vec::new();
        for _ in 0..calls {
            let (tag, session) = (format!("t{}", self.below(4)), format!("s-{}", self.below(9)));
            let request = request(&tag, if self.below(6) == 0 { "" } else { &session });
            let made = |log: &Log, id, chance: [usize; 4]| {
                let mut call = log.call(&request);
                call.id = id;
                if chance[0] == 0 {
                    (call.status, call.error) =
                        (503, Some(("upstream_down", "Down_100% \"now\"".to_owned())));
                }
                call.kind = if chance[1] == 0 { Kind::Flexible } else { Kind::Standard };
                call
            };
            let chance = [self.below(5), self.below(3), self.below(4), self.below(40)];
            let (id, _) = (self.packed.activity.next_id(), self.plain.activity.next_id());
            let (one, other) = (made(&self.packed, id, chance), made(&self.plain, id, chance));
            self.ids.push(id);
            waiting.push((Record::Inbound(Box::new(one)), Record::Inbound(Box::new(other))));
            if chance[2] == 0 {
                let mut pair =
                    [&self.packed, &self.plain].map(|log| log.upstream("Weather API", Some(&request)));
                let own = pair[0].id;
                for outbound in &mut pair {
                    (outbound.id, outbound.parent) = (own, Some(id));
                }
                let [one, other] = pair.map(|outbound| Record::Outbound(Box::new(outbound)));
                self.ids.push(own);
                waiting.push((one, other));
            }
            if chance[3] == 0 {
                // More than a pack spans.
                self.packed.clock.advance(Duration::from_secs(11));
                self.plain.clock.advance(Duration::from_secs(11));
            }
            let keep = [0, 3, 12][self.below(3)];
            while waiting.len() > keep && self.below(2) == 0 {
                let (one, other) = waiting.swap_remove(self.below(waiting.len()));
                self.packed.activity.note(one);
                self.plain.activity.note(other);
            }
            if self.below(10) == 0 {
                self.packed.activity.flush().await;
            }
        }
        for (one, other) in waiting {
            self.packed.activity.note(one);
            self.plain.activity.note(other);
        }
        self.packed.activity.flush().await;
        self.plain.activity.flush().await;
    }

    fn filter(&self) -> Filter {
        let mut filter = Filter::default();
        let of = |text: String| Some(text);
        let moment = || Some(self.ids[self.below(self.ids.len())].micros());
        for _ in 0..self.below(4) {
            match self.below(9) {
                0 => filter.start = moment(),
                1 => filter.end = moment(),
                2 => filter.statuses = vec![Status::ServerError, Status::Unreachable],
                3 => filter.kinds = vec![Kind::Standard, Kind::Upstream],
                4 => filter.webhook = of("Weather API".to_owned()),
                5 => filter.tag = of(format!("t{}", self.below(5))),
                6 => filter.session = of(format!("s-{}", self.below(10))),
                7 => filter.text = of(["dOWN_100% \"", "phone", "no such"][self.below(3)].to_owned()),
                _ => filter.environment = of("prod".to_owned()),
            }
        }
        filter
    }

    async fn compare(&self, rounds: usize) {
        for _ in 0..rounds {
            let filter = self.filter();
            let wanted =
                Wanted { size: 1 + self.below(40), oldest_first: self.below(2) == 0, ..Wanted::default() };
            let (one, other) = (
                self.walk(&self.packed, &filter, wanted).await,
                self.walk(&self.plain, &filter, wanted).await,
            );
            assert_eq!(one, other, "{filter:?} {wanted:?}");
            // A page of its own, from anywhere, to either side.
            let cursor = Some(self.ids[self.below(self.ids.len())]);
            let there = if self.below(2) == 0 {
                Wanted { after: cursor, ..wanted }
            } else {
                Wanted { before: cursor, ..wanted }
            };
            let (one, other) =
                (self.packed.page(&filter, &there).await, self.plain.page(&filter, &there).await);
            let shown = |page: &Page| format!("{:?} {:?} {:?}", ids(page), page.after, page.before);
            assert_eq!(shown(&one), shown(&other), "{filter:?} {there:?}");
            let count = async |log: &Log| query::count(log.activity.store(), &filter).await.expect("a count");
            assert_eq!(count(&self.packed).await, count(&self.plain).await, "{filter:?}");
        }
        for _ in 0..rounds {
            let id = self.ids[self.below(self.ids.len())];
            let shown = async |log: &Log| {
                let whole = query::one(log.activity.store(), id).await.expect("a store");
                whole.map(|whole| view::whole(&whole, log.activity.settings()))
            };
            assert_eq!(shown(&self.packed).await, shown(&self.plain).await);
        }
    }

    /// What all pages show, and whether the last one is the last.
    async fn walk(&self, log: &Log, filter: &Filter, wanted: Wanted) -> Vec<String> {
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = log.page(filter, &Wanted { after, ..wanted }).await;
            assert!(page.rows.len() <= wanted.size);
            let messages = query::messages(log.activity.store(), &page.rows).await.expect("a store");
            seen.extend(page.rows.iter().map(|found| view::turn(found, &messages[&found.id]).to_string()));
            after = page.after;
            if after.is_none() {
                return seen;
            }
        }
    }
}

fn ids(page: &Page) -> Vec<InvocationId> {
    page.rows.iter().map(|row| row.id).collect()
}

#[test]
fn packs_and_rows_answer_as_rows_alone() {
    for seed in [1, 2] {
        crate::store::testing::each("activity_packs", async |store| {
            let plain = Store::in_memory();
            let mut both = Both {
                packed: Log::packing(&store.store, "", "", Packing::from(5)),
                plain: Log::packing(&plain, "", "", Packing::NEVER),
                chance: Chance::seeded(seed),
                ids: Vec::new(),
            };
            both.fill(300).await;
            for (table, most) in [("activity_packs", 100), ("activity_invocations", 300)] {
                let query = Query::built(format!("SELECT COUNT(*) AS rows FROM {table}"));
                let rows: i64 = store.store.one(query).await.expect("a count").get("rows").expect("a number");
                assert!((10..most).contains(&rows), "{rows} in {table}");
            }
            both.compare(40).await;
            for session in ["s-3", "s-4"] {
                let erased = both.packed.activity.erase(session).await.expect("erased");
                assert!(erased > 10);
                assert_eq!(both.plain.activity.erase(session).await.expect("erased"), erased);
            }
            both.compare(20).await;
            both.fill(50).await;
            both.compare(20).await;
            counts(&both).await;
            retention(&both).await;
        });
    }
}

/// Whether the hours say the same.
async fn counts(both: &Both) {
    let now = both.packed.clock.unix_micros();
    let read =
        async |log: &Log| super::super::Count::Tag.read(log.activity.store(), now, 7).await.expect("counts");
    assert_eq!(read(&both.packed).await, read(&both.plain).await);
}

/// What is too old goes; a pack that is partly so stays, for its ten seconds.
async fn retention(both: &Both) {
    let below = both.ids[both.ids.len() / 2].number();
    for log in [&both.packed, &both.plain] {
        while super::super::sql::remove_oldest(log.activity.store(), below, 250).await.expect("a store") > 0 {
        }
    }
    let wanted = Wanted { size: 1000, oldest_first: true, ..Wanted::default() };
    let all = async |log: &Log| ids(&log.page(&Filter::default(), &wanted).await);
    let (packed, plain) = (all(&both.packed).await, all(&both.plain).await);
    assert_eq!(plain.first().map(|id| id.number() >= below), Some(true));
    let (kept, more): (Vec<_>, Vec<_>) = packed.into_iter().partition(|id| id.number() >= below);
    assert_eq!(kept, plain);
    let earliest = below - super::super::pack::WIDEST;
    assert!(more.iter().all(|id| id.number() >= earliest), "{more:?}");
}

#[test]
fn what_is_rare_among_many_packs_is_on_a_further_page() {
    crate::store::testing::block_on(async {
        let log = Log::packing(&Store::in_memory(), "", "", Packing::from(1));
        for number in 0..8200 {
            log.note(if number == 0 { "rare" } else { "common" }, "s");
            // Each of them is a pack.
            log.clock.advance(Duration::from_secs(11));
        }
        let filter = Filter { tag: Some("rare".to_owned()), ..Filter::default() };
        let wanted = Wanted { size: 10, ..Wanted::default() };
        let first = log.page(&filter, &wanted).await;
        assert!(first.rows.is_empty() && first.after.is_some(), "{first:?}");
        assert_eq!(query::count(log.activity.store(), &filter).await.expect("a count"), (0, false));
        let second = log.page(&filter, &Wanted { after: first.after, ..wanted }).await;
        assert_eq!((second.rows.len(), second.after), (1, None));
        let oldest = Wanted { oldest_first: true, ..wanted };
        assert_eq!(log.page(&filter, &oldest).await.rows[0].tag, "rare");
        let before = Wanted { before: Some(second.rows[0].id), ..wanted };
        let newer = log.page(&filter, &before).await;
        assert!(newer.rows.is_empty() && newer.before.is_some(), "{newer:?}");
        let session = Filter { session: Some("s".to_owned()), ..Filter::default() };
        let page = log.page(&session, &wanted).await;
        assert_eq!((page.rows.len(), page.after), (10, page.rows.last().map(|row| row.id)));
    });
}
