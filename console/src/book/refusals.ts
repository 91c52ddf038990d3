/** Which row of the day a refusal belongs to, so that its number can stand there. */
import type { Refusal } from "../lib/shapes";

export const WHOLE_SET = "whole";

export function rowOf(refusal: Refusal, resources: string[]): string {
  const index = /^resources(?:\[|\.)(\d+)/.exec(refusal.field)?.[1];
  if (index !== undefined && resources[+index]) return resources[+index]!;
  const text = JSON.stringify([refusal.got, refusal.expected, refusal.message]);
  const named = resources.find((code) => text.includes(`"${code}"`) || new RegExp(`\\b${code.replace(/[^\w-]/g, "")}\\b`).test(text));
  if (named) return named;
  if (/aircraft/.test(refusal.field)) return "aircraft";
  if (/pilot/.test(refusal.field)) return "pilot";
  return WHOLE_SET;
}

/** Row → numbers of the refusals that stand in it, counted from 1 as in the list. */
export function numbersByRow(refusals: Refusal[], resources: string[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  refusals.forEach((refusal, n) => {
    const row = rowOf(refusal, resources);
    found.set(row, [...(found.get(row) ?? []), n + 1]);
  });
  return found;
}
