/** What is shown of a connection that has an actor, and of one at rest. */
import { type Recommendation, recommend } from "@sluice/core";
import type { Actor } from "../actor/Actor.js";
import { type ConnectionStatistics, noLanes } from "../actor/ReceiptStatistics.js";

export function statisticsOf<T>({
  outbox,
  receipts,
  reading,
  pump,
}: Actor<T>): ConnectionStatistics {
  // What is published for many in this turn is offered and held, though it is not in the outbox.
  const statistics = outbox.stats(reading?.pending, pump.backlogs?.held, reading?.apart);
  // Added to, for it is nobody else's: a copy of so wide an object costs more than what is in it.
  const { backlogs } = pump;
  return Object.assign(statistics, {
    receipts: receipts.statistics(),
    lanes: backlogs?.lanes ?? noLanes,
    keys: outbox.keys + (backlogs?.keys ?? 0),
  });
}

export function fillOf<T>(actor: Actor<T>): number {
  const pending = actor.reading?.pending.messages ?? 0;
  return pending === 0 ? actor.outbox.fill : statisticsOf(actor).fill;
}

export function recommendationFor<T>(actor: Actor<T>, fill: number): Recommendation {
  const { outbox, receipts, stalledMillis } = actor;
  const { state, health, recentRates } = outbox;
  const { lost: dropRate, tooLarge, crowded } = recentRates;
  const { behindMillis } = receipts;
  return recommend({
    state,
    health,
    fill,
    dropRate,
    tooLarge,
    crowded,
    stalledMillis,
    behindMillis,
  });
}

/** About one at rest. */
export const nothingToDo = recommend({
  state: "normal",
  health: "healthy",
  fill: 0,
  dropRate: 0,
  tooLarge: 0,
  crowded: 0,
  stalledMillis: 0,
  behindMillis: 0,
});
