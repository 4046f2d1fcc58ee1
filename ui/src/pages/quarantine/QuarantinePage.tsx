import { Select } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';

import { useStreams } from '../../api/lists';
import { optionsOf } from '../../parts/options';
import { Page } from '../../parts/Page';
import { HeldPayloads } from './HeldPayloads';

export function QuarantinePage() {
  const { stream } = useSearch({ from: '/inside/quarantine' });
  const streams = useStreams();
  const navigate = useNavigate();
  return (
    <Page title="Quarantine">
      <Select label="Stream" w={320} value={stream ?? ''} data={[{ value: '', label: 'All streams' }, ...optionsOf(streams.data?.items)]}
        onChange={(value) => void navigate({ to: '/quarantine', search: value ? { stream: value } : {} })} />
      <HeldPayloads key={stream} stream={stream} />
    </Page>
  );
}
