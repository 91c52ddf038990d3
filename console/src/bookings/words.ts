/** A booking in the words that its reader needs now. */
import { bookingStates } from "../lib/kinds";
import { t } from "../lib/page";
import type { Booking } from "../lib/shapes";
import { day, localTime } from "../lib/time";

const STEPS: Record<string, string> = {
  range: t("range control"),
  operator: t("range control"),
  safety: t("safety"),
  duty_officer: t("the duty officer"),
  spectrum: t("spectrum"),
  laser_safety: t("laser safety"),
  security: t("security"),
  manager: t("the range manager"),
};

/** What a step of approval or a role is called; the site file may name others. */
export const stepWord = (step: string) => STEPS[step] ?? step.replaceAll("_", " ");

/** "safety or the range manager" of "safety or manager". */
export const rolesWord = (roles: string) => roles.split(" or ").map(stepWord).filter((one, n, every) => every.indexOf(one) === n).join(` ${t("or")} `);

/** "waits for safety, 1 of 2", "held to Tue 16 Jun 12:00", else the state's own word. */
export function stateWord(booking: Booking): string {
  const waits = booking.waits_for;
  if (booking.state === "requested" && waits?.steps.length) {
    const who = waits.steps.map(stepWord).join(", ");
    return waits.of > 1 ? t("waits for {who}, {n} of {of}", { who, n: waits.approved, of: waits.of }) : t("waits for {who}", { who });
  }
  if (booking.state === "held" && booking.hold_until) {
    const until = new Date(booking.hold_until);
    return t("held to {time}", { time: `${day(until)} ${localTime(until)}` });
  }
  return bookingStates[booking.state] ?? booking.state;
}

export const approvalStates: Record<string, string> = {
  waiting: t("waits"),
  delegated: t("delegated"),
  approved: t("approved"),
  rejected: t("refused"),
};

export const volumeKinds: Record<string, string> = {
  flight_geography: t("flight geography"),
  contingency: t("contingency"),
  ground_risk_buffer: t("ground risk buffer"),
};

export const priceReasons: Record<string, string> = {
  requested: t("as asked for"),
  moved: t("reckoned anew when it was changed"),
  completed: t("as flown"),
  cancelled: t("fee of the cancellation"),
  no_show: t("fee of the no-show"),
  weather_accepted: t("weather accepted: no fee"),
  weather_rejected: t("weather not accepted: fee of the cancellation"),
};

/** The ETag that a change of it names. */
export const tagOf = (booking: Booking) => `"${booking.version}"`;

/** Say whether two bookings could change slots: what waits or is granted, and nobody has come for yet. */
export const swappable = (booking: Booking) => booking.actions.includes("change") && ["requested", "confirmed"].includes(booking.state);
