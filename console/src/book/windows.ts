/** Free windows of a day, and how many starts a day offers. */
import type { Span } from "../lib/shapes";

export type Window = [number, number];
export type Heat = "none" | "few" | "some" | "many";

export function heat(starts: number): Heat {
  if (starts === 0) return "none";
  if (starts <= 2) return "few";
  return starts <= 4 ? "some" : "many";
}

const stamp = (span: Span): Window => [Date.parse(span.start), Date.parse(span.end)];

/** When a slot may lie between busy spans that keep their own buffers, within bounds. */
export function freeBetween(busy: Span[], [from, to]: Window, before: number, after: number): Window[] {
  const free: Window[] = [];
  let at = from;
  for (const [start, end] of busy.map(stamp).sort((a, b) => a[0] - b[0])) {
    if (start - after > at) free.push([at, start - after]);
    at = Math.max(at, end + before);
  }
  if (to > at) free.push([at, to]);
  return free;
}

export function union(windows: Window[]): Window[] {
  const merged: Window[] = [];
  for (const [from, to] of [...windows].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

export function intersect(a: Window[], b: Window[]): Window[] {
  return a.flatMap(([from, to]) => b.map(([start, end]): Window => [Math.max(from, start), Math.min(to, end)]).filter(([start, end]) => start < end));
}

export const atLeast = (windows: Window[], length: number) => windows.filter(([from, to]) => to - from >= length);
export const spansOf = (windows: Window[]): Span[] => windows.map(([from, to]) => ({ start: new Date(from).toISOString(), end: new Date(to).toISOString() }));
export const windowsOf = (spans: Span[]): Window[] => spans.map(stamp);

/** The parts of a day in which so many of several are free: `n` changes at each border. */
export function freeCounts(each: Span[][], bounds: Window): { from: number; to: number; free: number }[] {
  const borders = [...new Set([...bounds, ...each.flat().flatMap(stamp)])].filter((at) => at >= bounds[0] && at <= bounds[1]).sort((a, b) => a - b);
  const parts: { from: number; to: number; free: number }[] = [];
  borders.slice(1).forEach((to, n) => {
    const from = borders[n]!;
    const free = each.filter((busy) => !busy.map(stamp).some(([start, end]) => start < to && from < end)).length;
    const last = parts.at(-1);
    if (last?.free === free) last.to = to;
    else parts.push({ from, to, free });
  });
  return parts;
}
