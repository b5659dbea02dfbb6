
// The form of a rule: each condition has the operators and values of its field, each action what its webhook sends.
function conditionRow(row) {
  const part = (name) => row.querySelector(`[name$='_${name}']`);
  const [field, parameter, operator, value] = ["field", "parameter", "operator", "value"].map(part);
  const chosen = field.selectedOptions[0];
  const possible = (chosen.dataset.operators || "").split(" ").filter(Boolean);
  for (const option of operator.options) {
    option.hidden = option.disabled = Boolean(option.value && possible.length && !possible.includes(option.value));
  }
  if (operator.selectedOptions[0]?.disabled) operator.value = possible[0] || "";
  if (parameter.type !== "hidden") parameter.classList.toggle("gone", field.value !== "params.");
  const takesNone = ["present", "not_present", "changed", "not_changed"].includes(operator.value);
  value.classList.toggle("gone", takesNone);
  if (chosen.dataset.list) value.setAttribute("list", chosen.dataset.list);
  else value.removeAttribute("list");
}

function actionRow(row) {
  const sends = row.querySelector("select").selectedOptions[0].dataset.sends || "body";
  for (const part of row.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== sends;
}

function ruleForm(form) {
  const actions = form.querySelector(".actions-list");
  const rows = () => [...actions.querySelectorAll(".action-row")];
  for (const row of rows().slice(1).reverse()) {
    if (row.querySelector("select").value) break;
    row.remove();
  }
  const add = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: "Add another webhook" });
  const place = document.createElement("p");
  place.append(add);
  actions.append(place);
  let next = rows().length;
  add.addEventListener("click", () => {
    const row = rows()[0].cloneNode(true);
    const index = next++;
    row.id = `action-${index}`;
    row.classList.remove("wrong");
    for (const fault of row.querySelectorAll(".fault")) fault.remove();
    for (const extra of [...row.querySelectorAll(".row")].slice(1)) extra.remove();
    for (const field of row.querySelectorAll("[name]")) {
      if (field.name === "action_index") { field.value = String(index); continue; }
      field.name = field.name.replace(/^action_\d+_/, `action_${index}_`);
      if (field.id) field.id = field.id.replace(/^action_\d+_/, `action_${index}_`);
      field.value = "";
    }
    for (const label of row.querySelectorAll("label")) label.htmlFor = label.htmlFor.replace(/^action_\d+_/, `action_${index}_`);
    for (const old of row.querySelectorAll("[data-rows] > p > button")) old.parentElement.remove();
    place.before(row);
    for (const list of row.querySelectorAll("[data-rows]")) spareRows(list);
    actionRow(row);
    row.querySelector("select").focus();
    add.disabled = rows().length >= 10;
  });

  let editor = form.querySelector(".action-row textarea");
  form.addEventListener("focusin", (event) => {
    if (event.target.closest(".action-row") && event.target.matches("textarea, input")) editor = event.target;
  });
  for (const code of form.querySelectorAll(".placeholders li code")) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "insert mono", textContent: code.textContent });
    button.title = "Put it where the cursor is";
    button.addEventListener("click", () => {
      editor.setRangeText(button.textContent, editor.selectionStart, editor.selectionEnd, "end");
      editor.focus();
    });
    code.replaceWith(button);
  }
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove]");
    if (!button) return;
    const row = button.closest(".row");
    if (row.parentElement.querySelectorAll(".row").length > 1) {
      const list = row.parentElement;
      row.remove();
      list.querySelector("select").focus();
    } else {
      for (const field of row.querySelectorAll("input, select")) field.value = "";
      conditionRow(row);
    }
  });
  const all = () => {
    form.querySelectorAll(".condition").forEach(conditionRow);
    rows().forEach(actionRow);
  };
  form.addEventListener("change", all);
  form.addEventListener("click", () => form.querySelectorAll(".condition").forEach(conditionRow));
  all();
}

document.addEventListener("DOMContentLoaded", () => {
  for (const form of document.querySelectorAll("form.rule")) ruleForm(form);
});
