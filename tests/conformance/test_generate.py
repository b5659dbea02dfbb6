"""The generator itself: what it makes is worth testing with. Needs no program."""

import pytest
from google.protobuf import json_format

from generate import Generator, reachable
from official import KINDS, TYPES, VERSIONS, assert_same, parse


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_the_messages_is_generated(kind, version):
    generator = Generator(seed=1)
    for _ in range(100):
        generator.message(TYPES[kind, version])
    assert reachable(TYPES[kind, version].DESCRIPTOR) - generator.seen == set()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_official_parser_reads_what_the_official_printer_wrote(kind, version):
    generator = Generator(seed=2)
    for _ in range(100):
        message = generator.message(TYPES[kind, version])
        assert_same(message, parse(kind, version, json_format.MessageToJson(message)))


def test_a_seed_gives_the_same_messages_again():
    first, second = (Generator(seed=3).message(TYPES["request", "v3"]) for _ in range(2))
    assert_same(first, second)
