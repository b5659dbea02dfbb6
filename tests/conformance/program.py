"""Starts the program under test: `inspect` once per body, `serve` once per test session."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
START_SECONDS = 30
STOP_SECONDS = 30


def binary():
    """The path in `REJOINDER_BIN`, taken from the repository's root if it is relative."""
    path = REPOSITORY / os.environ.get("REJOINDER_BIN", "target/debug/rejoinder")
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: run `cargo build`, or set REJOINDER_BIN")
    return str(path)


def environment():
    """Ours without the variables that the program reads as configuration."""
    return {
        name: value
        for name, value in os.environ.items()
        if name != "PORT" and not name.startswith(("REJOINDER_", "K_"))
    }


def inspect(kind, body, folder):
    """Runs `rejoinder inspect <kind> -` with the body on standard input."""
    return subprocess.run(
        [binary(), "inspect", kind, "-", "--json"],
        input=body,
        capture_output=True,
        cwd=folder,
        env=environment(),
        timeout=30,
        check=False,
    )


def inspected(kind, body, folder):
    """The canonical JSON that `inspect` prints for a body it accepts."""
    done = inspect(kind, body, folder)
    assert done.returncode == 0, f"refused: {done.stderr.decode(errors='replace')}\n{body!r}"
    return done.stdout


class Answer:
    """An HTTP answer, read to its end."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def error(self):
        """Checks the shape of an error answer and returns what is under `error`."""
        error = json.loads(self.body)["error"]
        assert error["code"] and isinstance(error["code"], str)
        assert error["message"] and isinstance(error["message"], str)
        return error


class Server:
    """A server on a free loopback port, in an empty folder.

    It is `rejoinder serve` with its built-in demo, or another command that listens on `PORT`; `terminal` gives it one to
    print on, which `printed` has then.
    """

    def __init__(self, folder, command=None, variables=None, terminal=False):
        self.log = Path(folder) / "serve.log"
        work = Path(folder) / "work"
        work.mkdir()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        own = {} if command is None else {"PORT": str(self.port)} | (variables or {})
        self.printed = b""
        reader, writer = os.openpty() if terminal else (None, None)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command or [binary(), "serve", "--bind", f"127.0.0.1:{self.port}"],
                stdin=subprocess.DEVNULL,
                stdout=log if writer is None else writer,
                stderr=log,
                cwd=work,
                env=environment() | own,
            )
        if writer is not None:
            os.close(writer)
            threading.Thread(target=self._read, args=(reader,), daemon=True).start()
        try:
            self._wait_until_ready()
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise

    def _wait_until_ready(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            assert self.process.poll() is None, f"the server ended early:\n{self.output()}"
            try:
                # Servers that do not know the path are ready once they say so.
                if self.request("GET", "/readyz").status != 503:
                    return
            except OSError:
                pass
            time.sleep(0.02)
        raise AssertionError(f"the server was not ready in {START_SECONDS} s:\n{self.output()}")

    def _read(self, terminal):
        """Reads what is printed on a terminal until nobody prints there any more, which is an error on Linux."""
        try:
            while text := os.read(terminal, 4096):
                self.printed += text
        except OSError:
            pass
        os.close(terminal)

    def wait_for_print(self, pattern):
        """Waits until this is printed on its terminal; gives the match."""
        end = time.monotonic() + START_SECONDS
        while not (found := re.search(pattern, self.printed.decode(errors="replace"))):
            assert time.monotonic() < end, f"{pattern} is not printed: {self.printed!r}"
            time.sleep(0.01)
        return found

    def output(self):
        return self.log.read_text(errors="replace")

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def post(self, body, content_type="application/json"):
        """Calls the webhook as the agent does; `body` is bytes, or a message as a dict."""
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        headers = {"Content-Type": content_type, "User-Agent": "Google-Dialogflow"}
        return self.request("POST", "/webhook", body, headers)

    def stop(self):
        """Asks the program to end and returns its exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
