import { Text } from '@mantine/core';

import { $api, type Schema } from '../../api/client';
import { FormDialog } from '../../parts/Dialogs';
import { useSay } from '../../parts/Messages';
import { ShownOnce } from '../../parts/ShownOnce';

/** Client credentials, with which a program gets short tokens of the key by itself. */
export function OauthDialog({ apiKey, onClose }: { apiKey: Schema['ApiKey']; onClose: () => void }) {
  const create = $api.useMutation('post', '/api/v0/admin/api-keys/{id}/oauth-credentials');
  if (create.data) {
    const { client_id, client_secret, token_endpoint } = create.data;
    return (
      <ShownOnce title={`OAuth credentials of ${apiKey.name}`} label="Client secret" secret={client_secret} beside={[['Client ID', client_id], ['Token endpoint', token_endpoint]]}
        onClose={() => { create.reset(); onClose(); }}>
        Weir keeps no copy of the secret that could be read. Programs ask the token endpoint with grant_type=client_credentials.
      </ShownOnce>
    );
  }
  return (
    <FormDialog title={`OAuth credentials of ${apiKey.name}`} submit="Create credentials" busy={create.isPending} error={create.error} onClose={onClose}
      onSubmit={() => create.mutate({ params: { path: { id: apiKey.id } }, body: {} })}>
      <Text size="sm">A program with the client ID and secret gets tokens of this key by itself, with the key's policies. Credentials that the key has already end with new ones.</Text>
    </FormDialog>
  );
}

export function RemoveOauthDialog({ apiKey, onClose }: { apiKey: Schema['ApiKey']; onClose: () => void }) {
  const say = useSay();
  const remove = $api.useMutation('delete', '/api/v0/admin/api-keys/{id}/oauth-credentials', {
    onSuccess: () => {
      say(`${apiKey.name} has no OAuth credentials`);
      onClose();
    },
  });
  return (
    <FormDialog title={`Remove the OAuth credentials of ${apiKey.name}?`} submit="Remove credentials" busy={remove.isPending} error={remove.error} onClose={onClose}
      onSubmit={() => remove.mutate({ params: { path: { id: apiKey.id } } })}>
      <Text size="sm">Programs with them get no more tokens. Tokens that they have stay good until they expire.</Text>
    </FormDialog>
  );
}
