/** One thread, as the main thread sees it: it is asked, linked with others, and let go of. */
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { Asking, reply } from "./Asking.js";
import {
  type FromThread,
  type Question,
  type Questions,
  startedAs,
  type ThreadStart,
  type ToThread,
} from "./Protocol.js";
import type { WholeQuestion } from "./Whole.js";

/** What a thread is made of. */
export interface ThreadMaking extends Omit<ThreadStart, "control" | "orders" | "released"> {
  readonly module: string | URL;
  /** What Node is told. */
  readonly execArgv: ReadonlyArray<string> | undefined;
  /** The way of what it has ordered. */
  readonly ordering: (port: MessagePort) => void;
}

/** Whoever looks after threads. */
export interface ThreadKeeper {
  /** New connections come to it from now on, or no more. */
  accepts(thread: Thread, descriptor: number): void;
  releases(thread: Thread, descriptor: number): void;
  /** What it asks. */
  answer(thread: Thread, what: WholeQuestion, asked: unknown): unknown;
  /** It has ended; `error` is why, unless that was wanted. */
  ended(thread: Thread, error: unknown): void;
}

export class Thread {
  readonly index: number;
  /** Resolves when it serves; rejects when it ends before. */
  readonly serving: Promise<void>;
  readonly gone: Promise<void>;
  readonly #keeper: ThreadKeeper;
  readonly #worker: Worker;
  readonly #control: MessagePort;
  readonly #released = new Int32Array(new SharedArrayBuffer(4));
  readonly #asking = new Asking();
  readonly #ending = new AbortController();
  #descriptor: number | undefined;
  #error: unknown;
  #isWanted = true;

  constructor({ module, execArgv, ordering, ...start }: ThreadMaking, keeper: ThreadKeeper) {
    this.index = start.index;
    this.#keeper = keeper;
    const control = new MessageChannel();
    const orders = new MessageChannel();
    this.#control = control.port1;
    ordering(orders.port1);
    const ports = { control: control.port2, orders: orders.port2 };
    const given: ThreadStart = { ...start, ...ports, released: this.#released };
    this.#worker = new Worker(module, {
      workerData: { [startedAs]: given },
      execArgv: [...(execArgv ?? process.execArgv.filter((word) => !isOfText(word)))],
      transferList: [control.port2, orders.port2],
    });
    const serving = deferred<void>();
    const gone = deferred<void>();
    this.serving = serving.promise;
    this.gone = gone.promise;
    this.#control.on("message", (message: FromThread) => {
      this.#hear(message);
      if (message._tag === "Serving") serving.resolve();
    });
    this.#worker.on("error", (error) => {
      this.#error ??= error;
    });
    this.#worker.on("exit", (code) => {
      this.#end(code);
      serving.reject(this.#error);
      gone.resolve();
    });
    this.serving.catch(() => {});
  }

  /** Aborted when it has ended. */
  get ended(): AbortSignal {
    return this.#ending.signal;
  }

  /** Whether new connections come to it. */
  get isServing(): boolean {
    return this.#descriptor !== undefined;
  }

  link(port: MessagePort): void {
    this.#say({ _tag: "Link", port }, [port]);
  }

  /** Rejects when it ends before it answers. */
  ask<Q extends Question>(what: Q, asked: Questions[Q]["asked"]): Promise<Questions[Q]["answer"]> {
    return this.#asking.ask((id) => this.#say({ _tag: "Ask", id, what, asked }));
  }

  /** No new connection comes to it any more. */
  release(): void {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    if (descriptor !== undefined) this.#keeper.releases(this, descriptor);
    Atomics.store(this.#released, 0, 1);
    Atomics.notify(this.#released, 0);
  }

  /** Ends it, whatever it has open. */
  leave(): void {
    this.#isWanted = false;
    this.release();
    this.#say({ _tag: "Leave" });
  }

  #say(message: ToThread, transferred: ReadonlyArray<MessagePort> = []): void {
    this.#control.postMessage(message, transferred);
  }

  #hear(message: FromThread): void {
    switch (message._tag) {
      case "Serving":
        this.#descriptor = message.descriptor;
        this.#keeper.accepts(this, message.descriptor);
        break;
      case "Ask": {
        const { id, what, asked } = message;
        void reply(
          id,
          () => this.#keeper.answer(this, what, asked),
          (answer) => this.#say(answer),
        );
        break;
      }
      case "Answer":
      case "Refused":
        this.#asking.settle(message);
        break;
      case "Failed":
        this.#error ??= message.error;
        this.release();
        this.#say({ _tag: "Released" });
        break;
      case "Leaving":
        this.release();
        break;
      default:
        message satisfies never;
    }
  }

  #end(code: number): void {
    this.release();
    this.#control.close();
    const ended = new Error(`thread ${this.index} ended with code ${code}`);
    if (this.#isWanted) this.#error ??= ended;
    this.#asking.giveUp(this.#error ?? ended);
    this.#ending.abort(this.#error ?? ended);
    this.#keeper.ended(this, this.#isWanted ? this.#error : undefined);
  }
}

/** Whether Node takes it for a program from its standard input or command line only. */
function isOfText(word: string): boolean {
  return word.startsWith("--input-type");
}

function deferred<T>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
} {
  let settle: { resolve: (value: T) => void; reject: (error: unknown) => void };
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return {
    promise,
    resolve: (value) => settle.resolve(value),
    reject: (error) => settle.reject(error),
  };
}
