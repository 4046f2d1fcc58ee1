import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';

import type { Schema } from '../../api/client';
import { CopyButton } from '../../parts/Copy';
import { utc } from '../../parts/Time';

/** A link by which a person chooses a password; shown once, as a token is. */
export function LinkDialog({ link, onClose }: { link: Schema['UserLink']; onClose: () => void }) {
  return (
    <Modal opened onClose={() => undefined} closeOnEscape={false} closeOnClickOutside={false} withCloseButton={false} title={<strong>Link for {link.user.name}</strong>}>
      <Stack gap="md">
        {link.mailed_to && <Text size="sm">It was mailed to {link.mailed_to}, works once, and is good until {utc(link.expires_at)}.</Text>}
        {link.mail_error && <Text size="sm" role="alert">It could not be mailed: {link.mail_error}</Text>}
        {link.link && <TextInput label="Link" readOnly classNames={{ input: 'mono' }} value={link.link} onFocus={(event) => event.currentTarget.select()} />}
        {link.link && <Text size="sm">Give it to {link.user.name}, who chooses a password there. It works once, until {utc(link.expires_at)}, and is not shown again.</Text>}
        <Group justify="flex-end" gap="xs">
          {link.link && <CopyButton text={link.link}>Copy link</CopyButton>}
          <Button onClick={onClose} data-autofocus>{link.link ? 'I have passed it on' : 'Close'}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
