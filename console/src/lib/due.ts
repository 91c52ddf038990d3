/** How long until something is due, in words for a row: "due in 1 h 59", "overdue by 20 min". */
import { t } from "./page";
import { minutesLong } from "./time";

const DAY_MIN = 24 * 60;

/** "2 d 4 h", "1 h 59", "12 min". */
export function span(minutes: number): string {
  const whole = Math.max(0, Math.floor(minutes));
  if (whole < DAY_MIN) return minutesLong(whole);
  return t("{d} d {h} h", { d: Math.floor(whole / DAY_MIN), h: Math.floor((whole % DAY_MIN) / 60) });
}

export function dueText(due: string, now: Date): string {
  const minutes = (Date.parse(due) - now.getTime()) / 60_000;
  return minutes >= 0 ? t("due in {time}", { time: span(minutes) }) : t("overdue by {time}", { time: span(-minutes) });
}
