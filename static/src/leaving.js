// Escape leads back to the keys of the list: it leaves a field of what is being done, and closes its
// form, which shows what was filled in when it is opened again.
function goToRow() {
  document.activeElement?.blur();
  document.querySelector("[data-queue] [data-row-link][aria-current]")?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const form = document.querySelector("#deed form");
  if (!form || event.target.closest?.("details.menu")) return;
  form.querySelector("[data-cancel]")?.click();
  if (form.contains(event.target)) goToRow();
});
