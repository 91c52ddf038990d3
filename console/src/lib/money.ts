/** Amounts as the API writes them (texts with two decimals) → as people read them: "€ 2 180", "€ 472.50". */
import { page } from "./page";

const SIGNS: Record<string, string> = { EUR: "€" };
const THIN = "\u202f";
const tongue = page.language === "nl" ? "nl-NL" : "en-GB";

export function money(amount: string | number, currency = "EUR"): string {
  const value = Number(amount);
  const digits = Number.isInteger(value) ? 0 : 2;
  const parts = new Intl.NumberFormat(tongue, { minimumFractionDigits: digits, maximumFractionDigits: 2 }).formatToParts(value);
  return `${SIGNS[currency] ?? currency}${THIN}${parts.map((part) => (part.type === "group" ? THIN : part.value)).join("")}`;
}

/** "2", "1.5": a quantity without zeros that say nothing. */
export const quantity = (amount: string) => new Intl.NumberFormat(tongue, { maximumFractionDigits: 2 }).format(Number(amount));
