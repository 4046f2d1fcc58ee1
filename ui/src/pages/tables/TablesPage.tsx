import { call } from '../../api/call';
import { api, type Schema } from '../../api/client';
import { usePaged } from '../../api/lists';
import { count } from '../../parts/amounts';
import { Filter, useFilter } from '../../parts/Filter';
import { To } from '../../parts/Link';
import { Empty, Loaded } from '../../parts/Loaded';
import { More } from '../../parts/More';
import { Page, Section } from '../../parts/Page';

export function TablesPage() {
  const [q, setQ] = useFilter();
  const tables = usePaged<Schema['Table']>(['tables', q], (next_token) => call(api.GET('/api/v0/tables', { params: { query: { limit: 200, ...(q ? { q } : {}), ...(next_token ? { next_token } : {}) } } })));
  return (
    <Page title="Data Explorer">
      <Section title="Domain tables" flush actions={<Filter of="tables" onChange={setQ} />}>
        <Loaded query={tables} isEmpty={(found) => found.length === 0} empty={q ? <Empty>None match.</Empty> : <Empty action={<To to="/sources">Sources</To>}>No table yet. Activate a feed, and its table is here.</Empty>}>
          {(found) => (
            <div className="scroll">
              <table className="list cards" aria-label="Domain tables">
                <thead><tr><th>Table</th><th className="number">Rows</th><th className="number">Columns</th></tr></thead>
                <tbody>
                  {found.map((each) => (
                    <tr key={each.name}>
                      <td><To to={`/tables/${encodeURIComponent(each.name)}`}>{each.name}</To></td>
                      <td className="number">{count(each.rows)}</td>
                      <td className="number">{each.columns.length}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
              <More of={tables} />
            </div>
          )}
        </Loaded>
      </Section>
    </Page>
  );
}
