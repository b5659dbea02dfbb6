"""The official message types, and what the tests ask of them.

Google publishes the webhook messages and resources in two versions; both are the other side of
this program's conversation, so both judge it.
"""

import json
from pathlib import Path

from google.cloud import dialogflowcx_v3, dialogflowcx_v3beta1
from google.protobuf import json_format

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"

# (kind as `inspect` calls it, version) -> message class
TYPES = {
    ("request", "v3"): dialogflowcx_v3.WebhookRequest.pb(),
    ("request", "v3beta1"): dialogflowcx_v3beta1.WebhookRequest.pb(),
    ("response", "v3"): dialogflowcx_v3.WebhookResponse.pb(),
    ("response", "v3beta1"): dialogflowcx_v3beta1.WebhookResponse.pb(),
    ("webhook", "v3"): dialogflowcx_v3.Webhook.pb(),
    ("webhook", "v3beta1"): dialogflowcx_v3beta1.Webhook.pb(),
    ("environment", "v3"): dialogflowcx_v3.Environment.pb(),
    ("environment", "v3beta1"): dialogflowcx_v3beta1.Environment.pb(),
}
KINDS = ("request", "response", "webhook", "environment")
VERSIONS = ("v3", "v3beta1")


def parse(kind, version, body, unknown_fields=False):
    """Reads a body as the official parser does; raises what the parser raises."""
    message = TYPES[kind, version]()
    json_format.Parse(body, message, ignore_unknown_fields=unknown_fields)
    return message


def wire(message):
    """The binary form: what two messages must share to be equal, NaN and -0.0 included."""
    return message.SerializeToString(deterministic=True)


def assert_same(expected, actual):
    """Fails with both messages in readable form."""
    if wire(expected) != wire(actual):
        assert str(expected) == str(actual)
        raise AssertionError("the messages look alike and differ in their binary form")


def fixtures(kind, refused=False):
    """The fixture files of one kind, for `pytest.mark.parametrize`."""
    if refused:
        folder = FIXTURES / "refused" / f"{kind}s"
    else:
        folder = FIXTURES / ("webhooks/rest" if kind == "webhook" else f"{kind}s")
    return sorted(folder.glob("*.json"))


def unknown(kind, text):
    """What a body holds that its v3 type does not: `{path: value}`.

    Paths use the JSON names of known fields, so that both spellings give the same path. Unknown
    enum names count too: the official parser drops them together with unknown fields.
    """
    found = {}
    _message(TYPES[kind, "v3"].DESCRIPTOR, json.loads(text), "", found)
    return found


def _message(descriptor, value, path, found):
    if descriptor.full_name.startswith("google.protobuf.") or not isinstance(value, dict):
        return  # Struct, Value and ListValue hold anything; null stands for nothing.
    fields = {f.json_name: f for f in descriptor.fields} | {f.name: f for f in descriptor.fields}
    for name, member in value.items():
        field = fields.get(name)
        if field is None:
            found[f"{path}.{name}"] = member
        else:
            _field(field, member, f"{path}.{field.json_name}", found)


def _field(field, value, path, found):
    if field.enum_type is not None:
        unknown_name = isinstance(value, str) and not value.lstrip("-").isdigit()
        if unknown_name and value not in field.enum_type.values_by_name:
            found[path] = value
    elif field.message_type is None or value is None:
        return
    elif field.message_type.GetOptions().map_entry:
        entry = field.message_type.fields_by_name["value"].message_type
        for key, member in value.items() if entry is not None else ():
            _message(entry, member, f"{path}[{key!r}]", found)
    elif field.is_repeated:
        for index, element in enumerate(value):
            _message(field.message_type, element, f"{path}[{index}]", found)
    else:
        _message(field.message_type, value, path, found)


def assert_canonical(message, text):
    """Fails unless a text has the form in which the official printer writes the message.

    That is: JSON names in camelCase, enums by name, nothing that has its default value. How a
    number is spelled (1 or 1.0) is free; its value is compared by `assert_same`.
    """
    _same_form(json_format.MessageToDict(message), json.loads(text), "")


def _same_form(expected, actual, path):
    numbers = (int, float)
    if isinstance(expected, numbers) and not isinstance(expected, bool):
        assert isinstance(actual, numbers) and not isinstance(actual, bool), path
    elif isinstance(expected, dict) and isinstance(actual, dict):
        assert expected.keys() == actual.keys(), path
        for name, member in expected.items():
            _same_form(member, actual[name], f"{path}.{name}")
    elif isinstance(expected, list) and isinstance(actual, list):
        assert len(expected) == len(actual), path
        for index, pair in enumerate(zip(expected, actual, strict=True)):
            _same_form(*pair, f"{path}[{index}]")
    else:
        assert type(expected) is type(actual) and expected == actual, path


def read(answer):
    """A reply as the platform reads it: strictly, by both versions, which must agree."""
    assert answer.status == 200, answer.body
    assert answer.headers.get_content_type() == "application/json"
    v3, v3beta1 = (parse("response", version, answer.body) for version in VERSIONS)
    beta_as_v3 = type(v3)()
    beta_as_v3.ParseFromString(v3beta1.SerializeToString())
    assert_same(v3, beta_as_v3)
    return v3
