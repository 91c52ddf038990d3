/** Corners as people type and draw them, and the flat geometry behind the small map. */
import type { Geometry } from "../lib/shapes";

export type Position = [number, number];
export type Point = { x: number; y: number };

const CORNER = /^\s*(-?\d+(?:\.\d+)?)\s*°?\s*[,;\s]\s*(-?\d+(?:\.\d+)?)\s*°?\s*$/;
const DIGITS = 6;

/** The polygon of a text: lines "latitude, longitude", or GeoJSON; the text itself where it is neither. */
export function ringOf(text: string): unknown {
  if (text.trimStart().startsWith("{")) return geojson(text);
  const lines = text.split("\n").filter((line) => line.trim());
  const corners = lines.map((line) => CORNER.exec(line)).map((found): Position | null => found && [+found[2]!, +found[1]!]);
  if (corners.length < 3 || corners.includes(null)) return text;
  return { type: "Polygon", coordinates: [[...corners, corners[0]]] };
}

function geojson(text: string): unknown {
  try {
    const read = JSON.parse(text) as { type?: string; geometry?: unknown };
    return read.type === "Feature" ? read.geometry : read;
  } catch {
    return text;
  }
}

export function cornersText(ring: Position[]): string {
  return ring.map(([lon, lat]) => `${lat.toFixed(DIGITS)}, ${lon.toFixed(DIGITS)}`).join("\n");
}

export const outerRing = (one: unknown): Position[] => {
  const geometry = one as Geometry | null | undefined;
  return geometry?.type === "Polygon" && Array.isArray(geometry.coordinates) ? (geometry.coordinates[0] ?? []) : [];
};

/** A flat picture of a small area: metres east and north of its middle. */
export class Flat {
  private readonly east: number;
  static readonly NORTH = 111_195;

  constructor(readonly middle: Position) {
    this.east = Flat.NORTH * Math.cos((middle[1] * Math.PI) / 180);
  }

  to([lon, lat]: Position): Point {
    return { x: (lon - this.middle[0]) * this.east, y: (lat - this.middle[1]) * Flat.NORTH };
  }

  from({ x, y }: Point): Position {
    return [this.middle[0] + x / this.east, this.middle[1] + y / Flat.NORTH];
  }
}

/** The direction of the longest edge, as a unit vector: along the runway. */
export function alongOf(points: Point[]): Point {
  let best = { x: 1, y: 0 };
  let longest = 0;
  points.slice(1).forEach((to, n) => {
    const [dx, dy] = [to.x - points[n]!.x, to.y - points[n]!.y];
    const length = Math.hypot(dx, dy);
    if (length > longest) [longest, best] = [length, { x: dx / length, y: dy / length }];
  });
  return best;
}

/** The four corners of the rectangle over a diagonal, two sides along `u`. */
export function rectangle(a: Point, c: Point, u: Point): Point[] {
  const [dx, dy] = [c.x - a.x, c.y - a.y];
  const along = dx * u.x + dy * u.y;
  const side = { x: u.x * along, y: u.y * along };
  return [a, { x: a.x + side.x, y: a.y + side.y }, c, { x: c.x - side.x, y: c.y - side.y }];
}

/** "3.0 × 2.0 km": how far points reach along `u` and across it. */
export function sizeText(points: Point[], u: Point): string {
  const reach = (of: (p: Point) => number) => {
    const all = points.map(of);
    return (Math.max(...all) - Math.min(...all)) / 1000;
  };
  const sides = [reach((p) => p.x * u.x + p.y * u.y), reach((p) => p.y * u.x - p.x * u.y)].sort((a, b) => b - a);
  return `${sides.map((km) => (km >= 10 ? km.toFixed(0) : km.toFixed(1))).join(" × ")} km`;
}
