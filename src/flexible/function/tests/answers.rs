//! What functions answer.

use serde_json::{Value, json};

use super::call;

/// As text, so that 3 and 3.0 differ.
fn check(cases: &[(&str, Value, Value)]) {
    for (name, arguments, expected) in cases {
        match call(name, arguments) {
            Ok(found) => assert_eq!(found.to_string(), expected.to_string(), "{name}{arguments}"),
            Err(error) => panic!("{name}{arguments}: {error}"),
        }
    }
}

#[test]
fn arithmetic_is_on_doubles_and_prints_integers_as_such() {
    check(&[
        ("ADD", json!([1, 2]), json!(3)),
        ("ADD", json!(["1", " 2.5 "]), json!(3.5)),
        ("add", json!([1.5, 1.5, 2]), json!(5)),
        ("ADD", json!([0.1, 0.2]), json!(0.1 + 0.2)),
        ("ADD", json!([9_007_199_254_740_993_i64, 0]), json!(9_007_199_254_740_992.0)),
        ("MINUS", json!([3, 2]), json!(1)),
        ("MULTIPLY", json!([2, 3, 4]), json!(24)),
        ("MULTIPLY", json!([-1, 0]), json!(0)),
        ("DIVIDE", json!([10, 3]), json!(3.333)),
        ("DIVIDE", json!([10, 3, 2]), json!(3.33)),
        ("DIVIDE", json!([4, 2]), json!(2)),
        ("DIVIDE", json!([5, 2, 0]), json!(3)),
        ("ROUND", json!([2.71818]), json!(3)),
        ("ROUND", json!([2.71818, 2]), json!(2.72)),
        ("ROUND", json!([2.5]), json!(3)),
        ("RAND", json!([]), json!(0.625)),
        ("rand", json!([]), json!(0.625)),
    ]);
}

#[test]
fn texts_are_counted_in_characters() {
    check(&[
        ("CONCATENATE", json!(["abc", "def"]), json!("abcdef")),
        (
            "CONCATENATE",
            json!(["n=", 3.0, " ", true, null, [1.0, "a"], { "b": 2.0 }]),
            json!("n=3 true[1,\"a\"]{\"b\":2}"),
        ),
        ("LEN", json!(["héllo 👋"]), json!(7)),
        ("LEN", json!([""]), json!(0)),
        ("LOWER", json!(["ÄBC"]), json!("äbc")),
        ("UPPER", json!(["straße"]), json!("STRASSE")),
        ("MID", json!(["google", 4, 2]), json!("gl")),
        ("MID", json!(["日本語", 2, 10]), json!("本語")),
        ("MID", json!(["abc", 9, 1]), json!("")),
        ("MID", json!(["abc", 1e300, 1e300]), json!("")),
        ("MID", json!([12345, 2, 2]), json!("23")),
        ("SUBSTITUTE", json!(["good", "d", "gle"]), json!("google")),
        ("SUBSTITUTE", json!(["a.b.c", "\\.", ""]), json!("abc")),
        ("SUBSTITUTE", json!(["a  b c", "\\s+", ""]), json!("abc")),
        ("SUBSTITUTE", json!(["12 34", "(\\d)(\\d)", "$2a$1"]), json!("2a1 4a3")),
        ("SUBSTITUTE", json!(["5 eggs", "eggs", "$"]), json!("5 $")),
        ("SUBSTITUTE", json!(["a(b", "(", "$1"]), json!("a$1b")),
        ("SPLIT", json!(["a.b", "\\."]), json!(["a", "b"])),
        ("SUBSTITUTE", json!(["abc", "", "x"]), json!("abc")),
        ("SPLIT", json!(["a/b/c", "/"]), json!(["a", "b", "c"])),
        ("SPLIT", json!(["ab", ""]), json!(["a", "b"])),
        ("SPLIT", json!(["", "/"]), json!([""])),
        ("JOIN", json!([", ", ["a", 1, true]]), json!("a, 1, true")),
        ("JOIN", json!([", ", ["a", "b", "c"], " and "]), json!("a, b and c")),
        ("JOIN", json!([", ", ["a"], " and "]), json!("a")),
        ("JOIN", json!([", ", null]), json!("")),
        ("URL_ENCODE", json!(["a+b=c"]), json!("a%2Bb%3Dc")),
        ("URL_ENCODE", json!(["ü ~-._/"]), json!("%C3%BC%20~-._%2F")),
        ("UUID", json!([]), json!("a0000000-a000-4000-a000-0000a0000000")),
    ]);
}

