"""The management API, driven by Google's own `WebhooksClient` and `EnvironmentsClient` (REST)."""

import http.server
import json
import subprocess
import threading

import pytest
from google.api_core import exceptions
from google.protobuf.duration_pb2 import Duration

from calls import request
from manage import PACKAGES, client
from official import VERSIONS, assert_same, fixtures, parse, unknown
from program import Server, binary, environment

AGENT = "projects/example-project/locations/global/agents/managed"
OTHER = "projects/example-project/locations/us-central1/agents/another"


@pytest.fixture(scope="module")
def upstream():
    """An HTTP API that answers with the path it was called at."""

    class Echo(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps({"path": self.path, "key": self.headers.get("X-Api-Key")}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module", params=["sqlite", "memory"])
def managed(request, tmp_path_factory):
    """A server with a store or without one, and a token of an admin for it."""
    folder = tmp_path_factory.mktemp("manage")
    variables = {
        "REJOINDER_AGENT__NAME": AGENT,
        "REJOINDER_ROUTES__MANAGED": '{ webhook = "Managed" }',
        "REJOINDER_SECRETS__ALLOW": '["projects/*/secrets/*"]',
        "REJOINDER_SECRETS__ALLOW_ACCOUNTS": '["*@*"]',
        "REJOINDER_OUTBOUND__DANGEROUS_ALLOW_HTTP": "true",
        "REJOINDER_OUTBOUND__ALLOW_NETWORKS": '["127.0.0.0/8"]',
    }
    if request.param == "memory":
        running = Server(folder, command=[binary(), "serve"], variables=variables, terminal=True)
        # Told there and nowhere else.
        running.token = running.wait_for_print(r"#token=(\S+)")[1]
        yield running
        assert running.stop() == 0, running.output()
        return
    variables["REJOINDER_STORE__URL"] = f"sqlite://{folder}/rejoinder.db"
    created = subprocess.run(
        [binary(), "token", "create", "--role", "admin"],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment() | variables,
        timeout=30,
        check=False,
    )
    assert created.returncode == 0, created.stderr
    running = Server(folder, command=[binary(), "serve"], variables=variables)
    running.token = created.stdout.strip()
    yield running
    assert running.stop() == 0, running.output()


@pytest.fixture(params=VERSIONS)
def version(request):
    return request.param


@pytest.fixture
def types(version):
    return PACKAGES[version]


@pytest.fixture
def webhooks(managed, version):
    """Google's client; what a test has made is deleted behind it."""
    made = client("WebhooksClient", version, managed.port, managed.token)
    yield made
    for agent in (AGENT, OTHER):
        for webhook in made.list_webhooks(parent=agent):
            made.delete_webhook(request={"name": webhook.name, "force": True})


@pytest.fixture
def environments(managed, version, webhooks):
    made = client("EnvironmentsClient", version, managed.port, managed.token)
    yield made
    for found in made.list_environments(parent=AGENT):
        made.delete_environment(name=found.name)


def webhook(types, display_name="Weather", uri="https://api.example.com/x", **service):
    generic = types.Webhook.GenericWebService(uri=uri, **service)
    return types.Webhook(display_name=display_name, generic_web_service=generic)


def test_a_webhook_lives_and_ends(webhooks, types):
    made = webhooks.create_webhook(
        parent=AGENT,
        webhook=webhook(
            types,
            webhook_type=types.Webhook.GenericWebService.WebhookType.FLEXIBLE,
            http_method=types.Webhook.GenericWebService.HttpMethod.GET,
            parameter_mapping={"temp": "$.t"},
        ),
    )
    assert made.name.startswith(f"{AGENT}/webhooks/")
    assert webhooks.get_webhook(name=made.name) == made
    assert list(webhooks.list_webhooks(parent=AGENT)) == [made]

    made.display_name = "Renamed"
    made.timeout = Duration(seconds=9)
    made.disabled = True
    mask = {"paths": ["display_name", "timeout"]}
    changed = webhooks.update_webhook(webhook=made, update_mask=mask)
    assert (changed.display_name, changed.timeout.seconds, changed.disabled) == ("Renamed", 9, False)
    made.generic_web_service.uri = "https://api.example.com/y"
    mask = {"paths": ["generic_web_service.uri", "disabled"]}
    changed = webhooks.update_webhook(webhook=made, update_mask=mask)
    assert changed == made
    assert webhooks.update_webhook(request={"webhook": made}) == made, "without a mask"

    webhooks.delete_webhook(name=made.name)
    with pytest.raises(exceptions.NotFound):
        webhooks.get_webhook(name=made.name)


def test_lists_are_paged_by_the_client(webhooks, types):
    names = [f"Webhook {number:02}" for number in range(7)]
    for name in reversed(names):
        webhooks.create_webhook(parent=AGENT, webhook=webhook(types, name))
    pager = webhooks.list_webhooks(request={"parent": AGENT, "page_size": 3})
    pages = [[found.display_name for found in page.webhooks] for page in pager.pages]
    assert pages == [names[:3], names[3:6], names[6:]]
    assert [found.display_name for found in webhooks.list_webhooks(parent=AGENT)] == names
    webhooks.create_webhook(parent=OTHER, webhook=webhook(types, names[0]))
    assert len(list(webhooks.list_webhooks(parent=OTHER))) == 1


def test_a_mask_may_name_a_key_of_a_map(webhooks, types):
    made = webhooks.create_webhook(
        parent=AGENT, webhook=webhook(types, request_headers={"x-a": "1", "x-b": "2"})
    )
    made.generic_web_service.request_headers["x-a"] = "9"
    del made.generic_web_service.request_headers["x-b"]
    mask = {"paths": ["generic_web_service.request_headers.x-a"]}
    changed = webhooks.update_webhook(webhook=made, update_mask=mask)
    assert dict(changed.generic_web_service.request_headers) == {"x-a": "9", "x-b": "2"}


# Fixtures that the platform would refuse.
REFUSED = {"empty-members", "enum-number-unknown", "everything", "strange"}


def taken(path):
    """Whether the API knows all of a fixture; files may hold what it does not."""
    return not unknown("webhook", path.read_text())


@pytest.mark.parametrize("path", [pytest.param(p, id=p.stem) for p in fixtures("webhook") if taken(p)])
def test_every_field_of_the_fixtures_survives(path, webhooks, types, version):
    sent = types.Webhook.wrap(parse("webhook", version, path.read_bytes()))
    try:
        made = webhooks.create_webhook(parent=AGENT, webhook=sent)
    except exceptions.BadRequest as error:
        (detail,) = error.details
        assert detail["fieldViolations"], error
        assert path.stem in REFUSED, error
        return
    assert path.stem not in REFUSED
    expected = types.Webhook(sent)
    expected.name = made.name
    generic = expected.generic_web_service
    if "service_directory" in expected:
        generic = expected.service_directory.generic_web_service
    if generic:
        generic.password = ""
        if generic.oauth_config:
            generic.oauth_config.client_secret = ""
        answered = made.generic_web_service or made.service_directory.generic_web_service
        for name, value in answered.request_headers.items():
            if value == "***":
                generic.request_headers[name] = value
    assert_same(types.Webhook.pb(expected), types.Webhook.pb(made))


def test_secrets_are_not_given_back_and_kept(webhooks, types, managed, upstream):
    flexible = {
        "webhook_type": "FLEXIBLE",
        "http_method": "GET",
        "parameter_mapping": {"path": "$.path", "key": "$.key"},
    }
    made = webhooks.create_webhook(
        parent=AGENT,
        webhook=webhook(
            types,
            "Managed",
            uri=f"{upstream}/one",
            username="agent",
            password="s3cret",
            request_headers={"X-Api-Key": "s3cret"},
            **flexible,
        ),
    )
    assert "s3cret" not in str(made)
    # Read, changed and written back whole, as scripts do.
    made.generic_web_service.uri = f"{upstream}/two"
    changed = webhooks.update_webhook(webhook=made, update_mask={"paths": ["generic_web_service"]})
    assert "s3cret" not in str(changed)
    answer = managed.post(request("managed"))
    parameters = json.loads(answer.body)["sessionInfo"]["parameters"]
    assert parameters == {"path": "/two", "key": "s3cret"}
    assert "s3cret" not in managed.output()


def test_a_route_follows_the_clients(webhooks, environments, types, managed, upstream):
    assert managed.post(request("managed")).status == 500
    flexible = {"webhook_type": "FLEXIBLE", "http_method": "GET", "parameter_mapping": {"path": "$.path"}}
    made = webhooks.create_webhook(parent=AGENT, webhook=webhook(types, "Managed", f"{upstream}/x", **flexible))

    def path(session):
        body = request("managed")
        body["sessionInfo"]["session"] = f"{AGENT}/{session}"
        return json.loads(managed.post(body).body)["sessionInfo"]["parameters"]["path"]

    assert path("sessions/s") == "/x"
    override = types.Webhook(name=made.name, generic_web_service={"uri": f"{upstream}/test"})
    config = types.Environment.WebhookConfig(webhook_overrides=[override])
    operation = environments.create_environment(
        parent=AGENT, environment=types.Environment(display_name="Test", webhook_config=config)
    )
    test = operation.result(timeout=5)
    assert path(f"environments/{test.name.split('/')[-1]}/sessions/s") == "/test"
    assert path("sessions/s") == "/x"
    with pytest.raises(exceptions.BadRequest) as refused:
        webhooks.delete_webhook(name=made.name)
    assert "force" in refused.value.message
    webhooks.delete_webhook(request={"name": made.name, "force": True})
    assert managed.post(request("managed")).status == 500


def test_an_environment_is_changed_by_operations(webhooks, environments, types):
    target = webhooks.create_webhook(parent=AGENT, webhook=webhook(types))
    config = types.Environment.WebhookConfig(webhook_overrides=[types.Webhook(name=target.name, disabled=True)])
    operation = environments.create_environment(
        parent=AGENT, environment=types.Environment(display_name="Test", webhook_config=config)
    )
    assert operation.done()
    made = operation.result(timeout=5)
    assert made == environments.get_environment(name=made.name)
    assert made.update_time is not None
    made.description = "for tests"
    changed = environments.update_environment(environment=made, update_mask={"paths": ["description"]})
    changed = changed.result(timeout=5)
    assert (changed.description, changed.webhook_config) == ("for tests", made.webhook_config)
    assert changed.update_time > made.update_time
    assert [found.name for found in environments.list_environments(parent=AGENT)] == [made.name]
    environments.delete_environment(name=made.name)
    with pytest.raises(exceptions.NotFound):
        environments.get_environment(name=made.name)


def test_errors_are_googles(webhooks, environments, types):
    made = webhooks.create_webhook(parent=AGENT, webhook=webhook(types))
    with pytest.raises(exceptions.Conflict) as refused:
        webhooks.create_webhook(parent=AGENT, webhook=webhook(types))
    assert "unique" in refused.value.message
    with pytest.raises(exceptions.BadRequest) as refused:
        webhooks.create_webhook(parent=AGENT, webhook=webhook(types, "Other", uri="ftp://a.example.com"))
    (detail,) = refused.value.details
    assert [one["field"] for one in detail["fieldViolations"]] == ["genericWebService.uri"]
    with pytest.raises(exceptions.Conflict) as refused:
        webhooks.update_webhook(
            webhook=made, update_mask={"paths": ["timeout"]}, metadata=[("if-match", '"99"')]
        )
    assert refused.value.reason == "CHANGED"
    with pytest.raises(exceptions.BadRequest):
        environments.update_environment(environment=types.Environment(name=f"{AGENT}/environments/e"))


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer rjt_none_none"}, {"Authorization": "Basic YTpi"}])
def test_nobody_is_let_in_without_a_token(managed, version, headers):
    answer = managed.request("GET", f"/{version}/{AGENT}/webhooks", headers=headers)
    assert answer.status == 401
    error = json.loads(answer.body)["error"]
    assert (error["code"], error["status"]) == (401, "UNAUTHENTICATED")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
