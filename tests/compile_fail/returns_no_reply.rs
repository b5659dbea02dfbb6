use rejoinder::{Router, Tag};

async fn count(tag: Tag) -> usize {
    tag.len()
}

fn main() {
    let _ = Router::new().tag("count", count);
}
