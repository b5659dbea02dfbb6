//! What a form brought, and what is wrong with it.

use bytes::Bytes;

/// The values of a form in their order; a name may stand more than once.
#[derive(Debug, Default, Clone)]
pub(crate) struct Form {
    values: Vec<(String, String)>,
    uploads: Vec<Upload>,
}

/// A file that was sent with a form.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    /// The form's name for it.
    pub(crate) field: String,
    /// What it is called where it comes from.
    pub(crate) file_name: String,
    pub(crate) bytes: Bytes,
}

impl Form {
    pub(crate) fn new(values: Vec<(String, String)>, uploads: Vec<Upload>) -> Self {
        Self { values, uploads }
    }

    /// What is encoded as forms without files are, and as queries of addresses are.
    pub(crate) fn parse(text: &[u8]) -> Self {
        Self { values: url::form_urlencoded::parse(text).into_owned().collect(), uploads: Vec::new() }
    }

    /// The first value of this name; empty if there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.values.iter().find(|(known, _)| known == name).map(|(_, value)| &**value).unwrap_or_default()
    }

    /// The value, without space around it, if there is something.
    pub(crate) fn some(&self, name: &str) -> Option<&str> {
        Some(self.get(name).trim()).filter(|value| !value.is_empty())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.values.iter().any(|(known, _)| known == name)
    }

    /// All values of this name.
    pub(crate) fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.values.iter().filter(move |(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// Every name with its value.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The file of this name, if one was chosen.
    pub(crate) fn upload(&self, field: &str) -> Option<&Upload> {
        self.uploads.iter().find(|upload| upload.field == field && !upload.bytes.is_empty())
    }
}

/// What is wrong with a form, by field; the empty name is the whole form.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Faults(Vec<(String, String)>);

impl Faults {
    pub(crate) fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push((field.into(), message.into()));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with this field, in one text; empty if nothing is.
    pub(crate) fn of(&self, field: &str) -> String {
        let found: Vec<_> =
            self.0.iter().filter(|(known, _)| known == field).map(|(_, message)| &**message).collect();
        found.join(" ")
    }

    /// All of them, for the summary above the form.
    pub(crate) fn all(&self) -> &[(String, String)] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_keeps_order_and_repetition() {
        let form = Form::parse(b"a=1&b=%C3%A9+x&a=2&n=X&v=1&n=&v=2&n=Y&v=");
        assert_eq!((form.get("a"), form.get("b"), form.get("c")), ("1", "é x", ""));
        assert_eq!(form.all("a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!((form.some("v"), form.some("c"), form.has("v")), (Some("1"), None, true));
        let mut faults = Faults::default();
        faults.add("a", "One.");
        faults.add("a", "Two.");
        assert_eq!((faults.of("a"), faults.of("b")), ("One. Two.".to_owned(), String::new()));
    }
}
