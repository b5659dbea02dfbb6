//! A webhook of the package, and where it is from.

use crate::protocol::Webhook;

/// A webhook of the package, and the file that it is from.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PackageWebhook {
    /// The file that it is from.
    pub file: String,
    /// The resource; an export has the id alone for its name.
    pub webhook: Webhook,
}
