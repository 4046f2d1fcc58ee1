import { SegmentedControl } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';

import { call } from '../../api/call';
import { $api, api, type Schema } from '../../api/client';
import { usePaged } from '../../api/lists';
import { Act, Actions } from '../../parts/Act';
import { count } from '../../parts/amounts';
import { Id } from '../../parts/Copy';
import { Facts } from '../../parts/Facts';
import { To } from '../../parts/Link';
import { Empty, Loaded, Refusal } from '../../parts/Loaded';
import { useSay } from '../../parts/Messages';
import { More } from '../../parts/More';
import { Page, Section } from '../../parts/Page';
import { NamedState } from '../../parts/State';
import { Time } from '../../parts/Time';
import { AlertDialog } from './AlertDialog';
import { DeliveryDialog } from './DeliveryDialog';
import { inWords } from './kinds';

type Delivery = Schema['AlertDelivery'];
type Shown = Schema['AlertDeliveryState'] | 'all';

/** One alert and what became of its messages. */
export function AlertPage() {
  const { id } = useParams({ from: '/inside/alerts/$id' });
  const alert = $api.useQuery('get', '/api/v0/alerts/{id}', { params: { path: { id } } }, { refetchInterval: 5_000 });
  const [state, setState] = useState<Shown>('all');
  const [open, setOpen] = useState<string | null>(null);
  const [editing, setEditing] = useState(false);
  const say = useSay();
  const messages = usePaged<Delivery>(['deliveries', id, state], (next_token) =>
    call(api.GET('/api/v0/alerts/{id}/deliveries', { params: { path: { id }, query: { limit: 100, ...(state === 'all' ? {} : { state }), ...(next_token ? { next_token } : {}) } } })), 2_000);
  const test = $api.useMutation('post', '/api/v0/alerts/{id}/test', { onSuccess: () => say('A test message is on its way') });
  const again = $api.useMutation('post', '/api/v0/alert-deliveries/{id}/redeliver', { onSuccess: () => say('It is delivered again') });
  return (
    <Loaded query={alert}>
      {(data) => (
        <Page title={data.name} above={<To to="/alerts">Alerts</To>} beside={<><NamedState name={data.state} /><Id id={data.id} what="alert ID" /></>}
          actions={
            <>
              <Act operation="updateAlert" variant="default" onClick={() => setEditing(true)}>Edit</Act>
              <Act operation="testAlert" loading={test.isPending} onClick={() => test.mutate({ params: { path: { id } }, body: {} })}>Send a test message</Act>
            </>
          }>
          <Refusal error={test.error ?? again.error} />
          {data.state === 'gone' && <div className="banner warning" role="alert">▲ Its server answered 410, gone. Switch it on again under Alerts once it is back.</div>}
          {data.left_out > 0 && <div className="banner warning">▲ {count(data.left_out)} messages were left out, since too many waited.</div>}
          <Section title="Settings">
            <Facts of={[
              [data.channel === 'email' ? 'Mail address' : 'URL', <span key="t" className="mono break">{data.target}</span>],
              ['About', inWords(data.kinds)],
              ['Only of', data.only.length === 0 ? 'everything' : <span key="o">{data.only.map((each) => <span key={each}><To to={`/go/${each}`}>{each}</To> </span>)}</span>],
              ['Created at', <Time key="c" at={data.created_at} />],
            ]} />
          </Section>
          <Section title="Deliveries" note="the newest first" flush
            actions={<SegmentedControl size="xs" aria-label="Show deliveries" value={state} onChange={(value) => setState(value as Shown)}
              data={[{ value: 'all', label: 'All' }, { value: 'pending', label: 'Pending' }, { value: 'delivered', label: 'Delivered' }, { value: 'failed', label: 'Failed' }]} />}>
            <Loaded query={messages} isEmpty={(found) => found.length === 0} empty={<Empty>{state === 'all' ? 'Nothing has happened that it tells of. Send a test message to see whether it arrives.' : `None is ${state}.`}</Empty>}>
              {(found) => (
                <div className="scroll">
                  <table className="list cards" aria-label="Deliveries">
                    <thead><tr><th>Happened</th><th>What</th><th>Type</th><th>State</th><th className="number">Tries</th><th>Next try</th><th><span className="unseen">Actions</span></th></tr></thead>
                    <tbody>
                      {found.map((each) => (
                        <tr key={each.id}>
                          <td><Time at={each.happened_at} /></td>
                          <td className="break">
                            <button type="button" className="linklike" onClick={() => setOpen(each.id)}>{each.title}</button>
                            {each.run_id && <div><To to={`/workflows/${each.run_id}`}>{each.run_id}</To></div>}
                          </td>
                          <td>{each.type}</td>
                          <td><NamedState name={each.state} /></td>
                          <td className="number" data-head="Tries">{each.tries}</td>
                          <td><Time at={each.next_try_at} none="none" /></td>
                          <td className="actions">
                            <Actions of={each.id} actions={[
                              { label: 'Show tries', act: () => setOpen(each.id) },
                              { label: 'Redeliver', operation: 'redeliverAlert', act: () => again.mutate({ params: { path: { id: each.id } }, body: {} }) },
                            ]} />
                          </td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                  <More of={messages} />
                </div>
              )}
            </Loaded>
          </Section>
          {open && <DeliveryDialog id={open} onClose={() => setOpen(null)} />}
          {editing && <AlertDialog alert={data} onClose={() => setEditing(false)} />}
        </Page>
      )}
    </Loaded>
  );
}
