/** Hear of changes on the range while a page is open: by the live socket, and without it by asking when one looks. */
import { Live, live_path, type LiveEvent } from "./live";

const POLL_MS = 30_000;
const STANDING_MS = 1_000;

export interface Following {
  /** one event came */
  event: (event: LiveEvent) => void;
  /** something may have been missed: read everything again */
  all: () => void;
  /** whether changes are heard at once, and the server's clock; once a second */
  tick: (heard: boolean, now: Date) => void;
}

/** Follow until the returned function is called. */
export function follow({ event, all, tick }: Following): () => void {
  const live = new Live(live_path());
  const heard = () => live.standing === "live";
  let opened = false;
  live.onevent = event;
  // the first snapshot comes beside the page's own first reading
  live.onsnapshot = () => {
    if (opened) all();
    opened = true;
  };
  live.open();
  const seen = () => !heard() && all();
  window.addEventListener("focus", seen);
  const poll = setInterval(() => !document.hidden && seen(), POLL_MS);
  const clock = setInterval(() => tick(heard(), live.now()), STANDING_MS);
  return () => {
    window.removeEventListener("focus", seen);
    clearInterval(poll);
    clearInterval(clock);
  };
}
