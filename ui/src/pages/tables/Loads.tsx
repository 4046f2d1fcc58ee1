import { useState } from 'react';

import { call } from '../../api/call';
import { api, type Schema } from '../../api/client';
import { usePaged } from '../../api/lists';
import { Actions } from '../../parts/Act';
import { count } from '../../parts/amounts';
import { To } from '../../parts/Link';
import { Empty, Loaded } from '../../parts/Loaded';
import { More } from '../../parts/More';
import { Section } from '../../parts/Page';
import { NamedState, words } from '../../parts/State';
import { Time } from '../../parts/Time';
import { router } from '../../router';
import { UndoDialog } from './UndoDialog';

const amounts = ['read', 'inserted', 'updated', 'rejected', 'errors', 'deleted'] as const;

/** The ledger of a table: each load and each other change, which can be looked back at and undone. */
export function Loads({ table }: { table: string }) {
  const loads = usePaged<Schema['Load']>(['loads', table], (next_token) => call(api.GET('/api/v0/loads', { params: { query: { table, limit: 100, ...(next_token ? { next_token } : {}) } } })), 5_000);
  const [undoing, setUndoing] = useState<Schema['Load'] | null>(null);
  const at = `/ui/tables/${encodeURIComponent(table)}`;
  return (
    <Section title="Loads" note="what changed it, the newest first" flush>
      <Loaded query={loads} isEmpty={(found) => found.length === 0} empty={<Empty>Nothing has changed it yet.</Empty>}>
        {(found) => (
          <div className="scroll">
            <table className="list cards" aria-label="Loads">
              <thead><tr><th>At</th><th>What</th><th>State</th>{amounts.map((each) => <th key={each} className="number">{words(each)}</th>)}<th>Run</th><th><span className="unseen">Actions</span></th></tr></thead>
              <tbody>
                {found.map((each) => (
                  <tr key={each.number}>
                    <td><Time at={each.at} /></td>
                    <td className="break">{words(each.kind)} {each.number}{each.undoes ? ` of load ${each.undoes}` : ''}{each.note && <div className="quiet">{each.note}</div>}</td>
                    <td><NamedState name={each.state} /></td>
                    {amounts.map((amount) => <td key={amount} className="number" data-head={words(amount)}>{count(each[amount])}</td>)}
                    <td className="mono">{each.run_id && <To to={`/workflows/${each.run_id}`}>{each.run_id}</To>}</td>
                    <td className="actions">
                      <Actions of={`load ${each.number}`} actions={[
                        { label: 'Table as it was then', operation: 'queryTables', act: () => void router.navigate({ href: `${at}/rows?as_of=${each.number}` }) },
                        { label: 'What changed since', operation: 'listTableChanges', act: () => void router.navigate({ href: `${at}/loads?since=${each.number}` }) },
                        ...(each.state === 'done' && ['load', 'removal'].includes(each.kind) ? [{ label: 'Undo', operation: 'undoLoad', danger: true, act: () => setUndoing(each) }] : []),
                      ]} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
            <More of={loads} />
          </div>
        )}
      </Loaded>
      {undoing && <UndoDialog load={undoing} onClose={() => setUndoing(null)} />}
    </Section>
  );
}
