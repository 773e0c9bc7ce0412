/** A connection with lanes and notices on a transport that a test empties, on a clock that it moves. */
import { type ConfigurationOptions, configuration, imbalance } from "@sluice/core";
import { Actor, PlainConnection, SendStatus } from "@sluice/runtime";
import { byteLength, bytesOf, encoded, Frame, type Message } from "@sluice/runtime/adapter";
import { ManualClock, ManualFlusher, ScriptedTransport } from "@sluice/runtime/testing";
import { Clock, Context } from "effect";
import { expect } from "vitest";
import { type LanesOptions, lanesOf } from "../src/actor/Lanes.js";
import { Coalescer, type Coalescing } from "../src/adapter/Coalescer.js";
import { type GapOptions, gapWireOf } from "../src/adapter/GapWire.js";

export interface LabelWorldOptions {
  readonly configuration?: ConfigurationOptions;
  readonly lanes?: LanesOptions;
  readonly gaps?: boolean | GapOptions;
  readonly coalesce?: Coalescing;
}

/** As those of sockets, it encodes what it is handed. */
class EncodingTransport extends ScriptedTransport<Message> {
  override send(message: Message): SendStatus {
    const ready = encoded(message);
    return ready === undefined ? SendStatus.unsendable : super.send(ready);
  }
}

export class LabelWorld {
  readonly clock = new ManualClock();
  readonly flusher = new ManualFlusher();
  readonly failures: Array<unknown> = [];
  readonly transport: ScriptedTransport<Message>;
  readonly actor: Actor<Message>;
  readonly connection: PlainConnection<Message>;

  constructor(options: LabelWorldOptions = {}) {
    this.transport = new EncodingTransport({ sizeOf: byteLength, maxBackpressure: 1, room: 0 });
    const failed = (error: unknown) => void this.failures.push(error);
    this.actor = new Actor<Message>({
      transport: this.transport,
      flusher: this.flusher,
      sizeOf: byteLength,
      configuration: configuration(options.configuration),
      context: Context.make(Clock.Clock, this.clock),
      lanes: lanesOf(options.lanes),
      gapWire: gapWireOf(options.gaps, failed),
      joiner: options.coalesce && new Coalescer({ as: options.coalesce }, failed),
      errorListener: { onError: failed },
      makesRoom: true,
    });
    this.connection = new PlainConnection(this.actor);
    // Its transport holds a message that its client has not read: what comes after that waits.
    this.connection.offer("first");
    this.flusher.settle();
  }

  /** The client reads so many messages, one in each turn. */
  read(messages: number): void {
    for (let left = messages; left > 0 && !this.transport.isClosed; left--) {
      this.transport.drain(this.transport.bufferedBytes());
      this.actor.drained();
      this.flusher.settle();
    }
  }

  /** The client reads until nothing more comes. */
  readAll(): void {
    for (let before = -1; before < this.transport.accepted.length; ) {
      before = this.transport.accepted.length;
      this.read(2);
    }
  }

  /** What has gone to the client after the first message. */
  get received(): ReadonlyArray<string> {
    const text = (message: Message) =>
      message instanceof Frame ? Buffer.from(bytesOf(message)).toString() : `${message}`;
    return this.transport.accepted.slice(1).map(text);
  }

  /** The books balance. */
  audit(): void {
    expect(imbalance(this.connection.stats())).toEqual({ messages: 0, bytes: 0 });
  }
}
