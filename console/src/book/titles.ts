/** What refuses, in a few words of the reader's language; expected and got say the rest. */
import { plainly } from "../lib/api";
import { partIn, partNames } from "../lib/hazards";
import { t } from "../lib/page";
import type { Aircraft, Pilot, Refusal, Resource, Span } from "../lib/shapes";
import { localTime } from "../lib/time";
import type { Need } from "./need.svelte";
import { memberOf, placeOf } from "./refusals";
import { meeting, nameOf, ownPeriod } from "./wants";

const titles: Record<string, string> = {
  start_in_past: t("The start has passed"),
  lead_time_too_short: t("Too short for prior permission"),
  beyond_horizon: t("Too far ahead"),
  duration_too_short: t("The slot is too short"),
  duration_too_long: t("The slot is too long"),
  start_off_raster: t("Not on a start of the raster"),
  outside_opening_hours: t("Outside opening hours"),
  outside_daylight: t("Outside daylight"),
  notam_lead_time: t("Too short for the NOTAM"),
  notam_publish_time: t("Too short to publish the NOTAM"),
  named_twice: t("Named twice: {name}"),
  resource_out_of_service: t("{name} is out of service"),
  organisation_not_allowed: t("{name} is not for your organisation"),
  retired: t("{name} is retired"),
  document_missing: t("{name} lacks a paper"),
  document_expired: t("{name} is not current"),
  document_not_yet_valid: t("{name} is not current yet"),
  insurance_cover_too_low: t("{name} is insured too low"),
  volume_outside_airspace: t("The volume leaves the airspace"),
  ceiling_above_limit: t("The volume is too high"),
  hazard_details_missing: t("{name} is not stated"),
  nohd_too_short: t("The stated hazard distance is too short"),
  officer_missing: t("{name} needs a qualified officer"),
  too_many_holds: t("Too many holds"),
  hold_chained: t("Held before: holds can't be chained"),
  too_late_to_hold: t("Too late to hold"),
  resource_busy: t("{name} is busy"),
  aircraft_busy: t("{name} is busy"),
  pilot_busy: t("{name} is busy"),
  volume_busy: t("The airspace is busy"),
};

export interface Known {
  need: Need;
  resources: Resource[];
  aircraft: Aircraft[];
  pilots: Pilot[];
  busy: Record<string, Span[]>;
}

/** A short title; the server's own sentence where the refusal is none that is known here, or names nothing of the form. */
export function titleOf(refusal: Refusal, known: Known): string {
  const title = titles[refusal.code];
  if (!title) return refusal.message;
  if (!title.includes("{name}")) return title;
  const name = nameIn(refusal, known);
  return name ? title.replace("{name}", name) : refusal.message;
}

function nameIn(refusal: Refusal, { need, resources, aircraft, pilots }: Known): string {
  const member = memberOf(refusal);
  if (member) {
    const id = need.crew[member.place]?.[member.role];
    return (member.role === "pilot" ? pilots : aircraft).find((one) => one.id === id)?.name ?? "";
  }
  const part = partIn(refusal);
  if (part) return partNames[part];
  const want = need.wants[placeOf(refusal, need.wants)];
  return want ? nameOf(want, resources) : "";
}

/** What was expected, in plain words; of a detail that is missing, for which resources. */
export function expectedText(refusal: Refusal, { resources }: Known): string {
  const [, codes] = refusal.code === "hazard_details_missing" ? String(refusal.expected).split(" for ") : [];
  if (!codes) return plainly(refusal.expected);
  return t("For {what}", { what: codes.split(", ").map((code) => resources.find((one) => one.code === code)?.name ?? code).join(", ") });
}

/** What was got, in plain words; of a busy resource until when. */
export function gotText(refusal: Refusal, { need, resources, busy }: Known): string {
  const want = need.wants[placeOf(refusal, need.wants)];
  const [one] = want ? meeting(want, resources) : [];
  if (refusal.code !== "resource_busy" || !want?.code || !one || !need.start || !need.end) return plainly(refusal.got);
  const [from, to] = ownPeriod(want, need.start, need.end).map(Number) as [number, number];
  const [before, after] = [one.limits.setup_min * 60_000, one.limits.clearup_min * 60_000];
  const hits = (busy[one.code] ?? []).filter((span) => Date.parse(span.start) < to + after && from - before < Date.parse(span.end));
  return hits.length ? t("busy {spans}", { spans: hits.map((span) => `${localTime(new Date(span.start))}–${localTime(new Date(span.end))}`).join(", ") }) : plainly(refusal.got);
}
