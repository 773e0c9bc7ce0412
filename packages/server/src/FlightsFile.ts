/** Where the flights are: a Parquet file of the package vega-datasets, in time order. */
import { fileURLToPath } from "node:url";

/** Its path, as a literal of SQL. The package exports only its entry, which lies beside the directory of the data. */
export function flightsFileSql(): string {
  const entry = import.meta.resolve("vega-datasets");
  const path = fileURLToPath(new URL("../data/flights-3m.parquet", entry));
  return `'${path.replaceAll("'", "''")}'`;
}
