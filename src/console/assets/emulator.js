
// Emulator: turns are sent and shown without leaving the page, and the next can be typed at once.
{
  const parts = [".talk > .knows", "#next", "main > .bar"];

  // New turns are added and those taken back removed, so that a screen reader tells what is new alone.
  function turns(here, there) {
    const known = new Map([...here.children].map((turn) => [turn.id, turn]));
    for (const turn of [...there.children]) {
      const old = known.get(turn.id);
      known.delete(turn.id);
      if (!old) here.append(turn);
      else if (old.innerHTML !== turn.innerHTML) old.replaceWith(turn);
      else old.className = turn.className;
    }
    known.forEach((turn) => turn.remove());
  }

  function put(page) {
    turns(document.querySelector("#turns"), page.querySelector("#turns"));
    for (const part of parts) document.querySelector(part).replaceWith(page.querySelector(part));
    const [form, next] = [document.querySelector("#turn"), page.querySelector("#turn")];
    if (form && next) {
      const open = form.querySelector(":scope > details")?.open;
      form.replaceChildren(...next.childNodes);
      if (open) form.querySelector(":scope > details").open = true;
      form.querySelector("[role=alert] a, #said").focus();
    }
    localTimes(document);
    show(document);
    const scrolled = document.querySelector(".scrolled");
    scrolled.scrollTop = 0;
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-talk]") || event.defaultPrevented) return;
    event.preventDefault();
    if (form.getAttribute("aria-busy") === "true") return;
    form.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams(new FormData(form, event.submitter)),
        headers: { "X-Requested-With": "fetch" },
      });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (page.querySelector("#turns")) {
        // What is shown now is the last turn, whichever was looked at before.
        history.replaceState(null, "", form.action.replace(/\/[a-z]+$/, ""));
        put(page);
      }
      else location.assign(answer.redirected ? answer.url : location.href);
    } catch {
      location.reload();
    } finally {
      document.querySelectorAll("form[aria-busy]").forEach((busy) => busy.removeAttribute("aria-busy"));
    }
  });
}
