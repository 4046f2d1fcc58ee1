/** Which days a run loads: the documents' choices. */
import { Alert, Checkbox, Group, Radio, Stack, TextInput } from '@mantine/core';

import type { Schema } from '../api/client';
import { localZone, today } from './Time';

export type Choice = 'automatic' | 'day' | 'range' | 'all';

export interface RangeAsked {
  choice: Choice;
  day: string;
  from: string;
  to: string;
  loadOnly: boolean;
  skipMissing: boolean;
}

export const firstRange = (choice: Choice): RangeAsked => ({ choice, day: today(), from: today(), to: '', loadOnly: false, skipMissing: false });

/** As the API takes it. */
export function runOf(asked: RangeAsked): Schema['NewRun'] {
  const range = { automatic: {}, day: { day: asked.day }, range: { range_from: asked.from, range_to: asked.to }, all: { all: true } }[asked.choice];
  return { ...range, load_only: asked.loadOnly, skip_missing: asked.skipMissing };
}

const choices: Record<Choice, string> = {
  automatic: 'Load what the schedule would load now',
  day: 'Load data from a specific day',
  range: 'Load data from a specific time period',
  all: 'Load all available data',
};

export function RangeFields({ offered, value, onChange }: { offered: Choice[]; value: RangeAsked; onChange: (next: RangeAsked) => void }) {
  const set = (part: Partial<RangeAsked>) => onChange({ ...value, ...part });
  return (
    <Stack gap="md">
      <Radio.Group label="Date range" value={value.choice} onChange={(choice) => set({ choice: choice as Choice })}>
        <Stack gap={6} mt={6}>{offered.map((each) => <Radio key={each} value={each} label={choices[each]} />)}</Stack>
      </Radio.Group>
      {value.choice === 'day' && (
        <>
          <TextInput type="date" label="Day" w={200} value={value.day} onChange={(event) => set({ day: event.currentTarget.value })} />
          <DayInWords day={value.day} />
        </>
      )}
      {value.choice === 'range' && (
        <Group>
          <TextInput type="date" label="From" description="included" w={200} value={value.from} onChange={(event) => set({ from: event.currentTarget.value })} />
          <TextInput type="date" label="To" description="not included" w={200} value={value.to} onChange={(event) => set({ to: event.currentTarget.value })} />
        </Group>
      )}
      <Stack gap={6}>
        <Checkbox label="Ingest only" description="Nothing after the load is started" checked={value.loadOnly} onChange={(event) => set({ loadOnly: event.currentTarget.checked })} />
        <Checkbox label="Skip missing files" checked={value.skipMissing} onChange={(event) => set({ skipMissing: event.currentTarget.checked })} />
      </Stack>
    </Stack>
  );
}

/** A day is a day in UTC; where that is not the reader's, both are said. */
function DayInWords({ day }: { day: string }) {
  const start = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(start.getTime())) return null;
  const here = start.toLocaleString('sv-SE', { dateStyle: 'short', timeStyle: 'short' });
  return (
    <Alert variant="light" color="gray" p="xs" c="inherit">
      {day} 00:00 to 24:00 UTC{localZone === 'UTC' ? '' : `, which begins ${here} ${localZone}`}
    </Alert>
  );
}
