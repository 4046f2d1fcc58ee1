import { useParams } from '@tanstack/react-router';
import { useState } from 'react';

import { $api } from '../../api/client';
import { Act } from '../../parts/Act';
import { count } from '../../parts/amounts';
import { Confirm } from '../../parts/Dialogs';
import { To } from '../../parts/Link';
import { Empty, Loaded } from '../../parts/Loaded';
import { useSay } from '../../parts/Messages';
import { Page, Section } from '../../parts/Page';
import { Rows } from '../../parts/Rows';
import { selectAll } from '../../parts/sql';
import { NamedState } from '../../parts/State';
import { Time } from '../../parts/Time';
import { router } from '../../router';
import { DeleteRecordsDialog } from './DeleteRecordsDialog';
import { OriginDialog } from './OriginDialog';

export function TablePage() {
  const { name } = useParams({ from: '/inside/tables/$name' });
  const table = $api.useQuery('get', '/api/v0/tables/{name}', { params: { path: { name } } }, { refetchInterval: 5_000 });
  const rows = $api.useQuery('post', '/api/v0/query', { body: { sql: selectAll(name), limit: 200 } }, { refetchInterval: 5_000 });
  const loads = $api.useQuery('get', '/api/v0/loads', { params: { query: { table: name, limit: 20 } } }, { refetchInterval: 5_000 });
  const [asked, setAsked] = useState<'purge' | 'delete' | null>(null);
  const [origin, setOrigin] = useState<string | null>(null);
  const say = useSay();
  const purge = $api.useMutation('delete', '/api/v0/tables/{name}', {
    onSuccess: () => {
      say(`${name} was purged`);
      void router.navigate({ to: '/tables' as '/' });
    },
  });
  return (
    <Loaded query={table}>
      {(data) => (
        <Page title={data.name} above={<To to="/tables">Data Explorer</To>} beside={<span className="quiet">{count(data.rows)} rows</span>}
          actions={
            <>
              <Act operation="queryTables" onClick={() => void router.navigate({ href: `/ui/sql?q=${encodeURIComponent(selectAll(name))}` })}>Query this</Act>
              <Act operation="deleteRows" variant="default" onClick={() => setAsked('delete')}>Delete records</Act>
              <Act operation="purgeTable" variant="default" onClick={() => setAsked('purge')}>Purge</Act>
            </>
          }>
          <Section title="Rows" note={data.rows > 200 ? `200 of ${count(data.rows)}` : undefined} flush>
            <Loaded query={rows} isEmpty={(page) => page.rows.length === 0} empty={<Empty>No row yet. Run a courier whose load operations name this table's feed.</Empty>}>
              {(page) => {
                const key = page.columns.findIndex((each) => each.name === '_pk');
                return <Rows label={`Rows of ${name}`} columns={page.columns} rows={page.rows} onRow={key < 0 ? undefined : (row) => setOrigin(String(row[key]))} />;
              }}
            </Loaded>
          </Section>
          <Section title="Loads" note="what changed it" flush>
            <Loaded query={loads} isEmpty={(page) => page.items.length === 0} empty={<Empty>Nothing has changed it yet.</Empty>}>
              {(page) => (
                <div className="scroll">
                  <table className="list cards" aria-label="Loads">
                    <thead><tr><th>At</th><th>What</th><th>State</th><th className="number">Read</th><th className="number">Inserted</th><th className="number">Updated</th><th className="number">Rejected</th><th className="number">Errors</th><th className="number">Deleted</th><th>Run</th></tr></thead>
                    <tbody>
                      {page.items.map((each) => (
                        <tr key={each.number}>
                          <td><Time at={each.at} /></td><td>{each.kind} {each.number}</td><td><NamedState name={each.state} /></td>
                          {([each.read, each.inserted, each.updated, each.rejected, each.errors, each.deleted]).map((amount, at) => <td key={at} className="number" data-head={['Read', 'Inserted', 'Updated', 'Rejected', 'Errors', 'Deleted'][at]}>{count(amount)}</td>)}
                          <td className="mono">{each.run_id && <To to={`/workflows/${each.run_id}`}>{each.run_id}</To>}</td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </div>
              )}
            </Loaded>
          </Section>
          {origin !== null && <OriginDialog table={name} row={origin} onClose={() => setOrigin(null)} />}
          {asked === 'delete' && <DeleteRecordsDialog table={data} onClose={() => setAsked(null)} />}
          {asked === 'purge' && (
            <Confirm title={`Purge ${name}?`} verb={`Purge ${name}`} typed={name} busy={purge.isPending} error={purge.error} onClose={() => setAsked(null)} onConfirm={() => purge.mutate({ params: { path: { name } } })}>
              The table goes with its {count(data.rows)} rows. The files they came from stay, and can be loaded again.
            </Confirm>
          )}
        </Page>
      )}
    </Loaded>
  );
}
