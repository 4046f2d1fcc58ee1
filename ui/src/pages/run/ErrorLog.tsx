import { Button } from '@mantine/core';
import { useState } from 'react';

import { call } from '../../api/call';
import { $api, api, type Schema } from '../../api/client';
import { usePaged } from '../../api/lists';
import { inTenant } from '../../api/tenant';
import { Act } from '../../parts/Act';
import { count } from '../../parts/amounts';
import { To } from '../../parts/Link';
import { Refusal } from '../../parts/Loaded';
import { More } from '../../parts/More';
import { Section } from '../../parts/Page';
import { NamedState } from '../../parts/State';
import { router } from '../../router';
import { RowErrorDialog } from './RowErrorDialog';

/** Rows that a load could not take, by kind, and each one with what it was; nothing where there are none. */
export function ErrorLog({ run }: { run: string }) {
  const path = { params: { path: { id: run } } };
  const kinds = $api.useQuery('get', '/api/v0/workflow/runs/{id}/error-kinds', path, { refetchInterval: 5_000 });
  const errors = usePaged<Schema['RowError']>(['row-errors', run], (next_token) => call(api.GET('/api/v0/workflow/runs/{id}/errors', { params: { path: { id: run }, query: { limit: 100, ...(next_token ? { next_token } : {}) } } })), 5_000);
  const [open, setOpen] = useState<string | null>(null);
  const again = $api.useMutation('post', '/api/v0/workflow/runs/{id}/load-errors', { onSuccess: (started) => void router.navigate({ href: `/ui/workflows/${started.id}` }) });
  if (!kinds.data || kinds.data.items.length === 0) return null;
  const csv = (level: string) => inTenant(`/api/v0/workflow/runs/${run}/errors.csv?level=${level}`);
  return (
    <Section title="Error log" note={`${count(kinds.data.items.reduce((sum, each) => sum + each.count, 0))} errors`} flush
      actions={<><Act operation="loadRowErrors" loading={again.isPending} onClick={() => again.mutate({ params: { path: { id: run } }, body: {} })}>Load again</Act><Button component="a" variant="default" href={csv('feed')} download>Error log, feed</Button><Button component="a" variant="default" href={csv('file')} download>Error log, file</Button></>}>
      <Refusal error={again.error} />
      <div className="scroll">
        <table className="list cards" aria-label="Kinds of errors">
          <thead><tr><th>Table</th><th>Field</th><th>What</th><th className="number">Errors</th><th className="number">Open</th></tr></thead>
          <tbody>
            {kinds.data.items.map((each) => (
              <tr key={`${each.table} ${each.field} ${each.kind}`}>
                <td>{each.table}</td><td className="mono">{each.field || 'the row'}</td><td className="break">{each.kind ?? ''}</td><td className="number">{count(each.count)}</td><td className="number">{count(each.open)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <table className="list cards" aria-label="Errors">
          <thead><tr><th>Receipt</th><th>Field</th><th>Value</th><th>Why</th><th>State</th><th><span className="unseen">Mend</span></th></tr></thead>
          <tbody>
            {(errors.data ?? []).map((each) => (
              <tr key={each.id}>
                <td className="mono">{each.receipt ? <To to={`/receipts/${each.receipt}`}>{each.receipt}</To> : `row ${each.row}`}</td>
                <td className="mono">{each.field || 'the row'}</td><td className="mono break">{(each.value ?? '').slice(0, 200)}</td><td className="break">{each.reason ?? ''}</td><td><NamedState name={each.state} /></td>
                <td><button type="button" className="linklike" aria-label={`Mend row ${each.row}`} onClick={() => setOpen(each.id)}>{each.state === 'open' ? 'Mend' : 'Show'}</button></td>
              </tr>
            ))}
          </tbody>
        </table>
        <More of={errors} />
      </div>
      {open && <RowErrorDialog id={open} onClose={() => setOpen(null)} />}
    </Section>
  );
}
