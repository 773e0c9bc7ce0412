/** A uWebSockets.js socket as a transport. The only file that writes to one. */
import type { WebSocket } from "uWebSockets.js";
import { SendStatus } from "@sluice/runtime";
import {
  bytesOf,
  type Ends,
  encoded,
  Frame,
  type Message,
  SocketTransport,
  type Topics,
} from "@sluice/runtime/adapter";

import { home, type Publishing } from "./Publishing.js";

/** What a transport is told about its socket. */
export interface UwsTransportOptions {
  /** Whether messages are compressed. */
  readonly compress: boolean;
  /** Whether pings may be sent to find out what the client has read. */
  readonly asks: boolean;
  /** What messages for many are published on; undefined if the app is not known. */
  readonly publishing?: Publishing | undefined;
}

export class UwsTransport extends SocketTransport implements Topics {
  readonly #socket: WebSocket<unknown>;
  readonly #route: UwsTransportOptions;

  /** `route` is what it has in common with others. */
  constructor(socket: WebSocket<unknown>, ends: Ends, route: UwsTransportOptions) {
    super(ends);
    this.#socket = socket;
    this.#route = route;
  }

  protected override get asks(): boolean {
    return this.#route.asks;
  }

  override get topics(): Topics | undefined {
    return this.#route.publishing === undefined || this.isGone ? undefined : this;
  }

  /** A message whose bytes are gone cannot be sent: better than an empty message in its place. */
  send(message: Message): SendStatus {
    const socket = this.#socket;
    const { compress } = this.#route;
    if (message instanceof Frame) {
      const compresses = message.compress ?? compress;
      return socket.send(bytesOf(message), message.isBinary, compresses) as SendStatus;
    }
    if (typeof message === "string") {
      // Half a surrogate pair is no text: a client would close over it.
      const text = message.isWellFormed() ? message : message.toWellFormed();
      return socket.send(text, false, compress) as SendStatus;
    }
    const other = encoded(message);
    if (other === undefined) return SendStatus.unsendable;
    // A frame, if it was to be encoded now.
    if (!ArrayBuffer.isView(other)) return this.send(other);
    return socket.send(typed(other), true, compress) as SendStatus;
  }

  ping(payload: string): boolean {
    return (this.#socket.ping(payload) as SendStatus) !== SendStatus.refused;
  }

  /** User space only: the kernel's buffers are not in it, nor is the cork buffer. */
  bufferedBytes(): number {
    return this.#socket.getBufferedAmount();
  }

  batch(write: () => void): void {
    this.#socket.cork(write);
  }

  /** What is published from now on is not for one that has said goodbye. */
  protected override lingers(): void {
    for (const topic of this.#socket.getTopics()) this.#socket.unsubscribe(topic);
    super.lingers();
  }

  // ── Topics ──────────────────────────────────────────────────────────────────────────────────────────

  /** A topic of uWebSockets.js writes so many at a time. */
  get mostMessages(): number {
    return 32;
  }

  get limitBytes(): number {
    return this.#route.publishing?.limitBytes ?? 0;
  }

  /** A socket of another app has topics of its own, which this one does not count. */
  subscribe(topic: string): boolean {
    const socket = this.#socket;
    const count = () => this.#route.publishing?.app.numSubscribers(topic) ?? 0;
    const before = count();
    socket.subscribe(home);
    socket.subscribe(topic);
    if (count() > before) return true;
    socket.unsubscribe(topic);
    return false;
  }

  unsubscribe(topic: string): void {
    if (!this.isGone) this.#socket.unsubscribe(topic);
  }

  publish(topic: string, frame: Frame): void {
    const { publishing, compress } = this.#route;
    publishing?.app.publish(topic, bytesOf(frame), frame.isBinary, frame.compress ?? compress);
  }

  publishToOthers(topic: string, frame: Frame): void {
    if (this.isGone) this.publish(topic, frame);
    else {
      const compresses = frame.compress ?? this.#route.compress;
      this.#socket.publish(topic, bytesOf(frame), frame.isBinary, compresses);
    }
  }

  // ── Its end ─────────────────────────────────────────────────────────────────────────────────────────

  protected sayGoodbye(code: number, reason: string): void {
    this.#socket.end(code, reason);
  }

  terminate(): void {
    this.#socket.close();
  }
}

/** uWebSockets.js takes views of bytes, of any kind but one. */
function typed(view: ArrayBufferView): Uint8Array {
  if (!(view instanceof DataView)) return view as Uint8Array;
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
