/** When a fan-out is at its best: all that keep up have a topic of uWebSockets.js in common. */
import type { TemplatedApp } from "uWebSockets.js";

/** Resolves when so many of the connections of an app do; they must have been sent something before. */
export async function everyoneKeepsUp(app: TemplatedApp, connections: number): Promise<void> {
  for (let patience = 100; app.numSubscribers("sluice") < connections; patience--) {
    if (patience === 0) throw new Error("not everyone keeps up");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
