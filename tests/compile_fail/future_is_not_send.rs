use std::rc::Rc;

use rejoinder::{Reply, Router};

async fn look_up() {}

async fn order_status() -> Reply {
    let greeting = Rc::new("Hello.".to_owned());
    look_up().await;
    Reply::text(greeting.as_str())
}

fn main() {
    let _ = Router::new().tag("order-status", order_status);
}
