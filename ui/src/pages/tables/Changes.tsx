import { $api, type Schema } from '../../api/client';
import { count } from '../../parts/amounts';
import { To } from '../../parts/Link';
import { Empty, Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { Rows } from '../../parts/Rows';
import { State } from '../../parts/State';

/** How the table differs from what it was after a load. */
export function Changes({ table, since }: { table: string; since: number }) {
  const changes = $api.useQuery('get', '/api/v0/tables/{name}/changes', { params: { path: { name: table }, query: { since, limit: 200 } } });
  return (
    <Section title={`Changed since load ${since}`} actions={<To to={`/tables/${encodeURIComponent(table)}/loads`}>All loads</To>} flush>
      <Loaded query={changes}>{(found) => <Differences of={found} none="Nothing has changed since." />}</Loaded>
    </Section>
  );
}

/** Rows that differ: how many, and the first of them. */
export function Differences({ of, none }: { of: Schema['Changes']; none: string }) {
  if (of.added + of.changed + of.removed === 0) return <Empty>{none}</Empty>;
  return (
    <>
      <div style={{ padding: '10px 12px', display: 'flex', gap: 8, flexWrap: 'wrap' }}>
        <State tone="ok">{`${count(of.added)} added`}</State><State tone="running">{`${count(of.changed)} changed`}</State><State tone="warning">{`${count(of.removed)} removed`}</State>
        {of.next_token && <span className="quiet">the first {count(of.rows.length)} are shown; Export has all of them</span>}
      </div>
      <Rows label="What differs" columns={of.columns} rows={of.rows} />
    </>
  );
}
