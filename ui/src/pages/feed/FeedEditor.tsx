import { Button, Checkbox, Group, NumberInput, Radio, Select, SimpleGrid, Stack, TagsInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { api, ifMatch, type Schema } from '../../api/client';
import { Act } from '../../parts/Act';
import { counted } from '../../parts/amounts';
import { Id } from '../../parts/Copy';
import { DraftNote } from '../../parts/DraftNote';
import { To } from '../../parts/Link';
import { useSay } from '../../parts/Messages';
import { NotSaved } from '../../parts/NotSaved';
import { Page, Section } from '../../parts/Page';
import { Rows } from '../../parts/Rows';
import { State } from '../../parts/State';
import { useDraft } from '../../parts/useDraft';
import { router } from '../../router';
import { columnOf, type FeedSettings, nameProblem } from './feedDraft';
import { FieldGrid } from './FieldGrid';
import { LoadDataDialog } from './LoadDataDialog';

interface Props {
  feed?: Schema['Feed']; // absent: it is not saved yet
  found?: Schema['FeedDraft']; // what the sample has
  saved: FeedSettings;
  loadSample: boolean;
}

export function FeedEditor({ feed, found, saved, loadSample }: Props) {
  const draft = useDraft(`feed.${feed?.id ?? `${saved.source}:${saved.name}`}`, saved, feed && `/api/v0/feeds/${feed.id}`);
  const { value } = draft;
  const set = (part: Partial<FeedSettings>) => draft.set({ ...value, ...part });
  const [load, setLoad] = useState(loadSample);
  const [loading, setLoading] = useState(false);
  const say = useSay();

  /** Saves, and activates where that is asked; a refused activation leaves the saved feed, which is shown then. */
  const save = useMutation({
    mutationFn: async ({ activate, version = draft.version }: { activate: boolean; version?: string }) => {
      const kept = feed ? await change(feed.id, value, version) : await create(value);
      if (!activate) return { kept, active: null };
      const { data, error } = await api.POST('/api/v0/feeds/{id}/activate', { params: { path: { id: kept.id } }, body: { load_sample: load } });
      if (error) throw error;
      return { kept, active: data };
    },
    onSuccess: ({ kept, active }) => {
      draft.discard(value);
      const loaded = active?.loaded;
      say(active ? `${kept.table} is active${loaded ? `: ${loaded.read} read = ${loaded.inserted} inserted + ${loaded.updated} updated + ${loaded.rejected} rejected + ${loaded.errors} errors` : ''}` : `${kept.name} was saved`,
        active ? `/tables/${encodeURIComponent(kept.table)}` : undefined);
      void router.navigate({ href: `/ui/feeds/${kept.id}`, replace: true });
    },
  });

  const problems = value.fields.filter((each) => nameProblem(each, value.fields)).length + (value.primary_key.length === 0 ? 1 : 0);
  const columns = value.fields.map(columnOf);
  const stamps = value.fields.filter((each) => each.type === 'datetime' || each.type === 'integer').map(columnOf);
  return (
    <Page title={`${value.source}:${value.name}`} above={<To to="/sources">Sources</To>}
      beside={<>{feed?.active ? <State tone="ok">Active</State> : <State tone="waiting">Draft</State>}{feed && <Id id={feed.id} what="feed ID" />}</>}
      actions={
        <>
          {problems > 0 && <State tone="warning">{`${problems} to fix`}</State>}
          <DraftNote keptAt={draft.keptAt} discard={() => draft.discard()} />
          {feed?.active && <Act operation="loadFeed" variant="default" onClick={() => setLoading(true)}>Load new data</Act>}
          <Act operation={feed ? 'updateFeed' : 'createFeed'} variant="default" loading={save.isPending && !save.variables.activate} onClick={() => save.mutate({ activate: false })}>Save</Act>
          <Act operation="activateFeed" loading={save.isPending && save.variables.activate} onClick={() => save.mutate({ activate: true })}>Activate</Act>
        </>
      }>
      <NotSaved error={save.error} discard={() => draft.discard()} save={(version) => save.mutate({ activate: false, version })} />
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Section title="Which row stays">
          <Stack gap="sm">
            <TagsInput label="Primary key" description="One field or several" data={columns} value={value.primary_key} onChange={(primary_key) => set({ primary_key })}
              error={value.primary_key.length === 0 ? 'A feed needs a primary key.' : undefined} />
            {found && found.primary_key_candidates.length > 0 && (
              <Group gap={6}>
                <span className="quiet">Unique in the sample:</span>
                {found.primary_key_candidates.slice(0, 6).map((each) => (
                  <Button key={each.join()} variant="default" size="compact-xs" onClick={() => set({ primary_key: each })}>{each.join(' + ')}</Button>
                ))}
              </Group>
            )}
            <Radio.Group label="Last updated field" description="Of two rows of one key, the newer one stays" value={value.last_updated ? 'field' : 'generate'}
              onChange={(next) => set({ last_updated: next === 'field' ? stamps[0] : undefined })}>
              <Stack gap={6} mt={6}>
                <Radio value="generate" label={'Generate an "updated" field'} />
                <Radio value="field" label="Use a field, a datetime or an integer" disabled={stamps.length === 0} />
              </Stack>
            </Radio.Group>
            {value.last_updated && <Select aria-label="Last updated field" w={260} data={stamps} value={value.last_updated} onChange={(field) => set({ last_updated: field ?? undefined })} />}
          </Stack>
        </Section>
        <Section title="Loading">
          <Stack gap="sm">
            <NumberInput label="Error threshold" description="With more rows that are not right, nothing is loaded" suffix=" %" w={260} min={0} max={100} value={value.error_threshold ?? 1}
              onChange={(threshold) => set({ error_threshold: Number(threshold) })} />
            <TextInput label="Format of dates and datetimes" description="A Joda pattern, epoch_s or epoch_ms; inferred where there is none" w={360} value={value.format ?? ''} onChange={(event) => set({ format: event.currentTarget.value || undefined })} />
            <Checkbox label="Load sample file on feed activation" checked={load} disabled={!value.sample} onChange={(event) => setLoad(event.currentTarget.checked)} />
            <Checkbox label="Make available to Stitch" checked={value.identity_resolution ?? false} onChange={(event) => set({ identity_resolution: event.currentTarget.checked })} />
          </Stack>
        </Section>
      </SimpleGrid>
      <Section title="Fields" note={found ? `${counted(found.records, 'record')} in the sample` : undefined} flush>
        <FieldGrid fields={value.fields} found={found} onChange={(fields, renamed) => set({ fields, ...(renamed ? { primary_key: value.primary_key.map((each) => (each === renamed[0] ? renamed[1] : each)) } : {}) })} />
      </Section>
      {found && (
        <Section title="Sample" note={value.sample} flush>
          <Rows label="Sample" columns={found.rows.columns} rows={found.rows.rows.slice(0, 20)} />
        </Section>
      )}
      {loading && feed && <LoadDataDialog feed={feed} onClose={() => setLoading(false)} />}
    </Page>
  );
}

async function create(settings: FeedSettings) {
  const { data, error } = await api.POST('/api/v0/feeds', { body: settings });
  if (error) throw error;
  return data;
}

async function change(id: string, settings: FeedSettings, version: string | undefined) {
  const { data, error } = await api.PATCH('/api/v0/feeds/{id}', { params: { path: { id }, header: ifMatch(version) }, body: { last_updated: '', format: '', ...settings } });
  if (error) throw error;
  return data;
}
