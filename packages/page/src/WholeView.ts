/** The connections of all threads: each is asked, and what they answer is put together. */
import { joinedDepartures, joinedPast, joinedSnapshot } from "./joined.js";
import { askPages, type PastAnswer, type PictureAnswer, type Whole } from "./PageQuestion.js";
import type { Departure, Moment, PastPoint } from "./Protocol.js";
import { RemoteTimeline } from "./RemoteTimeline.js";
import type { Lens, Stoppable, View } from "./View.js";

export class WholeView implements View {
  readonly #whole: Whole;
  readonly #asker: string;
  departures: ReadonlyArray<Departure> = [];
  changes = 0;

  /** `asker` is what this page is called: no other is called so. */
  constructor(whole: Whole, asker: string) {
    this.#whole = whole;
    this.#asker = asker;
  }

  look(): Lens {
    const question = { page: "picture", asker: this.#asker } as const;
    return {
      take: async () => {
        const all = await askPages<PictureAnswer>(this.#whole, question);
        if (all.length === 0) throw new Error("no thread answers");
        this.#hearDepartures(joinedDepartures(all.map(({ departures }) => departures)));
        return joinedSnapshot(all.map(({ snapshot }) => snapshot));
      },
      // A thread that is not asked any more stops looking by itself.
      stop: () => {},
    };
  }

  past(tell: (points: ReadonlyArray<PastPoint>) => void): void {
    askPages<PastAnswer>(this.#whole, { page: "past" }).then(
      (all) => tell(joinedPast(all)),
      (error) => process.emitWarning(`the live page cannot look back: ${error}`),
    );
  }

  watch(id: string, tell: (moment: Moment) => void, unknown: () => void): Stoppable {
    return new RemoteTimeline(this.#whole, { asker: this.#asker, id }, tell, unknown);
  }

  #hearDepartures(list: ReadonlyArray<Departure>): void {
    if (JSON.stringify(list) === JSON.stringify(this.departures)) return;
    this.departures = list;
    this.changes++;
  }
}
