/** What was found: a rule that does not hold, where, and in which numbers. */
export interface Violation {
  /** As in the catalogue of rules, such as `R3`. */
  readonly rule: string;
  readonly words: string;
  /** When, in virtual milliseconds; and the client, if it was one's. */
  readonly atMillis: number;
  readonly client: number | undefined;
}
