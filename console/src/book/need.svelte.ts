/** What a company asks for: the state of the booking form, and the requests that it makes. */
import { addDays, dayBounds, instant, localClock, localDate } from "../lib/time";
import { hazardBody, partsOf, type HazardPart, type HazardValues } from "../lib/hazards";
import type { Geometry, Pair, Resource, Slot, SoraVolumes, Volume, Want } from "../lib/shapes";
import { ringOf } from "./corners";
import { meeting, wantBody } from "./wants";

const GRID_MIN = 15;
const FT_ROOM = 500;
const ANY_TIME = ["00:00", "24:00"];
export const OWN_OUTLINE = "own";

export type Body = Record<string, unknown>;
export type Areas = { code: string; geometry: Geometry | null }[];

export class Need {
  purpose = $state("");
  date = $state("");
  clock = $state("10:00");
  minutes = $state(60);
  crew = $state<Pair[]>([{ aircraft: "", pilot: "" }]);
  separation_m = $state<number | null>(null);
  separation_ft = $state<number | null>(null);
  wants = $state<Want[]>([]);
  mayRechoose = $state(false);
  /** By path, also of what is not wanted now: whoever leaves a resource out and takes it back types nothing twice. */
  hazard = $state<HazardValues>({});

  weekdays = $state<number[]>([]);
  weeks = $state(3);
  earliest = $state(ANY_TIME[0]!);
  latest = $state(ANY_TIME[1]!);
  anyPilot = $state(true);

  area = $state("");
  outline = $state("");
  floor = $state<number | null>(null);
  ceiling = $state<number | null>(FT_ROOM);
  sora = $state(false);
  people = $state<number | null>(40);
  controlled = $state(false);
  ballistic = $state(false);
  /** What SORA made of the request `of`; another request makes it void. */
  derived = $state.raw<{ of: string; answer: SoraVolumes } | null>(null);

  repeats = $state(false);
  everyWeeks = $state(1);
  times = $state(4);
  without = $state<string[]>([]);
  allOrNone = $state(false);

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
    const needed = { aircraft: this.crew[0]?.aircraft, pilot: this.crew[0]?.pilot, purpose: this.purpose.trim(), start: this.start };
    return Object.entries(needed).flatMap(([field, value]) => (value ? [] : [field]));
  }

  /** What the chosen resources want to be told of the hazard. */
  hazardParts(resources: Resource[]): HazardPart[] {
    return partsOf(this.wants.flatMap((want) => meeting(want, resources).flatMap((one) => one.needs)));
  }

  body(resources: Resource[]): Body {
    const alone = this.crew.length === 1;
    const hazard = hazardBody(this.hazardParts(resources), this.hazard);
    return {
      ...(alone ? this.crew[0] : { crew: this.crew.map((pair) => ({ ...pair })), separation_m: this.separation_m, separation_ft: this.separation_ft }),
      purpose: this.purpose.trim(),
      start: this.start?.toISOString(),
      end: this.end?.toISOString(),
      resources: this.wants.map(wantBody),
      volumes: this.volumes(resources),
      may_rechoose: this.mayRechoose,
      ...(hazard && { hazard_details: hazard }),
    };
  }

  /** The body for an answer: its slot and its crew; what is wanted stays, so that the choice is made when it is granted. */
  bodyAt(slot: Slot, resources: Resource[]): Body {
    const { aircraft: _aircraft, pilot: _pilot, crew: _crew, ...rest } = this.body(resources);
    const crew = slot.crew.length === 1 ? slot.crew[0] : { crew: slot.crew };
    return { ...rest, ...crew, start: slot.start, end: slot.end };
  }

  get within(): Body {
    return { weekdays: [...this.weekdays].sort(), earliest_local: this.earliest, latest_local: this.latest, any_pilot: this.anyPilot };
  }

  /** The last local date that is searched, when `today` is the first. */
  lastDay(today: string): string {
    return addDays(today, this.weeks * 7 - 1);
  }

  get series(): Body {
    return { every_days: this.everyWeeks * 7, count: this.times, without: [...this.without], all_or_none: this.allOrNone };
  }

  volumes(areas: Areas): Volume[] {
    if (this.sora) return this.derived?.answer.volumes ?? [];
    return this.drawn(areas);
  }

  /** The flight geography as it was chosen or drawn. */
  drawn(areas: Areas): Volume[] {
    if (!this.area || (this.area === OWN_OUTLINE && !this.outline.trim())) return [];
    const polygon = this.area === OWN_OUTLINE ? ringOf(this.outline) : areas.find((one) => one.code === this.area)?.geometry;
    // a wrong outline goes to the server as it is: its refusal says what is wrong with it
    return [{ polygon: polygon as Volume["polygon"], floor_ft_amsl: this.sora ? null : this.floor, ceiling_ft_amsl: this.ceiling ?? 0 }];
  }

  /** What to ask of SORA, as text to compare; nothing where there is no outline or it is not wanted. */
  soraBody(areas: Areas, aircraft: string): string {
    const [volume] = this.sora ? this.drawn(areas) : [];
    if (!volume || !aircraft) return "";
    const people = this.controlled ? { controlled: true } : this.people === null ? {} : { population_per_km2: this.people };
    return JSON.stringify({ aircraft, polygon: volume.polygon, ceiling_ft_amsl: volume.ceiling_ft_amsl, method: this.ballistic ? "ballistic" : "1:1", ...people });
  }

  takeStart(start: Date): void {
    this.date = localDate(start);
    this.clock = localClock(start);
  }

  takeCrew(role: keyof Pair, place: number, id: string): void {
    this.crew = this.crew.map((pair, n) => (n === place ? { ...pair, [role]: id } : pair));
  }

  drop(place: number): void {
    this.wants = this.wants.filter((_, n) => n !== place);
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

