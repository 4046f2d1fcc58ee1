import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';

import { Page } from '../../parts/Page';
import { SendStep } from './SendStep';
import { StreamStep } from './StreamStep';
import { TableStep } from './TableStep';
import { RowStep } from './RowStep';
import { Steps } from './Steps';

/** From an empty server to a row in a table, in four steps that use the same parts as everywhere else. What was made is in the
 * address, so that one can leave and come back; the token alone is not. */
export function FirstPage() {
  const { stream, feed } = useParams({ from: '/inside/first/{-$stream}/{-$feed}' });
  const navigate = useNavigate();
  const [token, setToken] = useState('');
  const to = (...parts: string[]) => void navigate({ href: `/ui/first/${parts.join('/')}` });
  const [received, setReceived] = useState<string | null>(null);
  const step = feed ? 3 : received ? 2 : stream ? 1 : 0;
  return (
    <Page title="Your first stream">
      <Steps current={step} names={['Add stream', 'Send a payload', 'Make a table', 'See the row']} />
      {step === 0 && <StreamStep onDone={(id, made) => { setToken(made); to(id); }} />}
      {step === 1 && stream && <SendStep stream={stream} token={token} onReceived={setReceived} />}
      {step === 2 && stream && received && <TableStep stream={stream} file={received} onDone={(id) => to(stream, id)} />}
      {step === 3 && feed && stream && <RowStep feed={feed} stream={stream} />}
    </Page>
  );
}
