import { useState } from 'react';

import { call } from '../../api/call';
import { $api, api, type Schema } from '../../api/client';
import { usePaged } from '../../api/lists';
import { Act, Actions } from '../../parts/Act';
import { count } from '../../parts/amounts';
import { Delete } from '../../parts/Delete';
import { To } from '../../parts/Link';
import { Empty, Loaded, Refusal } from '../../parts/Loaded';
import { useSay } from '../../parts/Messages';
import { More } from '../../parts/More';
import { Page, Section } from '../../parts/Page';
import { NamedState } from '../../parts/State';
import { router } from '../../router';
import { AlertDialog } from './AlertDialog';
import { inWords } from './kinds';

/** Who is told of what, by webhook or mail. */
export function AlertsPage() {
  const alerts = usePaged<Schema['Alert']>(['alerts'], (next_token) => call(api.GET('/api/v0/alerts', { params: { query: { limit: 200, ...(next_token ? { next_token } : {}) } } })), 5_000);
  const [asked, setAsked] = useState<{ what: 'add' } | { what: 'edit' | 'delete'; alert: Schema['Alert'] } | null>(null);
  const say = useSay();
  const close = () => setAsked(null);
  const test = $api.useMutation('post', '/api/v0/alerts/{id}/test', { onSuccess: (sent) => say('A test message is on its way', `/alerts/${sent.alert_id}`) });
  const change = $api.useMutation('put', '/api/v0/alerts/{id}', { onSuccess: (alert) => say(alert.state === 'active' ? `${alert.name} is on` : `${alert.name} is off; what waited is canceled`) });
  const turn = (alert: Schema['Alert'], active: boolean) =>
    change.mutate({ params: { path: { id: alert.id } }, body: { name: alert.name, target: alert.target, kinds: alert.kinds, only: alert.only, active } });
  const add = <Act operation="createAlert" onClick={() => setAsked({ what: 'add' })}>Add alert</Act>;
  return (
    <Page title="Alerts" actions={add}>
      <Refusal error={test.error ?? change.error} />
      <Section title="Alerts" note="who is told of what" flush>
        <Loaded query={alerts} isEmpty={(found) => found.length === 0} empty={<Empty action={add}>An alert tells people or programs what happened, by mail or by webhook: a run that failed, files that are missing, payloads in quarantine.</Empty>}>
          {(found) => (
            <div className="scroll">
              <table className="list cards" aria-label="Alerts">
                <thead><tr><th>Name</th><th>To</th><th>About</th><th>Only of</th><th>State</th><th className="number">Waiting</th><th><span className="unseen">Actions</span></th></tr></thead>
                <tbody>
                  {found.map((each) => (
                    <tr key={each.id}>
                      <td><To to={`/alerts/${each.id}`}>{each.name}</To></td>
                      <td className="break">{each.channel === 'email' ? 'Mail' : 'Webhook'} <span className="mono">{each.target}</span></td>
                      <td className="break">{inWords(each.kinds)}</td>
                      <td className="mono break">{each.only.length === 0 ? <span className="quiet">everything</span> : each.only.join(', ')}</td>
                      <td><NamedState name={each.state} /></td>
                      <td className="number" data-head="Waiting">{count(each.waiting)}</td>
                      <td className="actions">
                        <Actions of={each.name} actions={[
                          { label: 'Deliveries', act: () => void router.navigate({ href: `/ui/alerts/${each.id}` }) },
                          { label: 'Send a test message', operation: 'testAlert', act: () => test.mutate({ params: { path: { id: each.id } }, body: {} }) },
                          { label: 'Edit', operation: 'updateAlert', act: () => setAsked({ what: 'edit', alert: each }) },
                          each.state === 'active'
                            ? { label: 'Switch off', operation: 'updateAlert', act: () => turn(each, false) }
                            : { label: 'Switch on', operation: 'updateAlert', act: () => turn(each, true) },
                          { label: 'Delete', operation: 'deleteAlert', danger: true, act: () => setAsked({ what: 'delete', alert: each }) },
                        ]} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
              <More of={alerts} />
            </div>
          )}
        </Loaded>
      </Section>
      {asked?.what === 'add' && <AlertDialog onClose={close} />}
      {asked?.what === 'edit' && <AlertDialog alert={asked.alert} onClose={close} />}
      {asked?.what === 'delete' && (
        <Delete of={asked.alert.name} by={() => call(api.DELETE('/api/v0/alerts/{id}', { params: { path: { id: asked.alert.id } } }))} onClose={close}>
          The alert goes with its secret and its {count(asked.alert.waiting)} messages that wait. What happened stays in the run history.
        </Delete>
      )}
    </Page>
  );
}
