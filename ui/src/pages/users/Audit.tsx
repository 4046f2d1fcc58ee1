import { Button } from '@mantine/core';

import { call } from '../../api/call';
import { api, type Schema } from '../../api/client';
import { pageOf, usePaged } from '../../api/lists';
import { inTenant } from '../../api/tenant';
import { Filter, useFilter } from '../../parts/Filter';
import { Empty, Loaded } from '../../parts/Loaded';
import { More } from '../../parts/More';
import { Section } from '../../parts/Page';
import { Time } from '../../parts/Time';

/** Who did what; all of it as CSV, too. */
export function Audit() {
  const [q, setQ] = useFilter();
  const events = usePaged<Schema['AuditEvent']>(['audit', q], (next_token) => call(api.GET('/api/v0/audit-events', { params: { query: pageOf(q, next_token) } })), 5_000);
  return (
    <Section title="Audit" note="the newest first" flush
      actions={
        <>
          <Filter of="audit events" onChange={setQ} />
          <Button component="a" variant="default" href={inTenant('/api/v0/audit-events.csv')} download>CSV</Button>
        </>
      }>
      <Loaded query={events} isEmpty={(found) => found.length === 0} empty={<Empty>{q ? 'None match.' : 'Nothing was done yet.'}</Empty>}>
        {(found) => (
          <div className="scroll">
            <table className="list cards" aria-label="Audit events">
              <thead><tr><th>Happened at</th><th>Event type</th><th>Object</th><th>Who</th><th>From</th><th>By</th></tr></thead>
              <tbody>
                {found.map((each) => (
                  <tr key={each.event_id}>
                    <td><Time at={each.happened_at} /></td>
                    <td className="mono">{each.event_type}</td>
                    <td className="break">{each.object_name || ''} <span className="mono quiet">{each.object}</span></td>
                    <td className="break">{each.principal_name ?? each.principal_id ?? ''}</td>
                    <td className="mono">{each.origin_ip}</td>
                    <td>{{ ui: 'UI', api: 'API', server: 'server' }[each.source]}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            <More of={events} />
          </div>
        )}
      </Loaded>
    </Section>
  );
}
