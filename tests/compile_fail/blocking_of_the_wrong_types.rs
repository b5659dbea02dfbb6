use rejoinder::{Params, Reply, Router, blocking};

#[derive(serde::Deserialize)]
struct Order {
    order_id: String,
}

fn plain_struct(order: Order) -> Reply {
    Reply::text(order.order_id)
}

fn optional_params(order: Option<Params<Order>>) -> Reply {
    Reply::text(order.map(|order| order.0.order_id).unwrap_or_default())
}

fn number(_order: Params<Order>) -> usize {
    1
}

fn main() {
    let _ = Router::new().tag("plain-struct", blocking(plain_struct));
    let _ = Router::new().tag("optional-params", blocking(optional_params));
    let _ = Router::new().tag("number", blocking(number));
}
