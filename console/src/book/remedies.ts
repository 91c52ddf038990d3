/** What would settle a refusal at once, each as one change of the need. */
import { idOf, inputFor } from "../lib/hazards";
import { t } from "../lib/page";
import type { Aircraft, Pilot, Refusal, Resource, Span, Want } from "../lib/shapes";
import { day, localDate, localTime } from "../lib/time";
import { resourceKinds } from "../lib/kinds";
import type { Need } from "./need.svelte";
import { memberOf, placeOf } from "./refusals";
import type { Near } from "./slots";
import { isKind, meeting, nameOf, ownOf } from "./wants";
import { freeBetween, intersect, union, type Window } from "./windows";

export interface Remedy {
  label: string;
  /** Change the need; absent where `href` leads on. */
  act?: () => void;
  href?: string;
}

export interface Around {
  need: Need;
  resources: Resource[];
  aircraft: Aircraft[];
  pilots: Pilot[];
  /** The nearest first. */
  nearest: Near[];
  /** Busy time of the asked day by resource. */
  busy: Record<string, Span[]>;
  /** By field: who else would not be refused there, as tried. */
  helpers: Record<string, string[]>;
  /** Lead to an input of the form by its id. */
  lead: (id: string) => void;
}

const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/;
const TIMED = /^(start|end)$|_busy$|^notam_/;
const RASTER_MS = 15 * 60_000;
const LOWER = /at most (\d+) ft AMSL/;
const FARTHER = /at least (\d+)/;
/** Officers whom people call otherwise than by their kind and qualification. */
const officers: Record<string, string> = { laser_class_4: t("Add a laser safety officer") };
const MOST = 3;

export function remediesOf(refusal: Refusal, around: Around): Remedy[] {
  const { need, resources } = around;
  const found: Remedy[] = [...timeRemedies(refusal, around), ...hazardRemedies(refusal, around)];
  const place = placeOf(refusal, need.wants);
  const want = need.wants[place];
  if (want && refusal.code === "officer_missing") found.push(...officerRemedies(want, around));
  if (want) found.push(...wantRemedies(refusal, want, place, around));
  const member = memberOf(refusal);
  if (member) {
    const known: { id: string; name: string }[] = member.role === "pilot" ? around.pilots : around.aircraft;
    for (const id of around.helpers[refusal.field] ?? []) {
      const name = known.find((one) => one.id === id)?.name ?? "";
      found.push({ label: t("Take {name}", { name }), act: () => need.takeCrew(member.role, member.place, id) });
    }
    if (/^document|^insurance|_not_valid$/.test(refusal.code)) found.push({ label: t("Enter papers"), href: "/documents/" });
  }
  const lower = refusal.field.startsWith("volumes") ? LOWER.exec(String(refusal.expected))?.[1] : undefined;
  if (lower) found.push({ label: t("Stay below {n} ft", { n: lower }), act: () => (need.ceiling = +lower) });
  else if (refusal.field.startsWith("volumes") && need.area && resources.length) {
    found.push({ label: t("Fly without a volume of our own"), act: () => ((need.area = ""), (need.sora = false)) });
  }
  return found.slice(0, MOST);
}

function timeRemedies(refusal: Refusal, { need, nearest, busy, resources }: Around): Remedy[] {
  if (!TIMED.test(refusal.field) && !TIMED.test(refusal.code)) return [];
  const place = placeOf(refusal, need.wants);
  const want = need.wants[place];
  const local = refusal.code === "resource_busy" && want ? freeStart(want, need, busy, resources) : null;
  if (local) return [startAt(local, need)];
  const stated = / or later/.test(String(refusal.expected)) ? INSTANT.exec(String(refusal.expected))?.[0] : undefined;
  const [whole] = nearest;
  if (whole) {
    const at = startAt(new Date(whole.start), need);
    return [{ ...at, act: () => (at.act(), whole.crew && (need.crew = whole.crew)) }];
  }
  if (!stated) return [];
  const from = new Date(Math.ceil(Date.parse(stated) / RASTER_MS) * RASTER_MS);
  return [{ label: t("{when} or later", { when: `${day(from)}, ${localTime(from)}` }), act: () => need.takeStart(from) }];
}

