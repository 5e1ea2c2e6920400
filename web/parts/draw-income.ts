import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Income } from "../api/resources.ts";
import { date } from "../format/date.ts";
import { money } from "../format/money.ts";

const HEIGHT_PX = 240;
const AXIS_FONT = "12px system-ui, sans-serif";

/** Draws the bars, follows the width of its place and the system's light and dark, tells what is pointed at. */
export function drawIncome(
  place: HTMLElement,
  days: readonly Income[],
  onPoint: (day?: Income) => void,
): () => void {
  let plot = make();
  const width = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT_PX }));
  width.observe(place);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const redraw = (): void => {
    plot.destroy();
    plot = make();
  };
  dark.addEventListener("change", redraw);

  function make(): uPlot {
    const times = days.map((day) => date.utcSeconds(day.businessDate));
    const gains = days.map((day) => (day.incomeMinor >= 0 ? day.incomeMinor : null));
    const losses = days.map((day) => (day.incomeMinor < 0 ? day.incomeMinor : null));
    return new uPlot(options(place, days, onPoint), [times, gains, losses], place);
  }

  return () => {
    width.disconnect();
    dark.removeEventListener("change", redraw);
    plot.destroy();
  };
}

function options(
  place: HTMLElement,
  days: readonly Income[],
  onPoint: (day?: Income) => void,
): uPlot.Options {
  const ink = colour(place, "--ink-faint");
  const grid = { stroke: colour(place, "--line"), width: 1 };
  const bars = uPlot.paths.bars?.({ size: [0.7, 28], radius: 0.15 });
  const series = (label: string, name: string): uPlot.Series => ({
    label,
    stroke: colour(place, name),
    fill: colour(place, name),
    points: { show: false },
    ...(bars === undefined ? {} : { paths: bars }),
  });
  return {
    width: place.clientWidth,
    height: HEIGHT_PX,
    legend: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: {
      x: { range: () => span(days) },
      y: { range: (_, low, high) => [Math.min(0, low * 1.08), Math.max(0, high * 1.08)] },
    },
    axes: [
      {
        stroke: ink,
        grid: { show: false },
        ticks: grid,
        font: AXIS_FONT,
        size: 34,
        space: 64,
        incrs: DAY_STEPS,
        values: dayNames,
      },
      { stroke: ink, grid, ticks: { show: false }, font: AXIS_FONT, size: 76, values: amounts },
    ],
    series: [{}, series("+", "--gain-bar"), series("−", "--loss-bar")],
    hooks: { setCursor: [(plot) => onPoint(days[plot.cursor.idx ?? -1])] },
  };
}

const DAY_S = 86_400;
const DAYS_SHOWN_MIN = 7;
const DAY_STEPS = [1, 2, 3, 7, 14, 30, 61, 91, 182, 365].map((days) => days * DAY_S);

/** From the first day to the last, half a day more on both sides; a few days stand as bars, not as walls. */
function span(days: readonly Income[]): [number, number] {
  const first = date.utcSeconds(days[0]?.businessDate ?? "1970-01-01");
  const last = date.utcSeconds(days.at(-1)?.businessDate ?? "1970-01-01");
  const margin = Math.max(1, DAYS_SHOWN_MIN - (last - first) / DAY_S) / 2;
  return [first - margin * DAY_S, last + margin * DAY_S];
}

function dayNames(_: uPlot, seconds: number[]): string[] {
  return seconds.map((second) => date.business(new Date(second * 1000).toISOString().slice(0, 10), "tick"));
}

function amounts(_: uPlot, minors: number[]): string[] {
  return minors.map((minor) => money(Math.round(minor), { short: true }));
}

/** A custom property as the colour it comes to; a canvas does not understand `light-dark()`. */
function colour(place: HTMLElement, name: string): string {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  place.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
