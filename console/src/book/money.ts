/** Amounts as the API writes them ("2180.00") → as people read them ("€ 2 180"). */
const SIGNS: Record<string, string> = { EUR: "€" };
const THIN = "\u202f";

export function amount(text: string): string {
  const [whole, cents] = text.split(".");
  const grouped = (whole ?? "").replace(/\B(?=(\d{3})+$)/g, THIN);
  return cents && cents !== "00" ? `${grouped}.${cents}` : grouped;
}

export const price = (text: string, currency: string) => `${SIGNS[currency] ?? currency}${THIN}${amount(text)}`;
