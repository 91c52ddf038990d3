/** SI to what pilots and operators read; the only place that converts for the eye. */
const FT_PER_M = 1 / 0.3048;
const KT_PER_M_S = 3600 / 1852;

export const feet = (m: number) => m * FT_PER_M;
export const knots = (m_s: number) => m_s * KT_PER_M_S;

/** Feet, rounded to 10 as altimeters are read. */
export function feetText(m: number | undefined): string {
  return m === undefined ? "–" : String(Math.round(feet(m) / 10) * 10);
}

export function knotsText(m_s: number | undefined): string {
  return m_s === undefined ? "–" : String(Math.round(knots(m_s)));
}

export function courseText(deg: number | undefined): string {
  return deg === undefined ? "–" : `${String(Math.round(deg + 360) % 360).padStart(3, "0")}°`;
}

export function bytesText(bytes: number | undefined): string {
  if (bytes === undefined) return "–";
  if (bytes < 1024) return `${bytes} B`;
  const power = Math.min(3, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(1)} ${["B", "KiB", "MiB", "GiB"][power]}`;
}
