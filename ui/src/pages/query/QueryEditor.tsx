import { Button, Group, Menu, Select, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';

import { $api, ifMatch, messageOf, type Schema } from '../../api/client';
import { useStreams } from '../../api/lists';
import { Editor } from '../../editor/Editor';
import { Act } from '../../parts/Act';
import { counted } from '../../parts/amounts';
import { DraftNote } from '../../parts/DraftNote';
import { To } from '../../parts/Link';
import { Empty, Refusal } from '../../parts/Loaded';
import { useSay } from '../../parts/Messages';
import { NotSaved } from '../../parts/NotSaved';
import { optionsOf } from '../../parts/options';
import { Page, Section } from '../../parts/Page';
import { Rows } from '../../parts/Rows';
import { useDraft } from '../../parts/useDraft';
import { router } from '../../router';
import { examples } from './examples';

/** The text and what it makes of a stream's newest files, side by side. */
export function QueryEditor({ id, saved }: { id?: string; saved: Schema['NewIngestQuery'] }) {
  const draft = useDraft(`query.${id ?? 'new'}`, saved, id && `/api/v0/ingest-queries/${id}`);
  const { value } = draft;
  const set = (part: Partial<Schema['NewIngestQuery']>) => draft.set({ ...value, ...part });
  const streams = useStreams();
  const [chosen, setChosen] = useState<string | null>(null);
  const [tag, setTag] = useState('streaming');
  const [rowTag, setRowTag] = useState('');
  const [schema, setSchema] = useState('');
  const say = useSay();
  const stream = chosen ?? streams.data?.items.at(-1)?.id ?? '';
  const preview = $api.useMutation('post', '/api/v0/ingest-queries/preview');
  const onSuccess = (query: Schema['IngestQuery']) => {
    draft.discard({ name: query.name, description: query.description, sql: query.sql });
    say(`${query.name} was saved`);
    void router.navigate({ href: `/ui/queries/${query.id}`, replace: true });
  };
  const create = $api.useMutation('post', '/api/v0/ingest-queries', { onSuccess });
  const update = $api.useMutation('put', '/api/v0/ingest-queries/{id}', { onSuccess });
  const save = (version = draft.version) => (id ? update.mutate({ params: { path: { id }, header: ifMatch(version) }, body: value }) : create.mutate({ body: value }));
  const look = () => {
    const given = schema.trim() ? { schema: JSON.parse(schema) as Record<string, never> } : {};
    preview.mutate({ body: { sql: value.sql, stream_id: stream, file_tag: tag, limit: 20, ...(rowTag ? { row_tag: rowTag } : {}), ...given } });
  };
  const schemaWrong = schema.trim() && !isJson(schema) ? 'This is not JSON.' : undefined;
  return (
    <Page title={id ? saved.name : 'Add SQL Query'} above={<To to="/sources">Sources</To>}
      actions={
        <>
          <DraftNote keptAt={draft.keptAt} discard={() => draft.discard()} />
          {!id && (
            <Menu>
              <Menu.Target><Button variant="default">Examples ▾</Button></Menu.Target>
              <Menu.Dropdown>{examples.map((each) => <Menu.Item key={each.name} onClick={() => { set({ sql: each.sql }); setRowTag(each.rowTag); setSchema(each.schema); }}>{each.name}</Menu.Item>)}</Menu.Dropdown>
            </Menu>
          )}
          <Act operation="previewSql" variant="default" loading={preview.isPending} onClick={() => { if (!schemaWrong) look(); }}>Preview</Act>
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
            <Editor label="Ingest query" value={value.sql} onChange={(sql) => set({ sql })} onRun={look} onSave={() => save()} error={preview.error ? messageOf(preview.error) : null} />
          </Section>
          <Refusal error={preview.error} />
          <Section title="Preview with">
            <Stack gap="sm">
              <Group align="end">
                <Select label="Stream" w={260} searchable value={stream || null} onChange={setChosen} data={optionsOf(streams.data?.items)} />
                <TextInput label="File tag" w={140} value={tag} onChange={(event) => setTag(event.currentTarget.value)} />
                <TextInput label="Row tag" description="XML only" w={140} value={rowTag} onChange={(event) => setRowTag(event.currentTarget.value)} />
              </Group>
              <Textarea label="Schema" description="A Spark StructType as JSON, as in load operations; XML needs one, JSON does not" classNames={{ input: 'mono' }} autosize minRows={2} maxRows={12} spellCheck={false}
                value={schema} onChange={(event) => setSchema(event.currentTarget.value)} error={schemaWrong} />
            </Stack>
          </Section>
        </Stack>
        <Section title="Result" note={preview.data ? counted(preview.data.rows.length, 'row') : undefined} flush>
          {preview.data
            ? <><Rows label="Result" columns={preview.data.columns} rows={preview.data.rows} />{(preview.data.misfits ?? 0) > 0 && <div className="banner warning">▲ {counted(preview.data.misfits ?? 0, 'value')} did not fit the schema and became NULL.</div>}</>
            : <Empty>Preview runs the query on the newest files of the stream, and changes nothing.</Empty>}
        </Section>
      </SimpleGrid>
    </Page>
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
