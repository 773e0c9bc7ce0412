/** A clock that a test moves, and a timer on it that wakes in order, as `FlowControlledSender` wants one. */
import type { Timer } from "@sluice/core";

export class ManualClock implements Timer {
  millis = 0;
  readonly #alarms = new Set<{ readonly at: number; readonly wake: () => void }>();

  readonly now = (): number => this.millis;

  readonly after = (millis: number, wake: () => void): (() => void) => {
    const alarm = { at: this.millis + millis, wake };
    this.#alarms.add(alarm);
    return () => void this.#alarms.delete(alarm);
  };

  /** Alarms that have not gone off. */
  get pending(): number {
    return this.#alarms.size;
  }

  /** Moves time on, waking each alarm at its own moment. */
  advance(millis: number): void {
    const end = this.millis + millis;
    let idle = 0;
    for (let alarm = this.#next(end); alarm !== undefined; alarm = this.#next(end)) {
      idle = alarm.at > this.millis ? 0 : idle + 1;
      if (idle > 100) throw new Error("an alarm that goes off is set again for the same moment");
      this.millis = Math.max(this.millis, alarm.at);
      this.#alarms.delete(alarm);
      alarm.wake();
    }
    this.millis = end;
  }

  #next(end: number) {
    return [...this.#alarms].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }
}
