/** One open page: what it has asked for, and what it is told. */
import { Result } from "effect";
import type { Demonstration } from "./Demonstration.js";
import { type Control, pageMessage } from "./PageMessage.js";
import type { Failure, ServerMessage } from "./Protocol.js";
import type { Stoppable, View } from "./View.js";

/** What a page can reach. */
export interface Reach {
  readonly view: Pick<View, "watch">;
  /** Undefined for a page that may not control anything. */
  demonstration(): Demonstration | undefined;
  /** The demonstration has been changed. */
  changed(): void;
}

export class Audience {
  readonly #tell: (message: ServerMessage) => void;
  readonly #reach: Reach;
  #watched: Stoppable | undefined;

  constructor(tell: (message: ServerMessage) => void, reach: Reach) {
    this.#tell = tell;
    this.#reach = reach;
  }

  /** The page has said something; what it cannot have, it is told. */
  hear(text: string): void {
    const read = pageMessage(text);
    if (Result.isFailure(read)) {
      this.#tell(read.failure);
      return;
    }
    const message = read.success;
    if (message.type === "watch") this.#watch(message.id);
    else if (message.type === "unwatch") this.leave();
    else void this.#control(message);
  }

  /** Looks at no connection any more. */
  leave(): void {
    this.#watched?.stop();
    this.#watched = undefined;
  }

  #watch(id: string): void {
    this.leave();
    const unknown = () =>
      this.#fail("unknown-connection", `id (${JSON.stringify(id)}) must be of an open connection`);
    this.#watched = this.#reach.view.watch(id, this.#tell, unknown);
  }

  async #control(control: Control): Promise<void> {
    const demonstration = this.#reach.demonstration();
    if (demonstration === undefined) {
      this.#fail(
        "not-a-demonstration",
        "there are no controls: the server was not started for it, or is reached by a name",
      );
      return;
    }
    try {
      await perform(demonstration, control);
      this.#reach.changed();
    } catch (error) {
      this.#fail("refused", (error as Error).message);
    }
  }

  #fail(code: Failure["code"], message: string): void {
    this.#tell({ type: "error", code, message });
  }
}

function perform(demonstration: Demonstration, control: Control): void | Promise<void> {
  switch (control.type) {
    case "add-clients":
      return demonstration.addClients(control);
    case "set-speed":
      return demonstration.setSpeed(control.client, control.bytesPerSecond);
    case "set-strategy":
      return demonstration.setStrategy(control.client, control.strategy);
    case "remove-client":
      return demonstration.removeClient(control.client);
    case "set-feed-rate":
      return demonstration.setFeedRate(control.rate);
    default:
      return control satisfies never;
  }
}
