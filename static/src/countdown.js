// Clocks count down in the page from what the server said once; nothing is polled.
import { words, workingTime } from "./words.js";

const TICK = 5000;

function openSeconds(spans, from, to) {
  if (!spans) return to - from;
  return spans.split(" ").reduce((sum, span) => {
    const [start, end] = span.split("-").map(Number);
    return sum + Math.max(0, Math.min(to, end) - Math.max(from, start));
  }, 0);
}

// Past due while nobody works, no open time has gone since: it is overdue all the same.
function statusOf(left, warn, isPast) {
  if (left < 0 || isPast) return "overdue";
  return left <= warn ? "due_soon" : "running";
}

// The bar of a clock stands in it or elsewhere in its row.
const barOf = (clock) => (clock.closest("[data-row]") ?? clock).querySelector(".bar");

function show(clock, left, isPast) {
  const { total, warn, day } = clock.dataset;
  const text = workingTime(left, Number(day) || 0);
  const place = clock.querySelector("[data-clock-left]");
  if (place.textContent !== text) place.textContent = text;
  const fill = barOf(clock)?.querySelector(".bar-fill");
  if (fill && Number(total)) {
    const used = Math.min(Math.max(1 - left / Number(total), 0), 1);
    fill.setAttribute("width", `${(used * 100).toFixed(1)}%`);
  }
  showStatus(clock, statusOf(left, Number(warn) || 0, isPast));
}

function showStatus(clock, status) {
  if (clock.dataset.status === status) return;
  const look = words.clocks[status];
  if (!look) return;
  for (const element of [clock, barOf(clock)]) {
    element?.classList.remove("tone-mute", "tone-warn", "tone-bad");
    element?.classList.add(`tone-${look.tone}`);
  }
  clock.dataset.status = status;
  clock.querySelector("[data-clock-word]").textContent = look.word;
  const use = clock.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${look.icon}`));
  if (status === "overdue") sayPast(clock);
}

function sayPast(clock) {
  const past = clock.querySelector("[data-past-words]");
  past.parentElement.replaceChildren(past.content);
  clock.dispatchEvent(new CustomEvent("overdue", { bubbles: true }));
}

// A pause that is over gives its place to the chip that counts.
function endPauses(now) {
  for (const paused of document.querySelectorAll("[data-paused-until]")) {
    if (now < Number(paused.dataset.pausedUntil)) continue;
    paused.nextElementSibling.hidden = false;
    paused.remove();
  }
}

function tick() {
  if (document.hidden) return;
  const now = Date.now() / 1000;
  endPauses(now);
  for (const clock of document.querySelectorAll(":not([hidden]) > [data-clock]")) {
    const { left, at, spans, due } = clock.dataset;
    const isPast = now > Date.parse(due) / 1000;
    show(clock, Number(left) - openSeconds(spans, Number(at), now), isPast);
  }
}

export function watchClocks() {
  tick();
  setInterval(tick, TICK);
  document.addEventListener("visibilitychange", tick);
  document.addEventListener("htmx:load", tick);
}
