/** The search for whole answers: at once, or week by week where its time limit cut it. */
import { post } from "../lib/api";
import type { Found, Slot } from "../lib/shapes";
import type { Body } from "./need.svelte";

const WEEK_MS = 7 * 86_400_000;

export async function search(body: Body, within: Body, to: Date): Promise<Found> {
  const once = (from: Date, until: Date) => post<Found>("bookings/search", { ...body, within: { ...within, from: from.toISOString(), to: until.toISOString() } });
  // a cut that found nothing may have met a busy moment
  const ask = async (from: Date, until: Date) => {
    const found = await once(from, until);
    return found.complete || found.answers.length ? found : once(from, until);
  };
  const now = new Date();
  const whole = await once(now, to);
  if (whole.complete) return whole;
  const weeks: Found[] = [];
  for (let from = now; from < to; from = new Date(from.getTime() + WEEK_MS)) {
    weeks.push(await ask(from, new Date(Math.min(from.getTime() + WEEK_MS, to.getTime()))));
  }
  return merged(weeks, new Date(String(body.start)));
}

/** Weeks side by side may find other crews; the one that was asked for comes first wherever anything fits it. */
function merged(weeks: Found[], wanted: Date): Found {
  const asCrewed = weeks.some((one) => one.answers.some((slot) => !slot.crew_changed));
  const kept = weeks.filter((one) => !asCrewed || one.answers.every((slot) => !slot.crew_changed));
  const counts: Record<string, number> = {};
  // a week begins in the middle of a day: what lies on both sides of it counts together
  for (const [day, n] of kept.flatMap((one) => Object.entries(one.starts_by_day))) counts[day] = (counts[day] ?? 0) + n;
  const answers = kept.flatMap((one) => one.answers.map((slot) => ({ ...slot, why: [] as string[] }))).sort((a, b) => a.start.localeCompare(b.start));
  mark(answers, wanted);
  return { answers, starts_by_day: counts, errors: weeks[0]?.errors ?? [], complete: weeks.every((one) => one.complete) };
}

function mark(answers: Slot[], wanted: Date): void {
  const best = (of: (slot: Slot) => number) => answers.reduce<Slot | undefined>((first, slot) => (!first || of(slot) < of(first) ? slot : first), undefined);
  answers[0]?.why.push("earliest");
  best((slot) => Math.abs(Date.parse(slot.start) - wanted.getTime()))?.why.push("least_changed");
  const cost = (slot: Slot) => Number(slot.price?.total ?? 0);
  if (new Set(answers.map(cost)).size > 1) best(cost)?.why.push("cheapest");
}
