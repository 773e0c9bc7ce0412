/** What this thread answers to the pages that are open in any thread. */
import { Leases } from "./Leases.js";
import type { MomentsAnswer, PageQuestion, PastAnswer, PictureAnswer } from "./PageQuestion.js";
import type { Moment, PastPoint } from "./Protocol.js";
import type { Lens, OwnView, Stoppable } from "./View.js";

export class Answers {
  readonly #view: OwnView;
  /** By who asks. */
  readonly #lenses = new Leases<Lens>();
  readonly #watched = new Leases<Watched>();

  constructor(view: OwnView) {
    this.#view = view;
  }

  async to(
    question: PageQuestion,
  ): Promise<PictureAnswer | MomentsAnswer | PastAnswer | undefined> {
    switch (question.page) {
      case "picture": {
        const lens = this.#lenses.get(question.asker, () => this.#view.look());
        const { departures } = this.#view;
        return lens && { snapshot: await lens.take(), departures };
      }
      case "moments": {
        const { asker, id } = question;
        const watched = this.#watched.get(`${asker} ${id}`, () => watch(this.#view, id));
        return watched && { nowMillis: performance.now(), moments: watched.take() };
      }
      case "past": {
        let past: ReadonlyArray<PastPoint> = [];
        this.#view.past((points) => {
          past = points;
        });
        return past;
      }
      default:
        return question satisfies never;
    }
  }

  stop(): void {
    this.#lenses.stop();
    this.#watched.stop();
  }
}

/** A connection whose moments are kept until they are asked for. */
interface Watched extends Stoppable {
  take(): ReadonlyArray<Moment>;
}

/** Two seconds of them: who asks less often than that misses some. */
const maxMoments = 16;

function watch(view: OwnView, id: string): Watched | undefined {
  let moments: Array<Moment> = [];
  const keep = (moment: Moment) => {
    moments.push(moment);
    if (moments.length > maxMoments) moments.shift();
  };
  const timeline = view.watch(id, keep, () => {});
  if (timeline === undefined) return undefined;
  const take = () => {
    const taken = moments;
    moments = [];
    return taken;
  };
  return { take, stop: () => timeline.stop() };
}
