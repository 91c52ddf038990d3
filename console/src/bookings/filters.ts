/** Which bookings are shown: kept in the address, so that a reload and a link show the same. */
import type { Booking } from "../lib/shapes";

export const VIEWS = ["coming", "past", "weather"] as const;
export type View = (typeof VIEWS)[number];
export const ATTENTION = "attention";

export interface Filters {
  view: View;
  state: string;
  text: string;
  booking: string;
}

export function readFilters(search: string): Filters {
  const asked = new URLSearchParams(search);
  const view = VIEWS.find((one) => one === asked.get("view")) ?? "coming";
  return { view, state: asked.get("state") ?? "", text: asked.get("text") ?? "", booking: asked.get("booking") ?? "" };
}

export function writeFilters(filters: Filters): void {
  const told = Object.entries({ ...filters, view: filters.view === "coming" ? "" : filters.view }).filter(([, value]) => value);
  const query = new URLSearchParams(told).toString();
  history.replaceState(null, "", query ? `?${query}` : location.pathname);
}

export function fits(booking: Booking, { state, text }: Pick<Filters, "state" | "text">): boolean {
  if (state === ATTENTION ? !booking.attention.length : state && booking.state !== state) return false;
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return true;
  const told = [
    booking.number, booking.purpose, booking.organisation_name ?? "", ...booking.resources,
    ...booking.crew.flatMap((one) => [one.aircraft_name ?? "", one.pilot_name ?? ""]),
  ].join(" ").toLowerCase();
  return words.every((word) => told.includes(word));
}
