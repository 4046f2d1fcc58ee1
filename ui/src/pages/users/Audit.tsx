import { Button, Group, TextInput } from '@mantine/core';
import { useState } from 'react';

import { $api } from '../../api/client';
import { Empty, Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { visible } from '../../parts/visible';
import { Time } from '../../parts/Time';

/** Who did what, the newest first; the last 1,000, and all of them as CSV. */
export function Audit() {
  const [type, setType] = useState('');
  const events = $api.useQuery('get', '/api/v0/audit-events', { params: { query: { limit: 1000 } } }, { refetchInterval: 5_000 });
  const wanted = type.trim().toLowerCase();
  return (
    <Section title="Audit" note="the newest 1,000" flush
      actions={
        <>
          <TextInput size="xs" aria-label="Filter the audit events" placeholder="Filter" value={type} onChange={(event) => setType(event.currentTarget.value)} />
          <Button component="a" variant="default" href="/api/v0/audit-events.csv" download>CSV</Button>
        </>
      }>
      <Loaded query={events} isEmpty={(page) => page.items.length === 0} empty={<Empty>Nothing was done yet.</Empty>}>
        {(page) => {
          const found = page.items.filter((each) => `${each.event_type} ${each.object} ${each.object_name} ${each.principal_name}`.toLowerCase().includes(wanted));
          if (found.length === 0) return <Group p="md"><span className="quiet">None of {page.items.length} match.</span></Group>;
          return (
            <div className="scroll">
              <table className="list cards" aria-label="Audit events">
                <thead><tr><th>Happened at</th><th>Event type</th><th>Object</th><th>Who</th><th>From</th><th>By</th></tr></thead>
                <tbody>
                  {found.map((each) => (
                    <tr key={each.event_id}>
                      <td><Time at={each.happened_at} /></td>
                      <td className="mono">{each.event_type}</td>
                      <td className="break">{visible(each.object_name || '')} <span className="mono quiet">{each.object}</span></td>
                      <td className="break">{each.principal_name ?? each.principal_id}</td>
                      <td className="mono">{each.origin_ip}</td>
                      <td>{{ ui: 'UI', api: 'API', server: 'server' }[each.source]}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          );
        }}
      </Loaded>
    </Section>
  );
}