#[test]
fn lists_count_from_zero_and_null_is_an_empty_one() {
    check(&[
        ("APPEND", json!([[1, 2], 3, [4, 5]]), json!([1, 2, 3, 4, 5])),
        ("APPEND", json!([null, "a"]), json!(["a"])),
        ("REMOVE", json!([[1, 2, 3, 2], 2]), json!([1, 3])),
        ("REMOVE", json!([[1, "2", 3], 2.0, [3]]), json!([1, "2"])),
        ("CONTAIN", json!([[1, 2, 3], 2]), json!(true)),
        ("CONTAIN", json!([[1, 2, 3], "2"]), json!(false)),
        ("CONTAIN", json!([[{ "a": 1, "b": 2 }], { "b": 2.0, "a": 1 }]), json!(true)),
        ("CONTAIN", json!([null, 2]), json!(false)),
        ("CONTAIN", json!(["blue shirt", "shirt"]), json!(true)),
        ("COUNT", json!([[1, 2, 3]]), json!(3)),
        ("COUNT", json!([null]), json!(0)),
        ("GET", json!([["a", "b"], 1]), json!("b")),
        ("GET", json!([["a", "b"], 2]), json!(null)),
        ("GET", json!([["a", "b"], -1]), json!(null)),
        ("GET", json!([[], 1e300]), json!(null)),
        ("MATCH", json!([["x", "y", "z"], "y"]), json!(1)),
        ("MATCH", json!([["x"], "y"]), json!(-1)),
        ("UNIQUE", json!([[1, 2, 2.0, "2", 3, 1]]), json!([1, 2, "2", 3])),
    ]);
}

#[test]
fn members_that_are_not_there_are_null() {
    let nested = json!({ "a": { "b": { "c": [10, [20, 30]] } } });
    let as_text = nested.to_string();
    check(&[
        ("GET_FIELD", json!([{ "name": "Alice" }, "name"]), json!("Alice")),
        ("GET_FIELD", json!([{ "name": "Alice" }, "age"]), json!(null)),
        ("GET_FIELD", json!([null, "age"]), json!(null)),
        ("NESTED_FIELD", json!([nested, "a", "b", "c[0]"]), json!(10)),
        ("NESTED_FIELD", json!([as_text, "a", "b", "c[1][1]"]), json!(30)),
        ("NESTED_FIELD", json!([nested, "a", "b", "c", "[0]"]), json!(10)),
        ("NESTED_FIELD", json!([nested, "a", "x", "c[9]"]), json!(null)),
        ("NESTED_FIELD", json!([null, "a"]), json!(null)),
        ("IDENTITY", json!([{ "a": 1.0 }]), json!({ "a": 1.0 })),
        (
            "FILTER",
            json!([{ "result": { "shapes": ["square", "circle"] } }, "$.result.shapes[:1]"]),
            json!(["square"]),
        ),
        ("FILTER", json!([[{ "n": 1 }, { "n": 5 }], "$[?(@.n > 2)].n"]), json!([5])),
        ("FILTER", json!(["{\"a\":[1,2]}", "$.a[*]"]), json!([1, 2])),
        ("FILTER", json!([null, "$.a"]), json!([])),
    ]);
}

#[test]
fn values_turn_into_other_types() {
    check(&[
        ("TO_TEXT", json!([123]), json!("123")),
        ("TO_TEXT", json!([3.0]), json!("3")),
        ("TO_TEXT", json!([{ "a": [1.0] }]), json!("{\"a\":[1]}")),
        ("TO_TEXT", json!([null]), json!("")),
        ("TO_NUMBER", json!(["-3"]), json!(-3)),
        ("TO_NUMBER", json!([" 4.50 "]), json!(4.5)),
        ("TO_NUMBER", json!([7.0]), json!(7)),
        ("TO_OBJECT", json!(["{\"name\": \"test\"}"]), json!({ "name": "test" })),
        ("TO_OBJECT", json!([{ "name": "test" }]), json!({ "name": "test" })),
        ("TO_OBJECT", json!(["{'a': 'it\\'s \"5\"', \"b'\": 5}"]), json!({ "a": "it's \"5\"", "b'": 5 })),
        ("IF", json!(["1 < 2", 1, 2]), json!(1)),
        ("IF", json!(["$session.params.due = null", "N/A", "x"]), json!("N/A")),
        ("IF", json!([false, 1, [2]]), json!([2])),
    ]);
}

