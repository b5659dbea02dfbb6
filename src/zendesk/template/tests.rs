use std::collections::HashMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// What tests call values by: one letter each.
struct Letters(HashMap<&'static str, Value>);

impl Names for Letters {
    fn knows(&self, name: &str) -> bool {
        name.len() == 1 || name == "conversation.id"
    }

    fn nearest(&self, name: &str) -> Option<String> {
        crate::nearest::nearest(name, ["conversation.id"]).map(str::to_owned)
    }
}

impl Values for Letters {
    fn value(&self, name: &str) -> Option<Cow<'_, Value>> {
        self.0.get(name).map(Cow::Borrowed)
    }
}

fn letters(a: impl Into<Value>, b: impl Into<Value>) -> Letters {
    Letters(HashMap::from([("a", a.into()), ("b", b.into())]))
}

fn render(text: &str, form: Form, values: &Letters) -> String {
    Template::parse(text, form, values).expect("a template").render(values).expect("small")
}

fn fault(text: &str, form: Form) -> String {
    Template::parse(text, form, &letters("", "")).expect_err(text).to_string()
}

#[test]
fn values_are_put_in_as_their_place_wants_them() {
    let values = letters("Tom & \"Jerry\"\n", 42.0);
    for (form, template, expected) in [
        (
            Form::Json,
            r#"{"who": "<{{ a }}>", "n": {{b}}, "t": "{{b}}", "none": {{c}}, "empty": "{{c}}", "o": {"p": {}}}"#,
            r#"{"who": "<Tom & \"Jerry\"\n>", "n": 42, "t": "42", "none": null, "empty": "", "o": {"p": {}}}"#,
        ),
        (
            Form::Xml,
            "<t a='{{a}}' b=\"{{b}}\">{{a}}<!-- > --><?x > ?><![CDATA[ > {{a}}]]></t>",
            "<t a='Tom &amp; &quot;Jerry&quot;&#10;' b=\"42\">Tom &amp; &quot;Jerry&quot;\n<!-- > --><?x > ?>\
             <![CDATA[ > ]]>Tom &amp; &quot;Jerry&quot;\n<![CDATA[]]></t>",
        ),
        (Form::Parameter, "{{a}}={{b}}", "Tom & \"Jerry\"\n=42"),
    ] {
        assert_eq!(render(template, form, &values), expected);
    }
    let template = Template::parse("{{a}}{{conversation.id}}", Form::Parameter, &values).expect("a template");
    assert_eq!(template.names().collect::<Vec<_>>(), ["a", "conversation.id"]);
}

#[test]
fn values_of_every_kind_are_one_json_value() {
    for value in [
        json!(null),
        json!(true),
        json!(1.5),
        json!(-7),
        json!([1, "x"]),
        json!({ "k": "\"" }),
        json!("é\u{2028}"),
    ] {
        let rendered = render(r#"[{{a}}]"#, Form::Json, &letters(value.clone(), ""));
        assert_eq!(serde_json::from_str::<Value>(&rendered).expect("JSON"), json!([value]));
    }
}

#[test]
fn what_is_wrong_is_told_with_its_position() {
    for (form, template, expected) in [
        (Form::Parameter, "é{{a", "line 1, column 2: `{{` has no `}}`"),
        (
            Form::Parameter,
            "x\n {{a|upcase}}",
            "line 2, column 2: expected the name of a placeholder between `{{` and `}}`, such as `conversation.id`, found `a|upcase`",
        ),
        (
            Form::Parameter,
            "{{}}",
            "line 1, column 1: expected the name of a placeholder between `{{` and `}}`, such as `conversation.id`, found ``",
        ),
        (
            Form::Parameter,
            "{{conversatoin.id}}",
            "line 1, column 1: there is no placeholder `conversatoin.id`; did you mean `conversation.id`?",
        ),
        (Form::Parameter, "{{zz}}", "line 1, column 1: there is no placeholder `zz`"),
        (
            Form::Json,
            "{\"k\": \"\\{{a}}\"}",
            "line 1, column 9: a placeholder cannot stand after a backslash",
        ),
        (Form::Json, "\"\\u00{{a}}\"", "line 1, column 6: a placeholder cannot stand after a backslash"),
        (Form::Json, "{\"k\": 1{{a}}}", "line 1, column 8: the body is no JSON: expected `,` or `}`"),
        (Form::Json, "{\n  {{a}}: 1}", "line 2, column 3: the body is no JSON: key must be a string"),
        (Form::Json, "{\"k\": \"{{a}}", "line 1, column 12: the body is no JSON: EOF while parsing a string"),
        (
            Form::Xml,
            "<{{a}}/>",
            "line 1, column 2: a placeholder cannot stand in a tag, except within a quoted attribute",
        ),
        (
            Form::Xml,
            "<t {{a}}='x'/>",
            "line 1, column 4: a placeholder cannot stand in a tag, except within a quoted attribute",
        ),
        (Form::Xml, "<!-- {{a}} -->", "line 1, column 6: a placeholder cannot stand in a comment"),
        (
            Form::Xml,
            "<?x {{a}}?>",
            "line 1, column 5: a placeholder cannot stand in a processing instruction",
        ),
        (Form::Xml, "<!DOCTYPE {{a}}>", "line 1, column 11: a placeholder cannot stand in a declaration"),
        (Form::Xml, "<t>&{{a}};</t>", "line 1, column 5: a placeholder cannot stand in the middle of `&…;`"),
        (Form::Xml, "<t a='{{a}}", "line 1, column 12: the body ends within an attribute"),
        (Form::Xml, "<![CDATA[{{a}}", "line 1, column 15: the body ends within a CDATA section"),
    ] {
        assert_eq!(fault(template, form), expected);
    }
    let many = "{{a}}".repeat(MOST + 1);
    assert_eq!(fault(&many, Form::Parameter), "line 1, column 5001: expected at most 1000 placeholders");
}

#[test]
fn what_is_rendered_stays_below_the_limit() {
    let frame = r#"{"k":"{{a}}"}"#.len() - "{{a}}".len();
    let template =
        |values: &Letters| Template::parse(r#"{"k":"{{a}}"}"#, Form::Json, values).expect("a template");
    let fits = letters("x".repeat(LIMIT - 1 - frame), "");
    assert_eq!(template(&fits).render(&fits).map(|text| text.len()), Ok(LIMIT - 1));
    let large = letters("x".repeat(LIMIT - frame), "");
    assert_eq!(template(&large).render(&large), Err(TooLarge));
    // Each becomes two bytes.
    let grows = letters("\n".repeat(LIMIT / 2), "");
    assert_eq!(template(&grows).render(&grows), Err(TooLarge));
    assert_eq!(
        fault(&" ".repeat(LIMIT), Form::Parameter),
        "line 1, column 1: expected less than 262144 bytes, found 262144"
    );
    // Encoded, each becomes three, and `k=` stands before it.
    let pairs = Parameters::parse(&[("k", "{{a}}")], &fits).expect("templates");
    let most = (LIMIT - 1 - 2) / 3;
    let fits = letters("&".repeat(most), "");
    assert_eq!(pairs.render(&fits).map(|pairs| pairs[0].1.len()), Ok(most));
    let large = letters("&".repeat(most + 1), "");
    assert_eq!(pairs.render(&large), Err(TooLarge));
}

#[test]
fn a_parameter_tells_which_of_it_is_wrong() {
    let error = Parameters::parse(&[("a", "b"), ("k", "{{a")], &letters("", "")).expect_err("unclosed");
    assert_eq!(error.to_string(), "the value of parameter 2: line 1, column 1: `{{` has no `}}`");
}

/// What an XML parser reads of `<t a="…">…</t>`: the attribute and the text.
fn read_xml(text: &str) -> (String, String) {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(text);
    let (mut attribute, mut found, mut tags) = (String::new(), String::new(), 0);
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(tag) => {
                tags += 1;
                let value = tag.attributes().next().expect("an attribute").expect("well-formed").value;
                attribute = quick_xml::escape::unescape(&value).expect("escaped").into_owned();
                assert_eq!(tag.attributes().count(), 1);
            }
            Event::Text(text) => found.push_str(&text),
            Event::CData(text) => found.push_str(&text),
            Event::GeneralRef(name) => {
                let text = format!("&{};", &*name);
                found.push_str(&quick_xml::escape::unescape(&text).expect("a known one"));
            }
            Event::End(_) => {}
            Event::Eof => break,
            other => panic!("{other:?} in {text}"),
        }
    }
    assert_eq!(tags, 1, "{text}");
    (attribute, found)
}

