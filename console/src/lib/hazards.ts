/** What a hazardous test says of itself (`hazard_details`): its parts, and the inputs of each by their path in the API. */
import { page, t } from "./page";
import type { Refusal } from "./shapes";

export type HazardPart = "unit" | "stop_procedure" | "laser" | "jamming";
/** What was typed, by path; nothing is sent of a part of which something is still empty. */
export type HazardValues = Record<string, string | number | null | undefined>;

export interface HazardInput {
  path: string;
  label: string;
  kind: "line" | "lines" | "number" | "numbers" | "class";
  unit: string;
}

const FIELD = "hazard_details.";
export const LASER_CLASSES = ["1", "1M", "2", "2M", "3R", "3B", "4"];

// as the rule asks for them: bookings/rules/hazard_stated.py
const ASKED_FOR: Record<string, HazardPart[]> = {
  authorised_unit: ["unit", "stop_procedure"],
  jamming: ["unit", "stop_procedure", "jamming"],
  laser: ["stop_procedure", "laser"],
};

export const partNames: Record<HazardPart, string> = {
  unit: t("Authorised unit"),
  stop_procedure: t("Stop procedure"),
  laser: t("Laser"),
  jamming: t("Transmitter"),
};

const input = (path: string, label: string, unit = "", kind: HazardInput["kind"] = "number"): HazardInput => ({ path, label, unit, kind });
const sector = (part: HazardPart): HazardInput[] => [
  input(`${part}.sector.azimuth_from_deg`, t("Azimuth from"), "°"),
  input(`${part}.sector.azimuth_to_deg`, t("Azimuth to"), "°"),
  input(`${part}.sector.elevation_from_deg`, t("Elevation from"), "°"),
  input(`${part}.sector.elevation_to_deg`, t("Elevation to"), "°"),
];

export const inputs: Record<HazardPart, HazardInput[]> = {
  unit: [input("unit", partNames.unit, "", "line")],
  stop_procedure: [input("stop_procedure", partNames.stop_procedure, "", "lines")],
  laser: [
    input("laser.laser_class", t("Laser class"), "", "class"),
    input("laser.wavelength_nm", t("Wavelength"), "nm"),
    input("laser.power_w", t("Power"), "W"),
    input("laser.aperture_mm", t("Beam at exit"), "mm"),
    input("laser.divergence_mrad", t("Divergence, full"), "mrad"),
    input("laser.mpe_w_m2", t("Exposure limit, MPE"), "W/m²"),
    input("laser.nohd_m", t("Hazard distance, NOHD"), "m"),
    ...sector("laser"),
  ],
  jamming: [input("jamming.frequencies_mhz", t("Frequencies"), "MHz", "numbers"), input("jamming.power_w", t("Power"), "W"), ...sector("jamming")],
};

/** The parts that needs of resources ask for, each once, in the order in which a person fills them in. */
export function partsOf(needs: string[]): HazardPart[] {
  const asked = new Set(needs.flatMap((need) => ASKED_FOR[need] ?? []));
  return (Object.keys(inputs) as HazardPart[]).filter((part) => asked.has(part));
}

const isEmpty = (value: HazardValues[string]) => value === null || value === undefined || String(value).trim() === "";

/** The paths that are still to be filled in; where nothing is asked for, those of a part that was begun. */
export function emptyOf(parts: HazardPart[], values: HazardValues, asked: boolean): string[] {
  return parts.flatMap((part) => {
    const empty = inputs[part].filter((one) => isEmpty(values[one.path])).map((one) => one.path);
    return asked || empty.length < inputs[part].length ? empty : [];
  });
}

/** As the API takes it; what is no number goes as it was typed, for the server's answer says what is wrong with it. */
export function hazardBody(parts: HazardPart[], values: HazardValues): Record<string, unknown> | null {
  const told: Record<string, unknown> = {};
  for (const part of parts) {
    if (emptyOf([part], values, true).length) continue;
    for (const { path, kind } of inputs[part]) set(told, path.split("."), kind === "numbers" ? numbersOf(values[path]) : trimmed(values[path]));
  }
  return Object.keys(told).length ? told : null;
}

const trimmed = (value: HazardValues[string]) => (typeof value === "string" ? value.trim() : value);

function set(into: Record<string, unknown>, [first, ...rest]: string[], value: unknown): void {
  if (!rest.length) into[first!] = value;
  else set((into[first!] ??= {}) as Record<string, unknown>, rest, value);
}

/** "1575.42 1227.6" as numbers; a comma within one is the decimal comma of a Dutch reader, else it parts two. */
export function numbersOf(text: HazardValues[string]): (number | string)[] {
  const plain = page.language.startsWith("nl") ? String(text ?? "").replace(/(\d),(?=\d)/g, "$1.") : String(text ?? "");
  return plain.split(/[\s,;]+/).filter(Boolean).map((one) => (Number.isFinite(+one) ? +one : one));
}

export const idOf = (path: string) => `hazard-${path.replaceAll(".", "-")}`;
export const fieldOf = (path: string) => FIELD + path;
/** The id of the input for a field of the API; others than these are their own. */
export const idOfField = (field: string) => (field.startsWith(FIELD) ? idOf(field.slice(FIELD.length)) : field);

/** The part that a refusal is about; null where it is about something else. */
export function partIn(refusal: Refusal): HazardPart | null {
  const [name] = refusal.field.startsWith(FIELD) ? refusal.field.slice(FIELD.length).split(/[.[]/) : [];
  return name && name in inputs ? (name as HazardPart) : null;
}

/** The input to go to for a refusal: the one that it names, else the first of its part that is empty. */
export function inputFor(refusal: Refusal, values: HazardValues): HazardInput | null {
  const part = partIn(refusal);
  if (!part) return null;
  const path = refusal.field.slice(FIELD.length).replace(/\[\d+\]$/, "");
  const within = inputs[part];
  return within.find((one) => one.path === path) ?? within.find((one) => isEmpty(values[one.path])) ?? within[0]!;
}
