
// The link that `rejoinder serve` prints brings a token behind the #, which browsers keep to themselves.
document.addEventListener("DOMContentLoaded", () => {
  const field = document.querySelector(".sign-in #token");
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!field || !token) return;
  field.value = token;
  history.replaceState(null, "", location.pathname + location.search);
  field.form.querySelector("button").focus();
});
