"""A server with a store, whose console is looked at."""

import http.client
import json
import subprocess
import time
from urllib.parse import quote

from calls import request
from program import Server, binary, environment

PATIENCE = 20
SETTINGS = {
    "REJOINDER_DEMO__ENABLED": "true",
    "REJOINDER_OUTBOUND__DANGEROUS_ALLOW_HTTP": "true",
    "REJOINDER_OUTBOUND__ALLOW_NETWORKS": '["127.0.0.0/8"]',
}


class Console(Server):
    """`rejoinder serve` with the demo and an SQLite store in `folder`.

    `config` is the text of a `rejoinder.toml`, `variables` are settings over it. Webhooks may be called at loopback
    addresses over plain HTTP.
    """

    def __init__(self, folder, config="", variables=None):
        self.folder = folder
        self.variables = {"REJOINDER_STORE__URL": f"sqlite://{folder}/rejoinder.db"} | SETTINGS | (variables or {})
        self._tokens = {}
        self._cookies = {}
        self.config = folder / "rejoinder.toml"
        self.config.write_text(config)
        super().__init__(folder, [binary(), "serve", "--config", str(self.config)], self.variables)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def command(self, *arguments):
        """Runs another command with the same settings; gives what it prints."""
        done = subprocess.run(
            [binary(), *arguments, "--config", str(self.config)],
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=environment() | self.variables,
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def token(self, role="admin"):
        """The token of this role, made by the command when it is asked for first."""
        if role not in self._tokens:
            self._tokens[role] = self.command("token", "create", "--role", role, "--name", f"test {role}").strip()
        return self._tokens[role]

    def cookie(self, role="admin"):
        """The cookie of somebody of this role who signed in."""
        if role not in self._cookies:
            form = f"token={quote(self.token(role))}"
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = self.request("POST", "/console/sign-in", form, headers)
            assert answer.status == 303, answer.body
            name, _, value = answer.headers["Set-Cookie"].partition(";")[0].partition("=")
            self._cookies[role] = {"name": name, "value": value, "url": self.url}
        return self._cookies[role]

    def api(self, method, path, body=None, role="admin", headers=None):
        """Asks an API in the name of a role; gives the JSON that it answers, or None."""
        sent = {"Authorization": f"Bearer {self.token(role)}"} | (headers or {})
        if body is not None:
            sent |= {"Content-Type": "application/json"}
            body = json.dumps(body)
        answer = self.request(method, path, body, sent)
        assert answer.status < 300, (answer.status, answer.body)
        return json.loads(answer.body) if answer.body else None

    def call(self, tag="order-status", parameters=None, session="a-session", text="where is my order?", **more):
        """Calls the webhook as the agent does, whatever it answers."""
        if parameters is None and tag == "order-status":
            parameters = {"order_id": "42", "customer_name": "Ada"}
        return self.post(request(tag, parameters, session=session, text=text) | more)

    def call_many(self, bodies):
        """The same for many, on one connection; gives the statuses."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Content-Type": "application/json", "User-Agent": "Google-Dialogflow"}
        statuses = []
        for body in bodies:
            connection.request("POST", "/webhook", json.dumps(body), headers)
            response = connection.getresponse()
            response.read()
            statuses.append(response.status)
        connection.close()
        return statuses

    def fill(self, calls=12):
        """Calls of some tags of the demo in three sessions, some of which fail; they are in the log afterwards."""
        tags = ["order-status", "gallery", "counter", "fail", "validate-form", "unheard-of"]
        order = {"order_id": "42", "customer_name": "Ada"}
        self.call_many(request(tags[i % len(tags)], order, session=f"session-{i % 3}") for i in range(calls))
        self.logged(calls)

    def logged(self, calls):
        """Waits until the log has so many calls (at most 100); gives the newest."""
        return until(
            lambda: (found := self.api("GET", "/api/invocations?page_size=100")["invocations"])
            and len(found) >= min(calls, 100)
            and found,
            f"{calls} calls in the log",
        )


def until(found, what):
    """What is there once it is: the log and deliveries take their time."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if there := found():
            return there
        time.sleep(0.02)
    raise AssertionError(what)
