/** All that the page for booking knows at a moment: the need, what it names, what it comes to, and what is chosen. */
import { all, get, post } from "../lib/api";
import { emptyOf, fieldOf } from "../lib/hazards";
import { t } from "../lib/page";
import type { Aircraft, Booking, Pilot, Resource, Slot, SoraVolumes } from "../lib/shapes";
import { addDays, day, dayBounds, localDate, localTime } from "../lib/time";
import { Asking, textOf, type Question } from "./asking.svelte";
import { Need, type Body } from "./need.svelte";
import { numbersByRow } from "./refusals";
import type { Around } from "./remedies";
import { rowsOf, windowsIn } from "./rows";
import { askedSlot, keyOf, nearestOf, ranked } from "./slots";
import { meeting, nameOf } from "./wants";

export const DAYS = 28;

export class Desk {
  readonly today = localDate(new Date());
  readonly need = new Need(new Date());
  readonly asking = new Asking();

  aircraft = $state.raw<Aircraft[]>([]);
  pilots = $state.raw<Pilot[]>([]);
  resources = $state.raw<Resource[]>([]);
  own = $state.raw<Booking[]>([]);
  holdHours = $state(0);
  /** Whether the site refuses a hazardous test without its details. */
  asksHazards = $state(false);
  loading = $state(true);
  trouble = $state.raw<unknown>(null);
  soraTrouble = $state.raw<unknown>(null);
  /** Key of the answer that was chosen by hand; the first that is offered where none was. */
  pick = $state("");
  /** Lead to a field of the form by its id; the page says how. */
  lead: (id: string) => void = () => undefined;

  flown = $derived(this.need.crew.map((pair) => this.aircraft.find((one) => one.id === pair.aircraft)).filter((one) => one !== undefined));
  flyers = $derived(this.need.crew.map((pair) => this.pilots.find((one) => one.id === pair.pilot)).filter((one) => one !== undefined));
  // the widest volumes are those of the fastest
  fastest = $derived([...this.flown].sort((a, b) => b.max_speed_m_s - a.max_speed_m_s)[0]);
  soraBody = $derived(this.need.soraBody(this.resources, this.fastest?.id ?? ""));
  soraWaits = $derived(this.soraBody !== "" && this.need.derived?.of !== this.soraBody);

  hazardParts = $derived(this.need.hazardParts(this.resources));
  missing = $derived([...this.need.missing, ...emptyOf(this.hazardParts, this.need.hazard, this.asksHazards).map(fieldOf)]);

  question = $derived<Question>({
    body: this.need.body(this.resources),
    within: this.need.within,
    to: dayBounds(this.need.lastDay(this.today))[1],
    series: this.need.repeats ? this.need.series : null,
  });
  text = $derived(textOf(this.question));
  canAsk = $derived(!this.loading && this.aircraft.length > 0 && this.pilots.length > 0 && this.need.start !== null && !this.soraWaits);
  current = $derived(this.asking.answered === this.text && !this.soraWaits);
  searched = $derived(this.current && this.asking.searched === this.text);
  found = $derived(this.searched ? this.asking.found : null);
  errors = $derived(this.asking.verdict?.errors ?? []);
  made = $derived(this.asking.made !== null || this.asking.series !== null);

  asked = $derived(this.asking.verdict && !this.errors.length && this.current ? askedSlot(this.asking.verdict, this.question.body, this.found) : null);
  offers = $derived(ranked(this.found, this.asked, this.need.start, localDate));
  chosen = $derived<Slot | null>([...this.offers.first, ...this.offers.rest].find((one) => keyOf(one) === this.pick) ?? this.offers.first[0] ?? null);
  slotText = $derived(this.chosen ? `${day(new Date(this.chosen.start))}, ${localTime(new Date(this.chosen.start))}` : "");
  price = $derived(this.need.repeats ? this.asking.verdict?.price : this.chosen?.price);
  possibleDates = $derived((this.asking.dates ?? []).filter((one) => one.outcome === "possible").length);
  seriesStands = $derived(this.possibleDates > 0 && (!this.need.allOrNone || this.possibleDates === this.asking.dates?.length));
  ready = $derived(this.current && !this.asking.working && (this.need.repeats ? this.searched && this.seriesStands : this.chosen !== null));

