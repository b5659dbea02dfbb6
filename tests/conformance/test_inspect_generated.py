"""Random messages, printed by the official printer in each of its forms, through `inspect`."""

import pytest
from google.protobuf import json_format

from generate import Generator
from official import KINDS, TYPES, VERSIONS, assert_canonical, assert_same, parse
from program import inspected

# The ways in which a sender may print the same message.
FORMS = {
    "camel-case": {},
    "snake-case": {"preserving_proto_field_name": True},
    "enum-numbers": {"use_integers_for_enums": True},
    "defaults-written": {"always_print_fields_with_no_presence": True},
    "compact-unescaped": {"indent": None, "ensure_ascii": False},
}
# One process each: 4 kinds x 2 versions x 5 forms x 20 = 800 in all.
MESSAGES = 20


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_inspect_prints_the_message_it_was_given(kind, version, form, folder):
    generator = Generator(seed=f"{kind} {version} {form}")
    for _ in range(MESSAGES):
        message = generator.message(TYPES[kind, version])
        body = json_format.MessageToJson(message, **FORMS[form]).encode()
        printed = inspected(kind, body, folder)
        assert_same(message, parse(kind, version, printed))
        assert_canonical(message, printed)


@pytest.mark.parametrize("kind", KINDS)
def test_inspect_reads_its_own_output_to_the_same_text(kind, folder):
    generator = Generator(seed=f"{kind} again")
    for _ in range(5):
        message = generator.message(TYPES[kind, "v3"])
        printed = inspected(kind, json_format.MessageToJson(message).encode(), folder)
        assert inspected(kind, printed, folder) == printed
