/** The site, as the API tells it, → what the map draws. */
import { get } from "../lib/api";
import type { Geometry } from "../lib/shapes";
import type { Place } from "./field";

interface Site {
  name: string;
  runways: { name: string; geometry: Geometry }[];
  thresholds: { runway: string; longitude_deg: number; latitude_deg: number }[];
  airspace: { name: string; ceiling_ft_amsl: number; geometry: Geometry };
  areas: { code: string; name: string; kind: string; geometry: Geometry }[];
}

const DRAWN = new Set(["test_area", "laser_range", "counter_drone_zone", "stand"]);

/** Read the site: airspace, areas, runways, thresholds, in the order in which they are drawn. */
export async function places(): Promise<Place[]> {
  const { airspace, areas, runways, thresholds } = await get<Site>("site");
  return [
    { kind: "atz", name: `${airspace.name} · GND–${airspace.ceiling_ft_amsl} ft`, geometry: airspace.geometry },
    ...areas.filter((one) => DRAWN.has(one.kind)).map((one): Place => ({ kind: one.kind, name: one.kind === "stand" ? "" : one.code, geometry: one.geometry })),
    ...runways.map((one): Place => ({ kind: "runway", name: one.name, geometry: one.geometry })),
    ...thresholds.map((one): Place => ({ kind: "threshold", name: one.runway, geometry: { type: "Point", coordinates: [one.longitude_deg, one.latitude_deg] } })),
  ];
}
