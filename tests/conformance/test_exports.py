"""Webhooks in the form of agent exports, which the official types do not read: `inspect` translates."""

import json

import pytest
from google.protobuf import json_format

from official import FIXTURES, VERSIONS, assert_canonical, assert_same, parse
from program import inspected

EXPORTS = sorted((FIXTURES / "webhooks" / "export").glob("*.json"))

each_export = pytest.mark.parametrize(
    "path", [pytest.param(path, id=f"export-{index}") for index, path in enumerate(EXPORTS)]
)


def rest_form(path, version):
    """The same webhook as the REST API has it, but named by its bare id as in exports."""
    message = parse("webhook", version, (FIXTURES / "webhooks" / "rest" / path.name).read_bytes())
    message.name = message.name.rsplit("/", 1)[-1]
    return message


@each_export
def test_the_official_parser_does_not_read_an_export(path):
    for version in VERSIONS:
        with pytest.raises(json_format.ParseError):
            parse("webhook", version, path.read_bytes())


@each_export
def test_inspect_prints_the_rest_form_of_an_export(path, folder):
    printed = inspected("webhook", path.read_bytes(), folder)
    for version in VERSIONS:
        expected = rest_form(path, version)
        assert_same(expected, parse("webhook", version, printed))
        assert_canonical(expected, printed)


@each_export
def test_inspect_prints_both_forms_alike(path, folder):
    rest = (FIXTURES / "webhooks" / "rest" / path.name).read_bytes()
    forms = [json.loads(inspected("webhook", body, folder)) for body in (path.read_bytes(), rest)]
    names = [form.pop("name") for form in forms]
    assert forms[0] == forms[1]
    assert names[1].endswith(f"/webhooks/{names[0]}")
