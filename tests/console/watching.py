"""What a page must never do, and whether everybody can use it."""

from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe

CHROMIUM = "/usr/bin/chromium"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


class Watch:
    """Keeps what a page does wrong: errors of its scripts, broken policies, files that are missing, dialogs that open.

    What a page asks before it does something, `confirm`, is answered: with yes, unless `confirms` says otherwise.
    """

    def __init__(self, page):
        self.faults = []
        self.confirms = True
        self.asked = []
        page.on("console", self._logged)
        page.on("pageerror", lambda error: self.faults.append(f"an error of the script: {error}"))
        page.on("requestfailed", self._failed)
        page.on("dialog", self._dialog)

    def _logged(self, message):
        if message.type not in ("error", "warning"):
            return
        # A page that is not there, and a form with faults, have their status; what belongs to a page is there.
        path = urlsplit(message.location.get("url", "")).path
        if message.text.startswith("Failed to load resource") and not path.startswith("/console/assets/"):
            return
        self.faults.append(f"the browser's log: {message.text}")

    def _failed(self, request):
        # Going on to another page ends what the one before it was loading.
        if "ERR_ABORTED" not in (request.failure or ""):
            self.faults.append(f"{request.url}: {request.failure}")

    def _dialog(self, dialog):
        if dialog.type == "confirm":
            self.asked.append(dialog.message)
            dialog.accept() if self.confirms else dialog.dismiss()
        else:
            self.faults.append(f"a dialog ({dialog.type}): {dialog.message}")
            dialog.dismiss()


def accessible(page, exclude=None):
    """Fails with axe's report if somebody cannot use the page."""
    results = Axe().run(page, context={"exclude": exclude} if exclude else None, options=RULES)
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"
