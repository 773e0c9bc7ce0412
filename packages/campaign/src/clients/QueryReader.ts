/** A client of the reference server: it asks for rows, and looks whether every batch follows the one before. */
import { once } from "node:events";
import { WebSocket } from "ws";
import type { ClientEntry } from "../ledger/Entry.js";
import { Ranges } from "../ledger/Ranges.js";

export class QueryReader {
  /** How the last query ended: `completed`, or the code of its error. */
  outcome: string | undefined;
  readonly #name: string;
  readonly #socket: WebSocket;
  readonly #numbers = new Ranges();
  #received = 0;
  #disordered = 0;
  #query = 0;
  #next = 0;

  static async open(host: string, name: string): Promise<QueryReader> {
    const socket = new WebSocket(`ws://${host}/query`, { perMessageDeflate: false });
    await once(socket, "open");
    return new QueryReader(name, socket);
  }

  private constructor(name: string, socket: WebSocket) {
    this.#name = name;
    this.#socket = socket;
    socket.on("message", (data: Buffer) => this.#take(data.toString()));
    socket.on("error", () => {});
  }

  ask(sql: string): void {
    this.outcome = undefined;
    this.#next = 0;
    this.#query++;
    this.#socket.send(JSON.stringify({ type: "query", id: `q${this.#query}`, sql }));
  }

  stop(): void {
    this.#socket.terminate();
  }

  get entry(): ClientEntry {
    return {
      client: this.#name,
      received: this.#received,
      numbers: this.#numbers.toJSON(),
      damaged: 0,
      disordered: this.#disordered,
      isOpen: this.#socket.readyState === WebSocket.OPEN,
      code: null,
    };
  }

  #take(text: string): void {
    this.#received++;
    const { type, id, seq, code } = JSON.parse(text);
    if (type === "batch" && (seq !== this.#next++ || id !== `q${this.#query}`)) this.#disordered++;
    if (type === "completed") this.outcome = type;
    if (type === "error") this.outcome = code;
  }
}
