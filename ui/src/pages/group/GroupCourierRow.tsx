import { ActionIcon, Button, Group, Select, Switch } from '@mantine/core';

import type { Schema } from '../../api/client';
import { Icon } from '../../parts/Icon';
import { optionsOf } from '../../parts/options';
import { DurationInput } from './DurationInput';

interface Props {
  value: Schema['NewGroupCourier'];
  all: Schema['Courier'][];
  onChange: (next: Schema['NewGroupCourier']) => void;
  onRemove: () => void;
}

const day = 86_400;

export function GroupCourierRow({ value, all, onChange, onRemove }: Props) {
  const set = (part: Partial<Schema['NewGroupCourier']>) => onChange({ ...value, ...part });
  const name = all.find((each) => each.id === value.courier_id)?.name ?? value.courier_id;
  return (
    <div className="groupcourier">
      <Group align="end" gap="md">
        <Select label="Courier" searchable w={240} data={optionsOf(all)} value={value.courier_id} onChange={(id) => id && set({ courier_id: id })} />
        <DurationInput label="Wait" hint="for the data to appear" value={value.wait_s ?? 0} onChange={(wait_s) => set({ wait_s })} />
        <DurationInput label="Load data" hint="older than the scheduled time" value={value.offset_s ?? 0} onChange={(offset_s) => set({ offset_s })} />
        <Switch label="Notify when missing?" checked={value.notify_when_missing ?? true} onChange={(event) => set({ notify_when_missing: event.currentTarget.checked })} />
        <Switch label="Stop when missing?" checked={value.stop_when_missing ?? false} onChange={(event) => set({ stop_when_missing: event.currentTarget.checked })} />
        <ActionIcon aria-label={`Remove ${name}`} onClick={onRemove} ml="auto"><Icon name="close" size={14} /></ActionIcon>
      </Group>
      {(value.offset_s ?? 0) < day && !value.as_soon_as_sealed && (
        <Group gap="xs" mt={6} style={{ color: 'var(--weir-warning)' }}>
          <span>▲ A streaming courier needs a 24-hour offset, or its day is not complete.</span>
          <Button variant="default" size="compact-xs" onClick={() => set({ offset_s: day })}>Set 24 hours</Button>
        </Group>
      )}
    </div>
  );
}
