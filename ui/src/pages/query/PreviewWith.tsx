import { Group, NumberInput, SegmentedControl, Stack, Textarea, TextInput } from '@mantine/core';

import { $api } from '../../api/client';
import { Section } from '../../parts/Page';
import { StreamSelect } from '../../parts/StreamSelect';
import type { PreviewInput } from './usePreviewInput';

/** The choice of what a query is tried on. `asked`: it was tried once, so what is missing is said. */
export function PreviewWith({ input, asked }: { input: PreviewInput; asked: boolean }) {
  const { value, read } = input;
  const chosen = $api.useQuery('get', '/api/v0/streams/{id}', { params: { path: { id: value.stream } } }, { enabled: value.stream !== '', staleTime: 60_000 });
  const isXml = value.isPasted ? value.pasted.trimStart().startsWith('<') : chosen.data?.payload_type === 'xml';
  return (
    <Section title="Preview with">
      <Stack gap="sm">
        <SegmentedControl w="fit-content" size="xs" aria-label="What the query reads" value={value.isPasted ? 'payload' : 'stream'} onChange={(next) => read({ isPasted: next === 'payload' })}
          data={[{ value: 'stream', label: 'A stream' }, { value: 'payload', label: 'A payload' }]} />
        <Group align="end">
          {!value.isPasted && (
            <>
              <StreamSelect label="Stream" w={260} value={value.stream} onChange={(stream) => read({ stream })}
                error={asked && !value.stream ? 'Choose the stream whose files the query reads.' : undefined} />
              <NumberInput label="Last payloads" placeholder="newest files" w={130} min={1} max={10_000} allowDecimal={false} value={value.payloads}
                onChange={(payloads) => read({ payloads: payloads === '' ? '' : Number(payloads) })} />
            </>
          )}
          <TextInput label="File tag" w={140} value={value.tag} onChange={(event) => read({ tag: event.currentTarget.value })} />
          {(isXml || value.rowTag) && <TextInput label="Row tag" placeholder="row" w={140} value={value.rowTag} onChange={(event) => read({ rowTag: event.currentTarget.value })} />}
        </Group>
        {value.isPasted && (
          <Textarea label="Payload" description="One payload, or JSON objects, one a line. It is kept nowhere." classNames={{ input: 'mono' }} autosize minRows={4} maxRows={14} spellCheck={false}
            value={value.pasted} onChange={(event) => read({ pasted: event.currentTarget.value })} error={asked && !value.pasted.trim() ? 'Paste a payload.' : undefined} />
        )}
        <Textarea label="Schema" description="A Spark StructType as JSON, as in load operations; without one it is inferred" classNames={{ input: 'mono' }} autosize minRows={2} maxRows={12} spellCheck={false}
          value={value.schema} onChange={(event) => read({ schema: event.currentTarget.value })} error={input.schemaWrong} />
      </Stack>
    </Section>
  );
}
