// Rows are chosen one by one; a script chooses all of a page and says how many they are.
//
// data-choose-all       the box that chooses every row of its form
// data-chosen           where it says how many; data-one and data-many are the words
const boxesOf = (form) => [...form.querySelectorAll("[data-row] input[type=checkbox]")];
const numbers = new Intl.NumberFormat(document.documentElement.lang || "en");

function tell(form, all) {
  const boxes = boxesOf(form);
  const number = boxes.filter((box) => box.checked).length;
  all.checked = number > 0 && number === boxes.length;
  all.indeterminate = number > 0 && !all.checked;
  const place = form.querySelector("[data-chosen]");
  const words = number === 1 ? place.dataset.one : place.dataset.many;
  place.textContent = number ? words.replace("{number}", numbers.format(number)) : "";
}

document.addEventListener("change", ({ target }) => {
  const form = target.form;
  const all = form?.querySelector("[data-choose-all]");
  if (!all || (target !== all && !target.closest("[data-row]"))) return;
  if (target === all) for (const box of boxesOf(form)) box.checked = all.checked;
  const chosen = form.querySelector("[name=which][value=chosen]");
  if (chosen) chosen.checked = true;
  tell(form, all);
});

// A page one comes back to has its rows chosen still.
export function watchChoosing(root) {
  for (const all of root.querySelectorAll("[data-choose-all]")) tell(all.form, all);
}
