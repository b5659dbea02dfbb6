//! What a handler returns when it cannot reply.

use std::error::Error as StdError;
use std::fmt;

use crate::fulfillment::Rejection;

type BoxError = Box<dyn StdError + Send + Sync>;

/// `Result` with our [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// How a call failed, which decides the HTTP status and with it the agent's `webhook.error.*` event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// 400, `webhook.error.bad-request`: the agent sent what the handler cannot use.
    BadRequest,
    /// 401, `webhook.error.rejected`: the caller is not known.
    Unauthorized,
    /// 403, `webhook.error.rejected`: the caller may not do this.
    Forbidden,
    /// 404, `webhook.error.not-found` or `webhook.error`: there is no such thing.
    NotFound,
    /// 500, `webhook.error`: the handler failed.
    Internal,
    /// 503, `webhook.error.unavailable`: something needed is not available now.
    Unavailable,
    /// 504, `webhook.error`: time ran out on our side.
    TimedOut,
}

impl ErrorKind {
    /// Every kind.
    pub(crate) const ALL: [Self; 7] = [
        Self::BadRequest,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::Internal,
        Self::Unavailable,
        Self::TimedOut,
    ];

    /// The kind that is told with this status, if there is one.
    pub(crate) fn of_status(status: u16) -> Option<Self> {
        Some(match status {
            400 => Self::BadRequest,
            401 => Self::Unauthorized,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            500 => Self::Internal,
            503 => Self::Unavailable,
            504 => Self::TimedOut,
            _ => return None,
        })
    }

    /// A stable `snake_case` word for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::BadRequest => "bad_request",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
            Self::TimedOut => "timed_out",
        }
    }
}

/// A failed call: a kind, a sentence for the caller, and the cause for the log.
///
/// Any error converts into one with `?`; it is then [`ErrorKind::Internal`] and its text stays in
/// the log. What the caller reads is the [`public_message`](Self::public_message), never the cause.
///
/// ```
/// use rejoinder::{Error, ErrorKind};
///
/// let error = Error::unavailable("The shop is closed.").with_cause(std::fmt::Error);
/// assert_eq!(error.kind(), ErrorKind::Unavailable);
/// assert_eq!(error.public_message(), "The shop is closed.");
/// ```
pub struct Error {
    kind: ErrorKind,
    code: &'static str,
    message: String,
    cause: Option<BoxError>,
}

impl Error {
    /// An error of `kind` with a sentence that the caller may read.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, code: kind.code(), message: message.into(), cause: None }
    }

    /// The agent sent what the handler cannot use: 400.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::BadRequest, message)
    }

    /// The caller is not known: 401.
    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unauthorized, message)
    }

    /// The caller may not do this: 403.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Forbidden, message)
    }

    /// There is no such thing: 404.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, message)
    }

    /// The handler failed: 500.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// Something needed is not available now: 503.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unavailable, message)
    }

    /// Time ran out on our side: 504.
    pub fn timed_out(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::TimedOut, message)
    }

    /// Adds what caused it, for the log.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Into<BoxError>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Replaces the kind's code by a finer one.
    #[must_use]
    pub(crate) fn with_code(mut self, code: &'static str) -> Self {
        self.code = code;
        self
    }

    /// The same failure, told as another kind. A code that only repeats the kind goes with it.
    #[must_use]
    pub(crate) fn told_as(mut self, kind: ErrorKind) -> Self {
        if self.code == self.kind.code() {
            self.code = kind.code();
        }
        self.kind = kind;
        self
    }

    /// How it failed.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// A stable `snake_case` word for machines, such as `parameter_missing`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The sentence that the caller may read.
    #[must_use]
    pub fn public_message(&self) -> &str {
        &self.message
    }

    /// The same failure for one more caller; its causes are text from now on.
    pub(crate) fn again(&self) -> Self {
        let mut causes = Vec::new();
        let mut cause = self.cause.as_deref().map(|cause| cause as &dyn StdError);
        while let Some(error) = cause {
            causes.push(error.to_string());
            cause = error.source();
        }
        let cause = (!causes.is_empty()).then(|| causes.join(": ").into());
        Self { kind: self.kind, code: self.code, message: self.message.clone(), cause }
    }

    pub(crate) fn from_boxed(cause: BoxError) -> Self {
        let cause = match cause.downcast::<Carried>() {
            Ok(carried) => return carried.0,
            Err(cause) => cause,
        };
        match cause.downcast::<Rejection>() {
            Ok(rejection) => Self::bad_request(rejection.to_string()).with_code(rejection.code()),
            Err(cause) => Self::internal("The handler failed.").with_cause(cause),
        }
    }
}

/// For the log: the sentence and every cause. Not for callers.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        let mut cause = self.cause.as_deref().map(|cause| cause as &dyn StdError);
        while let Some(error) = cause {
            write!(f, " ({error})")?;
            cause = error.source();
        }
        Ok(())
    }
}

// `fn main() -> rejoinder::Result<()>` prints this, so it is made to be read.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} [{}]", self.code)
    }
}

// `Error` itself is no `std::error::Error`: only so can every other one convert into it.
impl<E: StdError + Send + Sync + 'static> From<E> for Error {
    fn from(cause: E) -> Self {
        Self::from_boxed(Box::new(cause))
    }
}

/// An [`Error`] on its way through code that wants a boxed standard error.
struct Carried(Error);

impl fmt::Debug for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl StdError for Carried {}

impl From<Error> for BoxError {
    fn from(error: Error) -> Self {
        Box::new(Carried(error))
    }
}

impl From<Error> for Box<dyn StdError> {
    fn from(error: Error) -> Self {
        Box::new(Carried(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_reaches_the_log_and_not_the_caller() {
        let error = Error::from(std::io::Error::other("password is hunter2"));
        assert_eq!(error.to_string(), "The handler failed. (password is hunter2)");
        assert_eq!((error.public_message(), error.code()), ("The handler failed.", "internal"));
    }

    #[test]
    fn an_error_keeps_its_kind_through_a_box() {
        let boxed: BoxError = Error::forbidden("No.").into();
        assert_eq!(Error::from_boxed(boxed).kind(), ErrorKind::Forbidden);
    }
}
