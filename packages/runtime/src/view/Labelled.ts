/** What may be said of a message beside how it is sent: its label, in so many words or made before. */
import { isPlainObject, kindOf, Label, type LabelOptions, labelRules } from "@sluice/core";

/** A label, or what one says. */
export type Labelling<T> = Label<T> | LabelOptions<T>;

/** Options of a call that has a message: either `label`, or what it says. */
export interface Labelled<T> extends LabelOptions<T> {
  readonly label?: Labelling<T> | undefined;
}

/**
 * The label of a message, undefined if nothing is said of it. `own` are the other options of the call.
 *
 * @throws {TypeError} for options that are none. @throws {ConfigurationError} for a label that is none.
 */
export function labelIn<T>(
  options: Label<T> | Labelled<T>,
  own: ReadonlyArray<string>,
  call: string,
): Label<T> | undefined {
  if (options instanceof Label) return options;
  if (!isPlainObject(options)) {
    const those = [...own, "label"].join(", ");
    throw new TypeError(
      `the options of ${call} must be a label, or { ${those} }, not ${kindOf(options)}`,
    );
  }
  const { label } = options;
  let said: Record<string, unknown> | undefined;
  for (const [field, value] of Object.entries(options)) {
    if (value === undefined || field === "label" || own.includes(field)) continue;
    if (!Object.hasOwn(labelRules, field)) {
      const known = [...own, "label", ...Object.keys(labelRules)].join(", ");
      throw new TypeError(`${field} is not an option of ${call}: there are ${known}`);
    }
    if (label !== undefined) throw new TypeError(`${field} is said beside a label, which says all`);
    said ??= {};
    said[field] = value;
  }
  if (label !== undefined) return Label.of(label);
  return said && new Label<T>(said as LabelOptions<T>);
}
