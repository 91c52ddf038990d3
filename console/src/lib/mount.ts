import { mount, type Component } from "svelte";

/** Put a page's component where the server left room for it. */
export function start(page: Component): void {
  const target = document.getElementById("island");
  if (!target) throw new Error("expected an element #island in the page");
  target.replaceChildren();
  mount(page, { target });
}
