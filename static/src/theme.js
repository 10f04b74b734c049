// A look chosen in the menu shows at once; the form behind it keeps the choice.
const root = document.documentElement;

function apply(theme) {
  if (theme === "auto") root.removeAttribute("data-bs-theme");
  else root.setAttribute("data-bs-theme", theme);
}

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (!form.matches("[data-theme-form]") || !submitter) return;
  event.preventDefault();
  apply(submitter.value);
  for (const button of form.querySelectorAll("[name=theme]")) {
    button.setAttribute("aria-pressed", String(button === submitter));
  }
  const body = new FormData(form, submitter);
  fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => {});
});

// Redraw whatever a script painted with the tokens.
export function onThemeChange(redraw) {
  new MutationObserver(redraw).observe(root, { attributeFilter: ["data-bs-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  matchMedia("print").addEventListener("change", redraw);
}
