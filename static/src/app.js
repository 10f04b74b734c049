import "./swaps.js";
import "./menus.js";
import "./theme.js";
import "./keys.js";
import "./queue.js";
import "./copy.js";
import "./snoozing.js";
import "./drafts.js";
import "./leaving.js";
import "./refused.js";
import "./editor.js";
import { nameRegions } from "./regions.js";
import { watchChoosing } from "./choosing.js";
import { watchClocks } from "./countdown.js";
import { showCharts } from "./charts.js";
import { watchUndo } from "./undo.js";

watchClocks();
showCharts(document);
nameRegions(document);
watchChoosing(document);
watchUndo(document);
document.addEventListener("htmx:load", (event) => {
  showCharts(event.target);
  nameRegions(event.target);
  watchChoosing(event.target);
  watchUndo(event.target);
});
