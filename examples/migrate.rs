//! The Rust side of docs/migrate.md, as one program.
//!
//! Its code is that of the page, word for word: `tests/conformance/test_migrate.py` checks that,
//! and that these handlers answer like the Python and Node ones they replace.
//!
//! ```sh
//! cargo run --example migrate
//! curl localhost:8080/webhook --json @fixtures/migrate/confirm-booking.json
//! ```

use jiff::civil::Date;
use rejoinder::{Error, Form, Param, Params, Payload, Rejoinder, Reply, Result, Router, param};
use serde::Deserialize;

param!(OrderId: String = "order_id");

async fn order_status(Param(id): Param<OrderId>) -> Reply {
    Reply::text(format!("Order {id} has shipped.")).set("order_status", "shipped")
}

#[derive(Deserialize)]
struct Purchase {
    quantity: Option<f64>,
}

async fn check_quantity(Form(form): Form<Purchase>) -> Reply {
    match form.quantity {
        Some(quantity) if quantity > 10.0 => {
            Reply::unchanged().reject("quantity", "We sell 10 at most. How many?")
        }
        _ => Reply::unchanged(),
    }
}

async fn stock() -> Result<Reply> {
    let left = count_stock().await.map_err(|error| Error::unavailable("No stock.").with_cause(error))?;
    Ok(Reply::text(format!("We have {left} left.")))
}

/// Stands for your client of the warehouse, which is away.
async fn count_stock() -> std::io::Result<u32> {
    Err(std::io::ErrorKind::ConnectionRefused.into())
}

fn orders() -> Router {
    Router::new().tag("order-status", order_status).tag("check-quantity", check_quantity).tag("stock", stock)
}

#[derive(Deserialize)]
struct Booking {
    name: String,
    guests: u32,
    day: Date,
}

async fn confirm_booking(Params(booking): Params<Booking>) -> Reply {
    let Booking { name, guests, day } = booking;
    Reply::text(format!("Thank you, {name}: a table for {guests} on {day}."))
        .set("booking_status", "confirmed")
        .set("guests", guests)
}

#[derive(Deserialize)]
struct Party {
    guests: Option<u32>,
}

async fn check_guests(Form(party): Form<Party>) -> Reply {
    match party.guests {
        Some(13..) => Reply::unchanged().reject("guests", "We seat 12 at most. How many will you be?"),
        _ => Reply::unchanged(),
    }
}

#[derive(Deserialize)]
struct Wish {
    day: Date,
}

async fn find_table(Params(wish): Params<Wish>) -> Result<Reply> {
    let tables = free_tables(wish.day)
        .await
        .map_err(|error| Error::unavailable("The bookings cannot be read.").with_cause(error))?;
    Ok(Reply::text(format!("{tables} tables are free.")))
}

/// Stands for your client of the bookings, which are away.
async fn free_tables(_day: Date) -> std::io::Result<u32> {
    Err(std::io::ErrorKind::ConnectionRefused.into())
}

fn bookings() -> Router {
    Router::new()
        .tag("confirm-booking", confirm_booking)
        .tag("check-guests", check_guests)
        .tag("find-table", find_table)
}

#[derive(Deserialize)]
struct Phone {
    telephony: Telephony,
}

#[derive(Deserialize)]
struct Telephony {
    caller_id: String,
}

async fn greet_caller(phone: Option<Payload<Phone>>) -> Reply {
    match phone {
        Some(Payload(phone)) => {
            Reply::text("Welcome. You are on the phone.").set("caller_id", phone.telephony.caller_id)
        }
        None => Reply::text("Welcome."),
    }
}

async fn forget_card() -> Reply {
    Reply::text("Your card is forgotten.")
        .say("Goodbye.")
        .clear("card_number")
        .set("card_known", false)
        .goto_page("END_SESSION")
}

param!(Account: String = "account");

async fn balance(Param(account): Param<Account>) -> Result<String> {
    let balance = read_ledger(&account).await?;
    Ok(format!("You have {balance}."))
}

/// Stands for your client of the ledger.
async fn read_ledger(account: &str) -> Result<String> {
    match account {
        "12-34" => Ok("50 euros".to_owned()),
        _ => Err(Error::bad_request(format!("There is no account {account:?}."))),
    }
}

fn accounts() -> Router {
    Router::new().tag("greet-caller", greet_caller).tag("forget-card", forget_card).tag("balance", balance)
}

#[tokio::main]
async fn main() -> Result<()> {
    Rejoinder::new().merge(orders()).merge(bookings()).merge(accounts()).run().await
}
