import { NumberInput, Progress, Radio, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { call } from '../../api/call';
import { api } from '../../api/client';
import { bytes } from '../../parts/amounts';
import { FormDialog } from '../../parts/Dialogs';
import { saveBlob } from '../../parts/saveBlob';

interface Props {
  table: string;
  asOf?: number;
  since?: number;
  onClose: () => void;
}

/** The whole table as a file: now, as it was, or what changed. The server writes it, and it is read in parts. */
export function ExportDialog({ table, asOf, since, onClose }: Props) {
  const [format, setFormat] = useState<'csv' | 'parquet'>('csv');
  const [what, setWhat] = useState<'now' | 'as_of' | 'since'>(asOf ? 'as_of' : since ? 'since' : 'now');
  const [load, setLoad] = useState<number | string>(asOf ?? since ?? '');
  const [progress, setProgress] = useState<[number, number] | null>(null);
  const save = useMutation({
    mutationFn: async () => {
      const made = await call(api.POST('/api/v0/tables/{name}/exports', { params: { path: { name: table } }, body: { format, ...(what === 'now' ? {} : { [what]: Number(load) }) } }));
      const path = { id: made.id };
      try {
        const parts: Blob[] = [];
        for (let part = 0, read = 0; read < made.bytes; part += 1) {
          const blob = (await call(api.GET('/api/v0/exports/{id}', { params: { path, query: { part } }, parseAs: 'blob' }))) as unknown as Blob;
          parts.push(blob);
          read += blob.size;
          setProgress([read, made.bytes]);
        }
        saveBlob(new Blob(parts), `${table.replace(/\W+/g, '-')}.${format}`);
      } finally {
        await api.DELETE('/api/v0/exports/{id}', { params: { path } });
      }
    },
    onSuccess: onClose,
  });
  return (
    <FormDialog title={`Export ${table}`} submit="Export" busy={save.isPending} error={save.error} onClose={onClose} onSubmit={() => save.mutate()}>
      <Radio.Group label="Format" value={format} onChange={(value) => setFormat(value as typeof format)}>
        <Stack gap={6} mt={6}><Radio value="csv" label="CSV" description="Values exactly as they are: a spreadsheet may take one that begins with = for a formula" /><Radio value="parquet" label="Parquet" /></Stack>
      </Radio.Group>
      <Radio.Group label="Rows" value={what} onChange={(value) => setWhat(value as typeof what)}>
        <Stack gap={6} mt={6}>
          <Radio value="now" label="As they are now" />
          <Radio value="as_of" label="As they were after a load" />
          <Radio value="since" label="What changed since a load" />
        </Stack>
      </Radio.Group>
      {what !== 'now' && <NumberInput label="Load" description="Its number is under Loads" min={1} w={160} value={load} onChange={setLoad} />}
      {progress && <div role="status"><Progress aria-label="Read" value={(100 * progress[0]) / Math.max(progress[1], 1)} /> {bytes(progress[0])} of {bytes(progress[1])}</div>}
    </FormDialog>
  );
}
