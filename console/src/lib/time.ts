/** Instants as people read them: local at the site, and UTC. Every label names which. */
import { page } from "./page";

const zone = page.timezone;
const tongue = page.language === "nl" ? "nl-NL" : "en-GB";

const local = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(tongue, { timeZone: zone, ...options });
const utc = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options });
const HM: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

const formats = {
  time: local(HM),
  seconds: local({ ...HM, second: "2-digit" }),
  utc: utc(HM),
  utcSeconds: utc({ ...HM, second: "2-digit" }),
  day: local({ weekday: "short", day: "numeric", month: "short" }),
  longDay: local({ weekday: "long", day: "numeric", month: "long" }),
  fullDay: local({ weekday: "short", day: "numeric", month: "short", year: "numeric" }),
  utcDay: new Intl.DateTimeFormat(tongue, { timeZone: "UTC", weekday: "short", day: "numeric", month: "short" }),
  weekday: local({ weekday: "short" }),
  dayNumber: local({ day: "numeric" }),
  month: local({ month: "short" }),
  zoneName: new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeZoneName: "short" }),
};

export const localTime = (at: Date) => formats.time.format(at);
export const localSeconds = (at: Date) => formats.seconds.format(at);
export const utcTime = (at: Date) => formats.utc.format(at);
export const utcSeconds = (at: Date) => formats.utcSeconds.format(at);
export const day = (at: Date) => formats.day.format(at);
export const longDay = (at: Date) => formats.longDay.format(at);
export const utcDay = (at: Date) => formats.utcDay.format(at);
export const weekday = (at: Date) => formats.weekday.format(at).slice(0, 2);
export const dayNumber = (at: Date) => formats.dayNumber.format(at);
export const month = (at: Date) => formats.month.format(at);
export const fullDay = (at: Date) => formats.fullDay.format(at);

/** "CEST", "GMT+2": how the site's clock stands then. */
export function zoneName(at: Date): string {
  return formats.zoneName.formatToParts(at).find((part) => part.type === "timeZoneName")?.value ?? zone;
}

/** "10:00–12:00" in local time. */
export const localSpan = (from: Date, to: Date) => `${localTime(from)}–${localTime(to)}`;
export const utcSpan = (from: Date, to: Date) => `${utcTime(from)}–${utcTime(to)}`;

const fields = new Intl.DateTimeFormat("en-CA", {
  timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});

function wall(at: Date): Record<string, string> {
  return Object.fromEntries(fields.formatToParts(at).map((part) => [part.type, part.value]));
}

/** "2026-06-18": the local date of an instant, as date fields want it. */
export function localDate(at: Date): string {
  const w = wall(at);
  return `${w.year}-${w.month}-${w.day}`;
}

/** "10:00": the local time of an instant, as time fields want it. */
export function localClock(at: Date): string {
  const w = wall(at);
  return `${w.hour}:${w.minute}`;
}

function offset_ms(at: Date): number {
  const w = wall(at);
  const read = Date.UTC(+w.year!, +w.month! - 1, +w.day!, +w.hour!, +w.minute!, +w.second!);
  return read - Math.floor(at.getTime() / 1000) * 1000;
}

/**
 * The instant of a local date and time; null where the clock skips it (start of summer time) or a field is empty.
 * Where the clock shows it twice (end of summer time) it is the first.
 */
export function instant(date: string, clock: string): Date | null {
  const as_utc = Date.parse(`${date}T${clock}:00Z`);
  if (Number.isNaN(as_utc)) return null;
  for (const guess of [as_utc - 12 * 3_600_000, as_utc + 12 * 3_600_000]) {
    const at = new Date(as_utc - offset_ms(new Date(guess)));
    if (localDate(at) === date && localClock(at) === clock) return at;
  }
  return null;
}

/** The local date some days on. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** First and last instant of a local date, half-open; 23 or 25 hours where the clock changes. */
export function dayBounds(date: string): [Date, Date] {
  return [midnight(date), midnight(addDays(date, 1))];
}

function midnight(date: string): Date {
  const found = instant(date, "00:00") ?? instant(date, "01:00");
  if (!found) throw new Error(`expected a date like 2026-06-18, got ${date}`);
  return found;
}

/** "1:27", "19:40", "2 h 05": a countdown or a length. */
export function length(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h ? `${h} h ${two(m)}` : `${two(m)}:${two(s)}`;
}

/** "2 h", "1 h 30", "45 min": how long a slot is. */
export function minutesLong(minutes: number): string {
  const [h, m] = [Math.floor(minutes / 60), minutes % 60];
  return h ? (m ? `${h} h ${String(m).padStart(2, "0")}` : `${h} h`) : `${m} min`;
}
