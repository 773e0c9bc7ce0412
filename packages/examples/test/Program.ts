/** An example as it is used: started by `node` in a process of its own, and spoken to by a client. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { WebSocket } from "ws";

/** Does something when the test is over. */
type AtEnd = (undo: () => void) => void;

/** The port in the text of every example. */
const shownPort = 9001;

/** The folder of the package. */
export const folder = fileURLToPath(new URL("..", import.meta.url));

/** The text of an example as `node` gets it: `uws/feed`. */
export function compiled(name: string): string {
  return readFileSync(`${folder}/dist/${name}.js`, "utf8");
}

export class Program {
  readonly #child: ChildProcess;
  readonly #port: number;
  readonly #atEnd: AtEnd;
  /** What it has printed. */
  output = "";

  /** Starts an example on a free port; it ends with the test. */
  static async start(name: string, atEnd: AtEnd, natsPort = 4222): Promise<Program> {
    return Program.#at(await freePort(), name, atEnd, natsPort);
  }

  static #at(port: number, name: string, atEnd: AtEnd, natsPort = 4222): Program {
    const url = JSON.stringify(pathToFileURL(`${folder}/dist/${name}.js`));
    const text = compiled(name)
      .replaceAll("import.meta.url", url)
      .replaceAll(`${shownPort}`, `${port}`);
    return new Program(text.replaceAll("4222", `${natsPort}`), port, atEnd);
  }

  /** Starts another on the same port: that of which it is a client. */
  serve(name: string): Program {
    return Program.#at(this.#port, name, this.#atEnd);
  }

  /** Waits until it has printed something. */
  async prints(text: RegExp): Promise<void> {
    while (!text.test(this.output)) await once(this.#child.stdout as NodeJS.ReadableStream, "data");
  }

  private constructor(text: string, port: number, atEnd: AtEnd) {
    this.#port = port;
    this.#atEnd = atEnd;
    // What is read from the standard input finds its packages from the folder that it is read in.
    this.#child = spawn(process.execPath, ["--input-type=module", "-"], { cwd: folder });
    this.#child.stdin?.end(text);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (data) => {
        this.output += data;
      });
    }
    atEnd(() => void this.#child.kill("SIGKILL"));
  }

  /** A client of it, as soon as the program listens. */
  async client(path: string): Promise<Client> {
    return this.#untilItListens(async () => {
      const socket = new WebSocket(`ws://127.0.0.1:${this.#port}${path}`);
      const client = new Client(socket);
      this.#atEnd(() => socket.terminate());
      await once(socket, "open");
      return client;
    });
  }

  /** What it answers, as soon as the program listens. */
  async get(path: string): Promise<string> {
    const url = `http://127.0.0.1:${this.#port}${path}`;
    return this.#untilItListens(async () => (await fetch(url)).text());
  }

  /** Asks it to stop; answers its exit code. */
  async stop(): Promise<number | null> {
    const exit = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    const [code] = await exit;
    return code;
  }

  async #untilItListens<A>(attempt: () => Promise<A>): Promise<A> {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        const hasEnded = this.#child.exitCode !== null || this.#child.signalCode !== null;
        if (hasEnded) throw new Error(`it has ended\n${this.output}`, { cause: error });
        await setTimeout(10);
      }
    }
  }
}

/** A client, and what it has received. */
export class Client {
  readonly socket: WebSocket;
  readonly received: Array<string> = [];

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data) => this.received.push(data.toString()));
  }

  /** Waits until it has received so many messages. */
  async until(count: number): Promise<ReadonlyArray<string>> {
    while (this.received.length < count) await once(this.socket, "message");
    return this.received;
  }

  /** Waits for the end of the connection. */
  async closed(): Promise<readonly [code: number, reason: string]> {
    const [code, reason] = await once(this.socket, "close");
    return [code, reason.toString()];
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, "close");
  return port;
}
