/** The rows of the day: what is wanted, the volume, who flies; and when all of them are free. */
import { resourceKinds } from "../lib/kinds";
import { t } from "../lib/page";
import type { Aircraft, Booking, Pilot, Resource, Span } from "../lib/shapes";
import { day } from "../lib/time";
import type { Row } from "./Day.svelte";
import type { Need } from "./need.svelte";
import { crewRow, VOLUME, wantRow } from "./refusals";
import { isKind, meeting, nameOf, secondOf } from "./wants";
import { atLeast, freeBetween, freeCounts, intersect, spansOf, union, type Window } from "./windows";

const MINUTE = 60_000;
export const BUSY = ["held", "requested", "confirmed", "checked_in", "active"];

export interface Scene {
  need: Need;
  resources: Resource[];
  aircraft: Aircraft[];
  pilots: Pilot[];
  own: Booking[];
  busy: Record<string, Span[]>;
  bounds: [Date, Date];
}

export function rowsOf({ need, resources, aircraft, pilots, own, busy, bounds }: Scene): Row[] {
  const standing = own.filter((one) => BUSY.includes(one.state));
  const day: Window = [bounds[0].getTime(), bounds[1].getTime()];
  const wanted = need.wants.map((want, n): Row => {
    const many = meeting(want, resources);
    const second = secondOf(want, resources) || (resourceKinds[many[0]?.kind ?? ""] ?? "");
    const row = { key: wantRow(n), name: nameOf(want, resources), second, own: [], free: [], of: many.length };
    if (isKind(want) && many.length > 1) {
      const counts = freeCounts(many.map((one) => busy[one.code] ?? []), day);
      const none = counts.filter((part) => part.free === 0).map(({ from, to }): Window => [from, to]);
      return { ...row, free: counts, busy: spansOf(none) };
    }
    const mine = standing.filter((one) => many[0] && one.resources.includes(many[0].code));
    return { ...row, own: mine, busy: without(busy[many[0]?.code ?? ""] ?? [], mine, many[0]) };
  });
  const volume: Row[] = need.area ? [{ key: VOLUME, name: t("Airspace volume"), second: `${need.sora || need.floor === null ? "GND" : need.floor}–${need.ceiling ?? "?"} ft AMSL`, own: [], busy: [], free: [], of: 1 }] : [];
  const crew = need.crew.flatMap((pair, n) => [
    ...memberRow("aircraft", n, aircraft.find((one) => one.id === pair.aircraft), standing, aircraftWords),
    ...memberRow("pilot", n, pilots.find((one) => one.id === pair.pilot), standing, pilotWords),
  ]);
  return [...wanted, ...volume, ...crew];
}

function memberRow<T extends { id: string; name: string }>(role: "aircraft" | "pilot", place: number, found: T | undefined, own: Booking[], words: (one: T) => string): Row[] {
  if (!found) return [];
  return [{ key: crewRow(role, place), name: found.name, second: words(found), busy: [], own: own.filter((one) => one.crew.some((its) => its[role] === found.id)), free: [], of: 1 }];
}

const aircraftWords = (one: Aircraft) => `${one.mtom_kg} kg, ${one.max_speed_m_s} m/s`;

function pilotWords(one: Pilot): string {
  const [last] = [...one.certificates].sort((a, b) => b.valid_until.localeCompare(a.valid_until));
  return last ? t("{kind} to {day}", { kind: last.kind, day: untilText(last.valid_until) }) : t("no certificate");
}

const YEAR_MS = 365 * 86_400_000;

/** A day within a year in full, a later one as its year. */
function untilText(date: string): string {
  const at = new Date(`${date}T12:00:00Z`);
  return at.getTime() - Date.now() < YEAR_MS ? day(at) : String(at.getUTCFullYear());
}

/** A busy span that one of our own bookings explains to the minute, buffers included, is drawn with its name instead. */
function without(spans: Span[], mine: Booking[], resource: Resource | undefined): Span[] {
  const [before, after] = [(resource?.limits.setup_min ?? 0) * MINUTE, (resource?.limits.clearup_min ?? 0) * MINUTE];
  return spans.filter((span) => !mine.some((one) => Date.parse(span.start) >= Date.parse(one.start) - before && Date.parse(span.end) <= Date.parse(one.end) + after));
}

/** When a slot of the wanted length may lie: what is named is free and open, of each kind one is free, the crew too. */
export function windowsIn({ need, resources, busy, free, rows }: { need: Need; resources: Resource[]; busy: Record<string, Span[]>; free: Window[]; rows: Row[] }): Span[] {
  let windows = free;
  const bounds: Window = [Math.min(...free.map(([from]) => from)), Math.max(...free.map(([, to]) => to))];
  for (const want of need.wants.filter(isKind)) {
    const any = meeting(want, resources).flatMap((one) => freeBetween(busy[one.code] ?? [], bounds, one.limits.setup_min * MINUTE, one.limits.clearup_min * MINUTE));
    windows = intersect(windows, union(any));
  }
  for (const row of rows.filter((one) => /^(aircraft|pilot)-/.test(one.key))) windows = intersect(windows, freeBetween(row.own, bounds, 0, 0));
  return spansOf(atLeast(union(windows), need.minutes * MINUTE));
}
