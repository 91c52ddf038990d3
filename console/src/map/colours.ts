/** The theme's tokens as colours that a canvas understands; read again when the theme changes. */
const NAMES = [
  "ground", "panel", "text-1", "text-2", "text-3", "line", "line-strong", "accent", "accent-soft", "stale", "warning", "caution",
  "series-1", "series-2", "series-3", "map-ground", "map-runway", "map-line", "map-faint", "map-label",
] as const;
const FONTS = ["type-map", "type-map-second", "type-second", "type-row"] as const;

export type Colour = (typeof NAMES)[number];
export type Font = (typeof FONTS)[number];
export interface Ink {
  colour: Record<Colour, string>;
  font: Record<Font, string>;
}

/** Resolve the tokens by asking the browser what it would paint with. */
export function ink(): Ink {
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  const style = getComputedStyle(probe);
  const colour = {} as Record<Colour, string>;
  for (const name of NAMES) {
    probe.style.color = `var(--${name})`;
    colour[name] = style.color;
  }
  const font = {} as Record<Font, string>;
  for (const name of FONTS) {
    probe.style.font = `var(--${name})`;
    font[name] = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  }
  probe.remove();
  return { colour, font };
}

/** Call back when the browser's preference turns the theme over. */
export function onTheme(changed: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
}
