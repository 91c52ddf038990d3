/** Events of the range as one line each. */
import { bookingStates, phases } from "../lib/kinds";
import { t } from "../lib/page";
import type { LiveEvent } from "../lib/live";

const KINDS: Record<string, string> = {
  booking_confirmed: t("Booking confirmed"),
  booking_requested: t("Booking requested"),
  booking_refused: t("Booking refused"),
  booking_cancelled: t("Booking cancelled"),
  booking_checked_in: t("Checked in"),
  booking_activated: t("Activated"),
  booking_completed: t("Completed"),
  booking_no_show: t("No-show"),
  booking_released: t("Rest of the slot released"),
  flight_recording: t("Flight is heard"),
  flight_ended: t("Flight has ended"),
  flight_sealed: t("Recording sealed"),
  link_admitted: t("Link admitted by hand"),
  link_revoked: t("Link revoked"),
  emergency_admission: t("EMERGENCY ADMISSION"),
  emergency_papers: t("Emergency admission has papers"),
  site_changed: t("Site file loaded"),
  telemetry_set_aside: t("Telemetry set aside"),
  telemetry_loss: t("Telemetry lost"),
};

export interface Line {
  position: number;
  at: Date;
  what: string;
  about: string;
}

/** What happened, with the names of bookings and flights that this screen knows. */
export function line(event: LiveEvent, names: ReadonlyMap<string, string>): Line {
  const known = [event.booking ?? "", ...(event.flight_ids ?? [])].map((id) => names.get(id)).filter(Boolean);
  const state = event.state ?? event.phase ?? "";
  return {
    position: event.position,
    at: event.at,
    what: KINDS[event.kind] ?? event.kind.replaceAll("_", " "),
    about: [...new Set(known), bookingStates[state] ?? phases[state] ?? ""].filter(Boolean).join(" · "),
  };
}

/** Events after which the list of bookings is out of date. */
export const isAboutBookings = (event: LiveEvent) => event.kind.startsWith("booking");

/** Events that change what the screen knows of flights beside their states: a fresh snapshot tells it. */
export const isAboutFlights = (event: LiveEvent) => event.kind === "booking_confirmed" || event.kind === "flight_ended";
