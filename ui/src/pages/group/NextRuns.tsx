import { useDebouncedValue } from '@mantine/hooks';

import { $api } from '../../api/client';
import { useCouriers } from '../../api/lists';
import { Empty, Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { Time } from '../../parts/Time';

/** The next five times; of a saved group also the days that each would load. */
export function NextRuns({ groupId, schedule, zone }: { groupId?: string; schedule: string; zone: string }) {
  const [asked] = useDebouncedValue(schedule.trim(), 400);
  const couriers = useCouriers();
  const ofGroup = $api.useQuery('post', '/api/v0/courier-groups/{id}/next', { params: { path: { id: groupId ?? '' } }, body: { count: 5 } }, { enabled: Boolean(groupId && asked) });
  const ofSchedule = $api.useQuery('post', '/api/v0/schedules/next', { body: { schedule: asked, time_zone: zone, count: 5 } }, { enabled: Boolean(!groupId && asked), retry: false });
  const nameOf = (id: string) => couriers.data?.items.find((each) => each.id === id)?.name ?? id;
  return (
    <Section title="Next runs" note={asked ? `clock of ${zone}` : undefined} flush>
      {!asked ? <Empty>Without a schedule the group runs by hand only.</Empty> : (
        <Loaded query={groupId ? ofGroup : ofSchedule}>
          {(next) => (
            <>
              <table className="list cards" aria-label="Next runs">
                <thead><tr><th>There</th><th>UTC</th>{groupId && <th>Loads</th>}</tr></thead>
                <tbody>
                  {next.items.map((each) => (
                    <tr key={each.at}>
                      <td style={{ whiteSpace: 'nowrap' }}>{each.local.replace('T', ' ').replace(/[+-]\d\d:\d\d$/, '')}{each.doubled && ` (the ${each.doubled} of two)`}</td>
                      <td><Time at={each.at} /></td>
                      {groupId && 'loads' in each && <td>{(each.loads as { courier_id: string; range_from: string; range_to: string }[]).map((one) => <div key={one.courier_id}>{nameOf(one.courier_id)}: {one.range_from} until {one.range_to}</div>)}</td>}
                    </tr>
                  ))}
                </tbody>
              </table>
              {next.skipped.map((each) => <div key={each.at} style={{ padding: '6px 12px', color: 'var(--weir-warning)' }}>▲ {each.local.replace('T', ' ')} does not exist there: the clock jumps over it.</div>)}
            </>
          )}
        </Loaded>
      )}
    </Section>
  );
}