function startAt(start: Date, need: Need): Required<Pick<Remedy, "label" | "act">> {
  const same = localDate(start) === need.date;
  const label = same ? t("Start at {time}", { time: localTime(start) }) : t("Start {when}", { when: `${day(start)}, ${localTime(start)}` });
  return { label, act: () => need.takeStart(start) };
}

/** The nearest start of the asked day at which one want is free, buffers kept. */
function freeStart(want: Want, need: Need, busy: Record<string, Span[]>, resources: Resource[]): Date | null {
  const start = need.start;
  if (!start || want.days_before || want.days_after) return null;
  const wanted = start.getTime();
  const now = Date.now();
  const around: Window = [Math.max(now, wanted - 6 * 3_600_000), wanted + 9 * 3_600_000];
  const free = union(
    meeting(want, resources).flatMap((one) => {
      const [before, after] = [((want.before_min ?? 0) + one.limits.setup_min) * 60_000, ((want.after_min ?? 0) + one.limits.clearup_min) * 60_000];
      return freeBetween(busy[one.code] ?? [], around, before, after);
    }),
  );
  const length = need.minutes * 60_000;
  const starts = intersect(free, [around])
    .filter(([from, to]) => to - from >= length)
    .map(([from, to]) => Math.ceil(Math.min(Math.max(wanted, from), to - length) / RASTER_MS) * RASTER_MS)
    .filter((at) => at !== wanted && localDate(new Date(at)) === need.date);
  const best = starts.sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))[0];
  return best === undefined ? null : new Date(best);
}

function hazardRemedies(refusal: Refusal, { need, lead }: Around): Remedy[] {
  const input = inputFor(refusal, need.hazard);
  if (!input) return [];
  const label = need.hazard[input.path] ? t("Change {name}", { name: input.label }) : t("Fill in: {what}", { what: input.label });
  const there = { label, act: () => lead(idOf(input.path)) };
  const least = refusal.code === "nohd_too_short" ? FARTHER.exec(String(refusal.expected))?.[1] : undefined;
  if (!least) return [there];
  // what is expected is rounded: the next whole metre is beyond it
  const metres = +least + 1;
  return [{ label: t("State {n} m", { n: metres }), act: () => (need.hazard[input.path] = metres) }, there];
}

/** Book the officer whom a want needs, or have the one who is booked for as long as it is wanted. */
function officerRemedies(want: Want, { need, resources }: Around): Remedy[] {
  const qualification = meeting(want, resources)[0]?.needs_officer;
  const kind = qualification && resources.find((one) => one.qualifications.includes(qualification))?.kind;
  if (!qualification || !kind) return [];
  const isOne = (one: Resource) => one.qualifications.includes(qualification);
  const booked = need.wants.findIndex((one) => meeting(one, resources).some(isOne) && meeting(one, resources).every(isOne));
  if (booked >= 0) {
    const label = t("{name} as long", { name: nameOf(need.wants[booked]!, resources) });
    return [{ label, act: () => (need.wants = need.wants.map((one, n) => (n === booked ? { ...one, ...ownOf(want) } : one))) }];
  }
  const officer: Want = { kind, qualification, ...ownOf(want) };
  const label = officers[qualification] ?? t("Add: {name}", { name: nameOf(officer, resources) });
  return [{ label, act: () => (need.wants = [...need.wants, officer]) }];
}

function wantRemedies(refusal: Refusal, want: Want, place: number, { need, resources }: Around): Remedy[] {
  const found: Remedy[] = [];
  const kind = meeting(want, resources)[0]?.kind;
  if (refusal.code === "resource_busy" && !isKind(want) && kind && resources.filter((one) => one.kind === kind).length > 1) {
    const { code: _code, ...rest } = want;
    const label = t("Any {kind}", { kind: resourceKinds[kind] ?? kind });
    found.push({ label, act: () => (need.wants = need.wants.map((one, n) => (n === place ? { ...rest, kind } : one))) });
  }
  if (need.wants.length > 1 || need.area) {
    found.push({ label: t("Without {name}", { name: nameOf(want, resources) }), act: () => need.drop(place) });
  }
  return found;
}

