// Volume by day, piled up, against the straight line to the goal.
import { axisStyle, FONT, tooltip } from "./palette.js";

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

function today(data, colours) {
  if (data.today === null) return [];
  const { cumulative } = data.days[data.today];
  return [
    {
      type: "scatter",
      data: [[data.today, cumulative]],
      symbolSize: 7,
      silent: true,
      z: 4,
      itemStyle: { color: colours.strong },
      label: label(`{a|${data.today_label}}\n{b|${data.today_note ?? ""}}`, colours.ink, {
        position: data.today > data.days.length * 0.7 ? "left" : "right",
        offset: [4, 12],
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
const highest = ({ days: all }) =>
  Math.max(1, ...all.map(({ goal, cumulative }) => Math.max(goal ?? 0, cumulative ?? 0)));

const noTopLabel = ({ axisLabel }) => ({ axisLabel: { ...axisLabel, showMaxLabel: false } });

export function volume(data, colours, { isNarrow }) {
  const style = axisStyle(colours);
  return {
    grid: { left: 36, right: isNarrow ? 64 : 72, top: 16, bottom: 24 },
    tooltip: tooltip(colours, ([mark]) => data.days[mark.dataIndex].telling),
    xAxis: {
      ...style,
      type: "category",
      data: data.days.map((day) => day.label),
      axisLabel: { ...style.axisLabel, interval: isNarrow ? 3 : "auto" },
    },
    yAxis: { ...style, type: "value", min: 0, max: highest(data), splitNumber: 4, ...noTopLabel(style) },
    series: [...days(data, colours), goalLine(data, colours), ...today(data, colours)],
  };
}
