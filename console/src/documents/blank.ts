import type { Aircraft, AircraftBody, Paper, PaperBody, Pilot, PilotBody } from "../lib/shapes";

/** Forms of the documents, empty or filled, and how they become what the API wants: text to numbers, blanks to nothing. */
export interface AircraftForm {
  name: string;
  kind: string;
  registration: string;
  serial_number: string;
  operator_number: string;
  class_label: string;
  mtom_kg: string;
  payload_kg: string;
  max_speed_m_s: string;
  characteristic_dimension_m: string;
  span_m: string;
  endurance_min: string;
  lost_link_procedure: string;
  insurer: string;
  policy_number: string;
  cover_sdr: string;
  insured_until: string;
  mavlink_system_id: string;
  signing_key: string;
  allowed_sources: string;
}

export interface PilotForm {
  name: string;
  remote_pilot_id: string;
  certificates: { kind: string; number: string; valid_until: string }[];
}

export interface PaperForm {
  whose: string;
  kind: string;
  number: string;
  issuer: string;
  valid_from: string;
  valid_until: string;
  cover_sdr: string;
}

const text = (value: string | number | null | undefined) => (value === null || value === undefined ? "" : String(value));

/** What stands in the form of an aircraft; the key is never shown, and insurances are papers of their own once it is there. */
export const aircraftForm = (one?: Aircraft): AircraftForm => ({
  name: text(one?.name), kind: one?.kind ?? "multirotor", registration: text(one?.registration), serial_number: text(one?.serial_number),
  operator_number: text(one?.operator_number), class_label: text(one?.class_label), mtom_kg: text(one?.mtom_kg), payload_kg: text(one?.payload_kg),
  max_speed_m_s: text(one?.max_speed_m_s), characteristic_dimension_m: text(one?.characteristic_dimension_m), span_m: text(one?.span_m),
  endurance_min: text(one?.endurance_min), lost_link_procedure: text(one?.lost_link_procedure), insurer: "", policy_number: "", cover_sdr: "", insured_until: "",
  mavlink_system_id: text(one?.mavlink_system_id ?? 1), signing_key: "", allowed_sources: (one?.allowed_sources ?? []).join(" "),
});

export const pilotForm = (one?: Pilot): PilotForm => ({
  name: text(one?.name), remote_pilot_id: text(one?.remote_pilot_id), certificates: one ? [] : [{ kind: "STS", number: "", valid_until: "" }],
});

export const paperForm = (one?: Partial<Paper>): PaperForm => ({
  whose: one?.aircraft ? `aircraft:${one.aircraft}` : one?.pilot ? `pilot:${one.pilot}` : "", kind: text(one?.kind), number: text(one?.number), issuer: text(one?.issuer),
  valid_from: text(one?.valid_from), valid_until: text(one?.valid_until), cover_sdr: text(one?.cover_sdr),
});

// what is no number goes to the server as it was typed, so that its answer is about that
const number = (typed: string) => (typed.trim() === "" || Number.isNaN(Number(typed)) ? typed.trim() : Number(typed));

function filled<Body extends object>(fields: Body): Body {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== "" && value !== undefined)) as Body;
}

export function aircraftBody(form: AircraftForm): AircraftBody {
  const insured = form.insurer || form.policy_number || form.cover_sdr || form.insured_until;
  return filled<AircraftBody>({
    name: form.name.trim(),
    kind: form.kind,
    registration: form.registration.trim(),
    serial_number: form.serial_number.trim(),
    operator_number: form.operator_number.trim(),
    class_label: form.class_label,
    mtom_kg: number(form.mtom_kg),
    payload_kg: number(form.payload_kg),
    max_speed_m_s: number(form.max_speed_m_s),
    characteristic_dimension_m: number(form.characteristic_dimension_m),
    span_m: number(form.span_m),
    endurance_min: number(form.endurance_min),
    lost_link_procedure: form.lost_link_procedure.trim(),
    insurance: insured
      ? filled({ insurer: form.insurer.trim(), policy_number: form.policy_number.trim(), cover_sdr: number(form.cover_sdr), valid_until: form.insured_until })
      : undefined,
    mavlink_system_id: number(form.mavlink_system_id),
    signing_key: form.signing_key.trim(),
    allowed_sources: form.allowed_sources.trim() ? form.allowed_sources.trim().split(/[\s,]+/) : undefined,
  });
}

export function pilotBody(form: PilotForm): PilotBody {
  return { ...filled<PilotBody>({ name: form.name.trim(), remote_pilot_id: form.remote_pilot_id.trim() }), certificates: form.certificates.filter((one) => one.kind || one.number || one.valid_until).map(filled) };
}

/** Only what differs from what was read: what was emptied is null, the key only when a new one was typed. */
export function aircraftChanges(before: Aircraft, form: AircraftForm): AircraftBody {
  const [old, wanted] = [aircraftBody(aircraftForm(before)) as Record<string, unknown>, aircraftBody(form) as Record<string, unknown>];
  const names = [...new Set([...Object.keys(old), ...Object.keys(wanted)])];
  return Object.fromEntries(names.filter((name) => JSON.stringify(old[name]) !== JSON.stringify(wanted[name])).map((name) => [name, wanted[name] ?? null])) as AircraftBody;
}

export function paperBody(form: PaperForm): PaperBody {
  const [of, id] = form.whose.split(":");
  return filled<PaperBody>({ ...(of ? { [of]: id } : {}), kind: form.kind.trim(), ...paperDetails(form) });
}

/** What can be changed of a paper; an emptied field is null. */
export function paperChanges(form: PaperForm): PaperBody {
  return Object.fromEntries(Object.entries(paperDetails(form)).map(([name, value]) => [name, value === "" ? null : value])) as PaperBody;
}

const paperDetails = (form: PaperForm): PaperBody => ({
  number: form.number.trim(), issuer: form.issuer.trim(), valid_from: form.valid_from, valid_until: form.valid_until, cover_sdr: number(form.cover_sdr),
});
