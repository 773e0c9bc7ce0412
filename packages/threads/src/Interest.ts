/** Which channels some thread has members for, told whenever that changes. */

type Tell = (isWanted: boolean) => void;

export class Interest {
  readonly #isWanted: (channel: string) => boolean;
  readonly #followed = new Set<{ readonly channel: string; readonly tell: Tell; was: boolean }>();

  constructor(isWanted: (channel: string) => boolean) {
    this.#isWanted = isWanted;
  }

  /** Tells whether it is wanted now and whenever that is different. Returns how to stop. */
  follow(channel: string, tell: Tell): () => void {
    const was = this.#isWanted(channel);
    const followed = { channel, tell, was };
    this.#followed.add(followed);
    tell(was);
    return () => void this.#followed.delete(followed);
  }

  /** It may be different. */
  look(): void {
    for (const followed of this.#followed) {
      const is = this.#isWanted(followed.channel);
      if (is === followed.was) continue;
      followed.was = is;
      followed.tell(is);
    }
  }
}
