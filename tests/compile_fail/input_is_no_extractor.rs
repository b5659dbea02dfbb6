use rejoinder::{Reply, Router};

#[derive(serde::Deserialize)]
struct Order {
    order_id: String,
}

async fn order_status(order: Order) -> Reply {
    Reply::text(order.order_id)
}

fn main() {
    let _ = Router::new().tag("order-status", order_status);
}
