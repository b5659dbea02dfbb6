//! What the compiler says of handlers that are none; `tests/compile_fail/README.md` says why.

#[test]
fn a_wrong_handler_is_explained_by_the_compiler() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
