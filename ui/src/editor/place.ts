/** Where a message says the error is: "line 2, column 3: ..." of ingest queries, "LINE 2:" of queries over tables. */
export function placeOf(message: string): { line: number; column: number } | null {
  const ours = /line (\d+), column (\d+)/i.exec(message);
  if (ours) return { line: Number(ours[1]), column: Number(ours[2]) };
  const engines = /LINE (\d+):/.exec(message);
  return engines ? { line: Number(engines[1]), column: 1 } : null;
}
