/** What a company asks for: the state of the booking form, and the request that it makes. */
import { dayBounds, instant, localClock, localDate } from "../lib/time";
import type { Alternative, BookingBody, Geometry, Volume } from "../lib/shapes";

const GRID_MIN = 15;
const FT_ROOM = 500;
export const OWN_OUTLINE = "own";

export class Need {
  aircraft = $state("");
  pilot = $state("");
  purpose = $state("");
  date = $state("");
  clock = $state("10:00");
  minutes = $state(60);
  resources = $state<string[]>([]);
  area = $state("");
  outline = $state("");
  floor = $state<number | null>(null);
  ceiling = $state<number | null>(FT_ROOM);

  constructor(now: Date) {
    const soon = new Date(now.getTime() + 90 * 60_000);
    soon.setTime(Math.ceil(soon.getTime() / (GRID_MIN * 60_000)) * GRID_MIN * 60_000);
    this.date = localDate(soon);
    this.clock = localClock(soon);
  }

  get start(): Date | null {
    return instant(this.date, this.clock);
  }

  get end(): Date | null {
    const start = this.start;
    return start && new Date(start.getTime() + this.minutes * 60_000);
  }

  /** What is not filled in yet, by field; the server judges all else. */
  get missing(): string[] {
    const needed = { aircraft: this.aircraft, pilot: this.pilot, purpose: this.purpose.trim(), start: this.start };
    return Object.entries(needed).flatMap(([field, value]) => (value ? [] : [field]));
  }

  body(areas: { code: string; geometry: Geometry | null }[]): BookingBody {
    return {
      aircraft: this.aircraft,
      pilot: this.pilot,
      purpose: this.purpose.trim(),
      start: this.start?.toISOString(),
      end: this.end?.toISOString(),
      resources: [...this.resources],
      volumes: this.volumes(areas),
    };
  }

  volumes(areas: { code: string; geometry: Geometry | null }[]): Volume[] {
    if (!this.area) return [];
    const polygon = this.area === OWN_OUTLINE ? parsed(this.outline) : areas.find((one) => one.code === this.area)?.geometry;
    // a wrong outline goes to the server as it is: its refusal says what is wrong with it
    return [{ polygon: polygon as Volume["polygon"], floor_ft_amsl: this.floor, ceiling_ft_amsl: this.ceiling ?? 0 }];
  }

  take(offer: Alternative): void {
    const start = new Date(offer.start);
    this.date = localDate(start);
    this.clock = localClock(start);
    this.minutes = Math.round((Date.parse(offer.end) - start.getTime()) / 60_000);
    if (offer.resources?.length) this.resources = [...offer.resources];
  }

  /** Move the start by minutes, within its day. */
  move(minutes: number): void {
    const start = this.start;
    if (!start) return;
    const moved = new Date(start.getTime() + minutes * 60_000);
    const [from, to] = dayBounds(this.date);
    if (moved >= from && moved < to) this.clock = localClock(moved);
  }

  lengthen(minutes: number): void {
    this.minutes = Math.min(24 * 60, Math.max(GRID_MIN, this.minutes + minutes));
  }
}

function parsed(text: string): unknown {
  try {
    const read = JSON.parse(text) as { type?: string; geometry?: unknown };
    return read.type === "Feature" ? read.geometry : read;
  } catch {
    return text;
  }
}
