//! Parameters, form values and payloads as Rust types.

use std::fmt;
use std::ops::Deref;

use serde::de::DeserializeOwned;

use super::{FromCall, Needs, OptionalFromCall, Rejection};
use crate::error::Result;
use crate::fulfillment::Call;
use crate::protocol::decode::{self, DecodeError};

/// The session parameters as a `T`; fields that `T` does not have are ignored.
///
/// ```
/// use rejoinder::{Params, Reply};
///
/// #[derive(serde::Deserialize)]
/// struct Trip {
///     city: String,
///     nights: Option<u32>,       // may be missing or null
///     start: jiff::civil::Date,  // a @sys.date
/// }
///
/// async fn plan(Params(trip): Params<Trip>) -> Reply {
///     Reply::text(format!("{} from {}", trip.city, trip.start))
/// }
/// # let _ = rejoinder::Router::new().tag("plan", plan);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned + Send> FromCall for Params<T> {
    async fn from_call(call: &Call) -> Result<Self> {
        Ok(Self(call.envelope().parameters().map_err(in_session)?))
    }

    fn needs(needs: &mut Needs) {
        decode::fields::<T>().into_iter().for_each(|(name, input)| needs.parameter_of(name, input));
    }
}

fn in_session(error: DecodeError) -> Rejection {
    Rejection::Value { place: "session parameters", error }
}

/// The name and type of one session parameter; declared with [`param!`](crate::param).
pub trait ParamName: Send + 'static {
    /// What its value is read as; an `Option` accepts that it is missing or null.
    type Value: DeserializeOwned + Send;
    /// The parameter's name, compared without regard to case.
    const NAME: &'static str;
}

/// Declares session parameters to ask for by [`Param`](crate::Param).
///
/// ```
/// use rejoinder::{Param, Reply, param};
///
/// param!(pub Size: String = "size");
/// param!(Crust: Option<String> = "pizza-crust");
///
/// async fn confirm(size: Param<Size>, crust: Param<Crust>) -> Reply {
///     Reply::text(format!("{size}, {}", crust.as_deref().unwrap_or("thin")))
/// }
/// # let _ = rejoinder::Router::new().tag("confirm", confirm);
/// ```
#[macro_export]
macro_rules! param {
    ($(#[$meta:meta])* $visibility:vis $name:ident: $value:ty = $text:literal) => {
        $(#[$meta])*
        #[derive(Debug)]
        $visibility struct $name;

        impl $crate::fulfillment::extract::ParamName for $name {
            type Value = $value;
            const NAME: &'static str = $text;
        }
    };
}

/// One session parameter; `N` is declared with [`param!`](crate::param). It derefs to the value.
pub struct Param<N: ParamName>(pub N::Value);

impl<N: ParamName> FromCall for Param<N> {
    async fn from_call(call: &Call) -> Result<Self> {
        let value = call.envelope().parameter(N::NAME).map_err(in_session)?;
        let decoded = value.map_or_else(|| decode::from_text("null"), |value| value.decode());
        let error = match decoded {
            Ok(value) => return Ok(Self(value)),
            Err(_) if value.is_none() => DecodeError::Missing { path: N::NAME.to_owned() },
            Err(error) => error.within(N::NAME),
        };
        Err(in_session(error).into())
    }

    fn needs(needs: &mut Needs) {
        needs.parameter_of(N::NAME, decode::input::<N::Value>());
    }
}

impl<N: ParamName> Deref for Param<N> {
    type Target = N::Value;

    fn deref(&self) -> &N::Value {
        &self.0
    }
}

impl<N: ParamName<Value: fmt::Debug>> fmt::Debug for Param<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Param").field(&N::NAME).field(&self.0).finish()
    }
}

impl<N: ParamName<Value: fmt::Display>> fmt::Display for Param<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The values of the page's form as a `T`; a parameter without a value counts as missing.
///
/// `Option<Form<T>>` is `None` when the page has no form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned + Send> FromCall for Form<T> {
    async fn from_call(call: &Call) -> Result<Self> {
        let absent = Rejection::Absent { wanted: "a form", field: "pageInfo.formInfo.parameterInfo" };
        Ok(Self::optional_from_call(call).await?.ok_or(absent)?)
    }

    fn needs(needs: &mut Needs) {
        needs.conversation("a form");
        needs.form.extend(decode::fields::<T>().into_iter().map(|(name, input)| (name.to_owned(), input)));
    }
}

impl<T: DeserializeOwned + Send> OptionalFromCall for Form<T> {
    async fn optional_from_call(call: &Call) -> Result<Option<Self>> {
        let Some(parameters) = call.envelope().form_parameters().map_err(Rejection::from)? else {
            return Ok(None);
        };
        let form: crate::protocol::Struct = parameters
            .into_iter()
            .filter_map(|parameter| Some((parameter.display_name, parameter.value?)))
            .collect();
        let value = decode::from_object(&form)
            .map_err(|error| Rejection::Value { place: "form parameters", error })?;
        Ok(Some(Self(value)))
    }
}

/// `payload`: what the integration or the API caller passed along.
///
/// ```
/// use rejoinder::{Payload, Reply};
///
/// #[derive(serde::Deserialize)]
/// struct Phone { telephony: Telephony }
/// #[derive(serde::Deserialize)]
/// struct Telephony { caller_id: String }
///
/// async fn greet(Payload(phone): Payload<Phone>) -> Reply {
///     Reply::text(format!("You call from {}.", phone.telephony.caller_id))
/// }
/// # let _ = rejoinder::Router::new().tag("greet", greet);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payload<T>(pub T);

impl<T: DeserializeOwned + Send> FromCall for Payload<T> {
    async fn from_call(call: &Call) -> Result<Self> {
        let absent = Rejection::Absent { wanted: "a payload", field: "payload" };
        Ok(Self::optional_from_call(call).await?.ok_or(absent)?)
    }

    fn needs(needs: &mut Needs) {
        needs.conversation("a payload");
    }
}

impl<T: DeserializeOwned + Send> OptionalFromCall for Payload<T> {
    async fn optional_from_call(call: &Call) -> Result<Option<Self>> {
        let Some(payload) = call.envelope().payload() else {
            return Ok(None);
        };
        let value = decode::from_text::<T>(payload.text())
            .map_err(|error| Rejection::Value { place: "payload", error })?;
        Ok(Some(Self(value)))
    }
}
