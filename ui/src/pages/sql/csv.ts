import type { Schema } from '../../api/client';
import { saveBlob } from '../../parts/saveBlob';

/** Saves the rows that are shown. A cell that a spreadsheet would take for a formula begins with an apostrophe. */
export function saveCsv(rows: Schema['Rows']) {
  const lines = [rows.columns.map((each) => each.name), ...(rows.rows as unknown[][])].map((row) => row.map(cell).join(','));
  saveBlob(new Blob([`${lines.join('\r\n')}\r\n`], { type: 'text/csv' }), `result-${new Date().toISOString().slice(0, 10)}.csv`);
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
