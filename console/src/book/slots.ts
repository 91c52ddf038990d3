/** Answers in the order in which they are offered. */
import type { Found, Pair, Slot, Span, Verdict } from "../lib/shapes";
import type { Body } from "./need.svelte";

/** The asked slot as an answer of its own, where nothing refuses it. */
export function askedSlot(verdict: Verdict, body: Body, found: Found | null): Slot {
  const crew = "crew" in body ? (body.crew as Slot["crew"]) : [{ aircraft: body.aircraft as string, pilot: body.pilot as string }];
  const [start, end] = [body.start as string, body.end as string];
  const same = found?.answers.find((one) => Date.parse(one.start) === Date.parse(start) && !one.crew_changed);
  const why = ["as_asked", ...(same?.why.filter((one) => one !== "least_changed") ?? [])];
  return { start, end, resources: same?.resources ?? [], crew, crew_changed: false, price: verdict.price, why };
}

/** The asked slot, those that are best at something, then the one of each other day that is nearest to the wanted time. */
export function ranked(found: Found | null, asked: Slot | null, wanted: Date | null, dayOf: (at: Date) => string): { first: Slot[]; rest: Slot[] } {
  const answers = (found?.answers ?? []).filter((one) => !asked || one.crew_changed || Date.parse(one.start) !== Date.parse(asked.start));
  const marked = answers.filter((one) => one.why.length).sort((a, b) => a.start.localeCompare(b.start));
  const minuteOf = (at: Date) => at.getTime() - Date.parse(`${dayOf(at)}T00:00:00Z`);
  const away = (one: Slot) => (wanted ? Math.abs(minuteOf(new Date(one.start)) - minuteOf(wanted)) : 0);
  const days = Map.groupBy(answers.filter((one) => !one.why.length), (one) => dayOf(new Date(one.start)));
  const taken = new Set(marked.map((one) => dayOf(new Date(one.start))));
  const nearest = [...days].filter(([date]) => !taken.has(date)).map(([, many]) => [...many].sort((a, b) => away(a) - away(b))[0]!);
  const first = [...(asked ? [asked] : []), ...marked, ...nearest];
  return { first, rest: answers.filter((one) => !first.includes(one)) };
}

export const keyOf = (slot: Slot) => slot.start + slot.crew.map((pair) => pair.pilot).join();

/** A slot that the same rules would grant, some with another crew. */
export type Near = Span & { crew?: Pair[] };

/** Slots that would be granted, the nearest first: those of the trial, or of the search where another crew is let in. */
export function nearestOf(verdict: Verdict | null, found: Found | null, wanted: Date | null): Near[] {
  if (verdict?.alternatives.length || !wanted) return verdict?.alternatives ?? [];
  const away = (one: Slot) => Math.abs(Date.parse(one.start) - wanted.getTime());
  return [...(found?.answers ?? [])].sort((a, b) => away(a) - away(b));
}
