/** uWebSockets.js would write its version into every answer. Its typings do not know how it is told not to. */
import * as uws from "uWebSockets.js";

export function hideVersion(): void {
  const { _cfg } = uws as { readonly _cfg?: (key: string) => void };
  _cfg?.("silent");
}
