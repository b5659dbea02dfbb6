"""The fixtures: the official types read them, and `inspect` keeps all that they say."""

import pytest
from google.protobuf import json_format

from official import (
    FIXTURES,
    KINDS,
    VERSIONS,
    assert_canonical,
    assert_same,
    fixtures,
    parse,
    unknown,
)
from program import inspected

# Fixtures that hold, on purpose, what the official types do not know.
WITH_UNKNOWN = {
    "request": {"large-40kb", "typical-3kb", "undocumented-fields", "unknown-enum-name"},
    "response": {"unknown-enum-name", "unknown-fields"},
    "webhook": {"unknown-enum-name", "unknown-fields"},
    "environment": {"unknown-fields"},
}

each_fixture = pytest.mark.parametrize(
    ("kind", "path"),
    [
        pytest.param(kind, path, id=f"{kind}-{path.stem}")
        for kind in KINDS
        for path in fixtures(kind)
    ],
)


@each_fixture
def test_the_official_types_read_the_fixture(kind, path):
    body = path.read_bytes()
    for version in VERSIONS:
        parse(kind, version, body, unknown_fields=True)
    if path.stem in WITH_UNKNOWN[kind]:
        assert unknown(kind, body)
        with pytest.raises(json_format.ParseError):
            parse(kind, "v3", body)
    else:
        assert not unknown(kind, body)
        parse(kind, "v3", body)


@each_fixture
def test_inspect_keeps_the_message(kind, path, folder):
    body = path.read_bytes()
    printed = inspected(kind, body, folder)
    for version in VERSIONS:
        expected = parse(kind, version, body, unknown_fields=True)
        assert_same(expected, parse(kind, version, printed, unknown_fields=True))


@each_fixture
def test_inspect_keeps_what_the_types_do_not_know(kind, path, folder):
    body = path.read_bytes()
    assert unknown(kind, inspected(kind, body, folder)) == unknown(kind, body)


@each_fixture
def test_inspect_prints_the_canonical_form(kind, path, folder):
    if path.stem in WITH_UNKNOWN[kind]:
        pytest.skip("the official printer has no form for unknown fields")
    body = path.read_bytes()
    assert_canonical(parse(kind, "v3", body), inspected(kind, body, folder))


def test_the_fixtures_meant_for_the_demo_have_their_size_and_tag():
    sizes = {"typical-3kb": range(2500, 3500), "large-40kb": range(36_000, 44_000)}
    for path in fixtures("request"):
        if path.stem in sizes:
            body = path.read_bytes()
            assert len(body) in sizes.pop(path.stem)
            message = parse("request", "v3", body, unknown_fields=True)
            assert message.fulfillment_info.tag == "order-status"
    assert not sizes


def test_the_readme_has_a_line_for_every_fixture():
    listed = {}
    for line in (FIXTURES / "README.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading = line[3:]
            listed[heading] = []
        elif line.startswith("| `"):
            listed[heading].append(line.split("`")[1])
    messages = {"requests", "responses", "migrate"}
    resources = {"webhooks/rest", "webhooks/export", "environments"}
    refused = {"refused/requests", "refused/responses", "refused/webhooks"}
    events = {"zendesk/events"}
    others = {"agents": "*/", "transcripts": "*.yaml"}
    assert set(listed) == messages | resources | refused | events | set(others)
    for heading, stems in listed.items():
        found = (FIXTURES / heading).glob(others.get(heading, "*.json"))
        assert sorted(stems) == sorted(path.stem for path in found)
