// What the server needs to know about a build: which sources it was made of, and which words it asks the page for.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const here = import.meta.dirname;
const BUILT = join(here, "../testcentre/static/console");
const LOOSE = ["package-lock.json", "package.json", "provenance.js", "svelte.config.js", "tsconfig.json", "vite.config.ts"];

function sources() {
  const inside = readdirSync(join(here, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(here.length + 1));
  return [...LOOSE, ...inside].sort();
}

function words() {
  const found = new Set();
  for (const file of sources().filter((name) => /\.(svelte|ts)$/.test(name))) {
    const text = readFileSync(join(here, file), "utf8");
    for (const match of text.matchAll(/\bt\(\s*(?:"([^"]*)"|'([^']*)')/g)) found.add(match[1] ?? match[2]);
  }
  const rows = [...found].sort().map((word) => `    _("${word}"),\n`);
  return (
    '"""The words that the console\'s scripts ask for; written by `make console`, never by hand."""\n\n' +
    `from django.utils.translation import gettext_noop as _\n\nWORDS: tuple[str, ...] = (\n${rows.join("")})\n`
  );
}

// WhiteNoise sends these as they lie: nothing is compressed at start or per request.
function compress() {
  for (const name of readdirSync(join(BUILT, "assets")).filter((file) => /\.(css|js)$/.test(file))) {
    const path = join(BUILT, "assets", name);
    const text = readFileSync(path);
    writeFileSync(`${path}.gz`, gzipSync(text, { level: 9 }));
    writeFileSync(`${path}.br`, brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  }
}

export function provenance() {
  return {
    name: "provenance",
    apply: "build",
    closeBundle() {
      const hash = createHash("sha256");
      for (const file of sources()) hash.update(`${file}\0`).update(readFileSync(join(here, file))).update("\0");
      writeFileSync(join(BUILT, "sources.sha256"), `${hash.digest("hex")}\n`);
      writeFileSync(join(here, "../testcentre/pages/words.py"), words());
      compress();
    },
  };
}
