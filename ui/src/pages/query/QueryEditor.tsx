import { Button, Menu, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';

import { $api, api, ifMatch, messageOf, type Schema } from '../../api/client';
import { useCouriers, useOnlyStream } from '../../api/lists';
import { Editor } from '../../editor/Editor';
import { Act } from '../../parts/Act';
import { counted } from '../../parts/amounts';
import { DraftNote } from '../../parts/DraftNote';
import { To } from '../../parts/Link';
import { Empty, Refusal } from '../../parts/Loaded';
import { useSay } from '../../parts/Messages';
import { NotSaved } from '../../parts/NotSaved';
import { Page, Section } from '../../parts/Page';
import { Rows } from '../../parts/Rows';
import { useDraft } from '../../parts/useDraft';
import { visible } from '../../drawn/visible';
import { router } from '../../router';
import { useColumns, useFunctions } from './columns';
import { examples } from './examples';
import { History } from './History';
import { PreviewWith } from './PreviewWith';
import { usageOf } from './usage';
import { usePreviewInput } from './usePreviewInput';

/** The text and what it makes of a stream's newest files, side by side. */
export function QueryEditor({ id, version, saved }: { id?: string; version?: number; saved: Schema['NewIngestQuery'] }) {
  const draft = useDraft(`query.${id ?? 'new'}`, saved, id && `/api/v0/ingest-queries/${id}`);
  const { value } = draft;
  const set = (part: Partial<Schema['NewIngestQuery']>) => draft.set({ ...value, ...part });
  const only = useOnlyStream();
  const couriers = useCouriers();
  const used = useMemo(() => usageOf(couriers.data?.items ?? [], saved.name), [couriers.data, saved.name]);
  const input = usePreviewInput(used, only);
  const [asked, setAsked] = useState(false);
  const names = useColumns(input.value.isPasted ? '' : input.value.stream, input.value.tag, input.value.rowTag);
  const functions = useFunctions();
  const say = useSay();
  const preview = $api.useMutation('post', '/api/v0/ingest-queries/preview');
  const onSuccess = (query: Schema['IngestQuery']) => {
    draft.discard({ name: query.name, description: query.description, sql: query.sql });
    say(`${query.name} was saved`);
    void router.navigate({ href: `/ui/queries/${query.id}`, replace: true });
  };
  const onRestored = async (query: Schema['IngestQuery']) => {
    await api.GET('/api/v0/ingest-queries/{id}', { params: { path: { id: query.id } } }); // for its ETag, which the next save sends
    draft.discard({ name: query.name, description: query.description, sql: query.sql });
  };
  const create = $api.useMutation('post', '/api/v0/ingest-queries', { onSuccess });
  const update = $api.useMutation('put', '/api/v0/ingest-queries/{id}', { onSuccess });
  const save = (version = draft.version) => (id ? update.mutate({ params: { path: { id }, header: ifMatch(version) }, body: value }) : create.mutate({ body: value }));
  const look = () => {
    setAsked(true);
    if (input.isComplete) preview.mutate({ body: { sql: value.sql, ...input.body() } });
  };
  return (
    <Page title={id ? saved.name : 'Add SQL Query'} above={<To to="/sources">Sources</To>}
      actions={
        <>
          <DraftNote keptAt={draft.keptAt} discard={() => draft.discard()} />
          {!id && (
            <Menu>
              <Menu.Target><Button variant="default">Examples ▾</Button></Menu.Target>
              <Menu.Dropdown>{examples.map((each) => <Menu.Item key={each.name} onClick={() => { set({ sql: each.sql }); input.read({ rowTag: each.rowTag }); }}>{each.name}</Menu.Item>)}</Menu.Dropdown>
            </Menu>
          )}
          <Act operation="previewSql" variant="default" loading={preview.isPending} onClick={look}>Preview</Act>
          <Act operation={id ? 'updateIngestQuery' : 'createIngestQuery'} loading={create.isPending || update.isPending} onClick={() => save()}>Save</Act>
        </>
      }>
      <NotSaved error={create.error ?? update.error} discard={() => draft.discard()} save={save} />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput label="Name" placeholder="Flatten_Sales" value={value.name} onChange={(event) => set({ name: event.currentTarget.value })} />
        <TextInput label="Description" value={value.description ?? ''} onChange={(event) => set({ description: event.currentTarget.value })} />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Stack gap="sm" miw={0}>
          <Section title="Query" note="Spark SQL; Ctrl Enter previews, Ctrl S saves" flush>
            <Editor label="Ingest query" value={value.sql} onChange={(sql) => set({ sql })} onRun={look} onSave={() => save()} error={preview.error ? messageOf(preview.error) : null} names={names} functions={functions} />
          </Section>
          <Refusal error={preview.error} />
          <PreviewWith input={input} asked={asked} />
        </Stack>
        <Section title="Result" note={preview.data ? counted(preview.data.rows.length, 'row') : undefined} flush>
          {preview.data
            ? <><Rows label="Result" columns={preview.data.columns} rows={preview.data.rows} /><Misfits of={preview.data} /></>
            : <Empty>Preview runs the query on payloads of the stream, or on one that you paste, and changes nothing.</Empty>}
        </Section>
      </SimpleGrid>
      {id && version && <History query={id} version={version} input={input} onRestored={(query) => void onRestored(query)} />}
    </Page>
  );
}

/** Records that cannot be read, and values that the schema cannot take. */
function Misfits({ of }: { of: Schema['Rows'] }) {
  if (!of.misfits) return null;
  return (
    <div className="banner warning" role="status">
      <div>▲ {counted(of.misfits, 'record or value', 'records or values')} could not be read and became no row, or NULL.</div>
      <ul style={{ margin: '4px 0 0', paddingLeft: 20 }}>
        {(of.first_misfits ?? []).map((each, at) => <li key={at} className="break">Row {each.row}{each.field ? `, ${visible(each.field)}` : ''}: {visible(each.value ? `${each.value} ${each.reason}` : each.reason)}</li>)}
      </ul>
    </div>
  );
}
