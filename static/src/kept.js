// When the whole of the editor is shown anew, what was folded open stays open, the page stays where
// it was scrolled to, and the focus in the field or on the button where it was.

let open = [];
let last = null;
let top = 0;

const folds = (root) => [...root.querySelectorAll("details[data-fold]")];

// A button of the form is known by what it does, a field by its name and value.
const place = (control) =>
  control?.name ? { id: control.id, name: control.name, value: control.value, tag: control.tagName } : null;

document.addEventListener("htmx:beforeSwap", (event) => {
  const root = event.detail.target;
  if (root?.id !== "editor") return;
  top = window.scrollY;
  open = folds(root).filter((fold) => fold.open).map((fold) => fold.dataset.fold);
  last = root.contains(document.activeElement) ? place(document.activeElement) : null;
});

const undo = (root) => root.querySelector("#undo button") ?? root.querySelector(".editor-save button");

const found = (root, { id, name, value, tag }) =>
  (value.startsWith("undo ") && undo(root)) ||
  (id && document.getElementById(id)) ||
  [...root.querySelectorAll(`${tag}[name="${CSS.escape(name)}"]`)].find((each) => each.value === value);

document.addEventListener("htmx:afterSwap", (event) => {
  const root = document.getElementById("editor");
  if (!root || (event.detail.target?.id !== "editor" && event.detail.elt?.id !== "editor")) return;
  for (const fold of folds(root)) if (open.includes(fold.dataset.fold)) fold.open = true;
  window.scrollTo({ top, behavior: "instant" });
  if (last) found(root, last)?.focus({ preventScroll: true });
  open = [];
  last = null;
});
