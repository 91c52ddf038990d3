/** The public API as the console calls it: session and CSRF, problems as errors, pages read to the end. */
import { page, t } from "./page";
import { day, fullDay, localTime } from "./time";
import type { Problem, Refusal, Alternative } from "./shapes";

const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z/g;
const DATE = /\b\d{4}-\d\d-\d\d\b/g;
const ROOT = "/api/v1/";
const YEAR_MS = 330 * 86_400_000;
const PATIENCE_MS = 15_000;
const MOST_PAGES = 50;

/** An answer that is no success: every refusal of it, and what to do. */
export class Refused extends Error {
  readonly status: number;
  readonly errors: Refusal[];
  readonly alternatives: Alternative[];

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail || problem.title || t("The server answered {status}.", { status }));
    this.status = status;
    this.errors = problem.errors ?? [];
    this.alternatives = problem.alternatives ?? [];
  }
}

async function call<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
  return (await exchange<T>(method, path, body, headers)).value;
}

async function exchange<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<{ value: T; tag: string }> {
  const answer = await fetch(path.startsWith("/") || path.startsWith("http") ? path : ROOT + path, {
    method,
    credentials: "same-origin",
    signal: AbortSignal.timeout(PATIENCE_MS),
    headers: {
      Accept: "application/json",
      ...(method === "GET" ? {} : { "X-CSRFToken": page.csrf }),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch(() => {
    throw new Refused(0, { detail: t("The server does not answer. Nothing is certain; try again.") });
  });
  if (answer.status === 401) {
    location.assign(`/sign-in/?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
  const is_json = /json/.test(answer.headers.get("content-type") ?? "");
  const read: unknown = is_json ? await answer.json() : {};
  if (!answer.ok) throw new Refused(answer.status, read as Partial<Problem>);
  return { value: read as T, tag: answer.headers.get("etag") ?? "" };
}

export const get = <T>(path: string) => call<T>("GET", path);

/** One thing with the ETag that a change of it has to name. */
export const getTagged = <T>(path: string) => exchange<T>("GET", path);

export const put = <T>(path: string, body: unknown) => call<T>("PUT", path, body);

/** Change what the body names; `tag` is the ETag of what was read, and 412 says that it has changed since. */
export const patch = <T>(path: string, body: unknown, tag?: string) => call<T>("PATCH", path, body, tag ? { "If-Match": tag } : {});

export const remove = (path: string, tag?: string) => call<unknown>("DELETE", path, undefined, tag ? { "If-Match": tag } : {});

export const post = <T>(path: string, body: unknown, headers: Record<string, string> = {}) => call<T>("POST", path, body, headers);

/** Every row of a paged list; at most 50 pages, which is more than a screen should show. */
export async function all<T>(path: string): Promise<T[]> {
  const rows: T[] = [];
  let next: string | null = path;
  for (let read = 0; next && read < MOST_PAGES; read += 1) {
    const part: { results: T[]; next: string | null } = await get(next);
    rows.push(...part.results);
    next = part.next ? new URL(part.next, location.href).pathname + new URL(part.next, location.href).search : null;
  }
  return rows;
}

/** A query string of what is set. */
export function query(fields: Record<string, string | number | undefined>): string {
  const set = Object.entries(fields).filter(([, value]) => value !== undefined && value !== "");
  return new URLSearchParams(set.map(([name, value]) => [name, String(value)])).toString();
}

/** The refusals of one field, as text for beside it. */
export function wrongOf(errors: Refusal[], field: string): string {
  return errors
    .filter((one) => one.field === field)
    .map((one) => one.message)
    .join(" ");
}

function isSpan(value: unknown): value is { start: string; end: string } {
  const { start, end } = value as Record<string, unknown>;
  return typeof start === "string" && typeof end === "string";
}

function spanText(from: Date, to: Date): string {
  const until = day(from) === day(to) ? localTime(to) : `${day(to)} ${localTime(to)}`;
  return `${day(from)} ${localTime(from)}–${until} ${t("local")}`;
}

/** A date, with its year where it is far off. */
function dateText(at: Date): string {
  return Math.abs(at.getTime() - Date.now()) < YEAR_MS ? day(at) : fullDay(at);
}

/** Something that a refusal expected or got, as a person reads it. */
export function plainly(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (Array.isArray(value)) return value.map(plainly).join(", ");
  if (isSpan(value)) return spanText(new Date(value.start), new Date(value.end));
  if (typeof value === "object") return Object.entries(value).map(([name, one]) => `${name} ${plainly(one)}`).join(", ");
  return String(value)
    .replace(INSTANT, (text) => `${day(new Date(text))} ${localTime(new Date(text))} ${t("local")}`)
    .replace(DATE, (text) => dateText(new Date(`${text}T12:00:00Z`)));
}
