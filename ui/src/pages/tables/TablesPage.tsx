import { TextInput } from '@mantine/core';
import { useState } from 'react';

import { useTables } from '../../api/lists';
import { count } from '../../parts/amounts';
import { To } from '../../parts/Link';
import { Empty, Loaded } from '../../parts/Loaded';
import { Page, Section } from '../../parts/Page';

export function TablesPage() {
  const tables = useTables();
  const [filter, setFilter] = useState('');
  return (
    <Page title="Data Explorer">
      <TextInput w={280} aria-label="Filter the tables" placeholder="Filter" value={filter} onChange={(event) => setFilter(event.currentTarget.value)} />
      <Section title="Domain tables" flush>
        <Loaded query={tables} isEmpty={(page) => page.items.length === 0} empty={<Empty action={<To to="/sources">Sources</To>}>No table yet. Activate a feed, and its table is here.</Empty>}>
          {(page) => (
            <div className="scroll">
              <table className="list cards" aria-label="Domain tables">
                <thead><tr><th>Table</th><th className="number">Rows</th><th className="number">Columns</th></tr></thead>
                <tbody>
                  {page.items.filter((each) => each.name.toLowerCase().includes(filter.toLowerCase())).map((each) => (
                    <tr key={each.name}>
                      <td><To to={`/tables/${encodeURIComponent(each.name)}`}>{each.name}</To></td>
                      <td className="number">{count(each.rows)}</td>
                      <td className="number">{each.columns.length}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </Loaded>
      </Section>
    </Page>
  );
}
