import "./swaps.js";
import "./menus.js";
import "./theme.js";
import "./keys.js";
import "./copy.js";
import "./editor.js";
import { watchClocks } from "./countdown.js";
import { showCharts } from "./charts.js";

watchClocks();
showCharts(document);
document.addEventListener("htmx:load", (event) => showCharts(event.target));
