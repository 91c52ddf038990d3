/** What is wanted of the site's resources: in words, for how long, and who would meet it. */
import { resourceKinds } from "../lib/kinds";
import { t } from "../lib/page";
import type { Resource, Want } from "../lib/shapes";
import { addDays, day, instant, localDate, minutesLong } from "../lib/time";

const MINUTE = 60_000;
/** Days beside the slot begin and end at the middle of the local day, as the half day is the unit of rent. */
const HALF_DAY = "12:00";

export const isKind = (want: Want) => want.kind !== undefined;

/** Its own period, as another want may have it too. */
export const ownOf = ({ before_min, after_min, days_before, days_after }: Want): Want => ({ before_min, after_min, days_before, days_after });

/** The resources that would meet a want. */
export function meeting(want: Want, resources: Resource[]): Resource[] {
  if (!isKind(want)) return resources.filter((one) => one.code === want.code);
  return resources.filter((one) => one.kind === want.kind && (!want.qualification || one.qualifications.includes(want.qualification)));
}

export function nameOf(want: Want, resources: Resource[]): string {
  if (!isKind(want)) return meeting(want, resources)[0]?.name ?? want.code ?? "";
  const kind = resourceKinds[want.kind!] ?? want.kind!;
  return want.qualification ? `${kind} (${qualificationText(want.qualification)})` : kind;
}

const qualifications: Record<string, string> = { laser_class_4: t("laser class 4") };
export const qualificationText = (code: string) => qualifications[code] ?? code.replaceAll("_", " ");

/** "any of 3", "from the day before": what sets a want apart from its plain name. */
export function secondOf(want: Want, resources: Resource[]): string {
  const many = meeting(want, resources);
  const lanes = many.reduce((sum, one) => sum + one.capacity, 0);
  const choice = isKind(want) || lanes > 1 ? [lanes > 1 ? t("any of {n}", { n: lanes }) : t("any")] : [];
  return [...choice, ...ownWords(want)].join(", ");
}

/** The own period of a want in words, each side apart; nothing where it is the slot's. */
export function ownWords(want: Want): string[] {
  const before = want.days_before ? daysWords(want.days_before, true) : want.before_min ? t("from {time} before", { time: minutesLong(want.before_min) }) : "";
  const after = want.days_after ? daysWords(want.days_after, false) : want.after_min ? t("until {time} after", { time: minutesLong(want.after_min) }) : "";
  return [before, after].filter(Boolean);
}

function daysWords(days: number, before: boolean): string {
  if (days === 1) return before ? t("from the day before") : t("until the day after");
  return before ? t("from {n} days before", { n: days }) : t("until {n} days after", { n: days });
}

/** For how long a want is had when the slot is this one; the server reckons the same. */
export function ownPeriod(want: Want, start: Date, end: Date): [Date, Date] {
  let from = start.getTime() - (want.before_min ?? 0) * MINUTE;
  let until = end.getTime() + (want.after_min ?? 0) * MINUTE;
  if (want.days_before) from = Math.min(from, noon(start, -want.days_before));
  if (want.days_after) until = Math.max(until, noon(end, want.days_after));
  return [new Date(from), new Date(until)];
}

function noon(at: Date, days: number): number {
  return instant(addDays(localDate(at), days), HALF_DAY)?.getTime() ?? at.getTime();
}

/** "bay 2 from Mon": what an answer gives for a want that left the choice, or for longer than the slot. */
export function givenWords(want: Want, code: string | undefined, start: Date, end: Date, resources: Resource[]): string {
  const [from] = ownPeriod(want, start, end);
  const earlier = localDate(from) !== localDate(start) ? t("from {day}", { day: day(from).split(/[ ,]/)[0]! }) : "";
  const given = resources.find((one) => one.code === code);
  if (!isKind(want) && !earlier) return "";
  return [given?.name ?? nameOf(want, resources), earlier].filter(Boolean).join(" ");
}

/** As the API takes it: a plain code where nothing else is said. */
export function wantBody(want: Want): string | Want {
  const told = Object.fromEntries(Object.entries(want).filter(([, value]) => value)) as Want;
  return Object.keys(told).length === 1 && told.code ? told.code : told;
}

const STEPS_MIN = [15, 30, 60, 120, 240];
const DAYS = [1, 2, 3, 7];

/** Choices for how long before or after the slot something is wanted: "m30" is minutes, "d1" days. */
export function ownChoices(before: boolean): [string, string][] {
  const plain: [string, string] = ["", before ? t("from the start") : t("until the end")];
  const minutes = STEPS_MIN.map((min): [string, string] => [`m${min}`, before ? t("from {time} before", { time: minutesLong(min) }) : t("until {time} after", { time: minutesLong(min) })]);
  return [plain, ...minutes, ...DAYS.map((days): [string, string] => [`d${days}`, daysWords(days, before)])];
}

export const ownChoice = (days: number | undefined, minutes: number | undefined) => (days ? `d${days}` : minutes ? `m${minutes}` : "");

export function setOwn(want: Want, before: boolean, choice: string): Want {
  const [days, minutes] = [choice.startsWith("d") ? +choice.slice(1) : 0, choice.startsWith("m") ? +choice.slice(1) : 0];
  return before ? { ...want, days_before: days, before_min: minutes } : { ...want, days_after: days, after_min: minutes };
}
