/** The airfield as OpenLayers layers: runway, thresholds, ATZ and test areas in grey; a volume in three kinds of line. */
import Feature from "ol/Feature";
import OlMap from "ol/Map";
import View from "ol/View";
import ScaleLine from "ol/control/ScaleLine";
import Zoom from "ol/control/Zoom";
import GeoJSON from "ol/format/GeoJSON";
import VectorLayer from "ol/layer/Vector";
import { fromLonLat } from "ol/proj";
import VectorSource from "ol/source/Vector";
import { Fill, Stroke, Style, Text } from "ol/style";
import type { Geometry, Volume } from "../lib/shapes";
import type { Ink } from "./colours";

export interface Place {
  kind: string;
  name: string;
  geometry: Geometry;
}

const reader = new GeoJSON({ dataProjection: "EPSG:4326", featureProjection: "EPSG:3857" });

/** A map of the airfield without any tile: keyboard pans and zooms it once it has the focus. */
export function fieldMap(target: HTMLElement, ink: () => Ink): { map: OlMap; field: VectorSource; volumes: VectorSource; track: VectorSource } {
  const [field, volumes, track] = [new VectorSource(), new VectorSource(), new VectorSource()];
  const map = new OlMap({
    target,
    controls: [new Zoom(), new ScaleLine({ units: "nautical", minWidth: 90 })],
    layers: [
      new VectorLayer({ source: field, style: (feature) => fieldStyle(feature.get("kind") as string, feature.get("name") as string, ink()), declutter: true }),
      new VectorLayer({ source: volumes, style: (feature) => volumeStyle(feature.get("kind") as string, feature.get("name") as string, ink()), declutter: true }),
      new VectorLayer({ source: track, style: () => new Style({ stroke: new Stroke({ color: ink().colour["series-1"], width: 2 }) }) }),
    ],
    view: new View({ center: fromLonLat([0, 0]), zoom: 13, minZoom: 8, maxZoom: 19 }),
  });
  return { map, field, volumes, track };
}

export function showPlaces(source: VectorSource, places: Place[]): void {
  source.clear();
  source.addFeatures(places.map((place) => feature(place.geometry, place.kind, place.name)));
}

export function showVolumes(source: VectorSource, volumes: { volume: Volume; name: string }[]): void {
  source.clear();
  source.addFeatures(volumes.map(({ volume, name }) => feature(volume.polygon, volume.kind ?? "flight_geography", name)));
}

/** Fit the view to the places where flying happens, or to all when there is none. */
export function fit(map: OlMap, sources: VectorSource[], padding = 40): void {
  for (const source of sources) {
    const near = source.getFeatures().filter((one) => one.get("kind") !== "atz" && one.get("kind") !== "airspace");
    const extent = new VectorSource({ features: near }).getExtent();
    if (extent && near.length && Number.isFinite(extent[0])) {
      map.getView().fit(extent, { padding: [padding, padding, padding, padding], maxZoom: 16 });
      return;
    }
  }
}

function feature(geometry: Geometry, kind: string, name: string): Feature {
  const made = new Feature(reader.readGeometry(geometry) ?? undefined);
  made.setProperties({ kind, name });
  return made;
}

function fieldStyle(kind: string, name: string, { colour, font }: Ink): Style {
  const text = (shown: string, second = false) =>
    new Text({ text: shown, font: second ? font["type-map-second"] : font["type-map"], fill: new Fill({ color: colour["map-label"] }), overflow: true,
      backgroundFill: new Fill({ color: colour["map-ground"] }), padding: [1, 3, 0, 3] });
  const along = (shown: string) =>
    new Text({ text: shown, font: font["type-map-second"], fill: new Fill({ color: colour["map-label"] }), placement: "line", textBaseline: "bottom", offsetY: -3 });
  if (kind === "runway") return new Style({ fill: new Fill({ color: colour["map-runway"] }), stroke: new Stroke({ color: colour["map-line"], width: 1 }), zIndex: 3 });
  if (kind === "threshold") return new Style({ text: text(name), zIndex: 4 });
  if (kind === "atz") return new Style({ stroke: new Stroke({ color: colour["map-line"], width: 1, lineDash: [8, 5] }), text: along(name) });
  if (kind === "centreline") return new Style({ stroke: new Stroke({ color: colour["map-faint"], width: 1, lineDash: [12, 6] }) });
  return new Style({ stroke: new Stroke({ color: colour["map-faint"], width: 1 }), text: text(name, true), zIndex: 1 });
}

function volumeStyle(kind: string, name: string, { colour, font }: Ink): Style {
  const dash = { contingency: [6, 4], ground_risk_buffer: [1, 4] }[kind];
  return new Style({
    stroke: new Stroke({ color: colour["map-line"], width: 1.5, lineDash: dash }),
    text: new Text({ text: name, font: font["type-map-second"], fill: new Fill({ color: colour["text-2"] }), placement: "line", textBaseline: "bottom", offsetY: -3, overflow: false }),
    zIndex: 2,
  });
}

/** Pixels per metre at a place; a metre on the Mercator map is longer than on the ground. */
export function pxPerMetre(map: OlMap, latitude_deg: number): number {
  return 1 / ((map.getView().getResolution() ?? 1) * Math.cos((latitude_deg * Math.PI) / 180));
}

export const atPixel = (map: OlMap, [lon, lat]: [number, number]) => map.getPixelFromCoordinate(fromLonLat([lon, lat])) as [number, number] | null;
export { fromLonLat };