  codes = $derived(this.need.wants.flatMap((want) => (want.code ? [want.code] : [])));
  candidates = $derived([...new Set(this.need.wants.flatMap((want) => meeting(want, this.resources).map((one) => one.code)))]);
  numbers = $derived(this.current ? numbersByRow(this.errors, this.need.wants) : new Map<string, number[]>());
  rows = $derived(rowsOf({ ...this.known, own: this.own, bounds: dayBounds(this.need.date) }));
  windows = $derived(windowsIn({ ...this.known, free: this.asking.free, rows: this.rows }));
  around = $derived<Around>({ ...this.known, nearest: nearestOf(this.asking.verdict, this.found, this.need.start), helpers: this.asking.helpers, lead: (id) => this.lead(id) });
  summary = $derived([...this.need.wants.map((want) => nameOf(want, this.resources)), ...[...this.flown, ...this.flyers].map((one) => one.name)].join(", "));

  private get known() {
    return { need: this.need, resources: this.resources, aircraft: this.aircraft, pilots: this.pilots, busy: this.asking.busy };
  }

  /** Why windows that are free are refused all the same. */
  get note(): string {
    const ruled = this.errors.flatMap((one, n) => (/_busy$/.test(one.code) ? [] : [n + 1]));
    return this.current && ruled.length ? t("free, but refused: see {numbers}", { numbers: ruled.join(", ") }) : "";
  }

  /** What is had for the slot itself, by name: who flies, and the volume. */
  get others(): string[] {
    const names = (this.chosen?.crew ?? []).flatMap((pair) => [this.aircraft.find((one) => one.id === pair.aircraft)?.name ?? "", this.pilots.find((one) => one.id === pair.pilot)?.name ?? ""]);
    return (this.question.body.volumes as unknown[]).length ? [...names, t("Airspace volume")] : names;
  }

  /** What to wait for: the asked slot, or any of the days that would do too. */
  get waited(): Body {
    const { any_pilot: _any, ...within } = this.question.within;
    const period = { from: new Date().toISOString(), to: this.question.to.toISOString() };
    return this.need.weekdays.length ? { ...this.question.body, within: { ...within, ...period } } : this.question.body;
  }

  async load(): Promise<void> {
    this.trouble = null;
    try {
      const [flies, people, things, site] = await Promise.all([all<Aircraft>("aircraft"), all<Pilot>("pilots"), all<Resource>("resources"), get<{ hold_h: number; hazard_needs: boolean }>("site")]);
      this.aircraft = flies.filter((one) => !one.retired_at);
      this.pilots = people.filter((one) => !one.retired_at);
      this.resources = things;
      this.holdHours = site.hold_h;
      this.asksHazards = site.hazard_needs;
      const need = this.need;
      if (!need.crew[0]!.aircraft) need.crew = [{ aircraft: this.aircraft[0]?.id ?? "", pilot: this.pilots[0]?.id ?? "" }];
      if (!need.wants.length) need.wants = things.filter((one) => one.kind === "runway").map((one) => ({ code: one.code }));
      await this.loadOwn();
    } catch (error) {
      this.trouble = error;
    }
    this.loading = false;
  }

  async loadOwn(): Promise<void> {
    const [from, to] = [dayBounds(this.today)[0].toISOString(), dayBounds(addDays(this.today, 2 * DAYS))[1].toISOString()];
    this.own = await all<Booking>(`bookings?${new URLSearchParams({ from, to })}`);
  }

  readDay = () => this.asking.readDay(this.need.date, this.need.minutes, this.codes, this.candidates);
  settle = () => this.asking.settle(this.question, { aircraft: this.aircraft, pilots: this.pilots });

  async derive(of: string): Promise<void> {
    this.soraTrouble = null;
    try {
      const answer = await post<SoraVolumes>("sora/volumes", JSON.parse(of));
      if (of === this.soraBody) this.need.derived = { of, answer };
    } catch (error) {
      this.soraTrouble = error;
    }
  }

  /** Request or hold what is chosen, or the series; says whether it was granted. */
  async request(as: "request" | "hold"): Promise<boolean> {
    const { need, asking, resources, chosen } = this;
    if (!need.repeats && !chosen) return false;
    const body = need.repeats ? { ...need.body(resources), series: need.series } : need.bodyAt(chosen!, resources);
    const done = need.repeats ? await asking.requestSeries(body) : await asking.request(as === "hold" ? { ...body, as } : body);
    if (done) await Promise.all([this.loadOwn(), this.readDay()]);
    return done;
  }
}
