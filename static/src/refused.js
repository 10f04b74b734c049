// A form that was refused: the focus goes to what is wrong, and what is wrong with a field is said
// until the field changes.
const ERROR = /_error$/;
const idsOf = (element) => element?.getAttribute("aria-describedby")?.split(" ") ?? [];

function takeBack(element) {
  const ids = idsOf(element);
  const wrong = ids.filter((id) => ERROR.test(id));
  if (!wrong.length) return;
  for (const id of wrong) document.getElementById(id)?.remove();
  element.setAttribute("aria-describedby", ids.filter((id) => !ERROR.test(id)).join(" "));
  for (const each of [element, ...element.querySelectorAll("[aria-invalid]")]) {
    each.removeAttribute("aria-invalid");
  }
}

document.addEventListener("input", ({ target }) => {
  const form = target.closest?.(".log-form");
  if (!form) return;
  takeBack(target);
  takeBack(target.closest("fieldset"));
  if (!form.querySelector("ul.field-errors")) form.querySelector("p.field-errors")?.remove();
});

document.addEventListener("htmx:afterSettle", ({ target }) => {
  target.querySelector(".log-form [aria-invalid=true]")?.focus();
});
