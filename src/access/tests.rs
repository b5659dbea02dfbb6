//! Tokens and the trail, on every database.

use actix_web::http::header::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::*;
use crate::store::testing::each;
use crate::store::{Query, Synced};

fn access(store: &Store, clock: &Clock) -> Access {
    Access::with(&config::Access::default(), store.clone(), clock.clone())
}

fn bearer(token: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {token}")).expect("a value"));
    headers
}

fn new(role: Role) -> New {
    New { role, name: format!("a {role}"), expires_at: None }
}

async fn made(access: &Access, new: &New) -> String {
    access.create(new, &Who::command_line(), None).await.expect("made").0.expose()
}

/// In memory nothing is configured; there, what a run made is enough to look.
fn open(access: &Access) {
    access.for_this_run();
}

#[test]
fn a_token_lets_in_as_what_it_is_and_is_kept_as_a_hash() {
    each("tokens", async |tested| {
        let clock = Clock::manual();
        let access = access(&tested.store, &clock);
        open(&access);
        for role in Role::ALL {
            let token = made(&access, &new(role)).await;
            let who = access.judge(&bearer(&token)).await.expect("let in");
            assert_eq!((who.role, &*who.name), (role, &*format!("a {role}")));
            let rows = tested.store.all(Query::new("SELECT * FROM access_tokens")).await.expect("rows");
            let secret = token.rsplit('_').next().expect("a secret");
            for row in rows {
                assert!(
                    !row.get::<Vec<u8>>("secret_hash")
                        .expect("a hash")
                        .windows(8)
                        .any(|w| secret.as_bytes().starts_with(w))
                );
            }
        }
        assert_eq!(access.list().await.expect("listed").len(), 4);
    });
}

#[test]
fn a_token_may_come_as_zendesks_clients_send_theirs() {
    each("basic", async |tested| {
        let access = access(&tested.store, &Clock::manual());
        open(&access);
        let token = made(&access, &new(Role::Viewer)).await;
        let basic = |text: String| {
            let mut headers = HeaderMap::new();
            let value = format!("Basic {}", STANDARD.encode(text));
            headers.insert(AUTHORIZATION, HeaderValue::from_str(&value).expect("a value"));
            headers
        };
        let who = access.judge(&basic(format!("ada@example.com/token:{token}"))).await.expect("let in");
        assert_eq!(who.role, Role::Viewer);
        for wrong in [
            format!("ada@example.com:{token}"),
            token.clone(),
            "ada@example.com/token:".to_owned(),
            format!("ada@example.com/token:{token}x"),
        ] {
            let refused = access.judge(&basic(wrong)).await.expect_err("refused");
            assert_eq!(refused.code(), "invalid_token");
            assert!(refused.to_string().contains("EMAIL/token") && !refused.to_string().contains(&token));
        }
    });
}

#[test]
fn whatever_is_not_a_valid_token_is_refused_and_told_to_the_log_alone() {
    each("refusals", async |tested| {
        let clock = Clock::manual();
        let access = access(&tested.store, &clock);
        open(&access);
        let valid = made(&access, &new(Role::Admin)).await;
        let expires_at = end_of(&access, Duration::from_secs(60));
        let short = made(&access, &New { expires_at, ..new(Role::Admin) }).await;
        let revoked = made(&access, &new(Role::Admin)).await;
        access.judge(&bearer(&revoked)).await.expect("still valid");
        let id = Token::parse(&revoked).expect("a token").id;
        access.revoke(&id, &Who::command_line(), None).await.expect("revoked").expect("there");
        access.judge(&bearer(&short)).await.expect("still valid");
        clock.advance(Duration::from_secs(61));
        let unknown = Token::new(Id::new(&clock)).expect("chance").expose();
        let forged = format!("{}{}", &valid[..31], &unknown[31..]);
        for (token, why) in [
            (&*short, "is expired"),
            (&*revoked, "is revoked"),
            (&*unknown, "there is no token"),
            (&*forged, "is another one"),
            ("rjt_x", "not of the form"),
        ] {
            let refused = access.judge(&bearer(token)).await.expect_err(why);
            assert_eq!(refused.code(), "invalid_token");
            assert!(refused.to_string().contains(why), "{refused}");
            assert!(!refused.public_message().contains(why));
        }
        let refused = access.judge(&HeaderMap::new()).await.expect_err("nothing sent");
        assert_eq!((refused.code(), refused.kind()), ("unauthorized", RefusedKind::Unauthenticated));
        let mut twice = bearer(&valid);
        twice.append(AUTHORIZATION, HeaderValue::from_static("Bearer x"));
        assert_eq!(access.judge(&twice).await.expect_err("twice").code(), "invalid_token");
        access.judge(&bearer(&valid)).await.expect("valid");
    });
}

