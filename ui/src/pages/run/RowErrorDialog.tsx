import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { Act } from '../../parts/Act';
import { Facts } from '../../parts/Facts';
import { To } from '../../parts/Link';
import { Loaded, Refusal } from '../../parts/Loaded';
import { useSay } from '../../parts/Messages';
import { indented, Payload } from '../../parts/Payload';
import { NamedState } from '../../parts/State';

/** A record that a load could not take: what is wrong, what it was, and a mended copy that loads take instead from then on. */
export function RowErrorDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const error = $api.useQuery('get', '/api/v0/row-errors/{id}', { params: { path: { id } } });
  return (
    <Modal opened onClose={onClose} title={<strong>Row error {id}</strong>} size="xl">
      <Loaded query={error} lines={6}>{(data) => <Mend of={data} onClose={onClose} />}</Loaded>
    </Modal>
  );
}

function Mend({ of, onClose }: { of: Schema['RowErrorWithRecord']; onClose: () => void }) {
  const stored = of.stored_record ?? '';
  const [text, setText] = useState(of.mended_record ?? indented(stored) ?? stored);
  const say = useSay();
  const path = { path: { id: of.id } };
  const mend = $api.useMutation('post', '/api/v0/row-errors/{id}/mend', {
    onSuccess: (_, asked) => {
      say(asked.body.record ? 'The mended record is kept: Load again puts it into the table' : 'The record counts again as it was sent');
      onClose();
    },
  });
  const dismiss = $api.useMutation('post', '/api/v0/row-errors/{id}/dismiss', { onSuccess: onClose });
  return (
    <Stack gap="md">
      <Facts of={[
        ['State', <NamedState key="s" name={of.state} />],
        ['Field', <span key="f" className="mono">{of.field ?? 'the whole record'}</span>],
        ['Value', <span key="v" className="mono break">{of.value}</span>],
        ['Why', of.reason],
        ...(of.receipt ? [['Receipt', <To key="r" to={`/receipts/${of.receipt}`}>{of.receipt}</To>] as [string, React.ReactNode]] : []),
      ]} />
      <div><Text size="sm" fw={600} mb={6}>As it was sent</Text><Payload text={stored} /></div>
      <Textarea label="Your mended copy" description="Every load of its file takes this one from then on; the file stays as it is" classNames={{ input: 'mono' }} autosize minRows={5} maxRows={20} spellCheck={false}
        value={text} onChange={(event) => setText(event.currentTarget.value)} />
      <Refusal error={mend.error ?? dismiss.error} />
      <Group justify="flex-end" gap="xs">
        {of.state === 'open' && <Act operation="dismissRowError" variant="default" loading={dismiss.isPending} onClick={() => dismiss.mutate({ params: path, body: {} })}>Dismiss</Act>}
        {of.mended_record && <Button variant="default" onClick={() => mend.mutate({ params: path, body: { record: '' } })}>Take the mended copy back</Button>}
        <Act operation="mendRowError" loading={mend.isPending} onClick={() => mend.mutate({ params: path, body: { record: text } })}>Save mended copy</Act>
      </Group>
    </Stack>
  );
}
