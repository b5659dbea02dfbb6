//! What the service refuses, beside the fields of a form that it is about.

use super::Problem;
use crate::console::form::Faults;
use crate::console::webhooks::fields::field_of;
use crate::resources::{ResourceError, Violation};

/// Tells it in the form; what no form could mend is a problem.
pub(super) fn tell(error: ResourceError, faults: &mut Faults) -> Result<(), Problem> {
    match error {
        ResourceError::Invalid { violations, .. } => {
            for Violation { field, description } in violations {
                add(&field, &description, faults);
            }
        }
        ResourceError::AlreadyExists { .. } => faults.add("display_name", error.to_string()),
        // It is about one field, which its text begins with.
        ResourceError::NotAllowed { ref message } => match message.split_once(": ") {
            Some((field, description)) => add(field, description, faults),
            None => faults.add("", message.as_str()),
        },
        ResourceError::InUse { .. }
        | ResourceError::TooMany { .. }
        | ResourceError::NotDurable
        | ResourceError::NoChance => faults.add("", error.to_string()),
        other => return Err(other.into()),
    }
    Ok(())
}

fn add(path: &str, description: &str, faults: &mut Faults) {
    let (field, of) = field_of(path);
    let end = if description.ends_with(['.', '?', '!']) { "" } else { "." };
    let mut letters = description.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    match of {
        Some(of) => faults.add(field, format!("{of}: {description}{end}")),
        None => faults.add(field, format!("{first}{}{end}", letters.as_str())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_stand_beside_their_fields() {
        let violation = |field: &str| Violation::new(field, "no good");
        let error = ResourceError::invalid(
            ["timeout", "genericWebService.requestHeaders.X", "later"].map(violation).into(),
        );
        let mut faults = Faults::default();
        tell(error, &mut faults).expect("told");
        assert_eq!([faults.of("timeout"), faults.of("headers")], ["No good.", "X: no good."]);
        assert_eq!(faults.of(""), "later: no good.");
        let message = "genericWebService.oauthConfig.secretVersionForClientSecret: not this one.".to_owned();
        let mut faults = Faults::default();
        tell(ResourceError::NotAllowed { message }, &mut faults).expect("told");
        assert_eq!(faults.of("oauth_secret"), "Not this one.");
        let gone = ResourceError::NotFound { noun: "webhook", name: "w".to_owned() };
        assert!(tell(gone, &mut faults).is_err());
    }
}
