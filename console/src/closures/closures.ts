/** Closures as the API tells them, and their codes as words. */
import { may, t } from "../lib/page";

export interface Closure {
  id: string;
  state: "planned" | "in_force" | "over" | "lifted";
  resources: string[];
  start: string;
  end: string;
  cause: string;
  priority: boolean;
  reason: string;
  made_by: string;
  created_at: string;
  lifted_at: string | null;
  lifted_by: string;
}

/** A booking in the way of a closure, and what becomes of it. */
export interface Displaced {
  booking: string;
  number: string;
  organisation: string | null;
  restricted: boolean;
  start: string;
  end: string;
  state: string;
  outcome: "alternative" | "none" | "back_in_line";
  alternative: { booking: string | null; start: string; end: string; resources: string[]; hold_until: string | null } | null;
}

export const causes: Record<string, string> = {
  maintenance: t("maintenance"),
  weather: t("weather"),
  notam: t("NOTAM"),
  military: t("military"),
  medical: t("medical"),
};

export const closureStates: Record<string, string> = {
  planned: t("planned"),
  in_force: t("in force"),
  over: t("over"),
  lifted: t("lifted"),
};

const NEEDS: Record<string, string> = {
  maintenance: "close_for_maintenance",
  weather: "close_for_weather",
  notam: "close_for_weather",
  military: "close_for_priority",
  medical: "close_for_priority",
};

/** Say whether the asker's role may close, or lift, for a cause. */
export const mayClose = (cause: string) => may(NEEDS[cause] ?? "");
export const needsReason = (cause: string) => cause === "military" || cause === "medical";
