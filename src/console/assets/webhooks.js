// Webhooks: more rows for lists of names and values.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add-row]");
  if (!button) return;
  const rows = button.closest("fieldset").querySelector(".rows");
  const [name, value] = [...rows.querySelectorAll("input")].slice(-2);
  const count = rows.querySelectorAll("input").length / 2 + 1;
  for (const last of [name, value]) {
    const input = last.cloneNode();
    input.value = "";
    input.setAttribute("aria-label", last.getAttribute("aria-label").replace(/\d+$/, String(count)));
    rows.append(input);
    if (last === name) input.focus();
  }
});

// What a standard webhook has no use for is not shown.
function showKind(form) {
  form.dataset.kind = form.elements.kind ? form.elements.kind.value : "";
}
document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-webhook-form]");
  if (form && event.target.name === "kind") showKind(form);
});

// A test is sent without leaving the page: what was typed, secrets too, stays in the form.
document.addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (!button || !("try" in button.dataset) || event.defaultPrevented) return;
  event.preventDefault();
  const shown = document.querySelector("#tried");
  const body = new URLSearchParams(new FormData(event.target));
  body.append(button.name, button.value);
  button.disabled = true;
  shown.classList.add("busy");
  shown.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(button.formAction, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
    const text = await answer.text();
    const page = new DOMParser().parseFromString(text, "text/html");
    const problem = page.querySelector("main");
    shown.replaceChildren(...(problem || page.body).childNodes);
    localTimes(shown);
    show(shown);
  } catch {
    shown.textContent = "The server could not be reached; nothing is known of the test.";
  } finally {
    button.disabled = false;
    shown.classList.remove("busy");
    shown.removeAttribute("aria-busy");
  }
});

document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-webhook-form]").forEach(showKind));
