import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';

import { $api } from '../../api/client';
import { useSessionStart } from '../../api/session';
import { Refusal } from '../../parts/Loaded';
import { router } from '../../router';
import { Outside } from './Outside';

export function LoginPage() {
  const { to } = useSearch({ from: '/login' });
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const start = useSessionStart();
  const signIn = $api.useMutation('post', '/api/v0/session', {
    onSuccess: async (started) => {
      await start(started);
      await router.navigate({ href: `/ui${inside(to)}` });
    },
  });
  return (
    <Outside title="Sign in" onSubmit={() => signIn.mutate({ body: { name, password } })}>
      <TextInput label="Name" autoComplete="username" autoFocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <PasswordInput label="Password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
      <Refusal error={signIn.error} />
      <Button type="submit" size="sm" loading={signIn.isPending}>Sign in</Button>
    </Outside>
  );
}

/** Only a path of our own: an address of somebody else is not followed. */
function inside(to: string | undefined): string {
  if (!to) return '/';
  const path = to.replace(/^\/ui(?=\/)/, '');
  return /^\/(?![/\\])/.test(path) ? path : '/';
}
