import { useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { count } from '../../parts/amounts';
import { To } from '../../parts/Link';
import { Empty, Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { Rows } from '../../parts/Rows';
import { selectAll } from '../../parts/sql';
import { OriginDialog } from './OriginDialog';

/** The first rows, now or as they were after a load. */
export function TableRows({ table, asOf }: { table: Schema['Table']; asOf?: number }) {
  const rows = $api.useQuery('post', '/api/v0/query', { body: { sql: selectAll(table.name), limit: 200, ...(asOf ? { as_of: asOf } : {}) } }, { refetchInterval: asOf ? false : 5_000 });
  const [origin, setOrigin] = useState<string | null>(null);
  return (
    <>
      {asOf && <div className="banner warning" role="status">▲ The table as it was after load {asOf}. <To to={`/tables/${encodeURIComponent(table.name)}/rows`}>As it is now</To></div>}
      <Section title="Rows" note={!asOf && table.rows > 200 ? `200 of ${count(table.rows)}` : undefined} flush>
        <Loaded query={rows} isEmpty={(page) => page.rows.length === 0} empty={<Empty>{asOf ? 'It had no row then.' : "No row yet. Run a courier whose load operations name this table's feed."}</Empty>}>
          {(page) => {
            const key = page.columns.findIndex((each) => each.name === '_pk');
            return <Rows label={`Rows of ${table.name}`} columns={page.columns} rows={page.rows} onRow={key < 0 ? undefined : (row) => setOrigin(String(row[key]))} />;
          }}
        </Loaded>
      </Section>
      {origin !== null && <OriginDialog table={table.name} row={origin} onClose={() => setOrigin(null)} />}
    </>
  );
}
