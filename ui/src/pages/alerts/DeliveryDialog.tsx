import { Modal, Stack, Text } from '@mantine/core';

import { $api } from '../../api/client';
import { Loaded } from '../../parts/Loaded';
import { NamedState } from '../../parts/State';
import { Time } from '../../parts/Time';

/** One message and each try to deliver it. */
export function DeliveryDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const message = $api.useQuery('get', '/api/v0/alert-deliveries/{id}', { params: { path: { id } } }, { refetchInterval: 2_000 });
  return (
    <Modal opened onClose={onClose} title={<strong>Message {id}</strong>} size="lg">
      <Loaded query={message}>
        {(data) => (
          <Stack gap="md">
            <div><NamedState name={data.state} /> <strong>{data.title}</strong></div>
            <Text size="sm" className="break" style={{ whiteSpace: 'pre-wrap' }}>{data.text}</Text>
            {data.history.length === 0 ? <Text size="sm" className="quiet">Not tried yet.</Text> : (
              <table className="list cards" aria-label="Tries">
                <thead><tr><th>At</th><th>Answer</th><th className="number">Took</th></tr></thead>
                <tbody>
                  {data.history.map((each, at) => (
                    <tr key={at}><td><Time at={each.at} /></td><td className="break">{each.status === 0 ? 'no answer' : each.status} {each.error ?? ''}</td><td className="number">{each.duration_ms} ms</td></tr>
                  ))}
                </tbody>
              </table>
            )}
          </Stack>
        )}
      </Loaded>
    </Modal>
  );
}
