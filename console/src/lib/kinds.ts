/** The API's codes as words. */
import { t } from "./page";

export const resourceKinds: Record<string, string> = {
  runway: t("Runway"),
  test_area: t("Test area"),
  stand: t("Stand"),
  hangar_bay: t("Hangar bay"),
  safety_officer: t("Safety officer"),
  ground_station: t("Ground station"),
  spectrum: t("Spectrum"),
  gnss_band: t("GNSS band"),
  laser_range: t("Laser range"),
  counter_drone_zone: t("Counter-drone zone"),
  ils: t("ILS"),
  ils_critical_area: t("ILS critical area"),
};

export const aircraftKinds: Record<string, string> = {
  multirotor: t("multirotor"),
  helicopter: t("helicopter"),
  fixed_wing: t("fixed wing"),
  vtol: t("VTOL"),
  ground: t("ground vehicle"),
  surface: t("surface vessel"),
};

/** Papers of aircraft and organisations; those of pilots have the names that their issuers give. */
export const paperKinds: Record<string, string> = {
  insurance: t("insurance"),
  airworthiness: t("airworthiness certificate"),
  authorisation: t("authorisation of the aircraft"),
  operational_authorisation: t("operational authorisation"),
};

export const bookingStates: Record<string, string> = {
  draft: t("draft"),
  held: t("held"),
  requested: t("requested"),
  confirmed: t("confirmed"),
  checked_in: t("checked in"),
  active: t("active"),
  completed: t("completed"),
  refused: t("refused"),
  cancelled: t("cancelled"),
  expired: t("expired"),
  no_show: t("no-show"),
  displaced: t("displaced"),
};

export const phases: Record<string, string> = {
  expected: t("expected"),
  recording: t("recording"),
  ended: t("ended"),
  sealed: t("sealed"),
};

export const links: Record<string, string> = {
  fresh: t("fresh"),
  late: t("late"),
  stale: t("stale"),
  lost: t("lost"),
};

export const refusals: Record<string, string> = {
  foreign: t("another system on this link"),
  wrong_source: t("not from an allowed source"),
  ambiguous: t("fits two flights"),
  outside_period: t("outside its time"),
  sealed: t("after the end"),
  bad_signature: t("wrong signature"),
  replayed: t("sent again by somebody"),
  not_kept: t("the stream took nothing"),
  set_aside: t("set aside by the drain"),
};

export const verbs: Record<string, string> = {
  submit: t("Submit"),
  confirm: t("Confirm"),
  refuse: t("Refuse"),
  cancel: t("Cancel booking"),
  "check-in": t("Check in"),
  activate: t("Activate"),
  release: t("Release the rest"),
  complete: t("Complete"),
  "no-show": t("No-show"),
};

/** The API may name a verb with either sign; addresses have the hyphen. */
export const verbOf = (action: string) => action.replaceAll("_", "-");
