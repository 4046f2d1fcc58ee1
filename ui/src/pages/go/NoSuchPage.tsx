import { Text } from '@mantine/core';

import { To } from '../../parts/Link';
import { Page } from '../../parts/Page';

export function NoSuchPage() {
  return (
    <Page title="There is no such page">
      <Text>
        The address leads nowhere. <To to="/">Home</To> and <To to="/sources">Sources</To> lead on.
      </Text>
    </Page>
  );
}
