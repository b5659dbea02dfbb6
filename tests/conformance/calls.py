"""Calls as the agent makes them."""

import itertools

AGENT = "projects/example-project/locations/global/agents/demo"
PAGE = f"{AGENT}/flows/orders/pages/START_PAGE"

_turns = itertools.count(1)


def request(tag, parameters=None, form=None, session="conformance", text="hello"):
    """A webhook call of the agent, with an id of its own: a repeated id would be a retry."""
    page = {"currentPage": PAGE, "displayName": "Start Page"}
    if form is not None:
        page["formInfo"] = {"parameterInfo": form}
    return {
        "detectIntentResponseId": f"conformance-{next(_turns)}",
        "fulfillmentInfo": {"tag": tag},
        "pageInfo": page,
        "sessionInfo": {"session": f"{AGENT}/sessions/{session}", "parameters": parameters or {}},
        "text": text,
        "languageCode": "en",
    }
