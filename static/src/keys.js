// One letter, one action: a key only presses what is also a button or a link on the page.
//
// data-key="a"          this control is what the key presses
// data-row              a row that j and k walk over; data-row-link in it takes the focus; beyond the
//                       last and the first one they go on to the next and the previous page
// data-press="a"        a button that does what the key does
// data-keys-first       of several controls with the same key, those in here come first
// data-digits           a fieldset whose radio buttons the digits choose, one after the other; from
//                       the heading of a form they choose in its first one
// A summary with a key opens what it sums up, and goes to its first field.
import { beyond, linkIn } from "./rows.js";

const DIGITS = "1–9";
const STORE = "slaportal.keys.off";
const TYPED = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])";

const dialog = document.getElementById("keys");

// A browser may refuse storage altogether; then every key is on.
function remembered() {
  try {
    return JSON.parse(localStorage.getItem(STORE) ?? "[]");
  } catch {
    return [];
  }
}

const disabled = new Set(remembered());

const switchOf = (key) => (/^[1-9]$/.test(key) ? DIGITS : key);
const isShown = (element) => element.checkVisibility?.({ visibilityProperty: true }) ?? true;
const find = (selector) => [...document.querySelectorAll(selector)].filter(isShown);

const rowLinks = () => find("[data-row] [data-row-link]");

// The row that has the focus, else the open one, which has no link once somebody else has it.
function rowHere(rows) {
  const isHere = (row) => row.matches("[aria-current]") || linkIn(row)?.matches("[aria-current]");
  const focused = rows.find((row) => linkIn(row) && row.contains(document.activeElement));
  return focused ?? rows.find(isHere);
}

function walk(step) {
  const rows = find("[data-row]");
  const first = rows.find(linkIn);
  if (!first) return false;
  const here = rowHere(rows);
  const next = here ? beyond(rows, here, step).find(linkIn) : first;
  if (next || !turn(step)) walkTo(linkIn(next ?? here) ?? linkIn(beyond(rows, here, -step).find(linkIn)));
  return true;
}

function walkTo(link) {
  link.focus();
  link.scrollIntoView({ block: "nearest" });
  link.dispatchEvent(new CustomEvent("walk", { bubbles: true }));
}

const pageBeyond = (step) => find(`.pagination-bar a[rel=${step > 0 ? "next" : "prev"}]`)[0];

// Which way the page is being turned, and by which link: once that is gone the other page is there.
let turning = null;

function turn(step) {
  if (turning) return true;
  const link = pageBeyond(step);
  if (!link) return false;
  turning = { step, link };
  link.click();
  return true;
}

document.addEventListener("htmx:afterSettle", () => {
  if (!turning || turning.link.isConnected) return;
  const link = rowLinks().at(turning.step > 0 ? 0 : -1);
  turning = null;
  if (link) walkTo(link);
});

// Keys pressed for a panel or a form that is not there yet, or not ready for them, wait for it.
const COMING = ':is([data-queue] #panel, #deed):is([aria-busy="true"], .htmx-settling)';
let waiting = [];

const isComing = () => Boolean(document.querySelector(COMING));

function isBehind(row) {
  const panel = document.querySelector("[data-queue] #panel");
  return Boolean(panel && row?.id && row.id !== `row-${panel.dataset.handoff}`);
}

// Open what the focused row, else the panel, else the page offers under this key. Where a lead is
// open that offers nothing under it, another row's is not meant.
function press(key) {
  const row = document.activeElement?.closest("[data-row]");
  const selector = `[data-key="${CSS.escape(key)}"]`;
  const shown = find(selector);
  const beside = shown.find((control) => control.closest("[data-keys-first]"));
  const alone = shown.find((control) => !control.closest("[data-row], [data-keys-first]"));
  const own = row?.querySelector(selector);
  if (!own && !alone && isBehind(row) && linkIn(row)) {
    waiting.push(key);
    linkIn(row).dispatchEvent(new CustomEvent("choose", { bubbles: true }));
    return true;
  }
  const isLeadOpen = Boolean(document.querySelector("#panel[data-handoff]"));
  return use(own ?? beside ?? alone ?? (isLeadOpen ? null : shown[0]));
}

// Letters and digits wait for what comes, whatever follows waits behind them.
function hasToWait(key) {
  if (/^[jk?/]$/.test(key)) return false;
  return waiting.length > 0 || (isComing() && /^([a-z1-9]|Enter)$/.test(key));
}

// A key that leads elsewhere forgets what waited.
function take(key) {
  if (hasToWait(key)) {
    waiting.push(key);
    return true;
  }
  waiting = [];
  if (key !== "Enter") return act(key);
  document.activeElement?.form?.requestSubmit();
  return true;
}