/// Texts with all that means something to somebody.
fn hostile() -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec![
        "\"", "\\", "'", "<", ">", "&", "]]>", "]]", "-->", "?>", "{{a}}", "{{", "}}", "\n", "\r", "\t",
        "\0", "\u{1b}", "%", "=", "+", " ", "é", "\u{2028}", "\u{fffe}", "😀", "&lt;", "\\u0022", "a",
    ]);
    prop::collection::vec(prop_oneof![special.prop_map(str::to_owned), any::<String>()], 0..12)
        .prop_map(|parts| parts.concat())
}

/// What XML cannot say.
fn as_xml_can(text: &str) -> String {
    let cannot =
        |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars().map(|c| if cannot(c) { '\u{fffd}' } else { c }).collect()
}

proptest! {
    #[test]
    fn any_value_stays_in_its_json_string(a in hostile(), b in hostile()) {
        let rendered = render(r#"{"x{{a}}": "-{{a}}{{b}}-", "y": {{b}}, "z": 1}"#, Form::Json, &letters(a.clone(), b.clone()));
        let read: Value = serde_json::from_str(&rendered).expect("JSON");
        prop_assert_eq!(read, json!({ format!("x{a}"): format!("-{a}{b}-"), "y": b, "z": 1 }));
    }

    #[test]
    fn any_value_stays_in_its_text_attribute_or_section(a in hostile(), b in hostile()) {
        let rendered = render("<t q=\"{{a}}\">[{{a}}<![CDATA[{{b}}]>]]>]</t>", Form::Xml, &letters(a.clone(), b.clone()));
        let (attribute, text) = read_xml(&rendered);
        prop_assert_eq!(attribute, as_xml_can(&a));
        prop_assert_eq!(text, format!("[{}{}]>]", as_xml_can(&a), as_xml_can(&b)));
    }

    #[test]
    fn any_value_stays_in_its_pair(a in hostile(), b in hostile()) {
        let values = letters(a.clone(), b.clone());
        let parameters = Parameters::parse(&[("k{{a}}", "{{b}}"), ("k", "{{a}}&{{b}}")], &values).expect("templates");
        let pairs = parameters.render(&values).expect("small");
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        let read: Vec<(String, String)> = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
        prop_assert_eq!(read, vec![(format!("k{a}"), b.clone()), ("k".to_owned(), format!("{a}&{b}"))]);
    }

    #[test]
    fn any_text_is_parsed_or_refused(text in hostile()) {
        for form in [Form::Json, Form::Xml, Form::Parameter] {
            let values = letters("v", 1);
            if let Ok(template) = Template::parse(&text, form, &values) {
                prop_assert!(template.render(&values).is_ok());
            }
        }
    }
}
