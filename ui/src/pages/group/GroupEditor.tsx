import { Button, Checkbox, Group, Select, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';

import { $api, ifMatch, type Schema } from '../../api/client';
import { useCourierGroups, useCouriers } from '../../api/lists';
import { Act } from '../../parts/Act';
import { Id } from '../../parts/Copy';
import { DraftNote } from '../../parts/DraftNote';
import { To } from '../../parts/Link';
import { Empty } from '../../parts/Loaded';
import { useSay } from '../../parts/Messages';
import { NotSaved } from '../../parts/NotSaved';
import { optionsOf } from '../../parts/options';
import { Page, Section } from '../../parts/Page';
import { State } from '../../parts/State';
import { useDraft } from '../../parts/useDraft';
import { router } from '../../router';
import { GroupCourierRow } from './GroupCourierRow';
import { NextRuns } from './NextRuns';
import { RunGroupDialog } from './RunGroupDialog';

type Settings = Schema['NewCourierGroup'];
const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((each) => each !== 'UTC')];

export function GroupEditor({ group, saved }: { group?: Schema['CourierGroup']; saved: Settings }) {
  const draft = useDraft(`group.${group?.id ?? 'new'}`, saved, group && `/api/v0/courier-groups/${group.id}`);
  const { value } = draft;
  const set = (part: Partial<Settings>) => draft.set({ ...value, ...part });
  const couriers = useCouriers();
  const groups = useCourierGroups();
  const [running, setRunning] = useState(false);
  const say = useSay();
  const onSuccess = (kept: Schema['CourierGroup']) => {
    draft.discard(value);
    say(`${kept.name} was saved`);
    void router.navigate({ href: `/ui/groups/${kept.id}`, replace: true });
  };
  const create = $api.useMutation('post', '/api/v0/courier-groups', { onSuccess });
  const update = $api.useMutation('put', '/api/v0/courier-groups/{id}', { onSuccess });
  const save = (version = draft.version) => {
    const { schedule, ...rest } = value;
    const body = { ...rest, ...(schedule?.trim() ? { schedule: schedule.trim() } : {}) };
    if (group) update.mutate({ params: { path: { id: group.id }, header: ifMatch(version) }, body });
    else create.mutate({ body });
  };
  const setCourier = (at: number, next: Schema['NewGroupCourier'] | null) => set({ couriers: value.couriers.flatMap((each, index) => (index === at ? (next ? [next] : []) : [each])) });
  const free = (couriers.data?.items ?? []).filter((each) => !value.couriers.some((one) => one.courier_id === each.id));
  const add = () => free[0] && set({ couriers: [...value.couriers, { courier_id: free[0].id, wait_s: 0, offset_s: 86_400, notify_when_missing: true, stop_when_missing: false }] });
  return (
    <Page title={group ? group.name : 'Add Courier Group'} above={<To to="/sources">Sources</To>}
      beside={group && <>{group.active ? <State tone="ok">Enabled</State> : <State tone="waiting">Disabled</State>}<Id id={group.id} what="group ID" /></>}
      actions={
        <>
          <DraftNote keptAt={draft.keptAt} discard={() => draft.discard()} />
          {group && <Act operation="runCourierGroup" variant="default" onClick={() => setRunning(true)}>Run</Act>}
          <Act operation={group ? 'updateCourierGroup' : 'createCourierGroup'} loading={create.isPending || update.isPending} onClick={() => save()}>Save</Act>
        </>
      }>
      <NotSaved error={create.error ?? update.error} discard={() => draft.discard()} save={save} />
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Section title="Settings">
          <Stack gap="sm">
            <TextInput label="Name" autoFocus={!group} value={value.name} onChange={(event) => set({ name: event.currentTarget.value })} />
            <Switch label="Enabled" description="A disabled group can still be run by hand" checked={value.active ?? true} onChange={(event) => set({ active: event.currentTarget.checked })} />
            <Group align="end">
              <TextInput label="Schedule" description="Cron: minute hour day month weekday; empty: by hand only" placeholder="30 2 * * *" classNames={{ input: 'mono' }} w={300} value={value.schedule ?? ''} onChange={(event) => set({ schedule: event.currentTarget.value })} />
              <Select label="Time zone" searchable w={220} data={zones} value={value.time_zone ?? 'UTC'} onChange={(zone) => set({ time_zone: zone ?? 'UTC' })} />
            </Group>
            <Checkbox label="Use this time zone for file date ranges" checked={value.file_ranges_in_zone ?? false} onChange={(event) => set({ file_ranges_in_zone: event.currentTarget.checked })} />
            <Checkbox label="Only retrieve files dropped in the past day?" checked={value.past_day_only ?? false} onChange={(event) => set({ past_day_only: event.currentTarget.checked })} />
            <Select label="Wait for another courier group" clearable allowDeselect placeholder="none" data={optionsOf(groups.data?.items.filter((each) => each.id !== group?.id))}
              value={value.after_group ?? null} onChange={(after) => set({ after_group: after ?? undefined })} />
          </Stack>
        </Section>
        <NextRuns groupId={draft.keptAt ? undefined : group?.id} schedule={value.schedule ?? ''} zone={value.time_zone ?? 'UTC'} />
      </SimpleGrid>
      <Section title="Couriers" flush actions={<Button variant="default" onClick={add} disabled={free.length === 0}>+ Add Courier</Button>}>
        {value.couriers.length === 0
          ? <Empty action={<Button onClick={add} disabled={free.length === 0}>Add courier</Button>}>The couriers that this group runs. A streaming courier needs a 24-hour offset, or its day is not complete.</Empty>
          : value.couriers.map((each, at) => (
            <GroupCourierRow key={each.courier_id} value={each} all={couriers.data?.items ?? []} onChange={(next) => setCourier(at, next)} onRemove={() => setCourier(at, null)} />
          ))}
      </Section>
      {running && group && <RunGroupDialog group={group} onClose={() => setRunning(false)} />}
    </Page>
  );
}
