import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { $api, type Schema } from '../../api/client';
import { CopyIcon, Id } from '../../parts/Copy';
import { To } from '../../parts/Link';
import { Empty, Loaded } from '../../parts/Loaded';
import { Page, Section } from '../../parts/Page';
import { Payload } from '../../parts/Payload';
import { NamedState } from '../../parts/State';
import { StreamName } from '../../parts/StreamName';
import { Time } from '../../parts/Time';

type Receipt = Schema['ReceiptState'];

/** One accepted payload, from its 202 to its row. */
export function ReceiptPage() {
  const { receipt } = useParams({ from: '/inside/receipts/$receipt' });
  const found = $api.useQuery('get', '/api/v0/receipts/{id}', { params: { path: { id: receipt } } }, { refetchInterval: 5_000 });
  return (
    <Loaded query={found} lines={8}>
      {(data) => (
        <Page title="Receipt" above={<To to="/receipts">Receipts</To>} beside={<><NamedState name={data.state} /><Id id={data.receipt} what="receipt" /></>}>
          <div className="card"><Stations of={data} /></div>
          {data.state === 'quarantined' && (
            <div className="banner warning break">▲ {data.reason ?? ''} <To to={`/quarantine/${data.receipt}`}>Mend and replay</To></div>
          )}
          {data.duplicate_of && <div className="banner warning">▲ The same key was accepted before: <To to={`/receipts/${data.duplicate_of}`}>{data.duplicate_of}</To></div>}
          {data.replayed_as && <div className="banner ok">✓ Replayed as <To to={`/receipts/${data.replayed_as}`}>{data.replayed_as}</To></div>}
          <Bytes receipt={data.receipt} />
          <Tables of={data} />
        </Page>
      )}
    </Loaded>
  );
}

function Stations({ of }: { of: Receipt }) {
  const inFile = of.state === 'in_file';
  const tables = of.tables ?? [];
  const loaded = tables.filter((each) => each.run_id);
  const rows = tables.filter((each) => ['loaded', 'replaced', 'several'].includes(each.state));
  const stopped = of.state === 'quarantined' || of.state === 'duplicate';
  return (
    <ol className="stations" aria-label="What became of it">
      <Station name="Accepted" reached>stream <StreamName id={of.stream_id} /></Station>
      <Station name="In log" reached>safe on disk</Station>
      <Station name="In file" reached={inFile} stopped={stopped}>
        {of.batch && inFile && <><span className="mono break">{of.batch.path.split('/').at(-1)}</span> <CopyIcon text={of.batch.path} what="file path" />{of.byte_range && <div>bytes {of.byte_range.offset} to {of.byte_range.offset + of.byte_range.bytes}</div>}</>}
        {of.state === 'in_log' && 'waits for its batch to close'}
        {of.state === 'quarantined' && 'in quarantine instead'}
        {of.state === 'duplicate' && 'left out: a duplicate'}
      </Station>
      <Station name="Run" reached={loaded.length > 0}>
        {loaded.length === 0 && inFile && 'no load has read its file'}
        {[...new Set(loaded.map((each) => each.run_id))].map((each) => <div key={each} className="mono break"><To to={`/workflows/${each}`}>{each}</To></div>)}
      </Station>
      <Station name="Row" reached={rows.length > 0} stopped={tables.some((each) => each.state === 'error' || each.state === 'over_threshold')}>
        {tables.map((each) => <div key={each.table}><To to={`/tables/${encodeURIComponent(each.table)}`}>{each.table}</To></div>)}
      </Station>
    </ol>
  );
}

function Station({ name, reached, stopped, children }: { name: string; reached: boolean; stopped?: boolean; children?: ReactNode }) {
  return (
    <li className={stopped ? 'stopped' : reached ? 'reached' : ''}>
      <strong>{name} {stopped ? '✕' : reached ? '✓' : '○'}</strong>
      <div className="quiet break" style={{ fontSize: 13 }}>{children}</div>
    </li>
  );
}

function Tables({ of }: { of: Receipt }) {
  if (!of.tables) return null;
  return (
    <Section title="In the domain tables" flush>
      {of.tables.length === 0 ? <Empty>No courier loads its stream into a table yet.</Empty> : (
        <table className="list cards" aria-label="In the domain tables">
          <thead><tr><th>Table</th><th>Fate</th><th>Row</th><th>Loaded</th><th>Why</th></tr></thead>
          <tbody>
            {of.tables.map((each) => (
              <tr key={each.table}>
                <td><To to={`/tables/${encodeURIComponent(each.table)}`}>{each.table}</To></td>
                <td><NamedState name={each.state} /></td>
                <td className="mono">{(each.rows ?? []).map((row) => row._pk).filter(Boolean).join(', ')}</td>
                <td><Time at={each.loaded_at} none="not yet" /></td>
                <td className="break">{each.why ?? ''}{(each.rows ?? []).flatMap((row) => row.errors ?? []).map((wrong) => <div key={`${wrong.row} ${wrong.field}`}>{wrong.field}: {wrong.value}, {wrong.reason}</div>)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

function Bytes({ receipt }: { receipt: string }) {
  const payload = $api.useQuery('get', '/api/v0/receipts/{id}/payload', { params: { path: { id: receipt } } }, { staleTime: 60_000 });
  return (
    <Section title="Payload">
      <Loaded query={payload}>
        {(data) => (
          <>
            {data.form === 'tree' && <div className="quiet">The tree that its XML became, as JSON.</div>}
            <Payload key={data.receipt} text={data.body} base64={data.body_base64} />
          </>
        )}
      </Loaded>
    </Section>
  );
}
