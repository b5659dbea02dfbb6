use rejoinder::{Reply, Router, Tag};

fn hours(tag: Tag) -> Reply {
    Reply::text(tag.0)
}

fn main() {
    let _ = Router::new().tag("hours", hours);
}
