/** What a connection has of the engine: the calls that run now, and the time that its calls took not long ago. */

/** After it half of a use is forgotten. */
const halfLifeMillis = 30_000;

export class TurnTaker {
  running = 0;
  #usedMillis = 0;
  #atMillis = 0;

  /** A call that had begun ends. */
  ends(beganMillis: number, nowMillis: number): void {
    this.running--;
    this.#usedMillis = this.usedMillis(nowMillis) + nowMillis - beganMillis;
    this.#atMillis = nowMillis;
  }

  usedMillis(nowMillis: number): number {
    return this.#usedMillis * 2 ** ((this.#atMillis - nowMillis) / halfLifeMillis);
  }
}
