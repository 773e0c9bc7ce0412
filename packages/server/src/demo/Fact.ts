/** Something that a scenario shows, and whether it is so. */
export interface Fact {
  readonly text: string;
  readonly holds: boolean;
}

/** A scenario: its title, and what it shows when it is played. */
export interface Scenario {
  readonly title: string;
  readonly play: () => Promise<ReadonlyArray<Fact>>;
}

export const fact = (text: string, holds: boolean): Fact => ({ text, holds });

/** How long something took, in milliseconds. */
export async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}
