//! A message of the agent, as somebody reads it: what a rich one holds is told, not drawn.

use serde_json::Value;

/// A message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Message {
    /// Its kind, such as `text`.
    pub(crate) kind: String,
    /// Who made it, in a word, where it is not the webhook.
    pub(crate) origin: &'static str,
    /// The place in the agent that said it, where that is known.
    pub(crate) place: String,
    /// The channel that it is for; empty for all.
    pub(crate) channel: String,
    /// What it says; empty if it has no words of its own.
    pub(crate) text: String,
    /// The texts of which one was chosen, if there are several.
    pub(crate) variants: Vec<String>,
    pub(crate) parts: Vec<Part>,
    /// The JSON of what is no plain text.
    pub(crate) raw: String,
}

/// A part of a rich message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// Something with words.
    Text { name: String, title: String, lines: Vec<String> },
    /// What the user may say with one click.
    Chip(String),
    /// What leads elsewhere, or raises an event.
    Button { text: String, does: String },
}

impl Message {
    /// Whether it asks for a parameter of the form.
    pub(crate) fn is_question(&self) -> bool {
        ["form", "prompt", "reprompt"].contains(&self.origin)
    }

    /// Of its kind, the words that were chosen, and what it holds.
    pub(crate) fn of(kind: &str, said: Option<&str>, content: &Value) -> Self {
        let mut this =
            Self { kind: kind.to_owned(), text: said.unwrap_or_default().to_owned(), ..Self::default() };
        match kind {
            "text" => {
                let variants = content.get("text").and_then(Value::as_array).into_iter().flatten();
                this.variants = variants.filter_map(Value::as_str).map(str::to_owned).collect();
                if this.variants.len() < 2 {
                    this.variants.clear();
                }
            }
            "payload" => {
                this.parts = payload(content);
                this.raw = pretty(content);
            }
            _ if said.is_none() => this.raw = pretty(content),
            _ => {}
        }
        this
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// The most parts that are told; what is beyond is in the JSON.
const MOST_PARTS: usize = 50;

/// The parts of a payload that web chats, among them Dialogflow Messenger, show as rich content.
fn payload(content: &Value) -> Vec<Part> {
    let rows = content.get("richContent").and_then(Value::as_array).into_iter().flatten();
    let elements = rows.flat_map(|row| match row {
        Value::Array(elements) => elements.as_slice(),
        one => std::slice::from_ref(one),
    });
    elements.flat_map(element).take(MOST_PARTS).collect()
}

fn element(element: &Value) -> Vec<Part> {
    let text = |name: &str| element.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let kind = text("type");
    match kind.as_str() {
        "chips" => {
            let options = element.get("options").and_then(Value::as_array).into_iter().flatten();
            let option = |option: &Value| {
                let text = option.get("text").and_then(Value::as_str)?.to_owned();
                Some(
                    match option
                        .pointer("/anchor/href")
                        .or_else(|| option.get("link"))
                        .and_then(Value::as_str)
                    {
                        Some(link) => Part::Button { text, does: format!("opens {link}") },
                        None => Part::Chip(text),
                    },
                )
            };
            options.filter_map(option).collect()
        }
        "button" => vec![Part::Button { text: text("text"), does: does(element) }],
        "divider" => Vec::new(),
        _ => {
            let mut lines: Vec<String> = vec![text("subtitle")];
            match element.get("text") {
                Some(Value::Array(more)) => {
                    lines.extend(more.iter().filter_map(Value::as_str).map(str::to_owned))
                }
                Some(Value::String(more)) => lines.push(more.clone()),
                _ => {}
            }
            lines.extend([text("rawUrl"), text("accessibilityText"), does(element)]);
            lines.retain(|line| !line.is_empty());
            vec![Part::Text { title: text("title"), lines, name: kind }]
        }
    }
}

/// What clicking it does.
fn does(element: &Value) -> String {
    let of = |pointer: &str| element.pointer(pointer).and_then(Value::as_str);
    let link = of("/link").or_else(|| of("/actionLink")).or_else(|| of("/anchor/href"));
    match (link, of("/event/name").or_else(|| of("/event/event"))) {
        (Some(link), _) => format!("opens {link}"),
        (None, Some(event)) => format!("raises the event {event}"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rich_content_is_told() {
        let content = json!({ "richContent": [[
            { "type": "info", "title": "Order 42", "subtitle": "shipped", "actionLink": "https://a.example/42" },
            { "type": "description", "title": "About", "text": ["one", "two"] },
            { "type": "divider" },
            { "type": "chips", "options": [{ "text": "Track" }, { "text": "Site", "link": "https://a.example" }] },
            { "type": "button", "text": "Again", "event": { "name": "again" } },
        ]] });
        let message = Message::of("payload", None, &content);
        let text = |name: &str, title: &str, lines: &[&str]| Part::Text {
            name: name.to_owned(),
            title: title.to_owned(),
            lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        };
        let button = |text: &str, does: &str| Part::Button { text: text.to_owned(), does: does.to_owned() };
        assert_eq!(
            message.parts,
            [
                text("info", "Order 42", &["shipped", "opens https://a.example/42"]),
                text("description", "About", &["one", "two"]),
                Part::Chip("Track".to_owned()),
                button("Site", "opens https://a.example"),
                button("Again", "raises the event again"),
            ]
        );
        assert!(message.raw.contains("\"richContent\""));
        for odd in [json!(null), json!({ "richContent": 1 }), json!({ "richContent": [1, [null, "x"]] })] {
            let _ = Message::of("payload", None, &odd);
        }
    }

    #[test]
    fn a_text_tells_its_variants() {
        let message = Message::of("text", Some("Hi"), &json!({ "text": ["Hi", "Hello"] }));
        assert_eq!((message.text.as_str(), message.variants.len()), ("Hi", 2));
        assert!(Message::of("text", Some("Hi"), &json!({ "text": ["Hi"] })).variants.is_empty());
        assert!(!Message::of("endInteraction", None, &json!({})).raw.is_empty());
    }
}