#[test]
fn another_instance_learns_soon_that_a_token_was_revoked() {
    crate::store::testing::each_durable("revoked elsewhere", async |tested| {
        let clock = Clock::manual();
        let (here, there) = (access(&tested.store, &clock), access(&tested.again(), &clock));
        let token = made(&here, &new(Role::Viewer)).await;
        there.judge(&bearer(&token)).await.expect("valid");
        let id = Token::parse(&token).expect("a token").id;
        here.revoke(&id, &Who::command_line(), None).await.expect("revoked");
        here.judge(&bearer(&token)).await.expect_err("at once here");
        clock.advance(BELIEVED);
        there.judge(&bearer(&token)).await.expect_err("soon there");
    });
}

#[test]
fn the_last_use_of_a_token_is_noted() {
    each("last use", async |tested| {
        let clock = Clock::manual();
        let access = access(&tested.store, &clock);
        open(&access);
        let token = made(&access, &new(Role::Viewer)).await;
        assert_eq!(access.list().await.expect("listed")[0].last_used_at, None);
        access.judge(&bearer(&token)).await.expect("valid");
        let begun = Instant::now();
        while access.list().await.expect("listed")[0].last_used_at.is_none() {
            assert!(begun.elapsed() < Duration::from_secs(10), "it is noted");
            tokio::task::yield_now().await;
        }
    });
}

#[test]
fn without_a_store_the_token_of_this_run_is_the_only_one() {
    crate::store::testing::block_on(async {
        let access = access(&Store::in_memory(), &Clock::manual());
        assert!(!access.is_possible());
        let refused = access.judge(&HeaderMap::new()).await.expect_err("nothing sent");
        assert!(refused.public_message().contains("store.url"), "{}", refused.public_message());
        let unknown = Token::new(Id::new(&Clock::system())).expect("chance").expose();
        access.judge(&bearer(&unknown)).await.expect_err("unknown");
        assert_eq!(access.store().state(), crate::store::State::Unopened);
        let token = access.for_this_run().expect("a token").expose();
        assert_eq!(access.judge(&bearer(&token)).await.expect("let in").role, Role::Admin);
    });
}

#[test]
fn every_change_is_in_the_trail_until_it_is_old() {
    each("the trail", async |tested| {
        let clock = Clock::manual();
        let access = access(&tested.store, &clock);
        let who = Who { id: "me".into(), name: "Me".into(), role: Role::Editor };
        let all = Filter { limit: 10, ..Filter::default() };
        for number in 0..3 {
            let mut transaction = access.store().begin(Synced::Full).await.expect("begun");
            let (before, after) =
                (json!({ "n": number, "password": "a" }), json!({ "n": number + 1, "password": "b" }));
            let resource = format!("things/{}", number % 2);
            let change = Change {
                action: "update",
                resource: &resource,
                before: Some(&before),
                after: Some(&after),
                request_id: Some("r-1"),
            };
            access.record(&mut transaction, &who, change).await.expect("recorded");
            transaction.commit().await.expect("committed");
        }
        let mut taken_back = access.store().begin(Synced::Full).await.expect("begun");
        let change =
            Change { action: "delete", resource: "things/0", before: None, after: None, request_id: None };
        access.record(&mut taken_back, &who, change).await.expect("recorded");
        drop(taken_back);

        let lines = access.trail(&all).await.expect("read");
        assert_eq!(lines.len(), 3);
        let line = &lines[0];
        assert_eq!((&*line.actor, &*line.actor_name, &*line.role), ("me", "Me", "editor"));
        assert_eq!((&*line.action, &*line.resource), ("update", "things/0"));
        assert_eq!(line.before, Some(json!({ "n": 2, "password": "***" })));
        assert_eq!(line.after, Some(json!({ "n": 3, "password": "*** (changed)" })));
        assert_eq!(line.request_id.as_deref(), Some("r-1"));

        let of_one = Filter { resource: Some("things/1".to_owned()), ..all.clone() };
        assert_eq!(access.trail(&of_one).await.expect("read").len(), 1);
        let of_nobody = Filter { actor: Some("you".to_owned()), ..all.clone() };
        assert!(access.trail(&of_nobody).await.expect("read").is_empty());
        let rest = Filter { before: Some(lines[0].id.parse().expect("an id")), ..all.clone() };
        assert_eq!(access.trail(&rest).await.expect("read").len(), 2);

        clock.advance(config::Access::default().audit_keep + Duration::from_secs(1));
        made(&access, &new(Role::Viewer)).await;
        let lines = access.trail(&all).await.expect("read");
        assert_eq!(lines.iter().map(|line| &*line.action).collect::<Vec<_>>(), ["create"]);
    });
}
