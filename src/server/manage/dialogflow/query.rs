//! The query of a call: what it asks for, and how it wants the answer.

use url::form_urlencoded;

use super::problem::Problem;
use crate::nearest::nearest;

/// The parameters of a call; what is not sent is empty.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Query {
    pub(super) page_size: i64,
    pub(super) page_token: String,
    pub(super) update_mask: Option<String>,
    pub(super) force: bool,
    /// Whether enums are answered as numbers.
    pub(super) enums_as_numbers: bool,
}

/// What the calls themselves take, by method.
const OWN: [(&str, &[&str]); 3] =
    [("GET", &["pageSize", "pageToken"]), ("PATCH", &["updateMask"]), ("DELETE", &["force"])];

/// What every API of Google's takes, and what makes no difference here.
const IGNORED: [&str; 11] = [
    "$.xgafv",
    "$prettyPrint",
    "$userProject",
    "callback",
    "fields",
    "$fields",
    "key",
    "prettyPrint",
    "quotaUser",
    "uploadType",
    "upload_protocol",
];

impl Query {
    pub(super) fn read(query: &str, method: &str) -> Result<Self, Problem> {
        let mut this = Self::default();
        let own = OWN.iter().find(|(known, _)| *known == method).map_or(&[][..], |(_, names)| names);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let canonical = camel_case(&name);
            if name == "$alt" || name == "alt" {
                this.enums_as_numbers = encoding(&value)?;
                continue;
            }
            if IGNORED.contains(&&*name) {
                continue;
            }
            if !own.contains(&canonical.as_str()) {
                let hint = nearest(&canonical, own.iter().copied());
                let hint = hint.map(|meant| format!(" Did you mean {meant}?")).unwrap_or_default();
                let name = crate::excerpt::excerpt(&name, 100);
                return Err(Problem::invalid(
                    &name,
                    &format!("{method} takes no query parameter of that name.{hint}"),
                ));
            }
            match canonical.as_str() {
                "pageSize" => this.page_size = number(&value)?,
                "pageToken" => this.page_token = value.into_owned(),
                "force" => this.force = flag(&value)?,
                // Several are one list.
                _ => match &mut this.update_mask {
                    Some(mask) => mask.extend([",", &value]),
                    None => this.update_mask = Some(value.into_owned()),
                },
            }
        }
        Ok(this)
    }
}

fn encoding(value: &str) -> Result<bool, Problem> {
    match value {
        "json" | "" => Ok(false),
        "json;enum-encoding=int" => Ok(true),
        _ => Err(Problem::invalid("$alt", "expected json, or json;enum-encoding=int for enums as numbers")),
    }
}

fn number(value: &str) -> Result<i64, Problem> {
    value.parse::<i32>().map(i64::from).map_err(|_| Problem::invalid("pageSize", "expected a number"))
}

fn flag(value: &str) -> Result<bool, Problem> {
    match value {
        "true" | "True" | "1" => Ok(true),
        "false" | "False" | "0" => Ok(false),
        _ => Err(Problem::invalid("force", "expected true or false")),
    }
}

fn camel_case(name: &str) -> String {
    match name {
        "page_size" => "pageSize".to_owned(),
        "page_token" => "pageToken".to_owned(),
        "update_mask" => "updateMask".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_in_either_spelling() {
        let read = |query, method| Query::read(query, method).expect(query);
        assert_eq!(read("", "GET"), Query::default());
        let list = read("pageSize=5&page_token=a%3D&%24alt=json%3Benum-encoding%3Dint&key=k", "GET");
        assert_eq!((list.page_size, &*list.page_token, list.enums_as_numbers), (5, "a=", true));
        let patch = read("updateMask=displayName&update_mask=timeout,disabled", "PATCH");
        assert_eq!(patch.update_mask.as_deref(), Some("displayName,timeout,disabled"));
        assert!(read("force=true&alt=json", "DELETE").force && !read("force=false", "DELETE").force);
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for (query, method, part) in [
            ("pagesize=1", "GET", "Did you mean pageSize?"),
            ("updateMask=a", "GET", "takes no query parameter"),
            ("pageSize=a", "GET", "expected a number"),
            ("pageSize=99999999999", "GET", "expected a number"),
            ("force=maybe", "DELETE", "expected true or false"),
            ("alt=proto", "GET", "expected json"),
        ] {
            let problem = Query::read(query, method).expect_err(query);
            assert!(problem.message().contains(part), "{query}: {}", problem.message());
        }
    }
}
