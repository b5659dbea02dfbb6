"""Google's own clients, on a server of ours in the place of Dialogflow."""

from google.cloud import dialogflowcx_v3, dialogflowcx_v3beta1
from google.oauth2.credentials import Credentials

PACKAGES = {"v3": dialogflowcx_v3, "v3beta1": dialogflowcx_v3beta1}
SERVICES = {"WebhooksClient": "webhooks", "EnvironmentsClient": "environments"}


def client(name, version, port, token):
    """A client such as `WebhooksClient` over its own REST transport; nothing of it is replaced.

    `url_scheme` is the transport's own setting for servers that are not behind https.
    """
    package = PACKAGES[version]
    transports = getattr(package.services, SERVICES[name]).transports
    transport = getattr(transports, name.replace("Client", "RestTransport"))
    return getattr(package, name)(
        transport=transport(host=f"127.0.0.1:{port}", credentials=Credentials(token), url_scheme="http")
    )
