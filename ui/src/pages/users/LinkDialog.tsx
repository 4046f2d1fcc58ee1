import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';

import type { Schema } from '../../api/client';
import { CopyButton } from '../../parts/Copy';
import { utc } from '../../parts/Time';

/** A link by which a person chooses a password; shown once, as a token is. */
export function LinkDialog({ link, onClose }: { link: Schema['UserLink']; onClose: () => void }) {
  return (
    <Modal opened onClose={() => undefined} closeOnEscape={false} closeOnClickOutside={false} withCloseButton={false} title={<strong>Link for {link.user.name}</strong>}>
      <Stack gap="md">
        <TextInput label="Link" readOnly classNames={{ input: 'mono' }} value={link.link} onFocus={(event) => event.currentTarget.select()} />
        <Text size="sm">Give it to {link.user.name}, who chooses a password there. It works once, until {utc(link.expires_at)}, and is not shown again.</Text>
        <Group justify="flex-end" gap="xs">
          <CopyButton text={link.link}>Copy link</CopyButton>
          <Button onClick={onClose} data-autofocus>I have passed it on</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
