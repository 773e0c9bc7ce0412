/**
 * The pressure of one transport: whether it holds bytes that its socket has not taken, and since when that
 * has not become fewer. While there is any its gate is shut. Pure; time is a parameter, in elapsed milliseconds.
 */
import { type Gate, Shut } from "./Gate.js";

export class Pressure {
  /** It has taken nothing for so long that this was reported. */
  isStalled = false;
  /** When to look again if the transport does not speak. */
  lookMillis = Number.POSITIVE_INFINITY;

  readonly #gate: Gate;
  #lastBuffered = 0;
  #progressMillis = 0;

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  /** Nothing is handed over while it is. */
  get isOn(): boolean {
    return this.#gate.has(Shut.pressure);
  }

  /** The transport holds `buffered` bytes, or has refused a message; look again `afterMillis` from now. */
  note(buffered: number, refused: boolean, nowMillis: number, afterMillis: number): void {
    const isOn = buffered > 0 || refused;
    if (!isOn || !this.isOn || buffered < this.#lastBuffered) {
      this.#progressMillis = nowMillis;
      this.isStalled = false;
    }
    this.#gate.set(Shut.pressure, isOn);
    this.#lastBuffered = buffered;
    this.lookMillis = isOn ? nowMillis + afterMillis : Number.POSITIVE_INFINITY;
  }

  /** How long it has taken nothing; 0 when there is no pressure. */
  stuckMillis(nowMillis: number): number {
    return this.isOn ? nowMillis - this.#progressMillis : 0;
  }

  /** The transport is gone. */
  release(): void {
    this.#gate.set(Shut.pressure, false);
    this.lookMillis = Number.POSITIVE_INFINITY;
  }
}
