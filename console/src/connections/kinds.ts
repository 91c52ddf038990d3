/** What a webhook may hear, in words; a kind that the API adds breaks the type check until it has some. */
import { t } from "../lib/page";
import type { WebhookKind } from "../lib/shapes";

export const webhookKinds: Record<WebhookKind, string> = {
  "booking.requested": t("a slot was asked for"),
  "booking.held": t("a slot is kept for you"),
  "booking.hold_ends": t("a hold ends soon"),
  "booking.offered": t("a slot is offered from the waiting list"),
  "waiting.changed": t("a place on the waiting list changed"),
  "booking.changed": t("it was moved or changed"),
  "booking.confirmed": t("it was granted"),
  "booking.refused": t("the range refused it"),
  "booking.cancelled": t("it was cancelled"),
  "booking.displaced": t("the range needed its place"),
  "booking.no_show": t("nobody came"),
  "booking.expired": t("time ended it"),
  "booking.checked_in": t("the crew is there"),
  "booking.activated": t("range control released the volume"),
  "booking.overrun": t("it flies past its slot"),
  "booking.completed": t("it was flown and is over"),
  "booking.released": t("the rest of the slot was given back"),
  "booking.needs_attention": t("its papers do not hold on the day"),
  "booking.attention_cleared": t("its papers hold again"),
  "notam.changed": t("its NOTAM was requested, published or cancelled"),
  "paper.expires": t("a paper ends soon"),
};

export interface Webhook {
  id: string;
  url: string;
  kinds: WebhookKind[];
  description: string;
  active: boolean;
  disabled_reason: string;
  failing_since: string | null;
  previous_secret_until: string | null;
  created_at: string;
}

export interface Delivery {
  id: string;
  kind: string;
  booking: string | null;
  state: "waiting" | "done" | "failed" | "dropped";
  response_code: number | null;
  error: string;
  attempts: { at: string; code?: number | null; ms?: number | null; error?: string }[];
  next_attempt_at: string | null;
  created_at: string;
  body: unknown;
}

export const deliveryStates: Record<Delivery["state"], string> = {
  waiting: t("waits"),
  done: t("delivered"),
  failed: t("failed"),
  dropped: t("dropped"),
};
