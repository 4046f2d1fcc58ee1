import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useHash } from '@mantine/hooks';
import { useState } from 'react';

import { $api } from '../../api/client';
import { useSessionStart } from '../../api/session';
import { Refusal } from '../../parts/Loaded';
import { router } from '../../router';
import { Outside } from './Outside';

/** The first user of the server; the code is in the address that `weir serve` prints, after the #, which no server sees. */
export function SetupPage() {
  const [hash] = useHash();
  const [typed, setTyped] = useState('');
  const code = hash.slice(1) || typed;
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [left, setLeft] = useState(false);
  const start = useSessionStart();
  const setUp = $api.useMutation('post', '/api/v0/setup', {
    onSuccess: async (started) => {
      await start(started);
      await router.navigate({ to: '/' });
    },
  });
  const differs = again !== '' && again !== password;
  return (
    <Outside title="Set up Weir" note="You are the first here: choose a name and a password. You can invite others later."
      onSubmit={() => {
        setLeft(true);
        if (password === again) setUp.mutate({ body: { code, name, password } });
      }}>
      {!hash.slice(1) && (
        <TextInput label="Code" description="weir serve printed it when it started" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
      )}
      <TextInput label="Name" autoComplete="username" autoFocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <PasswordInput label="Password" description="12 characters or more" autoComplete="new-password" value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
      <PasswordInput label="Password again" autoComplete="new-password" value={again} onChange={(event) => setAgain(event.currentTarget.value)}
        onBlur={() => setLeft(true)} error={left && differs ? 'The two passwords differ.' : undefined} />
      <Refusal error={setUp.error} />
      <Button type="submit" size="sm" loading={setUp.isPending}>Continue</Button>
    </Outside>
  );
}
