"use strict";
// Everything works without this; it only makes it quicker and nicer.

// Times in the reader's own zone; the exact one stays in the title.
function localTimes(root) {
  const written = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.getTime())) time.textContent = written.format(at);
  }
}

// Buttons that ask before they do something: <button data-confirm="Delete it?">.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button && button.dataset.confirm && !window.confirm(button.dataset.confirm)) event.preventDefault();
});

// Buttons that copy what stands in another element: <button data-copy="#id" hidden>.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const from = document.querySelector(button.dataset.copy);
  const text = "value" in from ? from.value : from.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  const before = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = before; }, 1200);
});

// What is of use with a script alone has the attribute `hidden` and the class `with-script`.
function show(root) {
  for (const element of root.querySelectorAll(".with-script[hidden]")) element.hidden = false;
}

document.addEventListener("DOMContentLoaded", () => { localTimes(document); show(document); });
