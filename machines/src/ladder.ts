/** The names of the chart's states in their order, and what the order says: each is worse than the one before it. */
import { type ConnectionState, type Health, states } from "./TransitionTable.js";

/** The states of the flow region, from the emptiest outbox to the fullest. */
export const ladder: ReadonlyArray<ConnectionState> = ["normal", "throttled", "paused", "dropping"];

/** Every state of a connection, from the best to the last. */
export const connectionStates: ReadonlyArray<ConnectionState> = [...ladder, "closing", "closed"];

/** The states of the health region, from the best to the worst. */
export const healths: ReadonlyArray<Health> = ["healthy", "degraded", "unhealthy"];

/** Whether a connection in this state takes new messages. */
export function isOpen(
  state: ConnectionState,
): state is Exclude<ConnectionState, "closing" | "closed"> {
  return state !== "closing" && state !== "closed";
}

/** The place of each row's state on the ladder, by the row's number: 0 is normal; -1 once it is not open. */
export const rungs: ReadonlyArray<number> = states.map(({ state }) => ladder.indexOf(state));

/** How bad a health is: 0 is healthy. */
export function severityOf(health: Health): number {
  return healths.indexOf(health);
}
