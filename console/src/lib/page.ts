/** What the server put into the page for its script: who asks, the words, the site's time zone. */
export interface Page {
  asker: { organisation: string; slug: string; label: string; role: string; range: boolean; may: string[] };
  timezone: string;
  language: string;
  csrf: string;
  words: Record<string, string>;
  flight?: string;
}

const NOBODY: Page = {
  asker: { organisation: "", slug: "", label: "", role: "", range: false, may: [] },
  timezone: "UTC",
  language: document.documentElement.lang || "en",
  csrf: "",
  words: {},
};

export const page: Page = read();

function read(): Page {
  const text = document.getElementById("page")?.textContent;
  return text ? (JSON.parse(text) as Page) : NOBODY;
}

/** The word in the reader's language, with `{name}` filled in; the English words are the keys. */
export function t(word: string, filled: Record<string, string | number> = {}): string {
  const known = page.words[word] || word;
  return known.replace(/\{(\w+)\}/g, (whole, name: string) => String(filled[name] ?? whole));
}

/** Say whether the asker's role may do it (the server decides again). */
export function may(permission: string): boolean {
  return page.asker.may.includes(permission);
}
