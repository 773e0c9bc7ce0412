/** What the simulation has found, put in again: it finds that still. */
import type { Fault } from "./faults.js";

const watchdog = "packages/runtime/dist/actor/Watchdog.js";

export const simulationFaults: ReadonlyArray<Fault> = [
  {
    rule: "R20",
    name: "an alarm is set for a connection that has just ended",
    file: watchdog,
    find: "if (gate.has(Shut.gone))",
    replace: "if (false)",
  },
  {
    rule: "R31",
    name: "a socket that throws when it is looked at in time ends the process",
    file: watchdog,
    find: "this.#watched.failed(defect);",
    replace: "throw defect;",
  },
  {
    rule: "R31",
    name: "a socket that throws at a goodbye that had waited ends the process",
    file: "packages/runtime/dist/adapter/Tail.js",
    find: "this.#actions.failed(defect);",
    replace: "throw defect;",
  },
  {
    rule: "R20",
    name: "a socket that could not say goodbye stays",
    file: "packages/runtime/dist/actor/Ending.js",
    find: 'if (goodbye === "end") {',
    replace: "if (false) {",
  },
  {
    rule: "R31",
    name: "a socket that throws in the turn of all ends it for all",
    file: "packages/runtime/dist/channels/Reader.js",
    find: "this.actor.failed(defect);",
    replace: "throw defect;",
  },
  {
    rule: "R21",
    name: "who falls behind in a turn of all is given it twice",
    file: "packages/runtime/dist/channels/FanOut.js",
    find: `        this.#letGo();
        this.#turn++;`,
    replace: "        this.#turn++;",
  },
];
