//! `[flexible]`: flexible webhooks, both ways, and what the platform leaves undocumented.

use super::reader::Reader;
use super::settings::is_ours;

/// `[flexible]`; each key's sentence stands in `config.default.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Flexible {
    /// The path below which tags answer flexible calls, such as `/flexible`; empty turns them off.
    pub path: String,
    /// The member of a flexible answer that holds the messages.
    pub messages_key: String,
    /// What the agent is told when an upstream is unreachable, late, overloaded or failing.
    pub unavailable_status: u16,
    /// What the agent is told when an upstream's answer cannot be used.
    pub invalid_status: u16,
    /// What an ID token for an upstream is made out to.
    pub id_token_audience: IdTokenAudience,
    /// How exchanges with upstreams are rendered and read.
    pub semantics: Semantics,
}

/// The choices where Dialogflow's documentation is silent; the defaults are the likely ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Semantics {
    /// What becomes of a reference to nothing.
    pub unresolved: Unresolved,
    /// Which characters of a value are percent-encoded in a URL.
    pub url_encoding: UrlEncoding,
    /// Where a name with dots ends and member access begins.
    pub dotted_names: DottedNames,
    /// Where `$flow.name` is read from and written to.
    pub flow_parameters: FlowParameters,
    /// Whether a body string that is one reference to true or false becomes a boolean.
    pub whole_booleans: WholeBooleans,
    /// What a definite path that finds nothing does to its parameter.
    pub missing_path: MissingPath,
    /// What a null in the answer does to its parameter.
    pub null_value: NullValue,
    /// Which statuses are a success.
    pub success: Success,
    /// What an empty body with a successful status is.
    pub empty_body: EmptyBody,
    /// What the agent is told when an upstream answers 400, 401, 403 or 404.
    pub client_errors: ClientErrors,
}

macro_rules! choices {
    ($($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),* $(,)? })*) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub enum $name { #[default] $($(#[$doc])* $variant),* }

        impl $name {
            const WORDS: &'static [&'static str] = &[$($word),*];
            const VALUES: &'static [Self] = &[$(Self::$variant),*];
        }
    )* };
}

choices! {
    /// What becomes of a reference to nothing.
    Unresolved {
        /// It stays as written, as in the agent's own texts.
        Keep = "keep",
        /// It becomes nothing: an empty text, or null where it is a whole body value.
        Empty = "empty",
        /// The call fails.
        Fail = "fail",
    }
    /// Which characters of a value are percent-encoded in a URL.
    UrlEncoding {
        /// All but `A-Za-z0-9-._~`.
        Unreserved = "unreserved",
        /// In a query, `!*'();:@,/?` stay too; in a path, `!*'();:@,`.
        Component = "component",
    }
    /// Where a name with dots ends and member access begins.
    DottedNames {
        /// The longest name that exists.
        Longest = "longest",
        /// The shortest name that exists.
        Shortest = "shortest",
    }
    /// Where `$flow.name` is read from and written to.
    FlowParameters {
        /// The session parameter `name`; read after one that is literally called `$flow.name`.
        Session = "session",
        /// The session parameter that is literally called `$flow.name`, and no other.
        Literal = "literal",
    }
    /// What a body string that is one reference to true or false becomes.
    WholeBooleans {
        /// A JSON boolean.
        Boolean = "boolean",
        /// The text `true` or `false`.
        Text = "text",
    }
    /// What a definite path that finds nothing does to its parameter.
    MissingPath {
        /// The parameter stays as it is.
        Keep = "keep",
        /// The parameter is cleared.
        Clear = "clear",
        /// The call fails.
        Fail = "fail",
    }
    /// What a null in the answer does to its parameter.
    NullValue {
        /// It sets null, which clears the parameter.
        Set = "set",
        /// It counts as missing.
        Missing = "missing",
    }
    /// Which statuses are a success.
    Success {
        /// 200 to 299.
        Any2xx = "2xx",
        /// 200 alone.
        Only200 = "200",
    }
    /// What an empty body with a successful status is.
    EmptyBody {
        /// An answer that sets nothing.
        Accept = "accept",
        /// An invalid answer.
        Fail = "fail",
    }
    /// What an ID token for an upstream is made out to, in both cases without a query.
    IdTokenAudience {
        /// The address that is called, values put in.
        Rendered = "rendered",
        /// The `uri` of the webhook as it is written.
        Template = "template",
    }
    /// What the agent is told when an upstream answers 400, 401, 403 or 404.
    ClientErrors {
        /// The same status, as if the agent had called the upstream itself.
        Same = "same",
        /// `invalid_status`, as for any answer that cannot be used.
        Invalid = "invalid",
    }
}

impl Flexible {
    pub(super) fn read(reader: &Reader<'_, '_>) -> Self {
        let path = reader.text("path");
        let plain = path.is_empty()
            || (path.starts_with('/')
                && path.len() > 1
                && !path.ends_with('/')
                && !path.contains(['{', '}', '?', '#', ' ']));
        if !plain {
            let message = format!(
                "expected a path such as \"/flexible\", without ? # {{ }}, blanks or / at its end, or \"\" to turn it off; found {path:?}"
            );
            reader.refuse("path", message);
        }
        if is_ours(&path) {
            reader.refuse("path", format!("{path} is taken by the server itself"));
        }
        let messages_key = reader.text("messages_key");
        if messages_key.is_empty() {
            reader.refuse("messages_key", "expected the name of a member, such as \"messages\"");
        }
        let status = |key| {
            let status = reader.integer(key, 400..=599) as u16;
            if !super::routes::STATUSES.contains(&status) && status != 0 {
                reader.refuse(key, format!("expected one of {:?}, found {status}", super::routes::STATUSES));
            }
            status
        };
        let (unavailable_status, invalid_status) = (status("unavailable_status"), status("invalid_status"));
        Self {
            path,
            messages_key,
            unavailable_status,
            invalid_status,
            id_token_audience: reader.choice(
                "id_token_audience",
                IdTokenAudience::WORDS,
                IdTokenAudience::VALUES,
            ),
            semantics: Semantics::read(reader),
        }
    }
}

impl Semantics {
    fn read(reader: &Reader<'_, '_>) -> Self {
        Self {
            unresolved: reader.choice("unresolved", Unresolved::WORDS, Unresolved::VALUES),
            url_encoding: reader.choice("url_encoding", UrlEncoding::WORDS, UrlEncoding::VALUES),
            dotted_names: reader.choice("dotted_names", DottedNames::WORDS, DottedNames::VALUES),
            flow_parameters: reader.choice("flow_parameters", FlowParameters::WORDS, FlowParameters::VALUES),
            whole_booleans: reader.choice("whole_booleans", WholeBooleans::WORDS, WholeBooleans::VALUES),
            missing_path: reader.choice("missing_path", MissingPath::WORDS, MissingPath::VALUES),
            null_value: reader.choice("null_value", NullValue::WORDS, NullValue::VALUES),
            success: reader.choice("success", Success::WORDS, Success::VALUES),
            empty_body: reader.choice("empty_body", EmptyBody::WORDS, EmptyBody::VALUES),
            client_errors: reader.choice("client_errors", ClientErrors::WORDS, ClientErrors::VALUES),
        }
    }
}
