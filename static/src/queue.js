// The queue: a row opens beside the list, a deed moves on to the next one, nothing moves under a
// pointer that moves. Without this script a row leads to the lead's page.
import htmx from "htmx.org";
import { beyond, linkIn, rowOf } from "./rows.js";

const wide = matchMedia("(min-width: 1024px)");
const pointing = matchMedia("(hover: hover)");

const queue = () => document.querySelector("[data-queue]");
const panel = () => document.getElementById("panel");
const rows = () => [...document.querySelectorAll("[data-queue] .queue-row:not(.is-gone) [data-row-link]")];
const linkOf = (key) => linkIn(rowOf(key));
const keyOf = (link) => link.closest("[data-row]").id.replace("row-", "");
const isRowLink = (element) => element?.matches?.("[data-queue] [data-row-link]");

// Where the focus goes once the panel is there: to its heading where a key or a finger opened it.
let toHeading = false;
// The handoff that was asked for last, whether its panel is there yet or not.
let asked = "";
// The handoff that a deed on its way is about, null while there is none.
let doing = null;

function open(link) {
  if (asked !== keyOf(link)) htmx.trigger(link, "choose");
}

// A row that is walked over waits a moment: whatever was asked for meanwhile comes instead of it.
document.addEventListener("choose", ({ target }) => (asked = keyOf(target)), true);

document.addEventListener("htmx:configRequest", (event) => {
  const { elt } = event.detail;
  if (isRowLink(elt) && (doing !== null || keyOf(elt) !== asked)) event.preventDefault();
});

// A row that is asked for while a deed is on its way comes after its answer, in place of what the
// deed leads to. What was refused stays in sight instead, with all that was typed.
const isDeed = ({ requestConfig }) =>
  requestConfig?.verb === "post" && requestConfig.target?.id === "panel";
const wasRefused = ({ xhr }) => xhr.status !== 200;

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (isDeed(detail)) doing = asked;
});

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (doing === null || !isDeed(detail) || wasRefused(detail)) return;
  if (asked !== doing) detail.swapOverride = "none";
  else asked = doing = "";
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (doing === null || !isDeed(detail)) return;
  const link = asked !== doing && linkOf(asked);
  if (wasRefused(detail)) asked = doing;
  doing = null;
  if (link && !wasRefused(detail)) htmx.trigger(link, "choose");
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

// What is open is marked in the list: its link, or its row where that has none any more.
const markOf = (key) => linkOf(key) ?? rowOf(key);

function mark(key) {
  for (const each of document.querySelectorAll(".queue-row[aria-current], [data-row-link][aria-current]")) {
    each.removeAttribute("aria-current");
  }
  markOf(key)?.setAttribute("aria-current", "true");
  markOf(key)?.scrollIntoView({ block: "nearest" });
  return linkOf(key);
}

// A row that is put in place of another stays marked, and the head of its group counts anew.
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (!target.matches(".queue-row")) return;
  const key = panel()?.dataset.handoff;
  if (target === rowOf(key)) markOf(key).setAttribute("aria-current", "true");
  const group = target.closest(".queue-group");
  const count = group?.querySelector("h2 > .count");
  if (count) count.textContent = group.querySelectorAll(".queue-row:not(.is-gone)").length;
});

document.addEventListener("htmx:afterSettle", ({ target, detail }) => {
  if (target.id !== "panel" || !target.dataset.handoff) return;
  if (asked && asked !== target.dataset.handoff) return;
  // Here and not by the answer's head: the panel of a list that is gone has no say in the address.
  history.replaceState({ htmx: true }, "", target.dataset.opened);
  queue().classList.add("has-open");
  // What is wrong with a form has the focus.
  const isWrong = target.querySelector("[aria-invalid=true]");
  const wasDeed = detail.requestConfig?.verb === "post" && !isWrong;
  asked = target.dataset.handoff;
  const link = mark(target.dataset.handoff);
  if (!wide.matches) window.scrollTo({ top: 0, behavior: "instant" });
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
  const listed = [...document.querySelectorAll("[data-queue] .queue-row")];
  const next = linkIn(beyond(listed, rowOf(key)).find((row) => !row.matches(".is-gone")));
  if (next) detail.formData.set("next", `${next.getAttribute("hx-get")}&after=${key}`);
});

// What is new waits while the pointer moves over the list it would push down; a pointer that merely
// rests there holds back nothing.
const RESTS_AFTER = 3000;
let moving = 0;
let isHeld = false;

function rest() {
  clearTimeout(moving);
  moving = 0;
  if (!isHeld) return;
  isHeld = false;
  htmx.trigger("#arrivals", "look");
}

document.addEventListener("pointermove", ({ target }) => {
  if (!target.closest?.(".queue-list")) return rest();
  clearTimeout(moving);
  moving = setTimeout(rest, RESTS_AFTER);
});

// What is told in place of as many sentences moves nothing.
const countTold = (html) => html.split(" data-told").length;

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { target, serverResponse, swapOverride } = detail;
  if (target.id !== "arrivals" || !pointing.matches || !moving || swapOverride === "none") return;
  if (countTold(target.innerHTML) === countTold(serverResponse)) return;
  detail.shouldSwap = false;
  isHeld = true;
});

// What runs out stays where it is and says so; the list offers to be put in order anew.
document.addEventListener("overdue", ({ target }) => {
  if (target.closest("[data-queue] .queue-row")) htmx.trigger("#arrivals", "look");
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

// What comes while a button is pressed would move it away, and the click be lost: it is asked for
// again once the button was let go.
let isPressed = false;
let onceLetGo = null;

document.addEventListener("pointerdown", ({ button }) => (isPressed = button === 0), true);
for (const type of ["pointerup", "pointercancel"]) {
  document.addEventListener(type, () => {
    isPressed = false;
    setTimeout(() => {
      onceLetGo?.();
      onceLetGo = null;
    });
  });
}

document.addEventListener("htmx:beforeSwap", ({ detail, target }) => {
  if (!isPressed || !target.matches("[data-foreseen]")) return;
  detail.shouldSwap = false;
  const event = detail.requestConfig.triggeringEvent;
  onceLetGo = () => {
    if (target.isConnected) htmx.ajax("GET", target.getAttribute("hx-get"), { source: target, event });
  };
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (!detail.target.matches?.("[data-foreseen]")) return;
  const form = detail.target.closest("form");
  const suggested = detail.target.querySelector("[data-next-date]")?.dataset;
  fill(form.querySelector("[name$=next_step]"), suggested?.nextStep ?? "");
  fill(form.querySelector("[name$=next_step_date]"), suggested?.nextDate ?? "");
  // What comes of a form that was refused is not what one looks for; beside the list, where nothing
  // else would move, what comes of one that was brought back is.
  const isBack = wide.matches && form.closest(".queue-panel")?.querySelector("[data-brought-back]:not([hidden])");
  if (!isBack && !detail.requestConfig.triggeringEvent?.isTrusted) return;
  detail.target.scrollIntoView({ block: "nearest" });
  // The next click is on the button: it is in sight whole, whatever lies over the edge of the page.
  form.querySelector("[type=submit]").scrollIntoView({ block: "nearest" });
});

// The tab one is on is in sight where a phone does not hold them all.
function showTab() {
  const current = document.querySelector("#queue-tabs [aria-current]");
  if (current) current.parentElement.scrollLeft = current.offsetLeft;
}

document.addEventListener("htmx:load", ({ target }) => {
  showTab();
  if (target.id === "queue" || target === document.body) openFirst();
});
