/** How near the end of a paper is, by the days at which it is told ahead, and which bookings come after it. */
import { localDate } from "../lib/time";
import type { Booking, Paper } from "../lib/shapes";

export const [FAR_DAYS, SOON_DAYS, NEAR_DAYS] = [60, 30, 7] as const;
export const CLAIMING = ["held", "requested", "confirmed", "checked_in", "active"];

/** Days from today at the site to a date; 0 on that day, negative after it. */
export const daysTo = (date: string) => Math.round((Date.parse(date) - Date.parse(localDate(new Date()))) / 86_400_000);

export function urgency(left: number): "" | "far" | "soon" | "near" | "over" {
  if (left < 0) return "over";
  if (left <= NEAR_DAYS) return "near";
  if (left <= SOON_DAYS) return "soon";
  return left <= FAR_DAYS ? "far" : "";
}

/** Say whether another paper of the kind is valid on a day. */
const alike = (other: Paper, paper: Paper, date: string) =>
  other.id !== paper.id && other.kind.toLowerCase() === paper.kind.toLowerCase() && (other.valid_from ?? "") <= date && date <= other.valid_until;

type Member = Booking["crew"][number];

/** Say whether a paper counts for one aircraft and its pilot: those of the organisation do for every aircraft. */
const counts = (paper: Paper, one: Member) => (paper.pilot ? paper.pilot === one.pilot : !paper.aircraft || paper.aircraft === one.aircraft);

/** Bookings that still claim their slot, end after a day, and of which somebody then has no other paper of the kind. */
export function bookingsAfter(paper: Paper, papers: Paper[], bookings: Booking[], last = paper.valid_until): Booking[] {
  return bookings.filter((booking) => {
    const date = localDate(new Date(booking.end));
    const lacks = (one: Member) => counts(paper, one) && !papers.some((other) => !!other.pilot === !!paper.pilot && alike(other, paper, date) && counts(other, one));
    return CLAIMING.includes(booking.state) && date > last && booking.crew.some(lacks);
  });
}

/** Say whether another paper of the kind goes on where this one ends, so that nothing has to be done. */
export function isFollowed(paper: Paper, papers: Paper[]): boolean {
  const after = new Date(Date.parse(paper.valid_until) + 86_400_000).toISOString().slice(0, 10);
  const from = after > localDate(new Date()) ? after : localDate(new Date());
  const same = (other: Paper) => other.pilot === paper.pilot && (other.aircraft === paper.aircraft || other.subject === "organisation");
  return papers.some((other) => same(other) && alike(other, paper, from));
}
