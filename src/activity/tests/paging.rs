//! Pages both ways while calls come in.

use super::*;

fn numbers(page: &Page) -> Vec<usize> {
    page.rows.iter().map(|row| row.tag.trim_start_matches('t').parse().expect("a number")).collect()
}

#[test]
fn pages_go_both_ways_while_calls_come_in() {
    each("activity_paging", "", async |log| {
        for number in 0..25 {
            log.note(&format!("t{number}"), "s");
        }
        let filters = [
            Filter::default(),
            Filter { environment: Some("prod".to_owned()), ..Filter::default() },
            Filter { session: Some("s".to_owned()), ..Filter::default() },
            Filter { text: Some("order_id".to_owned()), ..Filter::default() },
        ];
        let mut last = 25;
        for filter in filters {
            let wanted = Wanted { size: 10, ..Wanted::default() };
            let first = log.page(&filter, &wanted).await;
            assert_eq!(numbers(&first), (last - 10..last).rev().collect::<Vec<_>>());
            // Two more come, which no page behind the first one may show.
            log.note(&format!("t{last}"), "s");
            log.note(&format!("t{}", last + 1), "s");
            let second = log.page(&filter, &Wanted { after: first.after, ..wanted }).await;
            assert_eq!(numbers(&second), (last - 20..last - 10).rev().collect::<Vec<_>>());
            let back = log.page(&filter, &Wanted { before: second.before, ..wanted }).await;
            assert_eq!(numbers(&back), numbers(&first), "the page before is the one that was");
            let newer = log.page(&filter, &Wanted { before: back.before, ..wanted }).await;
            assert_eq!(numbers(&newer), [last + 1, last]);
            assert_eq!(newer.before, None);
            // To the end, with nothing twice and nothing left out.
            let (mut seen, mut after) = (numbers(&second), second.after);
            while let Some(cursor) = after {
                let page = log.page(&filter, &Wanted { after: Some(cursor), ..wanted }).await;
                seen.extend(numbers(&page));
                after = page.after;
            }
            assert_eq!(seen, (0..last - 10).rev().collect::<Vec<_>>());
            let oldest = Wanted { oldest_first: true, ..wanted };
            let page = log.page(&filter, &oldest).await;
            assert_eq!(numbers(&page), (0..10).collect::<Vec<_>>());
            let page = log.page(&filter, &Wanted { after: page.after, ..oldest }).await;
            assert_eq!(numbers(&page), (10..20).collect::<Vec<_>>());
            let page = log.page(&filter, &Wanted { before: page.before, ..oldest }).await;
            assert_eq!(numbers(&page), (0..10).collect::<Vec<_>>());
            last += 2;
        }
    });
}

#[test]
fn an_empty_log_has_an_empty_page() {
    each("activity_empty", "", async |log| {
        let page = log.page(&Filter::default(), &Wanted { size: 10, ..Wanted::default() }).await;
        assert!(page.rows.is_empty() && page.after.is_none() && page.before.is_none());
    });
}
