/** The dialogue with the server: what the present need comes to, and what is made of it. */
import { get, post, query, Refused } from "../lib/api";
import type { Aircraft, Booking, Found, Pilot, Refusal, SeriesDate, Span, Verdict } from "../lib/shapes";
import { dayBounds } from "../lib/time";
import type { Body } from "./need.svelte";
import { memberOf } from "./refusals";
import { search } from "./search";
import { windowsOf, type Window } from "./windows";

/** Rules ask for a purpose, the answer does not depend on it: nobody has to type one to see what is free. */
const NO_PURPOSE = "–";
const MOST_HELPERS = 4;

export interface Question {
  body: Body;
  within: Body;
  to: Date;
  series: Body | null;
}

/** Of these texts the answer depends on no more than that they are there. */
const TOLD = ["unit", "stop_procedure"];

/** A question as text: the answers of one are not those of another. */
export const textOf = (question: Question) =>
  JSON.stringify({ ...question, body: { ...question.body, purpose: "" } }, (name, value: unknown) => (TOLD.includes(name) ? true : value));

export class Asking {
  verdict = $state.raw<Verdict | null>(null);
  found = $state.raw<Found | null>(null);
  dates = $state.raw<SeriesDate[] | null>(null);
  helpers = $state.raw<Record<string, string[]>>({});
  busy = $state.raw<Record<string, Span[]>>({});
  free = $state.raw<Window[]>([]);
  /** The question that the verdict is of, and the one that the search or the series is of: it takes longer. */
  answered = $state("");
  searched = $state("");
  trouble = $state.raw<unknown>(null);
  dayTrouble = $state.raw<unknown>(null);
  working = $state(false);
  made = $state.raw<Booking | null>(null);
  series = $state.raw<SeriesDate[] | null>(null);

  private turn = 0;
  private key = { of: "", value: "" };

  /** Ask everything of one need at once; an older question that is still on its way is forgotten. */
  async settle(question: Question, crews: { aircraft: Aircraft[]; pilots: Pilot[] }): Promise<void> {
    const turn = (this.turn += 1);
    const body = { ...question.body, purpose: question.body.purpose || NO_PURPOSE };
    const of = textOf(question);
    try {
      const trial = orRefusals(post<Verdict>("bookings", { ...body, dry_run: true })).then((verdict) => {
        if (turn === this.turn) [this.verdict, this.answered, this.trouble, this.helpers] = [verdict, of, null, {}];
        return verdict;
      });
      const wider = question.series ? this.tried({ ...body, series: question.series }) : search(body, question.within, question.to).catch(faultsElsewhere);
      const [verdict, found] = await Promise.all([trial, wider]);
      if (turn !== this.turn) return;
      [this.found, this.dates] = Array.isArray(found) ? [null, found] : [found, null];
      this.searched = of;
      await this.lookForHelpers(verdict.errors, body, crews, turn);
    } catch (error) {
      if (turn === this.turn) this.trouble = error;
    }
  }

  private async tried(body: Body): Promise<SeriesDate[] | null> {
    return (await post<{ dates: SeriesDate[] }>("bookings/series", { ...body, dry_run: true }).catch(faultsElsewhere))?.dates ?? null;
  }

  /** Try the others of the organisation where an aircraft or a pilot is refused: whom nothing refuses there is offered. */
  private async lookForHelpers(errors: Refusal[], body: Body, { aircraft, pilots }: { aircraft: Aircraft[]; pilots: Pilot[] }, turn: number): Promise<void> {
    const helpers: Record<string, string[]> = {};
    for (const field of new Set(errors.map((one) => one.field))) {
      const member = memberOf({ field } as Refusal);
      if (!member || "crew" in body) continue;
      const others = (member.role === "pilot" ? pilots : aircraft).filter((one) => !one.retired_at && one.id !== body[member.role]).slice(0, MOST_HELPERS);
      const tries = await Promise.all(others.map((one) => orRefusals(post<Verdict>("bookings", { ...body, [member.role]: one.id, dry_run: true }))));
      helpers[field] = others.filter((_, n) => !tries[n]!.errors.some((error) => error.field === field)).map((one) => one.id);
    }
    if (turn === this.turn) this.helpers = helpers;
  }

  /** Read when the resources of a day are busy, and when all that is named by code is free and open. */
  async readDay(date: string, minutes: number, codes: string[], candidates: string[]): Promise<void> {
    const [from, to] = dayBounds(date).map((at) => at.toISOString());
    const bounds = dayBounds(date).map(Number) as Window;
    try {
      const [taken, free] = await Promise.all([
        candidates.length ? get<{ resources: { code: string; busy: Span[] }[] }>(`schedule?${query({ resources: candidates.join(","), from, to })}`) : null,
        codes.length ? get<{ windows: Span[] }>(`availability?${query({ resources: codes.join(","), from, to, minutes })}`) : null,
      ]);
      this.busy = Object.fromEntries((taken?.resources ?? []).map((one) => [one.code, one.busy]));
      this.free = free ? windowsOf(free.windows) : [bounds];
      this.dayTrouble = null;
    } catch (error) {
      this.dayTrouble = error;
    }
  }

  /** Request or hold a slot; the same wish sent twice (a second click, a lost answer) makes one booking. */
  async request(body: Body): Promise<boolean> {
    return this.send(body, async (headers) => {
      this.made = await post<Booking>("bookings", body, headers);
    });
  }

  async requestSeries(body: Body): Promise<boolean> {
    return this.send(body, async (headers) => {
      this.series = (await post<{ dates: SeriesDate[] }>("bookings/series", body, headers)).dates;
    });
  }

  private async send(body: Body, work: (headers: Record<string, string>) => Promise<void>): Promise<boolean> {
    const text = JSON.stringify(body);
    if (this.key.of !== text) this.key = { of: text, value: crypto.randomUUID() };
    this.working = true;
    this.trouble = null;
    try {
      await work({ "Idempotency-Key": this.key.value });
      this.key = { of: "", value: "" };
      return true;
    } catch (error) {
      if (error instanceof Refused && error.errors.length) this.verdict = { would: "refuse", errors: error.errors, alternatives: error.alternatives, price: null };
      else this.trouble = error;
      return false;
    } finally {
      this.working = false;
    }
  }

  /** Forget what was made: the form goes on with another need. */
  again(): void {
    [this.made, this.series] = [null, null];
  }
}

/** A refusal for its form is an answer too. */
function orRefusals(asked: Promise<Verdict>): Promise<Verdict> {
  return asked.catch((error: unknown): Verdict => {
    if (error instanceof Refused && error.errors.length) return { would: "refuse", errors: error.errors, alternatives: error.alternatives, price: null };
    throw error;
  });
}

/** Faults of form are told once, by the trial; a search has nothing to add. */
function faultsElsewhere(error: unknown): null {
  if (error instanceof Refused && error.errors.length) return null;
  throw error;
}
