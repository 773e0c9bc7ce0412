/** The demonstration as the page of a thread has it: how it is set up, and its controls, which the main thread works. */
import type { Demonstration } from "@sluice/page";

/** How it is set up. */
export type DemonstrationState = Pick<Demonstration, "feedRate" | "maxClients" | "clients">;

type ControlName = Exclude<keyof Demonstration, keyof DemonstrationState>;

/** One use of a control, as it crosses. */
export type Control = {
  [Name in ControlName]: { readonly name: Name; readonly given: Parameters<Demonstration[Name]> };
}[ControlName];

type Work = (control: Control) => Promise<unknown>;

export class RemoteDemonstration implements Demonstration {
  readonly feedRate: number;
  readonly maxClients: number;
  readonly clients: Demonstration["clients"];
  readonly #work: Work;

  /** `work` has the main thread work a control, and rejects when that is refused. */
  constructor({ feedRate, maxClients, clients }: DemonstrationState, work: Work) {
    this.feedRate = feedRate;
    this.maxClients = maxClients;
    this.clients = clients;
    this.#work = work;
  }

  async addClients(...given: Parameters<Demonstration["addClients"]>): Promise<void> {
    await this.#work({ name: "addClients", given });
  }

  async setSpeed(...given: Parameters<Demonstration["setSpeed"]>): Promise<void> {
    await this.#work({ name: "setSpeed", given });
  }

  async setStrategy(...given: Parameters<Demonstration["setStrategy"]>): Promise<void> {
    await this.#work({ name: "setStrategy", given });
  }

  async removeClient(...given: Parameters<Demonstration["removeClient"]>): Promise<void> {
    await this.#work({ name: "removeClient", given });
  }

  async setFeedRate(...given: Parameters<Demonstration["setFeedRate"]>): Promise<void> {
    await this.#work({ name: "setFeedRate", given });
  }
}

/** Works a control of the demonstration itself. */
export function work(demonstration: Demonstration, { name, given }: Control): unknown {
  const control = demonstration[name] as (...given: ReadonlyArray<unknown>) => unknown;
  return control.apply(demonstration, [...given]);
}

export function stateOf({ feedRate, maxClients, clients }: Demonstration): DemonstrationState {
  return { feedRate, maxClients, clients };
}
