use rejoinder::{Params, Reply, Router};

#[derive(serde::Deserialize)]
struct Order {
    order_id: String,
}

async fn order_status(order: Option<Params<Order>>) -> Reply {
    Reply::text(order.map(|order| order.0.order_id).unwrap_or_default())
}

fn main() {
    let _ = Router::new().tag("order-status", order_status);
}
