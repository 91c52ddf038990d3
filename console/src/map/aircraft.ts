/** Aircraft on a canvas, by data state: fresh filled, late half filled, stale hollow with its age, lost a cross in a growing circle. */
import { courseText, feetText, knotsText } from "../lib/units";
import { t } from "../lib/page";
import type { LiveFlight } from "../lib/live";
import type { Ink } from "./colours";

const HALF = 9; // px, half the length of the dart
const LABEL_GAP = 34; // px from the aircraft to its label
const MOST_LOST_CIRCLE = 400; // px; a circle wider than the map says nothing more

export interface Seen {
  id: string;
  name: string;
  one: LiveFlight;
  age_s: number | null;
  at: [number, number];
  px_per_m: number;
  trail: [number, number][];
  selected: boolean;
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Draw all aircraft: trails below, then symbols, then labels where they hide least. */
export function drawAircraft(canvas: CanvasRenderingContext2D, all: Seen[], ink: Ink, size: [number, number]): void {
  const taken: Box[] = all.map((seen) => around(seen.at, HALF + 5));
  for (const seen of all) drawTrail(canvas, seen, ink);
  for (const seen of all) drawSymbol(canvas, seen, ink);
  for (const seen of all) drawLabel(canvas, seen, ink, taken, size);
}

function colourOf(seen: Seen, ink: Ink): string {
  return seen.one.link === "stale" || seen.one.link === "lost" ? ink.colour.stale : ink.colour["text-1"];
}

function drawTrail(canvas: CanvasRenderingContext2D, seen: Seen, ink: Ink): void {
  canvas.fillStyle = colourOf(seen, ink);
  seen.trail.slice(-40).forEach(([x, y], n, { length }) => {
    canvas.globalAlpha = (0.75 * (n + 1)) / length;
    canvas.beginPath();
    canvas.arc(x, y, 1.5, 0, 2 * Math.PI);
    canvas.fill();
  });
  canvas.globalAlpha = 1;
}

function drawSymbol(canvas: CanvasRenderingContext2D, seen: Seen, ink: Ink): void {
  const [x, y] = seen.at;
  canvas.save();
  canvas.translate(x, y);
  canvas.strokeStyle = canvas.fillStyle = colourOf(seen, ink);
  canvas.lineWidth = 1.75;
  if (seen.one.link === "lost") {
    drawLost(canvas, seen);
  } else {
    const { track_deg, heading_deg } = seen.one.sample ?? {};
    canvas.rotate(((track_deg ?? heading_deg ?? 0) * Math.PI) / 180);
    drawDart(canvas, seen);
  }
  canvas.restore();
  if (seen.selected) drawCorners(canvas, seen.at, ink.colour.accent);
}

function drawDart(canvas: CanvasRenderingContext2D, seen: Seen): void {
  const outline = new Path2D(`M0 ${-HALF} L${HALF * 0.7} ${HALF} L0 ${HALF * 0.5} L${-HALF * 0.7} ${HALF} Z`);
  const half = new Path2D(`M0 ${-HALF} L${HALF * 0.7} ${HALF} L0 ${HALF * 0.5} Z`);
  if (seen.one.link === "fresh") canvas.fill(outline);
  if (seen.one.link === "late") canvas.fill(half);
  canvas.stroke(outline);
}

/** Where a lost aircraft may be by now: last speed × age, dashed. */
function drawLost(canvas: CanvasRenderingContext2D, seen: Seen): void {
  const radius = lostRadius_m(seen) * seen.px_per_m;
  canvas.beginPath();
  for (const turn of [1, -1]) {
    canvas.moveTo(-6, -6 * turn);
    canvas.lineTo(6, 6 * turn);
  }
  canvas.stroke();
  canvas.setLineDash([4, 3]);
  canvas.lineWidth = 1.25;
  canvas.beginPath();
  canvas.arc(0, 0, Math.min(MOST_LOST_CIRCLE, Math.max(10, radius)), 0, 2 * Math.PI);
  canvas.stroke();
}

function lostRadius_m(seen: Seen): number {
  return (seen.one.sample?.ground_speed_m_s ?? 0) * (seen.age_s ?? 0);
}

function drawCorners(canvas: CanvasRenderingContext2D, [x, y]: [number, number], colour: string): void {
  canvas.strokeStyle = colour;
  canvas.lineWidth = 2;
  canvas.beginPath();
  for (const [sx, sy] of [[1, 1], [1, -1], [-1, 1], [-1, -1]] as const) {
    canvas.moveTo(x + 16 * sx, y + 9 * sy);
    canvas.lineTo(x + 16 * sx, y + 16 * sy);
    canvas.lineTo(x + 9 * sx, y + 16 * sy);
  }
  canvas.stroke();
}

/** The lines of a label, most important first: call sign, height and speed, state. */
export function labelLines(seen: Seen): string[] {
  const { sample, link } = seen.one;
  const climb = sample?.vertical_speed_m_s ?? 0;
  const arrow = climb > 0.5 ? " ▲" : climb < -0.5 ? " ▼" : "";
  const moving = `${feetText(sample?.altitude_amsl_m)} ft${arrow} · ${knotsText(sample?.ground_speed_m_s)} kt`;
  const age = seen.age_s === null ? "" : `${seen.age_s.toFixed(seen.age_s < 10 ? 1 : 0)} s`;
  if (link === "lost") return [seen.name, moving, `${t("lost")} ${age} · ±${Math.round(lostRadius_m(seen))} m`];
  if (link === "stale") return [seen.name, moving, `${t("stale")} ${age}`];
  if (link === "late") return [seen.name, moving, `${t("late")} ${age}`];
  return [seen.name, moving, `${t("track")} ${courseText(sample?.track_deg)}`];
}

function drawLabel(canvas: CanvasRenderingContext2D, seen: Seen, ink: Ink, taken: Box[], size: [number, number]): void {
  const lines = labelLines(seen);
  const fonts = lines.map((_, n) => (n ? ink.font["type-map-second"] : ink.font["type-map"]));
  const widths = lines.map((line, n) => {
    canvas.font = fonts[n]!;
    return canvas.measureText(line).width;
  });
  const [width, height] = [Math.max(...widths) + 8, lines.length * 15 + 6];
  const box = place(seen, width, height, taken, size);
  taken.push(box);
  const colour = colourOf(seen, ink);
  drawLeader(canvas, seen.at, box, colour);
  canvas.fillStyle = ink.colour["map-ground"];
  canvas.globalAlpha = 0.85;
  canvas.fillRect(box.x, box.y, box.width, box.height);
  canvas.globalAlpha = 1;
  canvas.textBaseline = "top";
  lines.forEach((line, n) => {
    canvas.font = fonts[n]!;
    canvas.fillStyle = n && colour !== ink.colour.stale ? ink.colour["text-2"] : colour;
    canvas.fillText(line, box.x + 4, box.y + 4 + 15 * n);
  });
}

function drawLeader(canvas: CanvasRenderingContext2D, [x, y]: [number, number], box: Box, colour: string): void {
  const to_x = Math.min(Math.max(x, box.x), box.x + box.width);
  const to_y = Math.min(Math.max(y, box.y), box.y + box.height);
  const length = Math.hypot(to_x - x, to_y - y) || 1;
  canvas.strokeStyle = colour;
  canvas.lineWidth = 1;
  canvas.beginPath();
  canvas.moveTo(x + ((to_x - x) * 13) / length, y + ((to_y - y) * 13) / length);
  canvas.lineTo(to_x, to_y);
  canvas.stroke();
}

/** Put the label beside the aircraft, off its track first; the place that covers least of what is drawn wins. */
function place(seen: Seen, width: number, height: number, taken: Box[], [w, h]: [number, number]): Box {
  const track = ((seen.one.sample?.track_deg ?? 0) * Math.PI) / 180;
  const turns = [0.5, -0.5, 0.75, -0.75, 0.25, -0.25, 1, 0].map((turn) => track + turn * Math.PI);
  let best: Box | null = null;
  let least = Infinity;
  for (const turn of turns) {
    const [cx, cy] = [seen.at[0] + Math.sin(turn) * (LABEL_GAP + width / 2), seen.at[1] - Math.cos(turn) * (LABEL_GAP + height / 2)];
    const box = { x: cx - width / 2, y: cy - height / 2, width, height };
    const outside = Math.max(0, -box.x) + Math.max(0, -box.y) + Math.max(0, box.x + width - w) + Math.max(0, box.y + height - h);
    const hidden = taken.reduce((sum, other) => sum + overlap(box, other), outside * 100);
    if (hidden < least) [best, least] = [box, hidden];
    if (hidden === 0) break;
  }
  return best!;
}

function around([x, y]: [number, number], half: number): Box {
  return { x: x - half, y: y - half, width: 2 * half, height: 2 * half };
}

function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, width) * Math.max(0, height);
}
