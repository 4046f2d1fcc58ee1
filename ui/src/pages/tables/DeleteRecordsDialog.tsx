import { NumberInput, Radio, Select, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { counted } from '../../parts/amounts';
import { FormDialog } from '../../parts/Dialogs';
import { useSay } from '../../parts/Messages';
import { Rows } from '../../parts/Rows';

/** First a preview of what would go, then the deletion of exactly as many. */
export function DeleteRecordsDialog({ table, onClose }: { table: Schema['Table']; onClose: () => void }) {
  const [column, setColumn] = useState(table.columns[0]?.name ?? '');
  const [by, setBy] = useState<'value' | 'older' | 'range'>('value');
  const [value, setValue] = useState('');
  const [days, setDays] = useState<number>(365);
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const say = useSay();
  const preview = $api.useMutation('post', '/api/v0/tables/{name}/delete-rows');
  const remove = $api.useMutation('post', '/api/v0/tables/{name}/delete-rows', {
    onSuccess: (done) => {
      say(`${counted(done.rows, 'row')} deleted from ${table.name}`);
      onClose();
    },
  });
  const which = { value: { value }, older: { older_than_days: days }, range: { from, to } }[by];
  const path = { path: { name: table.name } };
  const seen = preview.data;
  const change = <T,>(setter: (next: T) => void) => (next: T) => {
    preview.reset();
    setter(next);
  };
  return (
    <FormDialog title={`Delete records of ${table.name}`} size="xl" submit={seen ? `Delete ${counted(seen.rows, 'row')}` : 'Preview'} busy={preview.isPending || remove.isPending}
      error={preview.error ?? remove.error} onClose={onClose}
      onSubmit={() => (seen ? remove.mutate({ params: path, body: { column, ...which, dry_run: false, expected: seen.rows } }) : preview.mutate({ params: path, body: { column, ...which, dry_run: true } }))}>
      <Select label="Column" searchable data={table.columns.map((each) => each.name)} value={column} onChange={(next) => change(setColumn)(next ?? '')} />
      <Radio.Group label="Which records" value={by} onChange={(next) => change(setBy)(next as typeof by)}>
        <Stack gap={6} mt={6}>
          <Radio value="value" label="With a value" />
          <Radio value="older" label="Older than a number of days" />
          <Radio value="range" label="Within a timeframe, its end not included" />
        </Stack>
      </Radio.Group>
      {by === 'value' && <TextInput label="Value" value={value} onChange={(event) => change(setValue)(event.currentTarget.value)} />}
      {by === 'older' && <NumberInput label="Days" min={1} value={days} onChange={(next) => change(setDays)(Number(next))} />}
      {by === 'range' && (
        <>
          <TextInput type="date" label="From" value={from} onChange={(event) => change(setFrom)(event.currentTarget.value)} />
          <TextInput type="date" label="To" value={to} onChange={(event) => change(setTo)(event.currentTarget.value)} />
        </>
      )}
      {seen && <div className="banner warning">▲ {counted(seen.rows, 'row')} would go; the files they came from stay.</div>}
      {seen && seen.rows > 0 && <Rows label="The first of them" columns={seen.first.columns} rows={seen.first.rows} />}
    </FormDialog>
  );
}
