// The queue: a row opens beside the list, a deed moves on to the next one, nothing moves under the
// pointer. Without this script a row leads to the lead's page.
import htmx from "htmx.org";

const wide = matchMedia("(min-width: 1024px)");
const pointing = matchMedia("(hover: hover)");

const queue = () => document.querySelector("[data-queue]");
const panel = () => document.getElementById("panel");
const rows = () => [...document.querySelectorAll("[data-queue] .queue-row:not(.is-gone) [data-row-link]")];
const linkOf = (key) => document.querySelector(`#row-${key} [data-row-link]`);
const keyOf = (link) => link.closest("[data-row]").id.replace("row-", "");
const isRowLink = (element) => element?.matches?.("[data-queue] [data-row-link]");

// Where the focus goes once the panel is there: to its heading where a key or a finger opened it.
let toHeading = false;
// The handoff that was asked for last, whether its panel is there yet or not.
let asked = "";

function open(link) {
  if (asked !== keyOf(link)) htmx.trigger(link, "choose");
}

// A row that is walked over waits a moment: whatever was asked for meanwhile comes instead of it.
document.addEventListener("choose", ({ target }) => (asked = keyOf(target)), true);

document.addEventListener("htmx:configRequest", (event) => {
  const { elt } = event.detail;
  if (isRowLink(elt) && keyOf(elt) !== asked) event.preventDefault();
});

function openFirst() {
  asked = "";
  const first = rows()[0];
  if (first && wide.matches && !queue().classList.contains("has-open")) open(first);
}

// A new tab is the browser's; on a phone the list is one step back.
document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest?.("[data-row-link]");
    if (!isRowLink(link)) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) {
      event.stopImmediatePropagation();
      return;
    }
    asked = keyOf(link);
    toHeading = event.detail === 0 || !wide.matches;
    if (wide.matches) return;
    history.replaceState({ htmx: true }, "", location.href);
    history.pushState({ htmx: true }, "", location.href);
  },
  true,
);

document.addEventListener("walk", ({ target }) => {
  if (isRowLink(target) && wide.matches) open(target);
});

function mark(key) {
  for (const link of document.querySelectorAll("[data-row-link][aria-current]")) {
    link.removeAttribute("aria-current");
  }
  const link = linkOf(key);
  link?.setAttribute("aria-current", "true");
  link?.scrollIntoView({ block: "nearest" });
  return link;
}

document.addEventListener("htmx:afterSettle", ({ target, detail }) => {
  if (target.id !== "panel" || !target.dataset.handoff) return;
  // Here and not by the answer's head: the panel of a list that is gone has no say in the address.
  history.replaceState({ htmx: true }, "", target.dataset.opened);
  queue().classList.add("has-open");
  const wasDeed = detail.requestConfig?.verb === "post";
  if (wasDeed || !asked) asked = target.dataset.handoff;
  const link = mark(target.dataset.handoff);
  if (toHeading || (wasDeed && !(wide.matches && link))) {
    target.querySelector("#panel-title").focus();
  } else if (wasDeed) {
    link.focus();
  }
  toHeading = false;
  target.dispatchEvent(new CustomEvent("opened", { bubbles: true }));
});

// What ends the work on a handoff goes on with the row below it.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (!detail.elt.matches("#panel [data-moves-on]")) return;
  const key = panel().dataset.handoff;
  const links = rows();
  const next = links[links.indexOf(linkOf(key)) + 1];
  if (next) detail.formData.set("next", `${next.getAttribute("hx-get")}&after=${key}`);
});

// What is new waits until no pointer rests on the list it would push down.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "arrivals" || !pointing.matches) return;
  const list = queue().querySelector(".queue-list");
  if (!list.matches(":hover") || event.detail.target.childElementCount) return;
  event.detail.shouldSwap = false;
  list.addEventListener("mouseleave", () => htmx.trigger("#arrivals", "look"), { once: true });
});

// The mark of a change goes once somebody looks.
for (const type of ["mouseover", "focusin"]) {
  document.addEventListener(type, ({ target }) => {
    target.closest?.(".queue-row.is-changed")?.classList.remove("is-changed");
  });
}

// A suggestion fills what is empty, and takes back only what it filled itself.
function fill(field, value) {
  if (!field || (field.value && field.value !== field.dataset.filled)) return;
  field.value = value;
  field.dataset.filled = value;
}

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (!detail.target.matches?.("[data-foreseen]")) return;
  const form = detail.target.closest("form");
  const suggested = detail.target.querySelector("[data-next-date]")?.dataset;
  fill(form.querySelector("[name$=next_step]"), suggested?.nextStep ?? "");
  fill(form.querySelector("[name$=next_step_date]"), suggested?.nextDate ?? "");
  form.querySelector("[type=submit]").scrollIntoView({ block: "nearest" });
  // The button may stick to the edge of the panel: what it will do stands above it.
  detail.target.scrollIntoView({ block: "nearest" });
});

document.addEventListener("htmx:load", ({ target }) => {
  if (target.id === "queue" || target === document.body) openFirst();
});
