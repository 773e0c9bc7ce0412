/** Questions that were put to another thread, until it answers. */

export type Reply =
  | { readonly _tag: "Answer"; readonly id: number; readonly answer: unknown }
  | { readonly _tag: "Refused"; readonly id: number; readonly error: unknown };

interface Asked {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: unknown) => void;
}

export class Asking {
  readonly #asked = new Map<number, Asked>();
  #numbered = 0;

  /** Puts a question by the number that it is given. Rejects when it is refused, or will not be answered any more. */
  ask<A>(put: (id: number) => void): Promise<A> {
    const id = ++this.#numbered;
    put(id);
    return new Promise((resolve, reject) => this.#asked.set(id, { resolve, reject }));
  }

  settle(reply: Reply): void {
    const asked = this.#asked.get(reply.id);
    this.#asked.delete(reply.id);
    if (reply._tag === "Answer") asked?.resolve(reply.answer as never);
    else asked?.reject(reply.error);
  }

  /** No answer comes any more. */
  giveUp(error: unknown): void {
    for (const { reject } of this.#asked.values()) reject(error);
    this.#asked.clear();
  }
}

/** Answers a question by what `find` finds. */
export async function reply(
  id: number,
  find: () => unknown,
  say: (reply: Reply) => void,
): Promise<void> {
  try {
    const answer = await find();
    // What cannot cross is refused too.
    say({ _tag: "Answer", id, answer });
  } catch (error) {
    say({ _tag: "Refused", id, error: portable(error) });
  }
}

/** An error that can cross to another thread. */
export function portable(error: unknown): unknown {
  if (!(error instanceof Error)) return new Error(String(error));
  const { name, message, stack } = error;
  return Object.assign(new Error(message), { name, stack });
}
