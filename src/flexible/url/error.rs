//! Addresses that cannot be used, and values that an address cannot take.

/// An address that no exchange can be made with.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum UriError {
    /// A value would choose the scheme or the host.
    #[error(
        "{reference} stands in the scheme or host of the address, where a value could choose another server; write the host out and use references behind it"
    )]
    OriginReference {
        /// The reference.
        reference: String,
    },
    /// A function call.
    #[error(
        "{call} stands in the address, where the platform evaluates references only; set a parameter to it before the call"
    )]
    Function {
        /// The call.
        call: String,
    },
    /// No address.
    #[error("{uri:?} is no https:// address: {cause}")]
    Invalid {
        /// What is written, without its query.
        uri: String,
        /// What is wrong.
        cause: String,
    },
    /// A literal `.` or `..` in the path.
    #[error("the path has a segment `.` or `..`; write the path out")]
    DotSegment,
    /// A call that does not parse.
    #[error(transparent)]
    Expression(#[from] crate::flexible::ExpressionError),
}

/// Values that this address cannot take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// `.` or `..`, in whatever encoding.
    #[error("a value makes a path segment of the address `.` or `..`, which would choose another resource")]
    DotSegment,
    /// Nothing where a segment should be.
    #[error(
        "a value that is empty leaves a path segment of the address empty, which would choose another resource"
    )]
    EmptySegment,
    /// A value outside the quotes of a SOQL text.
    #[error(
        "{reference} stands in SOQL outside quotes, where only a number, true, false or a date may be put; found {found}. Put quotes around it"
    )]
    Soql {
        /// The reference.
        reference: String,
        /// What kind of value it led to.
        found: &'static str,
    },
    /// A reference to nothing, where that is a failure.
    #[error("{reference} leads to nothing")]
    Unresolved {
        /// The reference.
        reference: String,
    },
    /// More text than an address may have.
    #[error("the address is {length} bytes long; expected at most {limit}")]
    TooLong {
        /// Its length.
        length: usize,
        /// The most allowed.
        limit: usize,
    },
    /// What came of it is no address.
    #[error("the address with its values is none: {cause}")]
    Invalid {
        /// What is wrong.
        cause: String,
    },
}