function takeWhatWaited() {
  const keys = waiting;
  waiting = [];
  for (const key of keys) take(key);
}

document.addEventListener("opened", takeWhatWaited);

// The focus is there already: of a form it is at its heading, from which digits choose.
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.matches("#deed, #lead")) takeWhatWaited();
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful) return;
  waiting = [];
  turning = null;
});

function use(control) {
  if (!control) return false;
  if (control.getAttribute("aria-disabled") === "true") control.focus();
  else if (control.matches("input, textarea, select")) control.focus();
  else if (control.matches("fieldset, form")) focusDigits(control);
  else if (control.matches("summary")) openMenu(control.parentElement);
  else control.click();
  return true;
}

function openMenu(menu) {
  menu.open = true;
  menu.querySelector("input:not([type=hidden])")?.focus();
}

function focusDigits(place) {
  const group = place.matches("[data-digits]") ? place : place.querySelector("[data-digits]");
  (group?.querySelector("input:checked") ?? group?.querySelector("input"))?.focus();
}

function digitsHere() {
  const here = document.activeElement;
  if (here?.matches("form [data-focus]")) return here.closest("form").querySelector("[data-digits]");
  return here?.closest("[data-digits]");
}

function choose(digit) {
  const group = digitsHere();
  const choice = group?.querySelectorAll("input")[digit - 1];
  if (!choice) return false;
  choice.click();
  const groups = [...group.closest("form").querySelectorAll("[data-digits]")];
  const next = groups[groups.indexOf(group) + 1];
  if (next) focusDigits(next);
  else choice.focus();
  return true;
}

function act(key) {
  if (key === "?") return showKeys();
  if (key === "j") return walk(1);
  if (key === "k") return walk(-1);
  if (/^[1-9]$/.test(key)) return choose(Number(key));
  return press(key);
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.(TYPED) || document.querySelector("dialog[open]")) return;
  const isWaiting = waiting.length && event.key === "Enter";
  if ((event.key.length !== 1 && !isWaiting) || disabled.has(switchOf(event.key))) return;
  if (take(event.key)) event.preventDefault();
});

function nameOf(control) {
  const spoken = control.dataset.keyName ?? control.getAttribute("aria-label");
  if (spoken) return spoken;
  const words = (control.querySelector("legend") ?? control).cloneNode(true);
  for (const hint of words.querySelectorAll("kbd")) hint.remove();
  const name = words.textContent.trim();
  return name.charAt(0).toLocaleUpperCase() + name.slice(1);
}

function knownKeys() {
  const { help, next, previous, nextPage, previousPage, choose: digits } = dialog.dataset;
  const keys = new Map([["?", help]]);
  if (find("[data-row-link]").length) {
    keys.set("j", pageBeyond(1) ? nextPage : next).set("k", pageBeyond(-1) ? previousPage : previous);
  }
  for (const control of [...find("[data-keys-first] [data-key]"), ...find("[data-key]")]) {
    if (!keys.has(control.dataset.key)) keys.set(control.dataset.key, nameOf(control));
  }
  // Those that the open row does not offer are keys all the same.
  for (const hint of document.querySelectorAll("[data-press]")) {
    if (!keys.has(hint.dataset.press)) keys.set(hint.dataset.press, nameOf(hint));
  }
  if (find("[data-digits]").length) keys.set(DIGITS, digits);
  return keys;
}

function toggle(key, isOn) {
  if (isOn) disabled.delete(key);
  else disabled.add(key);
  try {
    localStorage.setItem(STORE, JSON.stringify([...disabled]));
  } catch {
    // Refused storage: the choice lasts as long as the page.
  }
}

function keyLine(key, name, pattern) {
  const line = pattern.content.firstElementChild.cloneNode(true);
  line.querySelector("kbd").textContent = key;
  line.querySelector("span").textContent = name ?? "";
  const box = line.querySelector("input");
  box.checked = !disabled.has(key);
  box.addEventListener("change", () => toggle(key, box.checked));
  return line;
}

function showKeys() {
  if (!dialog) return false;
  const pattern = dialog.querySelector("template");
  const lines = [...knownKeys()].map(([key, name]) => keyLine(key, name, pattern));
  dialog.querySelector("[data-keys-list]").replaceChildren(...lines);
  dialog.showModal();
  return true;
}

document.addEventListener("click", ({ target }) => {
  if (target.closest?.("[data-show-keys]")) showKeys();
  const hint = target.closest?.("[data-press]");
  if (hint) act(hint.dataset.press);
});
