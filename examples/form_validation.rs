//! Checks what the user filled into a page's form, and changes what the form asks for.
//!
//! ```sh
//! cargo run --example form_validation
//! curl localhost:8080/webhook --json '{
//!   "fulfillmentInfo": { "tag": "check-booking" },
//!   "pageInfo": { "formInfo": { "parameterInfo": [
//!     { "displayName": "guests", "required": true, "state": "FILLED", "value": 40 }
//!   ] } }
//! }'
//! ```

use rejoinder::{Form, Rejoinder, Reply, Result, Router};

/// The form; a parameter that the user has not filled yet is `None`.
#[derive(serde::Deserialize)]
struct Booking {
    guests: Option<i64>,
    phone: Option<String>,
}

async fn check_booking(Form(booking): Form<Booking>) -> Reply {
    match booking.guests {
        Some(..1) => Reply::unchanged().reject("guests", "For how many people, please?"),
        Some(13..) => Reply::unchanged().reject("guests", "We seat 12 at most. How many will you be?"),
        // A large party is called back, so from now on the form needs a number.
        Some(7..) if booking.phone.is_none() => Reply::unchanged().require("phone"),
        _ => Reply::unchanged(),
    }
}

fn router() -> Router {
    Router::new().tag("check-booking", check_booking)
}

#[tokio::main]
async fn main() -> Result<()> {
    Rejoinder::from(router()).run().await
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use rejoinder::protocol::{ParameterInfo, ParameterState};
    use rejoinder::testing::{Response, WebhookCall};
    use serde_json::Value;

    use super::*;

    async fn check(guests: i64) -> Result<Response> {
        WebhookCall::tag("check-booking").form_parameter("guests", guests).send(router()).await
    }

    fn changes(response: &Response) -> &[ParameterInfo] {
        let form = response.0.page_info.as_ref().and_then(|page| page.form_info.as_ref());
        form.map_or(&[], |form| &form.parameter_info)
    }

    #[tokio::test]
    async fn too_many_guests_are_asked_for_again() -> Result<()> {
        let response = check(40).await?;
        assert_eq!(response.texts(), ["We seat 12 at most. How many will you be?"]);
        assert_eq!(response.parameter("guests"), Some(&Value::Null));
        assert_eq!(changes(&response)[0].state, ParameterState::Invalid);
        Ok(())
    }

    #[tokio::test]
    async fn a_large_party_must_leave_a_number() -> Result<()> {
        let response = check(8).await?;
        assert_eq!(changes(&response)[0].display_name, "phone");
        assert!(changes(&response)[0].required);
        Ok(())
    }

    #[tokio::test]
    async fn a_small_party_is_fine() -> Result<()> {
        assert!(changes(&check(2).await?).is_empty());
        Ok(())
    }
}
