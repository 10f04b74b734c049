// Escape leads back to the keys of the list: it leaves a field of what is being done, and closes a
// form in which nothing is typed that would be lost.
const TYPED = "textarea, input:not([type=radio], [type=checkbox], [type=hidden])";

const fieldsOf = (form) => [...form.querySelectorAll(TYPED)];
const isUntouched = (field) => field.value === field.defaultValue;

function goToRow() {
  document.activeElement?.blur();
  document.querySelector("[data-queue] [data-row-link][aria-current]")?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const form = document.querySelector("#deed form");
  if (!form || event.target.closest?.("details.menu")) return;
  if (fieldsOf(form).every(isUntouched)) form.querySelector("[data-cancel]")?.click();
  if (form.contains(event.target)) goToRow();
});
