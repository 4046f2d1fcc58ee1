/** What surrounds every page of those who are signed in: navigation, search, the clock, who one is. */
import { AppShell, Burger, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useEffect } from 'react';

import { useMe } from '../api/session';
import { Icon } from '../parts/Icon';
import { Clock } from './Clock';
import { FindBox } from './FindBox';
import { UserMenu } from './UserMenu';

const places = [
  ['/', 'home', 'Home'],
  ['/sources', 'sources', 'Sources'],
  ['/workflows', 'workflows', 'Workflows'],
  ['/quarantine', 'quarantine', 'Quarantine'],
  ['/receipts', 'receipt', 'Receipts'],
  ['/tables', 'table', 'Data Explorer'],
  ['/sql', 'sql', 'SQL'],
  ['/users', 'users', 'Users & Activity'],
] as const;

export function Shell() {
  const [open, { toggle, close }] = useDisclosure();
  const { pathname } = useLocation();
  useEffect(close, [pathname, close]);
  return (
    <AppShell header={{ height: 48 }} navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: !open } }} padding="md">
      <a href="#main" className="skip">Skip to the page</a>
      <AppShell.Header>
        <Group h="100%" px="md" gap="md" wrap="nowrap">
          <Burger opened={open} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Navigation" />
          <Group gap={8} wrap="nowrap" visibleFrom="xs">
            <img src="/ui/weir.svg" alt="" width={22} height={22} />
            <Text fw={700}>Weir</Text>
            <Tenant />
          </Group>
          <FindBox />
          <Group gap="md" ml="auto" wrap="nowrap">
            <Clock />
            <UserMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Pages">
        <div className="nav">
          {places.map(([to, icon, name]) => (
            <Link key={to} to={to as '/'} activeOptions={{ exact: to === '/' }}>
              <Icon name={icon} />
              {name}
            </Link>
          ))}
        </div>
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <div style={{ maxWidth: 1400 }}>
          <Outlet />
        </div>
      </AppShell.Main>
    </AppShell>
  );
}

function Tenant() {
  const { data } = useMe();
  return data ? <Text className="quiet" size="sm">{data.tenant}</Text> : null;
}
