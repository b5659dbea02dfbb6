// Reads the description and shows it. Everything is put in as text, never as HTML.
"use strict";

const find = (id) => document.getElementById(id);
let token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
// A token stays neither in the address bar nor in the history.
if (location.hash) history.replaceState(null, "", location.pathname);
let description;

const element = (name, text, ...children) => {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
};

const ask = (path) => fetch(path, { headers: token ? { Authorization: `Bearer ${token}` } : {}, cache: "no-store" });

const follow = (schema, depth = 0) => {
  if (!schema || depth > 8) return schema;
  if (schema.$ref) return follow(schema.$ref.slice(2).split("/").reduce((at, name) => at?.[name], description), depth + 1);
  if (Array.isArray(schema)) return schema.map((one) => follow(one, depth + 1));
  if (typeof schema !== "object") return schema;
  return Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, follow(value, depth + 1)]));
};

const curl = (method, path, body) => {
  const line = [`curl -X ${method.toUpperCase()} '${location.origin}${path}'`, "-H 'Authorization: Bearer TOKEN'"];
  if (body) line.push("-H 'Content-Type: application/json'", "-d '{…}'");
  return line.join(" \\\n  ");
};

const operation = (path, method, what, shared) => {
  const shown = element("details", "", element("summary", "", element("b", method.toUpperCase()), element("code", path), ` ${what.summary}`));
  if (what.description) shown.append(element("p", what.description));
  const parameters = [...(shared ?? []), ...(what.parameters ?? [])].map(follow);
  if (parameters.length) {
    const list = element("ul");
    for (const one of parameters) list.append(element("li", "", element("code", one.name), ` (${one.in}) ${one.description ?? ""}`));
    shown.append(element("h3", "Parameters"), list);
  }
  const body = what.requestBody?.content?.["application/json"]?.schema;
  if (body) shown.append(element("h3", "Body"), element("pre", JSON.stringify(follow(body), null, 2)));
  for (const [status, answer] of Object.entries(what.responses)) {
    const told = follow(answer);
    shown.append(element("h3", `${status}: ${told.description}`));
    const schema = Object.values(told.content ?? {})[0]?.schema;
    if (schema) shown.append(element("pre", JSON.stringify(schema, null, 2)));
  }
  shown.append(element("h3", "With curl"), element("pre", curl(method, path, body)));
  if (method === "get" && !path.includes("{") && path !== "/api/docs") {
    const button = element("button", "Ask");
    const answer = element("pre");
    answer.hidden = true;
    button.addEventListener("click", async () => {
      answer.hidden = false;
      try {
        const told = await ask(path);
        const text = await told.text();
        let pretty = text;
        try { pretty = JSON.stringify(JSON.parse(text), null, 2); } catch { /* It is no JSON. */ }
        answer.textContent = `${told.status}\n${pretty}`;
      } catch (error) {
        answer.textContent = `No answer: ${error}`;
      }
    });
    shown.append(button, answer);
  }
  return shown;
};

const show = async () => {
  const place = find("operations");
  const told = await ask("/api/openapi.json");
  if (!told.ok) {
    const why = (await told.json().catch(() => null))?.error?.message ?? `Status ${told.status}.`;
    place.replaceChildren(element("p", why));
    return;
  }
  description = await told.json();
  find("summary").textContent = `${description.info.summary} Version ${description.info.version}.`;
  const parts = [];
  for (const [path, methods] of Object.entries(description.paths)) {
    for (const [method, what] of Object.entries(methods)) {
      if (method !== "parameters") parts.push(operation(path, method, what, methods.parameters));
    }
  }
  place.replaceChildren(...parts);
};

const know = async () => {
  const who = find("who");
  if (!token) { who.textContent = ""; return; }
  const told = await ask("/api/me");
  const body = await told.json().catch(() => ({}));
  who.textContent = told.ok ? `${body.name}, ${body.role}` : body.error?.message ?? `Status ${told.status}.`;
};

find("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  token = find("token").value.trim();
  find("token").value = "";
  know();
  show();
});

know();
show();
