"""The bodies that must be refused, and where the official Python parser judges otherwise."""

import json

import pytest
from google.protobuf import json_format

from official import KINDS, VERSIONS, fixtures, parse
from program import inspect

# What the Python parser takes although it is no ProtoJSON, and what it makes of it.
LOOSER = {
    "base64-invalid": "characters outside the alphabet are skipped: the bytes become empty",
    "both-spellings": "duplicates are looked for by spelling: the last one wins",
    "nan-literal": "Python's json module reads NaN, and a Value keeps it",
    "number-too-large": "1e999 becomes infinity, and a Value keeps it",
    "state-bool": "true is an int in Python: it becomes the enum's number 1",
    "state-fraction": "1.5 is cut to the enum's number 1",
    "timeout-ten-decimals": "decimals behind the ninth are cut",
    "top-level-empty-array": "an empty list has no members, so it passes for an empty message",
}

# What the webhook lets pass because nobody reads it, and why the fault is seen only by a reader.
# `inspect` reads everything and refuses them all.
READ_LATER = {
    "duplicate-escaped-key": "parameters are told apart when one is read: the tag asks for none",
    "duplicate-nested-key": "nobody reads the payload, so its keys are not compared",
    "duplicate-parameter": "parameters are told apart when one is read: the tag asks for none",
    "lone-surrogate-parameter": "a text is decoded when it is read: the tag asks for none",
}

each_refused = pytest.mark.parametrize(
    ("kind", "path"),
    [
        pytest.param(kind, path, id=f"{kind}-{path.stem}")
        for kind in KINDS
        for path in fixtures(kind, refused=True)
    ],
)


@each_refused
def test_the_official_parser_agrees_or_its_looseness_is_known(kind, path):
    body = path.read_bytes()
    for version in VERSIONS:
        if path.stem in LOOSER:
            parse(kind, version, body)
        else:
            with pytest.raises((json_format.ParseError, UnicodeDecodeError)):
                parse(kind, version, body)


def test_every_known_looseness_has_a_fixture():
    stems = {path.stem for kind in KINDS for path in fixtures(kind, refused=True)}
    assert set(LOOSER) <= stems


@each_refused
def test_inspect_refuses_the_fixture(kind, path, folder):
    done = inspect(kind, path.read_bytes(), folder)
    assert done.returncode == 1
    assert done.stdout + done.stderr, "a refusal says why"


@pytest.mark.parametrize(
    "path", [pytest.param(p, id=p.stem) for p in fixtures("request", refused=True)]
)
def test_the_webhook_refuses_what_it_reads(path, server):
    answer = server.post(path.read_bytes())
    if path.stem in READ_LATER:
        assert json.loads(path.read_bytes())["fulfillmentInfo"]["tag"] == "counter"
        assert answer.status == 200, READ_LATER[path.stem]
    else:
        assert answer.status == 400
        answer.error()


def test_everything_read_later_has_a_fixture():
    assert set(READ_LATER) <= {path.stem for path in fixtures("request", refused=True)}
