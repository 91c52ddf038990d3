/** Which row of the day a refusal belongs to, so that its number can stand there. */
import type { Refusal, Want } from "../lib/shapes";

export const WHOLE_SET = "whole";
export const VOLUME = "volume";

export const wantRow = (place: number) => `want-${place}`;
export const crewRow = (role: "aircraft" | "pilot", place: number) => `${role}-${place}`;

/** The place of the want that a refusal names, -1 for none. */
export function placeOf(refusal: Refusal, wants: Want[]): number {
  const index = /^resources(?:\[|\.)(\d+)/.exec(refusal.field)?.[1];
  if (index !== undefined) return wants[+index] ? +index : -1;
  const text = JSON.stringify([refusal.got, refusal.expected, refusal.message]);
  return wants.findIndex(({ code }) => code && (text.includes(`"${code}"`) || new RegExp(`(?<![\\w-])${code.replace(/[^\w-]/g, "")}(?![\\w-])`).test(text)));
}

/** The member of the crew that a refusal names. */
export function memberOf(refusal: Refusal): { role: "aircraft" | "pilot"; place: number } | null {
  const found = /^(?:crew(?:\[|\.)(\d+)\]?\.)?(aircraft|pilot)/.exec(refusal.field);
  return found && { role: found[2] as "aircraft" | "pilot", place: +(found[1] ?? 0) };
}

export function rowOf(refusal: Refusal, wants: Want[]): string {
  const member = memberOf(refusal);
  if (member) return crewRow(member.role, member.place);
  if (refusal.field.startsWith("volumes")) return VOLUME;
  const place = placeOf(refusal, wants);
  return place < 0 ? WHOLE_SET : wantRow(place);
}

/** Row → numbers of the refusals that stand in it, counted from 1 as in the list. */
export function numbersByRow(refusals: Refusal[], wants: Want[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  refusals.forEach((refusal, n) => {
    const row = rowOf(refusal, wants);
    found.set(row, [...(found.get(row) ?? []), n + 1]);
  });
  return found;
}
