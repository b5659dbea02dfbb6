// The log's filters: moments are in the reader's own zone here, and in UTC in the address.
function ofUtc(text) {
  const at = new Date(`${text}Z`);
  if (Number.isNaN(at.getTime())) return text;
  return new Date(at.getTime() - at.getTimezoneOffset() * 60000).toISOString().slice(0, 19);
}

function toUtc(text) {
  const at = new Date(text);
  return text && !Number.isNaN(at.getTime()) ? at.toISOString().slice(0, 19) : text;
}

document.addEventListener("DOMContentLoaded", () => {
  for (const form of document.querySelectorAll("form[data-utc]")) {
    const fields = form.querySelectorAll("input[type=datetime-local]");
    for (const field of fields) {
      if (field.value) field.value = ofUtc(field.value);
      const label = form.querySelector(`label[for="${field.id}"]`);
      label.textContent = label.textContent.replace(" (UTC)", "");
    }
    form.addEventListener("formdata", (event) => {
      for (const field of fields) event.formData.set(field.name, toUtc(field.value));
      // Addresses are shorter without what nobody asked for.
      for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
    });
  }
});

// The live tail: asks for the newest rows every two seconds and puts in those that are missing.
document.addEventListener("DOMContentLoaded", () => {
  const button = document.getElementById("live");
  if (!button) return;
  const EVERY = 2000;
  const MOST = 300;
  const rows = document.getElementById("rows");
  const state = document.getElementById("live-state");
  // Counts up with each press: what was asked for before it is not wanted any more.
  let round = 0;
  let timer = 0;
  let added = 0;

  function put(row) {
    if (rows.querySelector(`tr[data-id="${row.dataset.id}"]`)) return false;
    // Ids are in the order of time.
    const next = [...rows.children].find((known) => known.dataset.id < row.dataset.id);
    if (!next && rows.children.length >= MOST) return false;
    row.classList.add("fresh");
    localTimes(row);
    rows.insertBefore(row, next ?? null);
    return true;
  }

  function stop(why) {
    clearTimeout(timer);
    round += 1;
    button.setAttribute("aria-pressed", "false");
    state.textContent = why;
  }

  function merge(text) {
    const part = document.createElement("template");
    part.innerHTML = `<table><tbody>${text}</tbody></table>`;
    for (const old of rows.querySelectorAll("tr.fresh")) old.classList.remove("fresh");
    for (const row of part.content.querySelectorAll("tr[data-id]")) if (put(row)) added += 1;
    while (rows.children.length > MOST) rows.lastElementChild.remove();
    if (rows.children.length > 0) {
      document.getElementById("found").hidden = false;
      document.getElementById("nothing")?.remove();
    }
    state.textContent = `${added} new`;
  }

  async function ask(of) {
    try {
      const answer = await fetch(button.dataset.tail, { headers: { "X-Requested-With": "fetch" }, redirect: "error" });
      const text = await answer.text();
      if (of !== round) return;
      // Agents come first: a busy server is asked again.
      if (!answer.ok && answer.status !== 503) return stop(`stopped: the server answers ${answer.status}`);
      if (answer.ok) merge(text);
    } catch {
      if (of !== round) return;
      return stop("stopped: the server is not reached, or you are signed out");
    }
    timer = setTimeout(ask, EVERY, of);
  }

  button.addEventListener("click", () => {
    if (button.getAttribute("aria-pressed") === "true") return stop("paused");
    button.setAttribute("aria-pressed", "true");
    state.textContent = "live";
    round += 1;
    timer = setTimeout(ask, 0, round);
  });
});
