/** What a connection of another thread does, asked for as often as a `Timeline` tells of it. */
import { askPages, type MomentsAnswer, type Whole } from "./PageQuestion.js";
import type { Moment } from "./Protocol.js";

const everyMillis = 125;

export class RemoteTimeline {
  readonly #ask: () => Promise<MomentsAnswer | undefined>;
  readonly #tell: (moment: Moment) => void;
  readonly #timer: NodeJS.Timeout;
  #unknown: (() => void) | undefined;
  #isAsking = false;
  #hasStopped = false;

  /** `unknown` is called when no thread has the connection. */
  constructor(
    whole: Whole,
    { asker, id }: { readonly asker: string; readonly id: string },
    tell: (moment: Moment) => void,
    unknown: () => void,
  ) {
    this.#ask = async () => {
      const [found] = await askPages<MomentsAnswer>(whole, { page: "moments", asker, id });
      return found;
    };
    this.#tell = tell;
    this.#unknown = unknown;
    this.#timer = setInterval(() => void this.#look(), everyMillis);
    void this.#look();
  }

  stop(): void {
    this.#hasStopped = true;
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const answer = await this.#ask().catch(() => undefined);
    this.#isAsking = false;
    if (this.#hasStopped) return;
    if (answer === undefined) {
      this.#unknown?.();
      this.stop();
      return;
    }
    this.#unknown = undefined;
    const later = performance.now() - answer.nowMillis;
    for (const moment of answer.moments) {
      this.#tell(shifted(moment, later));
      if (moment.closed !== undefined) this.stop();
    }
  }
}

/** By another thread's clock. */
function shifted(moment: Moment, byMillis: number): Moment {
  const at = (millis: number) => Math.round((millis + byMillis) * 10) / 10;
  return {
    ...moment,
    atMillis: at(moment.atMillis),
    steps: moment.steps.map(([millis, event, from, to]) => [at(millis), event, from, to]),
  };
}
