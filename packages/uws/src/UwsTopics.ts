/** Topics of a uWebSockets.js app, seen from one of its sockets. */
import type { TemplatedApp, WebSocket } from "uWebSockets.js";
import { bytesOf, type Frame, type Topics } from "@sluice/runtime/adapter";

/** The app whose topics they are. */
export interface UwsPublishing {
  readonly app: TemplatedApp;
  readonly compress: boolean;
  /** `maxBackpressure` of the route: over it uWebSockets.js would drop. 0 is no limit. */
  readonly maxBackpressure: number;
}

/** A topic that sockets stay in: a socket that leaves its last topic loses what was published and has not gone out. */
const home = "sluice";

/** Whether a topic is one of Sluice's own. */
export const isOurTopic = (topic: string): boolean => topic === home || topic.startsWith("sluice:");

export class UwsTopics implements Topics {
  readonly limitBytes: number;
  readonly #socket: WebSocket<unknown>;
  readonly #app: TemplatedApp;
  readonly #compress: boolean;
  readonly #isGone: () => boolean;

  constructor(socket: WebSocket<unknown>, publishing: UwsPublishing, isGone: () => boolean) {
    const { app, compress, maxBackpressure } = publishing;
    this.#socket = socket;
    this.#app = app;
    this.#compress = compress;
    this.#isGone = isGone;
    this.limitBytes = maxBackpressure === 0 ? Number.POSITIVE_INFINITY : maxBackpressure;
  }

  /** A socket of another app has topics of its own, which this one does not count. */
  join(topic: string): boolean {
    const socket = this.#socket;
    const before = this.#app.numSubscribers(topic);
    socket.subscribe(home);
    socket.subscribe(topic);
    if (this.#app.numSubscribers(topic) > before) return true;
    socket.unsubscribe(topic);
    return false;
  }

  leave(topic: string): void {
    if (!this.#isGone()) this.#socket.unsubscribe(topic);
  }

  publish(topic: string, frame: Frame): void {
    this.#app.publish(topic, bytesOf(frame), frame.isBinary, this.#compress);
  }

  publishToOthers(topic: string, frame: Frame): void {
    if (this.#isGone()) this.publish(topic, frame);
    else this.#socket.publish(topic, bytesOf(frame), frame.isBinary, this.#compress);
  }
}
