/** A visitor who is on the way in, from its request until it has its socket, is answered otherwise, or goes. */
import type { HttpResponse } from "uWebSockets.js";

/** What settles it. Of these `upgrade` calls `open` of the route before it returns. */
const settling = ["upgrade", "end", "endWithoutBody", "tryEnd", "close"] as const;

/**
 * Has its place given up when it is settled, however its handler goes about that: at once, by a promise or by callbacks. Its
 * response tells: there is no event for it.
 */
export function holding(response: HttpResponse, giveUp: () => void): void {
  const all = response as unknown as Record<string, (...given: Array<unknown>) => unknown>;
  for (const name of settling) {
    const settle = all[name];
    if (settle === undefined) continue;
    all[name] = (...given) => {
      giveUp();
      return settle.apply(response, given);
    };
  }
  const { onAborted } = all as unknown as HttpResponse;
  onAborted.call(response, giveUp);
  // A second handler takes the place of the first.
  response.onAborted = (handler) =>
    onAborted.call(response, () => {
      giveUp();
      handler();
    });
}
