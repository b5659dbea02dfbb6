use std::net::Ipv4Addr;

use super::*;

const LOCAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 80);

/// Steps may take four ticks, and connections idle for ten.
fn connections(most: usize) -> Connections {
    let second = Duration::from_secs(1);
    Connections::new(Rules {
        keep_alive: second * 5 / 2,
        client_timeout: second,
        most,
        most_streams: 2,
        handshakes: 0,
    })
}

fn list(connections: &Connections) -> Listed {
    connections.list(LOCAL).expect("there is room")
}

/// How many looks it takes until it is closed.
fn looks_until(connections: &Connections, closed: impl Fn() -> bool) -> usize {
    (1..100)
        .find(|_| {
            connections.0.look();
            closed()
        })
        .expect("it is closed some time")
}

fn is_closing(listed: &Listed) -> bool {
    listed.0.closing.load(Relaxed)
}

fn is_cut(listed: &Listed) -> bool {
    listed.0.cut.load(Relaxed)
}

#[test]
fn an_idle_connection_is_closed_after_its_time_and_one_with_a_call_is_not() {
    let connections = connections(10);
    let (idle, busy) = (list(&connections), list(&connections));
    idle.0.http2.store(true, Relaxed);
    let call = busy.0.busy().0;
    let looks = looks_until(&connections, || is_closing(&idle));
    assert!((10..=13).contains(&looks), "{looks}");
    assert!(!is_closing(&busy));
    drop(call);
    // HTTP/1 is closed by actix in the first place.
    let looks = looks_until(&connections, || is_closing(&busy));
    assert!((16..=20).contains(&looks), "{looks}");
}

#[test]
fn a_head_that_does_not_end_is_cut_short_also_on_a_kept_connection() {
    let connections = connections(10);
    let slow = list(&connections);
    drop(slow.0.busy().0);
    slow.0.heard();
    let looks = looks_until(&connections, || is_closing(&slow));
    assert!((8..=11).contains(&looks), "{looks}");
    let quick = list(&connections);
    quick.0.heard();
    let _call = quick.0.busy().0;
    quick.0.heard();
    (0..50).for_each(|_| connections.0.look());
    assert!(!is_closing(&quick), "its call began");
}

#[test]
fn who_does_not_take_answers_is_cut_off() {
    let connections = connections(10);
    let (stalled, untaken, taking) = (list(&connections), list(&connections), list(&connections));
    let _calls = [stalled.0.busy().0, untaken.0.busy().0, taking.0.busy().0];
    stalled.0.wrote(false);
    untaken.0.answers();
    taking.0.answers();
    let looks = looks_until(&connections, || {
        taking.0.progresses();
        is_cut(&stalled) && is_cut(&untaken)
    });
    assert!((4..=7).contains(&looks), "{looks}");
    taking.0.wrote(false);
    taking.0.wrote(true);
    (0..50).for_each(|_| {
        taking.0.progresses();
        connections.0.look();
    });
    assert!(!is_cut(&taking));
}

#[test]
fn the_idlest_make_room_and_when_all_are_busy_there_is_none() {
    let connections = connections(2);
    let (first, second) = (list(&connections), list(&connections));
    connections.0.look();
    drop(first.0.busy().0);
    let third = list(&connections);
    assert!(is_closing(&second) && !is_closing(&first), "the second is idle for longer");
    drop(second);
    let _calls = [first.0.busy().0, third.0.busy().0];
    assert!(connections.list(LOCAL).is_none());
    drop(first);
    list(&connections);
}

#[test]
fn a_client_that_opens_streams_without_end_is_cut_off() {
    let connections = connections(10);
    let listed = list(&connections);
    let mut calls: Vec<_> = (0..9).map(|_| listed.0.busy()).collect();
    let refused = calls.iter().filter(|(_, overfull)| overfull.is_some()).count();
    assert_eq!(refused, 7, "all but the first two");
    assert!(!is_cut(&listed));
    calls.push(listed.0.busy());
    assert!(is_cut(&listed));
}

#[test]
fn the_limit_of_open_files_is_read() {
    let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
                  Max processes             63432                63432                processes \n\
                  Max open files            1024                 1048576              files     \n";
    assert_eq!(open_files(limits), Some(1024));
    assert_eq!(open_files("Max open files  unlimited unlimited files"), None);
    assert_eq!(most(5), 5);
    assert!((16..=8192).contains(&most(0)));
}
