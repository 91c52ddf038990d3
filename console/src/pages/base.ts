import "../styles/fonts.css";
import "../styles/tokens.css";
import "../styles/base.css";
import { t } from "../lib/page";
import { fullDay, localTime, utcTime } from "../lib/time";

/** The clock in the header: local time large, UTC beside it, both named. */
function tick(clock: HTMLElement): void {
  const now = new Date();
  const [date, local, utc] = clock.children;
  if (date && local && utc) {
    date.textContent = fullDay(now);
    local.textContent = `${localTime(now)} ${t("local")}`;
    utc.textContent = `${utcTime(now)} UTC`;
  }
}

const clock = document.querySelector<HTMLElement>(".top .clock");
if (clock) {
  tick(clock);
  setInterval(() => tick(clock), 1000);
}
