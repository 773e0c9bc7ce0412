/**
 * A socket of `ws` as a transport. The only file that writes to one.
 *
 * The messages of a batch are put together in one buffer and written at once. What the kernel does not take stays in
 * the stream of Node: more than nothing there is pressure, and an empty write behind it tells when it has been taken.
 * So at most a quantum, or one larger message, is out of the overflow strategy's reach.
 */
import { Socket } from "node:net";
import { defaultQuantum, SendStatus } from "@sluice/runtime";
import {
  type Encoded,
  type Ends,
  encoded,
  Frame,
  type Message,
  SocketTransport,
  wireOf,
} from "@sluice/runtime/adapter";
import { WebSocket } from "ws";
import {
  maxHeaderBytes,
  putHeader,
  putText,
  wireOfBytes,
  wireOfFrame,
  wireOfPing,
  wireOfText,
} from "./Framing.js";
import { asksToCompress, type Stream, sendBy, streamOf, viewOf } from "./Native.js";
import { Region } from "./Slab.js";

/** What a transport is told about its socket. */
export interface WsTransportOptions {
  /** Whether messages are compressed, if the client has agreed to it. */
  readonly compress: boolean;
  /** Whether pings may be sent to find out what the client has read. */
  readonly asks: boolean;
  /** Called when the socket has taken what it held: because its client has read, if that is known. */
  readonly onDrained: (hasRead: boolean) => void;
}

export class WsTransport extends SocketTransport {
  readonly #socket: WebSocket;
  readonly #stream: Stream;
  readonly #options: WsTransportOptions;
  readonly #compresses: boolean;
  /** The client has agreed to it. */
  readonly #canCompress: boolean;
  /** What the stream may hold without pressure, in bytes: one of TLS takes nothing before the next turn of the loop. */
  readonly #slackBytes: number;
  readonly #region = new Region();
  #isBatching = false;
  /** `ws` itself writes what is sent: it compresses, and keeps the order. */
  #isBySender = false;
  #isAwaited = false;
  #heardBytes: number | undefined;
  /** What it sends has to wait: whatever its client says is not heard. */
  #isListening = true;

