/** The addresses. Everything that can be seen has one; a page's code is loaded when it is first opened. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';

import { NoSuchPage } from './pages/go/NoSuchPage';
import { PageFailed } from './parts/PageFailed';
import { Shell } from './shell/Shell';

const root = createRootRoute({ component: Outlet, notFoundComponent: NoSuchPage });

/** Pages for those who are signed in. */
const inside = createRoute({ getParentRoute: () => root, id: 'inside', component: Shell });

/** Search parameters are texts; those that are not given are absent. */
function texts<const K extends string>(...names: K[]) {
  return (search: Record<string, unknown>) =>
    Object.fromEntries(names.flatMap((name) => (search[name] === undefined ? [] : [[name, String(search[name])]]))) as Partial<Record<K, string>>;
}

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: texts('to'),
  component: lazyRouteComponent(() => import('./pages/sign-in/LoginPage'), 'LoginPage'),
});
const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('./pages/sign-in/SetupPage'), 'SetupPage'),
});
const password = createRoute({
  getParentRoute: () => root,
  path: '/password',
  component: lazyRouteComponent(() => import('./pages/sign-in/PasswordLinkPage'), 'PasswordLinkPage'),
});

const pages = [
  createRoute({ getParentRoute: () => inside, path: '/', component: lazyRouteComponent(() => import('./pages/home/HomePage'), 'HomePage') }),
  createRoute({ getParentRoute: () => inside, path: '/sources', validateSearch: texts('q'), component: lazyRouteComponent(() => import('./pages/sources/SourcesPage'), 'SourcesPage') }),
  createRoute({ getParentRoute: () => inside, path: '/streams/$id/{-$tab}', component: lazyRouteComponent(() => import('./pages/stream/StreamPage'), 'StreamPage') }),
  createRoute({ getParentRoute: () => inside, path: '/users/{-$tab}', component: lazyRouteComponent(() => import('./pages/users/UsersPage'), 'UsersPage') }),
];

export const router = createRouter({
  routeTree: root.addChildren([login, setup, password, inside.addChildren(pages)]),
  basepath: '/ui',
  defaultPreload: 'intent',
  defaultErrorComponent: PageFailed,
  defaultNotFoundComponent: NoSuchPage,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
