/** Free windows → how many starts a day offers. */
import type { Span } from "../lib/shapes";
import { dayBounds } from "../lib/time";

const GRID_MS = 30 * 60_000;

/** Starts on a grid of 30 minutes, from the window's own beginning, that leave room for `minutes` and lie on that local day. */
export function startsOn(date: string, windows: Span[], minutes: number): number {
  const [from, to] = dayBounds(date).map(Number) as [number, number];
  return windows.reduce((sum, window) => {
    const first = Math.max(Date.parse(window.start), from);
    const last = Math.min(Date.parse(window.end) - minutes * 60_000, to - 1);
    return last < first ? sum : sum + Math.floor((last - first) / GRID_MS) + 1;
  }, 0);
}

export type Heat = "none" | "few" | "some" | "many";

export function heat(starts: number): Heat {
  if (starts === 0) return "none";
  if (starts <= 4) return "few";
  return starts <= 12 ? "some" : "many";
}
