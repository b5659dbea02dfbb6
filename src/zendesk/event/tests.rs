use super::*;

fn fixture(name: &str) -> Event {
    let path = format!("{}/fixtures/zendesk/events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let body = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    Event::parse(&body).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn every_known_domain_is_read_with_its_types() {
    let comment = fixture("ticket.comment_added");
    let Detail::Ticket(ticket) = comment.detail() else { panic!("{:?}", comment.detail()) };
    assert_eq!(ticket.id.as_deref(), Some("4711"));
    assert!(ticket.status.is_some_and(|status| status.is("open")) && ticket.tags.is_empty());
    let Change::Comment(said) = comment.change() else { panic!("{:?}", comment.change()) };
    assert_eq!(said.id.as_deref(), Some("9007199254740995"), "a number in the body");
    assert_eq!(said.is_public, Some(true));
    assert_eq!(said.author.and_then(|author| author.is_staff), Some(true));
    let sequence = comment.sequence().expect("a sequence");
    assert_eq!(sequence.id.as_deref(), Some("170141183460469231731687303715884105727"), "beyond 64 bits");
    assert_eq!(sequence.position.as_deref(), Some("2"));
    assert_eq!(comment.actor().and_then(|actor| actor.id).as_deref(), Some("8001"));

    let status = fixture("ticket.status_changed");
    let Change::Field { current, previous } = status.change() else { panic!("{:?}", status.change()) };
    assert_eq!((current.as_deref(), previous.as_deref()), (Some("SOLVED"), None));
    let Detail::Ticket(ticket) = status.detail() else { panic!("{:?}", status.detail()) };
    assert_eq!(ticket.tags, ["order", "late"]);
    assert_eq!(ticket.via_channel.as_deref(), Some("web_service"));
    assert_eq!((ticket.kind, ticket.priority), (None, None), "null");

    let message = fixture("messaging_ticket.message_added");
    assert!(
        matches!(message.detail(), Detail::MessagingTicket(ticket) if ticket.id.as_deref() == Some("141"))
    );
    let Change::Message(said) = message.change() else { panic!("{:?}", message.change()) };
    assert_eq!(said.body.as_deref(), Some("How can I help?"));
    let actor = message.actor().expect("an actor");
    assert!(actor.kind.as_ref().is_some_and(|kind| kind.is("system")) && said.actor == Some(actor));
    assert_eq!(said.conversation_id, None, "an older event");

    let user = fixture("user.group_membership_created");
    assert!(matches!(user.detail(), Detail::User(user) if user.external_id.as_deref() == Some("")));
    assert!(matches!(user.change(), Change::Group { id } if id.as_deref() == Some("17")));
    assert_eq!(user.version(), Some("2022-06-20"));

    let organization = fixture("organization.created");
    assert!(matches!(organization.detail(), Detail::Organization(it) if it.shared_tickets == Some(false)));
    assert_eq!(organization.change(), Change::None);

    let agent = fixture("agent.state_changed");
    assert!(matches!(agent.detail(), Detail::Agent(agent) if agent.agent_id.as_deref() == Some("10011")));
    assert!(
        matches!(agent.change(), Change::State { current, channel, .. } if current.as_deref() == Some("online") && channel.is_some())
    );

    let article = fixture("article.author_changed");
    assert!(matches!(article.detail(), Detail::Article(article) if article.user_id.is_some()));
    let post = fixture("community_post.created");
    assert!(matches!(post.detail(), Detail::CommunityPost(post) if post.topic_id.is_some()));
    assert!(matches!(post.change(), Change::Other(members) if members.contains_key("title")));
    let tags = fixture("ticket.tags_changed");
    assert!(
        matches!(tags.change(), Change::Tags { added, removed } if added == ["late"] && removed.is_empty())
    );
}

#[test]
fn what_is_not_known_is_kept_whole() {
    let event = fixture("unknown.type");
    assert_eq!((event.domain(), event.name()), ("starship", "launched"));
    assert!(matches!(event.detail(), Detail::Other(members) if members["crew"][1]["name"] == "Ada"));
    assert!(matches!(event.change(), Change::Other(members) if members["warp"] == 9.5));
    assert_eq!(event.other_members()["shard"], "eu-7");
    for (body, event_type) in [
        (&br#"{"type":"zen:event-type:ticket"}"#[..], "zen:event-type:ticket"),
        (br#"{"type":"something else.created"}"#, "something else.created"),
        (br#"{"type":null}"#, ""),
        (b"{}", ""),
    ] {
        let event = Event::parse(body).expect("an event");
        assert_eq!((event.event_type(), event.name()), (event_type, ""));
        assert_eq!((event.id(), event.time(), event.actor(), event.sequence()), (None, None, None, None));
        assert_eq!(event.change(), Change::None);
    }
}

#[test]
fn members_of_other_types_than_usual_fail_nothing() {
    let body = br#"{"id":17,"account_id":"2","type":"zen:event-type:ticket.created","subject":5,
        "detail":{"id":123456789012345678901234567890,"tags":"late","is_public":"true","status":["a"],"via":"web"},
        "event":"nothing"}"#;
    let event = Event::parse(body).expect("an event");
    assert_eq!((event.id(), event.account_id(), event.subject()), (Some("17"), Some("2"), Some("5")));
    let Detail::Ticket(ticket) = event.detail() else { panic!("a ticket") };
    assert_eq!(ticket.id.as_deref(), Some("123456789012345678901234567890"));
    assert_eq!((ticket.tags, ticket.is_public), (vec![Text::of("late")], Some(true)));
    assert_eq!((ticket.status.as_deref(), ticket.via_channel), (Some("[\"a\"]"), None));
    assert!(matches!(event.change(), Change::Other(members) if members["event"] == "nothing"));
}

#[test]
fn times_have_up_to_nine_decimals() {
    for (time, nanos) in [
        ("2099-07-07T03:44:13Z", Some(0)),
        ("2099-07-07T03:44:13.5Z", Some(500_000_000)),
        ("2099-07-07T03:44:13.123Z", Some(123_000_000)),
        ("2099-07-07T03:44:13.123456Z", Some(123_456_000)),
        ("2099-07-07T03:44:13.123456789Z", Some(123_456_789)),
        ("2099-07-07T05:44:13+02:00", Some(0)),
        ("yesterday", None),
        ("", None),
    ] {
        let event = Event::parse(format!(r#"{{"time":{time:?}}}"#).as_bytes()).expect("an event");
        assert_eq!(event.time_text(), Some(time));
        let since = event.time().map(|time| time.duration_since(SystemTime::UNIX_EPOCH).expect("later"));
        assert_eq!(since.map(|since| since.subsec_nanos()), nanos, "{time}");
        if let Some(since) = since {
            assert_eq!(since.as_secs(), 4_087_079_053, "{time}");
        }
    }
}

#[test]
fn a_type_of_yours_reads_the_same_members() {
    #[derive(serde::Deserialize)]
    struct Mine {
        requester_id: String,
        tags: Vec<String>,
    }
    let mine: Mine = fixture("ticket.status_changed").detail_as().expect("of this form");
    assert_eq!((mine.requester_id.as_str(), mine.tags.len()), ("8002", 2));
    assert!(fixture("ticket.status_changed").change_as::<Mine>().is_err());
}

#[test]
fn what_is_no_object_is_refused_without_being_quoted() {
    for body in [&b""[..], b"[]", b"null", b"secret", b"\"secret\"", b"{\"a\":secret}", b"\xff", b"id=35436"]
    {
        let refused = Event::parse(body).expect_err("no event").to_string();
        assert!(refused.starts_with("expected an event, which is a JSON object: "), "{refused}");
        assert!(!refused.contains("secret"), "{refused}");
    }
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(Event::parse(deep.as_bytes()).is_err());
}

#[test]
fn an_event_in_a_log_tells_nothing_that_people_wrote() {
    let shown = format!("{:?}", fixture("ticket.comment_added"));
    assert!(shown.contains("ticket.comment_added") && !shown.contains("parcel"), "{shown}");
}
