/** Links that range staff let in, as the API tells them, and what is worth saying of a link without a grant. */
import { t } from "../lib/page";
import type { Unadmitted } from "../lib/live";

export interface AdmittedSource {
  id: string;
  flight: string;
  source: string | null;
  system_id: number | null;
  reason: string | null;
  admitted: string;
  until: string;
  revoked: string | null;
}

export interface Emergency {
  id: string;
  flight: string;
  booking: string;
  name: string;
  source: string;
  system_id: number;
  reason: string;
  admitted: string;
  until: string;
  papers: { organisation: string; aircraft: string; added: string } | null;
}

export const reasons: Record<string, string> = {
  no_grant: t("no flight has this system id"),
  wrong_source: t("comes from another address than its aircraft's"),
  foreign: t("another system on an aircraft's link"),
  ambiguous: t("fits two flights"),
  outside_period: t("not its flight's time"),
  sealed: t("its flight has ended"),
  bad_signature: t("signed with another key"),
  replayed: t("repeats old packets"),
  not_mavlink: t("no MAVLink"),
  bad_crc: t("damaged"),
};

const word = (name: string) => name.replace(/^MAV_(TYPE|AUTOPILOT)_/, "").replaceAll("_", " ").toLowerCase();

/** What its heartbeat says of it, or nothing. */
export function looks(link: Unadmitted): string {
  return [link.vehicle, link.autopilot].filter((name) => name !== null).map(word).join(", ");
}

/** What a HEARTBEAT's type comes to among the kinds that a booking knows. */
export function kindOf(link: Unadmitted): string {
  const vehicle = link.vehicle ?? "";
  if (vehicle.includes("VTOL")) return "vtol";
  if (vehicle.includes("FIXED_WING")) return "fixed_wing";
  if (vehicle.includes("HELICOPTER")) return "helicopter";
  if (vehicle.includes("GROUND_ROVER")) return "ground";
  return vehicle.includes("SURFACE_BOAT") ? "surface" : "multirotor";
}

/** Events after which the lists of what was let in are out of date. */
export const isAboutLinks = (kind: string) => kind.startsWith("link_") || kind.startsWith("emergency_");
