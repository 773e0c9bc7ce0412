/** Makes the live page one file, `dist/page.html`: chart, style and script inlined, nothing asked for elsewhere. */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { chartSvg } from "@sluice/chart";
import { connectionMachine } from "@sluice/machines/chart";
import { build } from "esbuild";

const here = (path) => new URL(path, import.meta.url);
const { outputFiles } = await build({
  entryPoints: [here("browser/main.ts"), here("browser/style/index.css")].map(
    ({ pathname }) => pathname,
  ),
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "none",
  outdir: "dist",
  write: false,
});
const [script, style] = outputFiles.map(({ text }) => text.trim());
if (/<\/(script|style)/i.test(script + style))
  throw new Error("what is inlined must not end itself");
const hash = createHash("sha256").update(script).digest("base64");
const policy = [
  "default-src 'none'",
  `script-src 'sha256-${hash}'`,
  "style-src 'unsafe-inline'",
  "img-src data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const icon = encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M2 3h12v2H2zm2 4h8v2H4zm2 4h4v2H6z" fill="#1f7a8c"/></svg>',
);
const parts = {
  policy: `<meta http-equiv="content-security-policy" content="${policy}">`,
  icon: `<link rel="icon" href="data:image/svg+xml,${icon}">`,
  style: `<style>${style}</style>`,
  // What happens is shown, and needs the room: what is done about it is in the chart that `sluice chart` draws.
  chart: chartSvg(connectionMachine, { below: "tally" }),
  script: `<script>${script}</script>`,
};
const template = await readFile(here("browser/index.html"), "utf8");
const page = template.replaceAll(/<!-- (\w+) -->/g, (_, name) => parts[name]);
await writeFile(here("dist/page.html"), page);
