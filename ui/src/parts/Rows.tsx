/** Rows of tables and previews: exact values, at most 200 characters a cell, NULL told from the text. */
import type { Schema } from '../api/client';
import { visible } from './visible';

type Rows = Pick<Schema['Rows'], 'columns' | 'rows'>;

const isNumeric = (type: string) => /INT|DECIMAL|DOUBLE|FLOAT|HUGEINT/i.test(type);

export function Rows({ columns, rows, onRow, label }: Rows & { onRow?: (row: unknown[]) => void; label: string }) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={label}>
      <table className="list grid">
        <thead>
          <tr>
            {columns.map((each) => (
              <th key={each.name} scope="col" className={isNumeric(each.type) ? 'number' : undefined}>
                {visible(each.name)} <span className="quiet" style={{ fontWeight: 400 }}>{each.type.toLowerCase()}</span>
              </th>
            ))}
            {onRow && <th scope="col">Origin</th>}
          </tr>
        </thead>
        <tbody>
          {(rows as unknown[][]).map((row, at) => (
            <tr key={at}>
              {row.map((value, column) => (
                <td key={column} className={`mono ${isNumeric(columns[column]?.type ?? '') ? 'number' : ''}`}>{cell(value)}</td>
              ))}
              {onRow && (
                <td><button type="button" className="linklike" onClick={() => onRow(row)}>Show payload</button></td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function cell(value: unknown) {
  if (value === null || value === undefined) return <span className="quiet">NULL</span>;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text.length <= 200) return visible(text);
  return <span title={visible(text.slice(0, 2000))}>{visible(text.slice(0, 200))}…</span>;
}
