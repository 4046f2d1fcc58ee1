import { Modal, SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { inTenant } from '../../api/tenant';
import { CopyButton } from '../../parts/Copy';
import { Loaded } from '../../parts/Loaded';

const paths = {
  curl: '/api/v0/streams/{id}/samples/curl',
  http: '/api/v0/streams/{id}/samples/http',
  python: '/api/v0/streams/{id}/samples/python',
} as const;

/** Requests that send a payload, with the token's place marked: no token is ever filled in here. */
export function SamplesDialog({ stream, onClose }: { stream: Pick<Schema['Stream'], 'id' | 'name'>; onClose: () => void }) {
  const [kind, setKind] = useState<keyof typeof paths>('curl');
  const sample = $api.useQuery('get', paths[kind], { params: { path: { id: stream.id } }, parseAs: 'text' });
  return (
    <Modal opened onClose={onClose} title={<strong>Send to {stream.name}</strong>} size="xl">
      <Stack gap="sm">
        <SegmentedControl w="fit-content" aria-label="Sample for" value={kind} onChange={(value) => setKind(value as keyof typeof paths)}
          data={[{ value: 'curl', label: 'cURL' }, { value: 'http', label: 'HTTP' }, { value: 'python', label: 'Python' }]} />
        <Loaded query={sample}>
          {(text) => (
            <>
              <pre className="payload" tabIndex={0} aria-label="Sample">{String(text)}</pre>
              <CopyButton text={String(text)} />
            </>
          )}
        </Loaded>
        <Text size="sm" className="quiet">
          Put an access token in its place: Users &amp; Activity, API keys, Generate access token. A template for Postman is at{' '}
          <a className="plain" href={inTenant(`/api/v0/streams/${stream.id}/samples/postman`)} download>samples/postman</a>.
        </Text>
      </Stack>
    </Modal>
  );
}
