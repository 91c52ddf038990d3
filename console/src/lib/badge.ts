/** The number beside a page's name in the navigation. */
export function setBadge(place: string, count: number): void {
  const badge = document.querySelector<HTMLElement>(`.top nav a[href="/${place}/"] .badge`);
  if (!badge) return;
  badge.hidden = count === 0;
  const number = badge.querySelector("b");
  if (number) number.textContent = String(count);
}
