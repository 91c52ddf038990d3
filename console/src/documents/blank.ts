import type { AircraftBody, PilotBody } from "../lib/shapes";

/** Empty forms of the documents, and how they become what the API wants: text to numbers, blanks to nothing. */
export interface AircraftForm {
  name: string;
  kind: string;
  registration: string;
  serial_number: string;
  operator_number: string;
  mtom_kg: string;
  payload_kg: string;
  max_speed_m_s: string;
  characteristic_dimension_m: string;
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

export const blankAircraft = (): AircraftForm => ({
  name: "", kind: "multirotor", registration: "", serial_number: "", operator_number: "", mtom_kg: "", payload_kg: "", max_speed_m_s: "",
  characteristic_dimension_m: "", endurance_min: "", lost_link_procedure: "", insurer: "", policy_number: "", cover_sdr: "", insured_until: "",
  mavlink_system_id: "1", signing_key: "", allowed_sources: "",
});

export const blankPilot = (): PilotForm => ({ name: "", remote_pilot_id: "", certificates: [{ kind: "STS", number: "", valid_until: "" }] });

// what is no number goes to the server as it was typed, so that its answer is about that
const number = (text: string) => (text.trim() === "" || Number.isNaN(Number(text)) ? text.trim() : Number(text));

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
    mtom_kg: number(form.mtom_kg),
    payload_kg: number(form.payload_kg),
    max_speed_m_s: number(form.max_speed_m_s),
    characteristic_dimension_m: number(form.characteristic_dimension_m),
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
