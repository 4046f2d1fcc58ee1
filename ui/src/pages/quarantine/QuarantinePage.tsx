import { useNavigate, useSearch } from '@tanstack/react-router';

import { Page } from '../../parts/Page';
import { StreamSelect } from '../../parts/StreamSelect';
import { HeldPayloads } from './HeldPayloads';

export function QuarantinePage() {
  const { stream } = useSearch({ from: '/inside/quarantine' });
  const navigate = useNavigate();
  return (
    <Page title="Quarantine">
      <StreamSelect label="Stream" w={320} value={stream ?? ''} none="All streams" onChange={(value) => void navigate({ to: '/quarantine', search: value ? { stream: value } : {} })} />
      <HeldPayloads key={stream} stream={stream} />
    </Page>
  );
}
