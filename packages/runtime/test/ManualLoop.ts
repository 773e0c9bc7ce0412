/** An event loop that turns when a test says so, and the vigil in it. */
import { Vigil } from "@sluice/runtime";

export class ManualLoop {
  nowMillis = 0;
  readonly timers: Array<{ readonly at: number; readonly wake: () => void }> = [];
  readonly vigil = new Vigil({
    now: () => this.nowMillis,
    after: (millis, wake) => {
      const timer = { at: this.nowMillis + millis, wake };
      this.timers.push(timer);
      return () => void this.timers.splice(this.timers.indexOf(timer), 1);
    },
    afterInput: (go) => void this.#inputs.push(go),
  });

  #inputs: Array<() => void> = [];

  /** It stands still for so long. */
  stand(millis: number): void {
    this.nowMillis += millis;
  }

  /** It runs the timers that are due. */
  turn(): void {
    for (const timer of this.timers.filter(({ at }) => at <= this.nowMillis)) {
      this.timers.splice(this.timers.indexOf(timer), 1);
      timer.wake();
    }
  }

  /** It listens to what the sockets have to say. */
  hear(): void {
    const due = this.#inputs;
    this.#inputs = [];
    for (const go of due) go();
  }
}
