// Until when a handoff is put aside: a day that is filled in is the choice, and another choice
// takes the day back.
const DAY = "[name=snooze-day]";

document.addEventListener("input", ({ target }) => {
  const form = target.closest?.("form");
  if (target.matches(DAY) && target.value) {
    form.querySelector("[name=snooze-when][value=day]").checked = true;
  } else if (target.matches("[name=snooze-when]:not([value=day])")) {
    form.querySelector(DAY).value = "";
  }
});
