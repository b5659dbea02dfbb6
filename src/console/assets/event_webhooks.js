
// Buttons that bring a part of a page anew: <button data-part="#id">. The form is sent as it would be without
// this, and of the answer only that part is taken: what was typed elsewhere stays.
document.addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (!button || !button.dataset.part || button.dataset.whole || event.defaultPrevented) return;
  event.preventDefault();
  const form = event.target;
  const name = button.dataset.part;
  const sent = new URLSearchParams(new FormData(form, button));
  button.disabled = true;
  try {
    const headers = { "X-Requested-With": "fetch" };
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body: sent, headers });
    const part = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(name);
    if (!part) throw new Error("no such part");
    const here = document.importNode(part, true);
    document.querySelector(name).replaceWith(here);
    localTimes(here);
    show(here);
    dress(here);
    const result = here.querySelector("[tabindex='-1']") || here.querySelector(`[name='${button.name}']`);
    if (result) result.focus();
  } catch {
    // Whatever it is, the page itself says it.
    button.disabled = false;
    button.dataset.whole = "true";
    form.requestSubmit(button);
  }
  button.disabled = false;
});

// Rows of fields: spare ones are added when they are wanted, and not before.
function spareRows(list) {
  const rows = () => [...list.querySelectorAll(".row")];
  const isEmpty = (row) => [...row.querySelectorAll("input, textarea, select")].every((field) => !field.value);
  const most = Number(list.dataset.most || 100);
  for (const row of rows().slice(1).reverse()) {
    if (!isEmpty(row)) break;
    row.remove();
  }
  const add = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: "Add a row" });
  const place = document.createElement("p");
  place.append(add);
  const last = rows().at(-1);
  last.after(place);
  add.addEventListener("click", () => {
    const row = rows().at(-1).cloneNode(true);
    for (const field of row.querySelectorAll("input, textarea")) field.value = "";
    for (const fault of row.querySelectorAll(".fault")) fault.remove();
    row.classList.remove("wrong");
    row.removeAttribute("id");
    place.before(row);
    number();
    row.querySelector("input, select, textarea").focus();
  });
  function number() {
    rows().forEach((row, index) => {
      for (const field of row.querySelectorAll("[aria-label]")) {
        field.setAttribute("aria-label", field.getAttribute("aria-label").replace(/\d+/, String(index + 1)));
      }
    });
    add.disabled = rows().length >= most;
  }
  number();
}

// A webhook's form: what does not go with the choices above is out of the way.
function webhookForm(form) {
  const parts = (name, wanted) => {
    for (const part of form.querySelectorAll(name)) part.hidden = !wanted(part);
  };
  const choose = () => {
    const kind = form.elements.auth_type.value;
    parts("[data-auth]", (part) => part.dataset.auth.split(" ").includes(kind));
    const [method, format] = [form.elements.http_method, form.elements.request_format];
    if (!method) return;
    const pairs = ["GET", "DELETE"].includes(method.value) || format.value === "form_encoded";
    parts("[data-for='body']", () => !pairs);
    parts("[data-for='parameters']", () => pairs);
  };
  form.addEventListener("change", choose);
  choose();
}

function dress(root) {
  for (const list of root.querySelectorAll("[data-rows]")) spareRows(list);
  const form = root.closest ? root.closest("form.event-webhook") : null;
  if (form) form.dispatchEvent(new Event("change"));
}

document.addEventListener("DOMContentLoaded", () => {
  for (const form of document.querySelectorAll("form.event-webhook")) webhookForm(form);
  dress(document);
});
