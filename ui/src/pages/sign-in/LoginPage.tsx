import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';

import { $api } from '../../api/client';
import { readSession, useSessionStart } from '../../api/session';
import { Refusal } from '../../parts/Loaded';
import { router } from '../../router';
import { Outside } from './Outside';

export function LoginPage() {
  const { to, failed } = useSearch({ from: '/login' });
  const { data: session } = useQuery({ queryKey: ['session'], queryFn: readSession });
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
      {failed && <div className="banner failed" role="alert">✕ {reasons[failed] ?? reasons['refused']}</div>}
      {session?.provider && (
        <Button component="a" variant="default" size="sm" href={`/api/v0/oidc/start?to=${encodeURIComponent(inside(to))}`}>
          Sign in with {session.provider}
        </Button>
      )}
    </Outside>
  );
}

/** Why the provider's answer led back here. */
const reasons: Record<string, string> = {
  refused: 'The sign-in did not come to its end. Begin it again.',
  provider: 'The sign-in provider does not answer. Try again later, or sign in with a password.',
  busy: 'Others are signing in just now. Try again in a second.',
  name: 'There is another user by your name here. Ask an administrator of users.',
  nobody: 'You are not a user here, or not an active one. Ask an administrator of users.',
};

/** Only a path of our own: an address of somebody else is not followed. */
function inside(to: string | undefined): string {
  if (!to) return '/';
  const path = to.replace(/^\/ui(?=\/)/, '');
  return /^\/(?![/\\])/.test(path) ? path : '/';
}
