import { useParams } from '@tanstack/react-router';

import { $api, type Schema } from '../../api/client';
import { Loaded } from '../../parts/Loaded';
import { GroupEditor } from './GroupEditor';

export function GroupPage() {
  const { id } = useParams({ from: '/inside/groups/$id' });
  const group = $api.useQuery('get', '/api/v0/courier-groups/{id}', { params: { path: { id } } }, { refetchOnWindowFocus: false });
  return <Loaded query={group}>{(data) => <GroupEditor key={data.id} group={data} saved={settingsOf(data)} />}</Loaded>;
}

export function AddGroupPage() {
  return <GroupEditor saved={{ name: '', schedule: '', time_zone: 'UTC', active: true, couriers: [] }} />;
}

function settingsOf(group: Schema['CourierGroup']): Schema['NewCourierGroup'] {
  const { name, schedule, time_zone, file_ranges_in_zone, past_day_only, active, runtime_alert_s, overlap, catch_up_s, after_group } = group;
  return {
    name, file_ranges_in_zone, past_day_only, active, overlap, catch_up_s,
    ...(schedule ? { schedule } : {}), ...(time_zone ? { time_zone } : {}), ...(runtime_alert_s ? { runtime_alert_s } : {}), ...(after_group ? { after_group } : {}),
    couriers: group.couriers.map(({ courier_id, wait_s, offset_s, as_soon_as_sealed, notify_when_missing, stop_when_missing }) => ({ courier_id, wait_s, offset_s, as_soon_as_sealed, notify_when_missing, stop_when_missing })),
  };
}
