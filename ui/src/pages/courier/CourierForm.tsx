import { Button, Group, Radio, Select, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';

import { $api, ifMatch, type Schema } from '../../api/client';
import { useFeeds } from '../../api/lists';
import { DraftNote } from '../../parts/DraftNote';
import { To } from '../../parts/Link';
import { useSay } from '../../parts/Messages';
import { NotSaved } from '../../parts/NotSaved';
import { Page, Section } from '../../parts/Page';
import { StreamSelect } from '../../parts/StreamSelect';
import { visible } from '../../drawn/visible';
import { useDraft } from '../../parts/useDraft';
import { router } from '../../router';
import { CredentialChoice } from './CredentialChoice';
import { FileSettings, firstSettings, settingsIn } from './FileSettings';

type Settings = Schema['NewCourier'];
const hours = Array.from({ length: 25 }, (_, hour) => String(hour).padStart(2, '0'));

/** Adding (without `id`) and editing a courier of a stream or of files. */
export function CourierForm({ id, saved }: { id?: string; saved: Settings }) {
  const draft = useDraft(`courier.${id ?? `new.${saved.kind ?? 'stream'}`}`, {
    ...saved,
    operations: JSON.stringify(saved.load_operations, null, 2),
    settings: JSON.stringify(saved.load_settings ?? firstSettings, null, 2),
  }, id && `/api/v0/couriers/${id}`);
  const { value } = draft;
  const set = (part: Partial<typeof value>) => draft.set({ ...value, ...part });
  const feeds = useFeeds();
  const say = useSay();
  const isFile = value.kind === 'file';
  const [wrong, setWrong] = useState<string | null>(null);
  const [wrongSettings, setWrongSettings] = useState<string | null>(null);
  const onSuccess = (courier: Schema['Courier']) => {
    draft.discard();
    say(`${courier.name} was saved`);
    void router.navigate({ href: `/ui/couriers/${courier.id}` });
  };
  const create = $api.useMutation('post', '/api/v0/couriers', { onSuccess });
  const update = $api.useMutation('put', '/api/v0/couriers/{id}', { onSuccess });

  const save = (version = draft.version) => {
    const { operations, settings: loadSettings, ...settings } = value;
    const read = operationsOf(operations);
    setWrong(typeof read === 'string' ? read : null);
    if (typeof read === 'string') return;
    const files = isFile ? settingsIn(loadSettings) : undefined;
    if (typeof files === 'string') return setWrongSettings(files);
    setWrongSettings(null);
    const body = { ...settings, load_operations: read, ...(files ? { load_settings: files as never } : {}) };
    if (id) update.mutate({ params: { path: { id }, header: ifMatch(version) }, body });
    else create.mutate({ body });
  };
  const addLoad = (feed: string | null) => {
    const read = operationsOf(value.operations);
    if (!feed || typeof read === 'string') return;
    set({ operations: JSON.stringify({ ...read, [feed]: [{ type: 'load', file: value.file_tag ?? 'streaming' }] }, null, 2) });
  };
  return (
    <Page title={id ? `Edit ${saved.name}` : 'Add Courier'} above={<To to="/sources">Sources</To>}
      actions={
        <>
          <DraftNote keptAt={draft.keptAt} discard={() => draft.discard()} />
          <Button variant="default" onClick={() => window.history.back()}>Cancel</Button>
          <Button loading={create.isPending || update.isPending} onClick={() => save()}>Save</Button>
        </>
      }>
      <NotSaved error={create.error ?? update.error} discard={() => draft.discard()} save={save} />
      <Section title="Courier">
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput label="Name" autoFocus={!id} placeholder="Streaming Ingest" value={value.name} onChange={(event) => set({ name: event.currentTarget.value })} />
        <CredentialChoice value={value.credential_id ?? null} onChange={(credential_id) => set({ credential_id })} />
        </SimpleGrid>
      </Section>
      {isFile ? <FileSettings value={value} text={value.settings} wrong={wrongSettings} onChange={set} /> : (
      <Section title="Streaming Ingest Settings">
        <Stack gap="md">
          <SimpleGrid cols={{ base: 1, sm: 3 }}>
            <StreamSelect label="Endpoint ID"
              value={value.stream_id ?? ''} onChange={(stream_id) => set({ stream_id })} />
            <TextInput label="File tag" value={value.file_tag ?? ''} onChange={(event) => set({ file_tag: event.currentTarget.value })} />
            <Select label="File pattern prefix" description="08 = files received 08:00 to 08:59 UTC" value={value.file_pattern_prefix ?? ''}
              data={[{ value: '', label: 'none: all hours' }, ...hours]} onChange={(prefix) => set({ file_pattern_prefix: prefix || undefined })} />
          </SimpleGrid>
          <Radio.Group label="File format" description="JSON payloads are batched into NDJSON, XML payloads into CBOR" value={value.file_format}
            onChange={(format) => set({ file_format: format as Settings['file_format'] })}>
            <Group mt={6}>{['NDJSON', 'JSON', 'XML'].map((each) => <Radio key={each} value={each} label={each} />)}</Group>
          </Radio.Group>
        </Stack>
      </Section>
      )}
      {!isFile && (
      <Section title="When it runs">
          <Radio.Group label="Runs" value={value.trigger} onChange={(trigger) => set({ trigger: trigger as Settings['trigger'] })}>
            <Stack gap={6} mt={6}>
              <Radio value="by_hand" label="By hand or in a courier group" />
              <Radio value="each_batch" label="With each batch, as it closes" />
            </Stack>
          </Radio.Group>
      </Section>
      )}
      <Section title="Load operations">
        <Stack gap="sm">
          <Textarea label="Load operations, JSON" classNames={{ input: 'mono' }} autosize minRows={5} spellCheck={false} value={value.operations}
            onChange={(event) => set({ operations: event.currentTarget.value })} error={wrong} />
          <Select label="Add a load of" placeholder="a feed" w={360} searchable value={null} onChange={addLoad}
            data={(feeds.data?.items ?? []).map((each) => ({ value: each.id, label: `${visible(each.table)} ${each.id}` }))} nothingFoundMessage="No feed" />
          <Unknown operations={value.operations} feeds={(feeds.data?.items ?? []).map((each) => each.id)} />
        </Stack>
      </Section>
    </Page>
  );
}

/** What the JSON says, or what is wrong with it. A placeholder alone, as the documents allow, is a feed without operations. */
function operationsOf(text: string): Record<string, never> | string {
  const plain = text.trim();
  if (plain === '') return {};
  if (/^"?df-[\w-]+"?$/.test(plain)) return { [plain.replaceAll('"', '')]: [{ type: 'load', file: 'streaming' }] } as never;
  try {
    return JSON.parse(plain) as Record<string, never>;
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function Unknown({ operations, feeds }: { operations: string; feeds: string[] }) {
  const missing = [...new Set(operations.match(/df-[\w-]+/g) ?? [])].filter((each) => !feeds.includes(each));
  if (missing.length === 0) return null;
  return (
    <div className="banner warning">
      ▲ Cannot find required feeds: {missing.map((each) => `"${each}"`).join(', ')}. It can be saved: a run lands the files, which then serve as samples.
    </div>
  );
}
