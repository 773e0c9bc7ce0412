/** The client as a page gets it. */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** As a module, or as a script that makes `sluice` global. */
export async function bundle(format: "esm" | "iife"): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("../src/index.ts", import.meta.url))],
    bundle: true,
    minify: true,
    format,
    globalName: "sluice",
    target: "es2022",
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}
