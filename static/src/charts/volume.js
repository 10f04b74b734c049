// Volume by day, piled up, against the straight line to the goal.
import { axisStyle, FONT, tooltip } from "./palette.js";

// The picture and a line of its labels, about so high.
const HEIGHT = 240;
const LINE = 16;

const label = (text, colour, extra = {}) => ({
  show: true,
  formatter: text,
  color: colour,
  fontFamily: FONT,
  fontSize: 12,
  fontWeight: 600,
  ...extra,
});

function days(data, colours) {
  const before = data.days.map(({ actual, cumulative, href }) => ({
    value: cumulative === null ? null : cumulative - actual,
    href,
  }));
  const that = data.days.map(({ actual, href }) => ({ value: actual, href }));
  const bars = { type: "bar", stack: "day", barCategoryGap: "38%", z: 2 };
  return [
    { ...bars, data: before, itemStyle: { color: colours.faint } },
    { ...bars, data: that, itemStyle: { color: colours.strong } },
  ];
}

function goalLine(data, colours) {
  return {
    type: "line",
    data: data.days.map(({ goal }) => goal),
    symbol: "none",
    silent: true,
    z: 3,
    lineStyle: { color: colours.ink, width: 1.25 },
    endLabel: label(data.goal_label, colours.ink, { offset: [2, 0] }),
  };
}

// How far the label of the projection is moved, so that it stands clear of the goal's.
function away(data) {
  const goal = data.days.at(-1).goal ?? 0;
  const { end } = data.projection;
  const apart = ((goal - end) / highest(data)) * HEIGHT;
  const needed = end <= goal ? LINE + 8 : -(LINE + 8);
  return Math.abs(apart) < LINE + 8 ? needed - apart : 0;
}

// From today straight on to the end, in a band between the low and the high end.
function projection(data, colours, isNarrow) {
  const { projection: ahead, today: from } = data;
  if (!ahead || from === null) return [];
  const start = data.days[from].cumulative;
  const last = data.days.length - 1;
  const towards = (end) =>
    data.days.map((_, place) =>
      place < from ? null : start + ((end - start) * (place - from)) / Math.max(last - from, 1),
    );
  const line = { type: "line", symbol: "none", silent: true, z: 1 };
  const low = towards(ahead.low);
  const width = towards(ahead.high).map((high, place) => (high === null ? null : high - low[place]));
  const band = { ...line, stack: "band", stackStrategy: "all", lineStyle: { opacity: 0 } };
  const text = isNarrow ? `{a|${ahead.label}}` : `{a|${ahead.label}}\n{b|${ahead.note}}`;
  const rich = { fontSize: 12, color: colours.accentInk, fontFamily: FONT, lineHeight: 15 };
  return [
    { ...band, data: low },
    { ...band, data: width, areaStyle: { color: colours.faint, opacity: 1 } },
    {
      ...line,
      data: towards(ahead.end),
      z: 3,
      lineStyle: { color: colours.strong, width: 1.5, type: "dashed" },
      endLabel: label(text, colours.accentInk, {
        offset: [2, away(data)],
        rich: { a: { ...rich, fontWeight: 600 }, b: rich },
      }),
    },
  ];
}

function today(data, colours) {
  if (data.today === null) return [];
  const { cumulative, goal } = data.days[data.today];
  // Clear of the goal line: under it where the day is behind, else over it; and of the axis.
  const isAhead = cumulative >= (goal ?? 0);
  const isLow = cumulative < highest(data) / 6;
  const place = isAhead
    ? { position: "left", offset: [-4, -22], align: "right" }
    : { position: "right", offset: [4, isLow ? -24 : 22] };
  return [
    {
      type: "scatter",
      data: [[data.today, cumulative]],
      symbolSize: 7,
      silent: true,
      z: 4,
      itemStyle: { color: colours.strong },
      label: label(`{a|${data.today_label}}\n{b|${data.today_note ?? ""}}`, colours.ink, {
        ...place,
        lineHeight: 16,
        rich: {
          a: { fontSize: 12, fontWeight: 600, color: colours.ink, fontFamily: FONT },
          b: { fontSize: 12, color: colours.ink2, fontFamily: FONT },
        },
      }),
    },
  ];
}

// The axis ends at the goal or at what went beyond it, not at the next round number.
const highest = ({ days: all, projection: ahead }) =>
  Math.max(1, ahead?.high ?? 0, ...all.map((day) => Math.max(day.goal ?? 0, day.cumulative ?? 0)));

const noTopLabel = ({ axisLabel }) => ({ axisLabel: { ...axisLabel, showMaxLabel: false } });

export function volume(data, colours, { isNarrow }) {
  const style = axisStyle(colours);
  return {
    grid: { left: 36, right: isNarrow ? 80 : 92, top: 16, bottom: 24 },
    tooltip: tooltip(colours, ([mark]) => data.days[mark.dataIndex].telling),
    xAxis: {
      ...style,
      type: "category",
      data: data.days.map((day) => day.label),
      axisLabel: { ...style.axisLabel, interval: isNarrow ? 3 : "auto" },
    },
    yAxis: { ...style, type: "value", min: 0, max: highest(data), splitNumber: 4, ...noTopLabel(style) },
    series: [
      ...days(data, colours),
      goalLine(data, colours),
      ...projection(data, colours, isNarrow),
      ...today(data, colours),
    ],
  };
}