  readonly #taken = () => {
    this.#isAwaited = false;
    // What is encrypted has been taken before a client has read anything.
    this.#options.onDrained(this.#slackBytes === 0);
  };
  readonly #sent = () => {
    if (this.#socket.bufferedAmount <= this.#slackBytes) this.#options.onDrained(false);
  };

  protected override get asks(): boolean {
    return this.#options.asks;
  }

  /** The socket must be open. */
  constructor(socket: WebSocket, ends: Ends, options: WsTransportOptions) {
    super(ends);
    this.#socket = socket;
    this.#stream = streamOf(socket);
    this.#options = options;
    this.#canCompress = socket.extensions.includes("permessage-deflate");
    this.#compresses = options.compress && this.#canCompress;
    this.#slackBytes = this.#stream.encrypted ? defaultQuantum.bytes : 0;
    this.#heardBytes = this.#stream.bytesRead;
  }

  /** Its stream counts what it has heard: nobody needs to tell. */
  override hasHeard(): boolean {
    // For as long as nobody listens, nobody can say that it is silent.
    if (!this.#isListening) return true;
    const { bytesRead } = this.#stream;
    if (bytesRead === this.#heardBytes) return false;
    this.#heardBytes = bytesRead;
    return true;
  }

  send(message: Message): SendStatus {
    // It closes, and takes nothing any more, though it has not told yet.
    if (this.#socket.readyState !== WebSocket.OPEN) return SendStatus.refused;
    const ready = encoded(message);
    if (ready === undefined) return SendStatus.unsendable;
    if (this.#isBatching) this.#add(ready);
    else this.#writeOne(ready);
    return SendStatus.sent;
  }

  /** In a batch it rides behind its messages, in the same write. */
  ping(payload: string): boolean {
    if (this.#socket.readyState !== WebSocket.OPEN) return false;
    if (this.#isBatching ? this.#isBySender : this.#compresses || this.#isSenderBusy)
      this.#socket.ping(payload);
    else if (!this.#isBatching) this.#stream.write(wireOfPing(payload));
    else this.#addWire(wireOfPing(payload));
    return true;
  }

  /** Its owner has paused it, or whoever reads it as a stream is behind: pongs wait as well. */
  get isDeaf(): boolean {
    return this.#socket.isPaused;
  }

  override listen(isListening: boolean): void {
    this.#isListening = isListening;
    if (isListening) this.#socket.resume();
    else this.#socket.pause();
  }

  batch(write: () => void): void {
    this.#begin();
    try {
      write();
    } finally {
      this.#finish();
    }
  }

  /** What is framed already needs no memory but its own. */
  #writeOne(message: Encoded): void {
    const isPlain = !this.#compresses && !this.#isSenderBusy;
    if (message instanceof Frame && isPlain && !asksToCompress(message)) {
      this.#stream.write(wireOf(message, wireOfFrame));
      return;
    }
    this.#begin();
    this.#add(message);
    this.#finish();
  }

  #begin(): void {
    this.#isBySender = this.#compresses || this.#isSenderBusy;
    this.#isBatching = true;
    this.#region.open();
  }

  #finish(): void {
    this.#isBatching = false;
    this.#flush();
    // A stream that is not of the system may hand on the memory that it was given.
    const isFree = this.#stream.writableLength === 0 && this.#stream instanceof Socket;
    this.#region.close(isFree);
  }

  /** Puts a message behind those of its batch; what has no room there is written by itself. */
  #add(message: Encoded): void {
    if (!this.#isBySender && this.#canCompress && asksToCompress(message)) {
      this.#flush();
      // What follows is behind it.
      this.#isBySender = true;
    }
    if (this.#isBySender) sendBy(this.#socket, message, this.#compresses, this.#sent);
    else if (message instanceof Frame) this.#addWire(wireOf(message, wireOfFrame));
    else if (typeof message === "string") this.#addText(message);
    else this.#addBytes(viewOf(message));
  }

  #addWire(wire: Uint8Array): void {
    const region = this.#region;
    if (wire.length > region.room) {
      this.#writeAlone(wire);
      return;
    }
    region.buffer.set(wire, region.end);
    region.end += wire.length;
  }

  #addText(text: string): void {
    const region = this.#region;
    const room = region.room - maxHeaderBytes;
    if (3 * text.length > room && Buffer.byteLength(text) > room) {
      this.#writeAlone(wireOfText(text));
      return;
    }
    region.end = putText(region.buffer, region.end, text);
  }

  #addBytes(bytes: Uint8Array): void {
    const region = this.#region;
    if (bytes.length > region.room - maxHeaderBytes) {
      this.#writeAlone(wireOfBytes(bytes, true));
      return;
    }
    const at = putHeader(region.buffer, region.end, bytes.length, true);
    region.buffer.set(bytes, at);
    region.end = at + bytes.length;
  }

  #writeAlone(wire: Uint8Array): void {
    this.#flush();
    this.#stream.write(wire);
  }

  #flush(): void {
    const region = this.#region;
    if (region.end > region.start) this.#stream.write(region.take());
  }

  /** What the stream holds, and what waits to be compressed. */
  bufferedBytes(): number {
    const held = this.#socket.bufferedAmount;
    if (held <= this.#slackBytes) return 0;
    const { writableLength, _handle: handle } = this.#stream;
    if (writableLength === 0) return held;
    this.#await();
    // The stream counts a write until all of it has been taken; the system knows what is left of it.
    const left = handle?.writeQueueSize ?? 0;
    return left > 0 && left < writableLength ? held - writableLength + left : held;
  }

  /** Behind what the stream holds, something empty: when that has been taken, so has the rest. */
  #await(): void {
    if (this.#isAwaited) return;
    this.#isAwaited = true;
    this.#stream.write(nothing, this.#taken);
  }

  /** `ws` has something in work that must go first: a message that is being compressed, by whomever it was sent. */
  get #isSenderBusy(): boolean {
    return this.#socket.bufferedAmount > this.#stream.writableLength;
  }

  protected sayGoodbye(code: number, reason: string): void {
    this.#socket.close(code, reason);
    this.ended();
  }

  terminate(): void {
    this.#socket.terminate();
    this.ended();
  }
}

const nothing = Buffer.alloc(0);
