/** Rows of tables and previews: exact values, at most 200 characters a cell, NULL told from the text. */
import type { Schema } from '../api/client';
import { count } from './amounts';
import { To } from './Link';

type Rows = Pick<Schema['Rows'], 'columns' | 'rows'>;

const isNumeric = (type: string) => /INT|DECIMAL|DOUBLE|FLOAT|HUGEINT/i.test(type);

interface More {
  label: string;
  onRow?: (row: unknown[]) => void; // where a row came from
  links?: Record<number, string>; // columns whose values lead to a page of theirs
}

/** More columns than these make the page slow, and nobody reads them side by side. */
const columnsMax = 200;

export function Rows({ columns: all, rows, onRow, links, label }: Rows & More) {
  const columns = all.slice(0, columnsMax);
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={label}>
      <table className="list grid">
        <thead>
          <tr>
            {onRow && <th scope="col">Origin</th>}
            {columns.map((each) => (
              <th key={each.name} scope="col" className={isNumeric(each.type) ? 'number' : undefined}>
                {each.name} <span className="quiet" style={{ fontWeight: 400 }}>{each.type.toLowerCase()}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {(rows as unknown[][]).map((row, at) => (
            <tr key={at}>
              {onRow && <td><button type="button" className="linklike" onClick={() => onRow(row)}>Show payload</button></td>}
              {row.slice(0, columnsMax).map((value, column) => (
                <td key={column} className={`mono ${isNumeric(columns[column]?.type ?? '') ? 'number' : ''}`}>{links?.[column] && typeof value === 'string' ? <To to={links[column] + value}>{value}</To> : cell(value)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {all.length > columnsMax && <div className="quiet" style={{ padding: '8px 12px' }}>The first {columnsMax} of {count(all.length)} columns. SQL shows the ones that it selects.</div>}
    </div>
  );
}

function cell(value: unknown) {
  if (value === null || value === undefined) return <span className="quiet">NULL</span>;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text.length <= 200) return text;
  return <span title={text.slice(0, 2000)}>{text.slice(0, 200)}…</span>;
}
