//! What a store promises, on every database; each module a theme.

mod failures;
mod migrating;
#[cfg(feature = "testing")]
mod tls;
mod writing;

use super::*;
use testing::{each, each_durable};
