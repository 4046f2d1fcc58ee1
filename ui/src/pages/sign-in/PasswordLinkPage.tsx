import { Button, PasswordInput } from '@mantine/core';
import { useState } from 'react';

import { $api } from '../../api/client';
import { useSessionStart } from '../../api/session';
import { Refusal } from '../../parts/Loaded';
import { router } from '../../router';
import { Outside } from './Outside';

/** Where the link of an invitation or a reset leads: /ui/password#CODE. */
export function PasswordLinkPage() {
  const [code] = useState(() => window.location.hash.slice(1));
  const [password, setPassword] = useState('');
  const start = useSessionStart();
  const use = $api.useMutation('post', '/api/v0/passwords', {
    onSuccess: async (started) => {
      await start(started);
      await router.navigate({ to: '/' });
    },
  });
  return (
    <Outside title="Choose your password" note={code ? undefined : 'The link is incomplete: copy it whole, with what follows the #.'}
      onSubmit={() => use.mutate({ body: { code, password } })}>
      <PasswordInput label="Password" description="12 characters or more" autoComplete="new-password" autoFocus value={password}
        onChange={(event) => setPassword(event.currentTarget.value)} />
      <Refusal error={use.error} />
      <Button type="submit" size="sm" loading={use.isPending} disabled={!code}>Continue</Button>
    </Outside>
  );
}
