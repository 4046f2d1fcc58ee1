/** The tenant whose things the page shows, and the way to another one for those who belong to several. */
import { Badge, Button, Group, Menu, Text } from '@mantine/core';

import type { Schema } from '../api/client';
import { useMe } from '../api/session';
import { chooseTenant } from '../api/tenant';

export function TenantMenu() {
  const { data: me } = useMe();
  if (!me) return null;
  const here = me.tenants.find((each) => each.name === me.tenant);
  const mark = here?.sandbox_of ? <Badge color="orange" variant="light" title={`A sandbox of ${here.sandbox_of}`}>Sandbox</Badge> : null;
  if (me.tenants.length < 2)
    return <Group gap={6} wrap="nowrap"><Text className="quiet" size="sm">{me.tenant}</Text>{mark}</Group>;
  return (
    <Group gap={6} wrap="nowrap">
      <Menu width={240}>
        <Menu.Target>
          <Button variant="subtle" color="gray" c="inherit" size="compact-sm" aria-label={`Tenant ${me.tenant}`}>{me.tenant} ▾</Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Tenant</Menu.Label>
          {me.tenants.map((each) => (
            <Menu.Item key={each.name} onClick={() => goTo(each.name)} rightSection={each.name === me.tenant ? '✓' : null}>
              {each.name}
              {each.sandbox_of && <Text span className="quiet" size="xs"> sandbox of {each.sandbox_of}</Text>}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {mark}
    </Group>
  );
}

/** Nothing of the tenant before is left on the page. */
function goTo(tenant: Schema['Me']['tenant']) {
  chooseTenant(tenant);
  window.location.assign('/ui/');
}
