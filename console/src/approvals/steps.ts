/** Steps of approval that wait, and deciding them so that nobody decides what somebody else just did. */
import { stepWord } from "../bookings/words";
import { get, post, Refused } from "../lib/api";
import { page, t } from "../lib/page";
import type { Approval, Booking, Refusal } from "../lib/shapes";
import { utcTime } from "../lib/time";

export type Step = Approval & { roles: string[]; order: number };
export type Waiting = Step & { id: string; booking: Booking };

/** Whoever may approve, as the API names the roles that a step can be delegated to. */
export const APPROVERS = ["operator", "safety", "duty_officer", "spectrum", "laser_safety", "security", "manager"];
const LOST = [403, 409, 412];

/** The step was decided meanwhile, or the booking has changed: what it is now comes with it. */
export class Overtaken extends Refused {
  readonly booking: Booking;

  constructor(booking: Booking, detail: string) {
    super(409, { detail });
    this.booking = booking;
  }
}

/** The open step that the asker would decide: that of the own role first; null: none is left, or none is theirs. */
export function ownStep(booking: Booking): Step | null {
  if (!booking.actions.includes("confirm")) return null;
  const open = (booking.approvals as Step[]).filter((one) => one.open);
  return open.find((one) => one.roles.includes(page.asker.role)) ?? open[0] ?? null;
}

/** "approved by Range safety (safety), 10:32 UTC" */
export function decidedText(step: Approval): string {
  const who = [step.decided_by, step.decided_as && `(${stepWord(step.decided_as)})`].filter(Boolean).join(" ");
  const filled = { step: stepWord(step.step), who, time: step.decided_at ? `${utcTime(new Date(step.decided_at))} UTC` : "" };
  return step.state === "rejected" ? t("{step}: refused by {who}, {time}", filled) : t("{step}: approved by {who}, {time}", filled);
}

/** Approve or refuse the booking as it was read; raises Overtaken where somebody was quicker. */
export async function decide(booking: Booking, number: number | null, verb: "confirm" | "refuse", reason: string): Promise<Booking> {
  try {
    return await post<Booking>(`bookings/${booking.id}/${verb}`, reason ? { reason } : {}, { "Idempotency-Key": crypto.randomUUID(), "If-Match": `"${booking.version}"` });
  } catch (error) {
    if (!(error instanceof Refused) || !LOST.includes(error.status)) throw error;
    const now = await get<Booking>(`bookings/${booking.id}`);
    const step = now.approvals.find((one) => one.number === number);
    if (step?.decided_at) throw new Overtaken(now, t("Already decided, {what}.", { what: decidedText(step) }));
    if (now.version !== booking.version) throw new Overtaken(now, t("The booking has changed since you read it. Look at it again, then decide."));
    throw error;
  }
}

/** The faults of a booking that the asker's role may waive, and nobody has. */
export function waivable(booking: Booking): Refusal[] {
  if (!page.asker.may.includes("book_for_others")) return [];
  return booking.attention.filter((one) => one.waivable_by.includes(page.asker.role) && !booking.waived.includes(one.code));
}
