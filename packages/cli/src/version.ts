/** Which version a package is, as it says itself. */
import { readFileSync } from "node:fs";

/** Give it the `package.json`. */
export function version(manifest: URL): string {
  return (JSON.parse(readFileSync(manifest, "utf8")) as { readonly version: string }).version;
}
