import { Button, Group, TextInput } from '@mantine/core';
import { useState } from 'react';

import { Page, Section } from '../../parts/Page';
import { router } from '../../router';

export function ReceiptsPage() {
  const [receipt, setReceipt] = useState('');
  return (
    <Page title="Receipts">
      <Section title="What became of a payload">
        <form onSubmit={(event) => { event.preventDefault(); if (receipt.trim()) void router.navigate({ href: `/ui/receipts/${encodeURIComponent(receipt.trim())}` }); }}>
          <Group align="end">
            <TextInput label="Receipt" description="The request_id of a 202" w={360} classNames={{ input: 'mono' }} value={receipt} onChange={(event) => setReceipt(event.currentTarget.value)} />
            <Button type="submit" size="sm">Show</Button>
          </Group>
        </form>
      </Section>
    </Page>
  );
}
