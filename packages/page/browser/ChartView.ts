/** The chart: how many connections are in each state, and which arrows were taken in the last second. */
import type { Hello, Snapshot } from "../src/Protocol.js";
import { compact, count } from "./Wording.js";

export class ChartView {
  readonly #root: HTMLElement;
  readonly #choose: (state: string) => void;

  /** `choose` is told of the state that a reader clicks on. */
  constructor(root: HTMLElement, choose: (state: string) => void) {
    this.#root = root;
    this.#choose = choose;
    root.addEventListener("click", ({ target }) => {
      const box = (target as Element).closest<SVGElement>("g.state.atomic");
      if (box !== null) this.#choose(box.dataset["state"] ?? "");
    });
  }

  update({ states, events }: Hello, { counts, crossings }: Snapshot): void {
    const byName = new Map<string, number>();
    states.forEach(({ state, health }, id) => {
      for (const name of health === undefined ? [state] : [state, health]) {
        byName.set(name, (byName.get(name) ?? 0) + (counts[id] ?? 0));
      }
    });
    for (const box of this.#root.querySelectorAll<SVGElement>("g.state.atomic")) {
      const number = byName.get(box.dataset["state"] ?? "") ?? 0;
      const text = box.querySelector("text.count");
      if (text !== null) text.textContent = count(number);
      box.classList.toggle("inhabited", number > 0);
    }
    const taken = new Map<Element, number>();
    for (const [event, from, , times] of crossings) {
      const arrow = this.#arrow(events[event] ?? "", states[from]);
      if (arrow !== undefined) taken.set(arrow, (taken.get(arrow) ?? 0) + times);
    }
    this.#light(taken);
  }

  #light(taken: ReadonlyMap<Element, number>): void {
    for (const arrow of this.#root.querySelectorAll("g.transition")) {
      const times = taken.get(arrow);
      arrow.classList.toggle("taken", times !== undefined);
      const tally = arrow.querySelector(".tally");
      if (tally !== null) tally.textContent = times === undefined ? "" : `×${compact(times)}`;
    }
  }

  /** The arrow of an event out of a state, or out of one that the state is in. */
  #arrow(event: string, from: Hello["states"][number] | undefined): Element | undefined {
    if (from === undefined) return undefined;
    const sources = from.health === undefined ? [from.state] : [from.state, from.health, "open"];
    for (const source of sources) {
      const arrow = this.#root.querySelector(
        `g.transition[data-event="${event}"][data-from="${source}"]`,
      );
      if (arrow !== null) return arrow;
    }
    return undefined;
  }
}
