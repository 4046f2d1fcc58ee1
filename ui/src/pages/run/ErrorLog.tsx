import { Button } from '@mantine/core';

import { $api } from '../../api/client';
import { count } from '../../parts/amounts';
import { To } from '../../parts/Link';
import { Section } from '../../parts/Page';
import { visible } from '../../parts/visible';
import { NamedState } from '../../parts/State';

/** Rows that a load could not take, by kind, and each one with what it was; nothing where there are none. */
export function ErrorLog({ run }: { run: string }) {
  const path = { params: { path: { id: run } } };
  const kinds = $api.useQuery('get', '/api/v0/workflow/runs/{id}/error-kinds', path, { refetchInterval: 5_000 });
  const errors = $api.useQuery('get', '/api/v0/workflow/runs/{id}/errors', { params: { path: { id: run }, query: { limit: 100 } } }, { refetchInterval: 5_000 });
  if (!kinds.data || kinds.data.items.length === 0) return null;
  const csv = (level: string) => `/api/v0/workflow/runs/${run}/errors.csv?level=${level}`;
  return (
    <Section title="Error log" note={`${count(kinds.data.items.reduce((sum, each) => sum + each.count, 0))} errors`} flush
      actions={<><Button component="a" variant="default" href={csv('feed')} download>Error log, feed</Button><Button component="a" variant="default" href={csv('file')} download>Error log, file</Button></>}>
      <div className="scroll">
        <table className="list cards" aria-label="Kinds of errors">
          <thead><tr><th>Table</th><th>Field</th><th>What</th><th className="number">Errors</th><th className="number">Open</th></tr></thead>
          <tbody>
            {kinds.data.items.map((each) => (
              <tr key={`${each.table} ${each.field} ${each.kind}`}>
                <td>{each.table}</td><td className="mono">{visible(each.field || 'the row')}</td><td className="break">{visible(each.kind ?? '')}</td><td className="number">{count(each.count)}</td><td className="number">{count(each.open)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <table className="list cards" aria-label="Errors">
          <thead><tr><th>Receipt</th><th>Field</th><th>Value</th><th>Why</th><th>State</th></tr></thead>
          <tbody>
            {(errors.data?.items ?? []).map((each) => (
              <tr key={each.id}>
                <td className="mono">{each.receipt ? <To to={`/receipts/${each.receipt}`}>{each.receipt}</To> : `row ${each.row}`}</td>
                <td className="mono">{visible(each.field || 'the row')}</td><td className="mono break">{visible((each.value ?? '').slice(0, 200))}</td><td className="break">{visible(each.reason ?? '')}</td><td><NamedState name={each.state} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
