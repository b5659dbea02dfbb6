"""docs/migrate.md: what it calls "before" answers like what it calls "after".

The page's Python runs under functions-framework and its JavaScript under Express, as written; the
Rust side is the example `migrate`, whose code is that of the page. The requests are those of
`fixtures/migrate/`. The page's Go is not run.
"""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from official import FIXTURES, assert_same, read
from program import REPOSITORY, Server

PAGE = (REPOSITORY / "docs" / "migrate.md").read_text(encoding="utf-8")
EXAMPLE = (REPOSITORY / "examples" / "migrate.rs").read_text(encoding="utf-8")
EXPRESS = "express@5.3.0"
NPM_SECONDS = 120

# The tags that a section's "before" side serves.
PYTHON = {"confirm-booking", "check-guests", "find-table"}
NODE = {"greet-caller", "forget-card", "balance"}


def blocks(language):
    """The page's code in one language, block by block, without the lines that rustdoc hides."""
    fences = re.findall(r"^```(\w+)\S*\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    code = [code for name, code in fences if name == language]
    assert code, f"the page has no {language}"
    if language == "rust":
        return [re.sub(r"^# .*\n", "", each, flags=re.MULTILINE) for each in code]
    return code


def tag(path):
    return json.loads(path.read_bytes())["fulfillmentInfo"]["tag"]


def each_request(tags):
    paths = [path for path in sorted((FIXTURES / "migrate").glob("*.json")) if tag(path) in tags]
    return pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in paths])


def serving(folder, command, **variables):
    """A running server, for a fixture to yield; stopped afterwards."""
    server = Server(folder, command, variables)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def rust(tmp_path_factory):
    name = os.environ.get("REJOINDER_MIGRATE_BIN", "target/debug/examples/migrate")
    path = REPOSITORY / name
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing: run `cargo build --example migrate`, or set REJOINDER_MIGRATE_BIN"
        )
    yield from serving(tmp_path_factory.mktemp("rust"), [str(path)])


@pytest.fixture(scope="module")
def functions_framework(tmp_path_factory):
    folder = tmp_path_factory.mktemp("python")
    source = folder / "main.py"
    source.write_text("\n\n".join(blocks("python")), encoding="utf-8")
    program = [sys.executable, "-m", "functions_framework"]
    command = [*program, "--target", "webhook", "--source", str(source)]
    yield from serving(folder, command, HOST="127.0.0.1")


@pytest.fixture(scope="module")
def express(tmp_path_factory):
    npm, node = shutil.which("npm"), shutil.which("node")
    if not (npm and node):
        pytest.skip("npm and node are needed to run the page's Express side")
    folder = tmp_path_factory.mktemp("node")
    source = folder / "main.js"
    source.write_text("\n".join(blocks("js")), encoding="utf-8")
    (folder / "package.json").write_text("{}", encoding="utf-8")
    install = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", EXPRESS]
    subprocess.run(install, cwd=folder, timeout=NPM_SECONDS, check=True, capture_output=True)
    yield from serving(folder, [node, str(source)], HOST="127.0.0.1")


def assert_same_answer(path, before, after):
    body = path.read_bytes()
    old, new = before.post(body), after.post(body)
    assert old.status == new.status, (old.body, new.body)
    if new.status == 200:
        assert_same(read(old), read(new))
    else:
        new.error()


@each_request(PYTHON)
def test_python_and_rust_answer_alike(path, functions_framework, rust):
    assert_same_answer(path, functions_framework, rust)


@each_request(NODE)
def test_node_and_rust_answer_alike(path, express, rust):
    assert_same_answer(path, express, rust)


def test_every_pair_has_a_request():
    assert {tag(path) for path in (FIXTURES / "migrate").glob("*.json")} == PYTHON | NODE


def test_the_example_is_the_pages_rust_and_nothing_else():
    code = re.sub(r"^//!.*\n", "", EXAMPLE, flags=re.MULTILINE)
    parts = [block.strip() for block in blocks("rust")]
    for part in parts:
        assert part in code
    parts.sort(key=code.index)
    assert "\n\n".join(parts) == code.strip()
