use std::borrow::Cow;

use serde_json::{Value, json};

use super::{Condition, ConditionError};

fn holds(text: &str) -> Result<bool, ConditionError> {
    let condition = Condition::parse(text)?;
    let given = condition.given().to_vec();
    Ok(condition.holds(&mut |at| (given[at] != "$fails").then(|| Cow::Owned(value_of(&given[at])))))
}

fn value_of(reference: &str) -> Value {
    match reference {
        "$a" => json!("hello world"),
        "$n" => json!(5),
        "$s" => json!("abc"),
        "$yes" => json!(true),
        "$zip" => json!("02134"),
        "$list" => json!([1, 2]),
        "$empty" => json!(""),
        "$session.params.x.y[0]" => json!("found"),
        "$sys.func.IF(\"1 > (2)\", 1, ')')" => json!(7),
        _ => Value::Null,
    }
}

#[test]
fn comparisons_follow_the_type_of_their_left_side() {
    for (condition, expected) in [
        ("true", true),
        ("false", false),
        ("1 < 2", true),
        ("10 < 9", false),
        ("$n = 5", true),
        ("$n = \"5.0\"", true),
        ("$n = five", false),
        ("$n != five", true),
        ("$n>=5 AND $n<=5", true),
        ("$a : \"hello\"", true),
        ("$n : 5", true),
        ("$a = \"hello world\"", true),
        ("$s > \"aaa\"", true),
        ("$s = abc", true),
        ("$yes = true", true),
        ("$yes", true),
        ("$n", false),
        ("$yes = TRUE AND $nothing = NULL", true),
        ("$yes < true OR $yes > false", false),
        ("$yes = 1", false),
        ("$nothing = \"null\"", true),
        ("$nothing != \"null\"", false),
        ("$nothing = \"\"", false),
        ("$nothing != true", true),
        ("$zip = 02134 AND $zip != 2134", true),
        ("$zip = \"02134\"", true),
        ("$list = [1, 2.0]", true),
        ("$list = \"[1,2]\"", true),
        ("$list != [2, 1]", true),
        ("$list < [3]", false),
        ("$fails = 1", false),
        ("$fails != 1", false),
        ("$fails = null", false),
        ("1 = $fails", false),
        ("NOT $n <= 0", true),
        ("$sys.func.IF(\"$a = \\\"(\\\"\", 1, 2) = null", true),
        ("NOT $yes", false),
        ("$nothing", false),
        ("$nothing = null", true),
        ("$nothing != null", false),
        ("$nothing < 3", false),
        ("$n != null", true),
        ("$empty = \"\"", true),
        ("$list = $list", true),
        ("$session.params.x.y[0]=\"found\"", true),
        ("$sys.func.IF(\"1 > (2)\", 1, ')') = 7", true),
        ("New York = \"New York\"", true),
        ("null=null", true),
        ("(1 = 2 OR 1 = 1) AND NOT (2 = 3)", true),
        ("ORANGE = ORANGE OR ANDY = x", true),
        (r#""say \"hi\"" = 'say "hi"'"#, true),
    ] {
        assert_eq!(holds(condition), Ok(expected), "{condition}");
    }
}

#[test]
fn what_is_no_condition_is_told_with_its_place() {
    for (condition, expected) in [
        ("", "expected a value at byte 0"),
        ("1 =", "expected a value at byte 3"),
        ("abc", "expected a comparison: =, !=, <, <=, >, >= or : at byte 3"),
        ("$n == 5", "expected a comparison with a single = at byte 3"),
        ("(1 = 1", "expected a closing parenthesis at byte 6"),
        ("1 = 1)", "expected AND, OR or the end at byte 5"),
        ("$s = \"ab", "expected a closing quote at byte 8"),
        ("1 = 1 AND 2 = 2 OR 3 = 3", "AND and OR are mixed at byte 16; put parentheses around one of them"),
    ] {
        let error = holds(condition).expect_err(condition);
        assert_eq!(error.to_string(), expected, "{condition}");
    }
    for deep in ["(".repeat(5_000), "NOT ".repeat(2_000)] {
        assert_eq!(holds(&deep), Err(ConditionError::TooDeep));
    }
    assert_eq!(holds(&"x".repeat(9_000)), Err(ConditionError::TooLong(9_000)));
}
