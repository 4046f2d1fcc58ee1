/** Who one is; light or dark; signing out. */
import { Button, Menu, PasswordInput, useMantineColorScheme } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { $api, keepCsrfToken } from '../api/client';
import { useMe } from '../api/session';
import { chooseTenant } from '../api/tenant';
import { forgetDrafts } from '../parts/useDraft';
import { FormDialog } from '../parts/Dialogs';
import { useSay } from '../parts/Messages';

export function UserMenu() {
  const { data: me } = useMe();
  const { setColorScheme, colorScheme } = useMantineColorScheme();
  const [changing, setChanging] = useState(false);
  const client = useQueryClient();
  const ended = () => {
    keepCsrfToken(null);
    chooseTenant(null);
    forgetDrafts();
    client.clear();
    window.location.assign('/ui/login');
  };
  const signOut = $api.useMutation('delete', '/api/v0/session', { onSettled: ended });
  const signOutEverywhere = $api.useMutation('delete', '/api/v0/sessions', { onSettled: ended });
  return (
    <>
      <Menu width={220}>
        <Menu.Target>
          <Button variant="subtle" color="gray" c="inherit">{me?.name ?? '…'} ▾</Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Colours</Menu.Label>
          {(['auto', 'light', 'dark'] as const).map((each) => (
            <Menu.Item key={each} onClick={() => setColorScheme(each)} rightSection={colorScheme === each ? '✓' : null}>
              {{ auto: 'As the system', light: 'Light', dark: 'Dark' }[each]}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item onClick={() => setChanging(true)}>Change password</Menu.Item>
          <Menu.Item onClick={() => signOut.mutate({})}>Sign out</Menu.Item>
          <Menu.Item onClick={() => signOutEverywhere.mutate({})}>Sign out everywhere</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {changing && <ChangePassword onClose={() => setChanging(false)} />}
    </>
  );
}

function ChangePassword({ onClose }: { onClose: () => void }) {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const say = useSay();
  const change = $api.useMutation('put', '/api/v0/me/password', {
    onSuccess: () => {
      say('The password was changed');
      onClose();
    },
  });
  return (
    <FormDialog title="Change password" submit="Change" busy={change.isPending} error={change.error} onClose={onClose}
      onSubmit={() => change.mutate({ body: { current_password: current, password: next } })}>
      <PasswordInput label="Current password" autoComplete="current-password" value={current} onChange={(event) => setCurrent(event.currentTarget.value)} />
      <PasswordInput label="New password" description="12 characters or more" autoComplete="new-password" value={next} onChange={(event) => setNext(event.currentTarget.value)} />
    </FormDialog>
  );
}
