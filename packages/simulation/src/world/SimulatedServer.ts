/** The shipping hub, as an adapter for sockets that are simulated: what `@sluice/uws` and `@sluice/ws` are for theirs. */
import type { ConfigurationOptions } from "@sluice/core";
import type { SendStatus } from "@sluice/runtime";
import {
  type Ends,
  FlowControlledServer,
  type Frame,
  Hub,
  type HubOptions,
  type Message,
  type SocketEnd,
  SocketTransport,
  type Topics,
} from "@sluice/runtime/adapter";
import { Context } from "effect";
import type { ServerStory } from "../story/Story.js";
import type { Listener, Socket } from "./Socket.js";

type About = readonly [Socket];

/** Who has joined which topic of the library. */
export class TopicTree {
  readonly joined = new Map<string, Set<Socket>>();

  join(topic: string, socket: Socket): void {
    const sockets = this.joined.get(topic) ?? new Set();
    this.joined.set(topic, sockets.add(socket));
  }

  leave(topic: string, socket: Socket): void {
    const sockets = this.joined.get(topic);
    sockets?.delete(socket);
    if (sockets?.size === 0) this.joined.delete(topic);
  }

  leaveAll(socket: Socket): void {
    for (const topic of [...this.joined.keys()]) this.leave(topic, socket);
  }

  publish(topic: string, frame: Frame, except?: Socket): void {
    for (const socket of [...(this.joined.get(topic) ?? [])]) {
      if (socket !== except && !socket.isClosed) socket.send(frame, true);
    }
  }
}

class SimulatedTransport extends SocketTransport implements Topics {
  readonly limitBytes = Number.POSITIVE_INFINITY;
  readonly mostMessages = 32;
  protected readonly asks = true;
  readonly #socket: Socket;
  readonly #tree: TopicTree | undefined;
  readonly #closesAtOnce: boolean;

  constructor(ends: Ends, socket: Socket, tree: TopicTree | undefined, closesAtOnce: boolean) {
    super(ends);
    this.#socket = socket;
    this.#tree = tree;
    this.#closesAtOnce = closesAtOnce;
  }

  override get topics(): Topics | undefined {
    return this.#tree === undefined || this.isGone ? undefined : this;
  }

  send(message: Message): SendStatus {
    return this.#socket.send(message);
  }

  ping(payload: string): boolean {
    return this.#socket.ping(payload);
  }

  bufferedBytes(): number {
    return this.#socket.bufferedBytes();
  }

  batch(write: () => void): void {
    this.#socket.batch(write);
  }

  protected override lingers(): void {
    this.#tree?.leaveAll(this.#socket);
    super.lingers();
  }

  protected sayGoodbye(code: number, reason: string): void {
    this.#tree?.leaveAll(this.#socket);
    this.#socket.end(code, reason);
    if (!this.#closesAtOnce) this.ended();
  }

  terminate(): void {
    this.#tree?.leaveAll(this.#socket);
    this.#socket.terminate();
    if (!this.#closesAtOnce) this.ended();
  }

  subscribe(topic: string): boolean {
    this.#tree?.join(topic, this.#socket);
    return true;
  }

  unsubscribe(topic: string): void {
    this.#tree?.leave(topic, this.#socket);
  }

  publish(topic: string, frame: Frame): void {
    this.#tree?.publish(topic, frame);
  }

  publishToOthers(topic: string, frame: Frame): void {
    this.#tree?.publish(topic, frame, this.#socket);
  }
}

export class SimulatedServer extends FlowControlledServer<Socket> implements Listener {
  readonly tree = new TopicTree();
  readonly #hub: Hub<About, SimulatedTransport>;
  readonly #story: ServerStory;

  constructor(story: ServerStory, onError: NonNullable<HubOptions<About>["onError"]>) {
    const hub = new Hub<About, SimulatedTransport>(
      {
        configuration: ({ number }) =>
          story.configurations[number % story.configurations.length] as ConfigurationOptions,
        maxTotalBytes: story.maxTotalBytes,
        ...(story.lines && { coalesce: { as: "lines", maxBytes: 1_000 } }),
        ...(story.limits && { channels: { limits: { "a.*": { maxMessages: 2 } } } }),
        onError,
      },
      Context.empty(),
      { stranger: "is it of this story?" },
    );
    super(hub);
    this.#hub = hub;
    this.#story = story;
  }

  /** False when it has no connection, or none any more. */
  open(socket: Socket): boolean {
    const { topics, closes, idleTimeoutMillis } = this.#story;
    const tree = topics ? this.tree : undefined;
    return this.#hub.open([socket], {
      transport: (ends) => new SimulatedTransport(ends, socket, tree, closes === "at once"),
      refuse: (code, reason) => socket.end(code, reason),
      isOpen: () => !socket.isClosed && !socket.isClosing,
      idleTimeoutMillis,
    });
  }

  drained(socket: Socket): void {
    this.#hub.drained(socket);
  }

  pong(socket: Socket, payload: Buffer): void {
    this.#hub.pong(socket, payload);
  }

  closed(socket: Socket, end: SocketEnd): void {
    this.tree.leaveAll(socket);
    this.#hub.closed(socket, end);
  }

  /** A message of its client's, with a handler that its server guards. */
  heard(socket: Socket, handler: () => void): void {
    this.#hub.heard(socket);
    if (this.find(socket) !== undefined) this.#hub.guard(socket, handler);
  }
}