#[test]
fn dates_are_on_the_clock_of_the_agent() {
    let date = json!({ "year": 2024, "month": 1, "day": 31 });
    let time = json!({ "year": 2021, "month": 4.0, "day": 9, "hours": 15, "minutes": 4, "seconds": 5, "nanos": 120_000_000 });
    let now = json!({ "year": 2026, "month": 3, "day": 29, "hours": 14, "minutes": 30, "seconds": 5, "nanos": 250_000_000 });
    let moved =
        json!({ "year": 2024, "month": 1, "day": 30, "hours": 23, "minutes": 0, "seconds": 0, "nanos": 0 });
    check(&[
        ("NOW", json!([]), now.clone()),
        ("ADD_DATE", json!([date, 1, "MONTHS"]), json!({ "year": 2024, "month": 2, "day": 29 })),
        ("ADD_DATE", json!([date, 1, "day"]), json!({ "year": 2024, "month": 2, "day": 1 })),
        ("ADD_DATE", json!([date, -1, "HOURS"]), moved),
        ("ADD_DATE", json!([date, 24, "HOURS"]), json!({ "year": 2024, "month": 2, "day": 1 })),
        ("FORMAT_DATE", json!([date, "yyyy-MM-dd"]), json!("2024-01-31")),
        ("FORMAT_DATE", json!([date, "EEEE, MMMM dd"]), json!("Wednesday, January 31")),
        ("FORMAT_DATE", json!([date, "EEEE, d. MMMM yy", "de-AT"]), json!("Mittwoch, 31. Januar 24")),
        ("FORMAT_DATE", json!([date, "yyyy年MMMd日", "zh"]), json!("2024年1月31日")),
        ("FORMAT_DATE", json!([time, "h:mm a"]), json!("3:04 PM")),
        ("FORMAT_DATE", json!([time, "HH:mm:ss.SSS XXX z"]), json!("15:04:05.120 +02:00 CEST")),
        ("FORMAT_DATE", json!([time, "'at' k 'o''clock', D"]), json!("at 15 o'clock, 99")),
        ("FORMAT_DATE", json!([{ "hours": 0 }, "h a"]), json!("12 AM")),
        (
            "FORMAT_DATE",
            json!(["2024-01-31T23:30:00Z", "yyyy-MM-dd HH:mm VV"]),
            json!("2024-02-01 00:30 Europe/Berlin"),
        ),
        ("FORMAT_DATE", json!(["2024-01-31", "d/M/u"]), json!("31/1/2024")),
        ("IS_DATE", json!(["2021-04-29", "uuuu-MM-dd"]), json!(true)),
        ("IS_DATE", json!(["21 Apr 29", "uu MMM dd", "en"]), json!(true)),
        ("IS_DATE", json!(["21 四月 29", "uu MMMM dd", "zh"]), json!(true)),
        ("IS_DATE", json!(["21 апр 29", "uu MMM dd", "ru"]), json!(true)),
        ("IS_DATE", json!(["21 Feb 29", "uu MMM dd"]), json!(false)),
        ("IS_DATE", json!(["02/29", "MM/dd"]), json!(true)),
        ("IS_DATE", json!(["Wed 31 Jan 2024 9:05 pm", "E d MMM yyyy h:mm a"]), json!(true)),
        ("IS_DATE", json!(["Tue 31 Jan 2024", "E d MMM yyyy"]), json!(false)),
        ("IS_DATE", json!(["2021-04-29x", "uuuu-MM-dd"]), json!(false)),
        ("IS_DATE", json!([20_210_429, "uuuuMMdd"]), json!(true)),
        ("IS_DATE", json!([null, "uuuu"]), json!(false)),
        ("IS_PAST_DATE", json!([date]), json!(true)),
        ("IS_FUTURE_DATE", json!([date]), json!(false)),
        ("IS_PAST_DATE", json!([{ "year": 2026, "month": 3, "day": 29 }]), json!(false)),
        ("IS_FUTURE_DATE", json!([{ "year": 2026, "month": 3, "day": 29 }]), json!(false)),
        ("IS_FUTURE_DATE", json!(["2026-03-29T12:31:00Z"]), json!(true)),
        ("IS_FUTURE_DATE", json!([{ "hours": 14, "minutes": 31 }]), json!(true)),
        ("IS_PAST_DATE", json!([now]), json!(false)),
    ]);
}

#[test]
fn numbers_of_cards_and_phones_are_checked() {
    let parts = json!({ "country-code": "1", "area-code": "650", "number": "2065555" });
    check(&[
        ("IS_CREDIT_CARD_NUMBER", json!(["4111111111111111"]), json!(true)),
        ("IS_CREDIT_CARD_NUMBER", json!(["4111-1111 1111 1111"]), json!(true)),
        ("IS_CREDIT_CARD_NUMBER", json!(["4111111111111112"]), json!(false)),
        ("IS_CREDIT_CARD_NUMBER", json!([4_111_111_111_111_111_u64]), json!(true)),
        ("IS_CREDIT_CARD_NUMBER", json!(["0"]), json!(false)),
        ("IS_CREDIT_CARD_NUMBER", json!([null]), json!(false)),
        ("IS_PHONE_NUMBER", json!(["650-206-5555", "US"]), json!(true)),
        ("IS_PHONE_NUMBER", json!(["650-206-5555"]), json!(true)),
        ("IS_PHONE_NUMBER", json!(["150-206-5555"]), json!(false)),
        ("IS_PHONE_NUMBER", json!(["089 123456", "de"]), json!(true)),
        ("IS_PHONE_NUMBER", json!(["+49 89 123456"]), json!(true)),
        ("IS_PHONE_NUMBER", json!(["call me"]), json!(false)),
        ("IS_PHONE_NUMBER", json!([[]]), json!(false)),
        ("TO_PHONE_NUMBER", json!(["+16502065555"]), parts.clone()),
        ("TO_PHONE_NUMBER", json!(["1 (650) 206-5555", "US"]), parts),
        (
            "TO_PHONE_NUMBER",
            json!(["089/123456", "DE"]),
            json!({ "country-code": "49", "number": "89123456" }),
        ),
    ]);
}
