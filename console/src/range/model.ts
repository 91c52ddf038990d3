/** What the range screen shows of a flight, from the live picture. */
import { callSign, type Link, type Sample } from "../lib/shapes";
import type { Live, LiveFlight } from "../lib/live";
import { t } from "../lib/page";

export interface Strip {
  id: string;
  name: string;
  company: string;
  number: string;
  sample: Sample | null;
  link: Link | null;
  age_s: number | null;
  phase: string;
  starts: Date | null;
  ends: Date | null;
  /** seconds until the slot ends; negative when it is over; null when no slot is known */
  left_s: number | null;
  packets_s: number | null;
  signed: boolean | null;
}

/** Flights that were heard by what ends first, then those that are expected, by what begins first. */
export function strips(live: Live): Strip[] {
  const now = live.now().getTime();
  const rows = [...live.flights.values()].map((one) => strip(live, one, now));
  return rows.sort((a, b) => Number(!a.link) - Number(!b.link) || (a.left_s ?? Infinity) - (b.left_s ?? Infinity) || a.name.localeCompare(b.name));
}

function strip(live: Live, one: LiveFlight, now: number): Strip {
  const { facts } = one;
  const newest = Object.values(facts.links ?? {}).find((link) => link.is_newest);
  return {
    id: facts.id,
    name: callSign(facts.aircraft?.name, facts.id),
    company: facts.organisation?.name ?? t("Restricted"),
    number: facts.booking?.number ?? "",
    sample: one.sample,
    link: one.link,
    age_s: live.age_s(one),
    phase: facts.phase ?? "",
    left_s: facts.end ? (Date.parse(facts.end) - now) / 1000 : null,
    starts: facts.start ? new Date(facts.start) : null,
    ends: facts.end ? new Date(facts.end) : null,
    packets_s: newest?.rate_hz ?? null,
    signed: newest?.signed ?? null,
  };
}
