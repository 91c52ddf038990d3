/** What an answer would claim: each thing with its own period and its buffers. */
import { t } from "../lib/page";
import type { Resource, Slot, Want } from "../lib/shapes";
import { addDays, dayBounds, localDate, minutesLong } from "../lib/time";
import { meeting, nameOf, ownPeriod, ownWords } from "./wants";

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** Of a day before or after the slot's own no more is drawn: a bay at night has nothing to tell. */
const SHOWN_BESIDE = 6 * HOUR;

export interface Claim {
  names: string[];
  from: number;
  to: number;
  note: string;
}

export interface Segment {
  from: number;
  to: number;
}

/** Claims of a slot, those of the same period on one line. */
export function claimsOf(slot: Slot, wants: Want[], resources: Resource[], others: string[]): Claim[] {
  const [start, end] = [new Date(slot.start), new Date(slot.end)];
  const rows = wants.map((want, n): Claim => {
    const given = resources.find((one) => one.code === slot.resources[n]) ?? meeting(want, resources)[0];
    const [from, to] = ownPeriod(want, start, end);
    const [before, after] = [given?.limits.setup_min ?? 0, given?.limits.clearup_min ?? 0];
    return { names: [given?.name ?? nameOf(want, resources)], from: from.getTime() - before * MINUTE, to: to.getTime() + after * MINUTE, note: [...ownWords(want), buffers(before, after)].filter(Boolean).join(", ") };
  });
  const plain: Claim[] = others.map((name) => ({ names: [name], from: start.getTime(), to: end.getTime(), note: "" }));
  const merged = new Map<string, Claim>();
  for (const claim of [...rows, ...plain]) {
    const key = `${claim.from} ${claim.to} ${claim.note}`;
    const found = merged.get(key);
    merged.set(key, found ? { ...found, names: [...found.names, ...claim.names] } : claim);
  }
  return [...merged.values()].sort((a, b) => a.from - b.from || b.to - a.to);
}

function buffers(before: number, after: number): string {
  if (!before && !after) return "";
  if (before === after) return t("{time} buffers", { time: minutesLong(before) });
  return [before && t("{time} set-up", { time: minutesLong(before) }), after && t("{time} clear-up", { time: minutesLong(after) })].filter(Boolean).join(", ");
}

/** The pieces of time that are drawn: the slot's own days whole hours around the claims, other days a few hours. */
export function segmentsOf(slot: Slot, claims: Claim[]): Segment[] {
  const [start, end] = [Date.parse(slot.start), Date.parse(slot.end)];
  const [first, last] = [localDate(new Date(start)), localDate(new Date(end - 1))];
  const [dayFrom, dayTo] = [dayBounds(first)[0].getTime(), dayBounds(last)[1].getTime()];
  const segments: Segment[] = [];
  const earliest = Math.min(...claims.map((one) => one.from));
  const latest = Math.max(...claims.map((one) => one.to));
  if (earliest < dayFrom) {
    const from = Math.floor(earliest / HOUR) * HOUR;
    segments.push({ from, to: Math.min(from + SHOWN_BESIDE, dayBounds(localDate(new Date(earliest)))[1].getTime()) });
  }
  const sameDay = (at: number) => at >= dayFrom && at <= dayTo;
  const from = Math.min(start, ...claims.map((one) => one.from).filter(sameDay)) - HOUR;
  const to = Math.max(end, ...claims.map((one) => one.to).filter(sameDay)) + HOUR;
  segments.push({ from: Math.max(dayFrom, Math.floor(from / HOUR) * HOUR), to: Math.min(dayTo, Math.ceil(to / HOUR) * HOUR) });
  if (latest > dayTo) {
    const until = Math.ceil(latest / HOUR) * HOUR;
    segments.push({ from: Math.max(until - SHOWN_BESIDE, dayBounds(addDays(last, 1))[0].getTime()), to: until });
  }
  return segments;
}
