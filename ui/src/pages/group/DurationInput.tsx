import { Group, NativeSelect, NumberInput } from '@mantine/core';
import { useState } from 'react';

const units = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 } as const;
type Unit = keyof typeof units;

/** Seconds, typed as the documents say them: a number and its unit. */
export function DurationInput({ label, hint, value, onChange }: { label: string; hint: string; value: number; onChange: (seconds: number) => void }) {
  const [unit, setUnit] = useState<Unit>(() => (value > 0 && value % 3600 === 0 ? 'hours' : value > 0 && value % 60 === 0 ? 'minutes' : value > 0 ? 'seconds' : 'hours'));
  return (
    <Group gap={4} align="end" wrap="nowrap">
      <NumberInput label={label} description={hint} w={180} min={0} value={value / units[unit]} onChange={(next) => onChange(Math.round(Number(next) * units[unit]))} />
      <NativeSelect aria-label={`Unit of ${label.toLowerCase()}`} data={Object.keys(units).map((each) => ({ value: each, label: each }))} value={unit}
        onChange={(event) => {
          const next = event.currentTarget.value as Unit;
          onChange(Math.round((value / units[unit]) * units[next]));
          setUnit(next);
        }} />
    </Group>
  );
}
