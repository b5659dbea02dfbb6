//! What functions refuse.

use serde_json::json;

use super::{Function, call};

#[test]
fn errors_name_the_argument_and_its_type_but_never_its_value() {
    for (name, arguments, expected) in [
        ("MINUS", json!([1]), "MINUS takes 2 arguments, found 1"),
        ("ROUND", json!([]), "ROUND takes 1 or 2 arguments, found 0"),
        ("NOW", json!([1]), "NOW takes no arguments, found 1"),
        ("ADD", json!([]), "ADD takes at least 1 argument, found 0"),
        ("NESTED_FIELD", json!([{}]), "NESTED_FIELD takes 2 to 11 arguments, found 1"),
        ("ADD", json!([1, "secret"]), "argument 2 of ADD is a text, expected a number, or the text of one"),
        ("ADD", json!([null]), "argument 1 of ADD is null, expected a number"),
        ("MULTIPLY", json!([1e300, 1e300]), "the result of MULTIPLY is too large for a number"),
        ("DIVIDE", json!([1, 0]), "argument 2 of DIVIDE is 0, and nothing can be divided by 0"),
        (
            "ROUND",
            json!([1, -1]),
            "argument 2 of ROUND is a number, expected a number of decimals from 0 to 20",
        ),
        ("LEN", json!([["secret"]]), "argument 1 of LEN is a list, expected a text"),
        ("MID", json!(["abc", 0, 1]), "argument 2 of MID is a number, expected a position of 1 or more"),
        ("MID", json!(["abc", 1.5, 1]), "argument 2 of MID is a number, expected a whole number"),
        ("MID", json!(["abc", 1, -1]), "argument 3 of MID is a number, expected a count of 0 or more"),
        ("COUNT", json!(["secret"]), "argument 1 of COUNT is a text, expected a list"),
        ("GET_FIELD", json!(["secret", "a"]), "argument 1 of GET_FIELD is a text, expected an object"),
        (
            "NESTED_FIELD",
            json!([{}, "a[x]"]),
            "argument 2 of NESTED_FIELD is a text, expected a member's name, possibly with indices: name[0]",
        ),
        ("TO_NUMBER", json!(["inf"]), "argument 1 of TO_NUMBER is a text, expected a number, or one's text"),
        (
            "TO_OBJECT",
            json!(["3"]),
            "argument 1 of TO_OBJECT is a text, expected an object or list, or its JSON text",
        ),
        ("IF", json!(["1 <", 1, 2]), "argument 1 of IF is no condition: expected a value at byte 3"),
        (
            "IF",
            json!([1, 1, 2]),
            "argument 1 of IF is a number, expected a condition in quotes, or a boolean",
        ),
        (
            "FILTER",
            json!([[], "$["]),
            "argument 2 of FILTER is a text, expected a JSONPath such as $.a[?(@.b == 'c')].d that does not multiply work",
        ),
        (
            "FILTER",
            json!([[], "$..a..b..c"]),
            "argument 2 of FILTER is a text, expected a JSONPath such as $.a[?(@.b == 'c')].d that does not multiply work",
        ),
        (
            "FORMAT_DATE",
            json!([{ "year": 2024, "month": 2, "day": 30 }, "d"]),
            "argument 1 of FORMAT_DATE is an object, expected a date or date-time: an object with year, month \
             and day, or ISO 8601 text",
        ),
        (
            "FORMAT_DATE",
            json!([{ "hours": 1 }, "d"]),
            "argument 1 of FORMAT_DATE is an object, expected a date or date-time: an object with year, month \
             and day, or ISO 8601 text",
        ),
        (
            "FORMAT_DATE",
            json!(["2024-01-31", "qqq"]),
            "argument 2 of FORMAT_DATE is a pattern with the letter 'q' 3 times, which has no meaning; put text \
             in single quotes",
        ),
        (
            "FORMAT_DATE",
            json!(["2024-01-31", "d", "tlh"]),
            "argument 3 of FORMAT_DATE is a text, expected a language of de, en, es, fr, it, ja, ko, nl, pt, ru \
             or zh",
        ),
        (
            "ADD_DATE",
            json!(["2024-01-31", 1, "EONS"]),
            "argument 3 of ADD_DATE is a text, expected YEARS, MONTHS, WEEKS, DAYS, HOURS, MINUTES or SECONDS",
        ),
        (
            "ADD_DATE",
            json!(["2024-01-31", 9000, "YEARS"]),
            "the result of ADD_DATE is outside of the years -9999 to 9999",
        ),
        (
            "ADD_DATE",
            json!(["2024-01-31", -1e300, "SECONDS"]),
            "the result of ADD_DATE is outside of the years -9999 to 9999",
        ),
        (
            "TO_PHONE_NUMBER",
            json!(["12"]),
            "argument 1 of TO_PHONE_NUMBER is a text, expected a phone number, of the region or with + and the \
             calling code",
        ),
        (
            "IS_PHONE_NUMBER",
            json!(["12", "USA"]),
            "argument 2 of IS_PHONE_NUMBER is a text, expected a region's code of two letters, such as US",
        ),
    ] {
        match call(name, &arguments) {
            Err(error) => assert_eq!(error.to_string(), expected, "{name}{arguments}"),
            Ok(found) => panic!("{name}{arguments} is {found}"),
        }
    }
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest_one() {
    for (name, expected) in [
        ("CONCATENTE", "there is no system function \"CONCATENTE\"; did you mean CONCATENATE?"),
        ("to_txt", "there is no system function \"to_txt\"; did you mean TO_TEXT?"),
        ("HTTP", "there is no system function \"HTTP\""),
    ] {
        assert_eq!(Function::find(name).expect_err(name).to_string(), expected);
    }
}
