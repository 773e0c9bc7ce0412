/** Who hears of the first member of a name or a pattern, and of the last. */
export interface Interest {
  joined(wanted: string): void;
  left(wanted: string): void;
  /** A subscriber has given something back. */
  changed(): void;
}
