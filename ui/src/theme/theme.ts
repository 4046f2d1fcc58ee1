/** Mantine's theme. Its own dimmed, error and filled colours have too little contrast; ours reach WCAG AA in light and dark. */
import {
  ActionIcon,
  Button,
  createTheme,
  type CSSVariablesResolver,
  Drawer,
  Menu,
  Modal,
  type MantineColorsTuple,
  Select,
  Table,
  Tooltip,
} from '@mantine/core';

const weir: MantineColorsTuple = [
  '#eaf3fb', '#d4e6f6', '#a8cbe9', '#78afdc', '#5197d0', '#3987c8', '#2a7cc0', '#12568f', '#0f4a7b', '#0b3a62',
];

export const theme = createTheme({
  primaryColor: 'weir',
  primaryShade: 7,
  colors: { weir },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", "Liberation Sans", "DejaVu Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SFMono-Regular", "DejaVu Sans Mono", "Liberation Mono", monospace',
  fontSizes: { xs: '12px', sm: '14px', md: '14px', lg: '16px', xl: '20px' },
  defaultRadius: 'sm',
  headings: { fontWeight: '650', sizes: { h1: { fontSize: '22px' }, h2: { fontSize: '16px' }, h3: { fontSize: '14px' } } },
  components: {
    Button: Button.extend({ defaultProps: { size: 'xs' } }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray' } }),
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false, shadow: 'md', position: 'bottom-end' } }),
    Modal: Modal.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' }, size: 'lg' } }),
    Drawer: Drawer.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }),
    Select: Select.extend({ defaultProps: { allowDeselect: false } }),
    Table: Table.extend({ defaultProps: { verticalSpacing: 6, horizontalSpacing: 'sm', fz: 'sm' } }),
    Tooltip: Tooltip.extend({ defaultProps: { events: { hover: true, focus: true, touch: true } } }),
  },
});

const light = {
  '--mantine-color-dimmed': '#5c636a',
  '--mantine-color-placeholder': '#5c636a',
  '--mantine-color-error': '#b02a37',
  '--mantine-color-anchor': '#12568f',
  '--mantine-color-weir-light': '#e2eefa',
  '--mantine-color-weir-light-hover': '#d3e5f7',
  '--mantine-color-weir-light-color': '#12568f',
  '--mantine-color-weir-text': '#12568f',
  '--weir-ground': '#f6f7f9',
  '--weir-card': '#ffffff',
  '--weir-line': '#dfe3e7',
  '--weir-ok': '#00615e', '--weir-ok-ground': '#def3f1',
  '--weir-running': '#3b3fb5', '--weir-running-ground': '#e8e9fb',
  '--weir-waiting': '#4a5056', '--weir-waiting-ground': '#eceef0',
  '--weir-warning': '#7a4a00', '--weir-warning-ground': '#fff0d4',
  '--weir-failed': '#a3121f', '--weir-failed-ground': '#fde6e9',
};

const dark = {
  '--mantine-color-dimmed': '#a6a7ab',
  '--mantine-color-placeholder': '#a6a7ab',
  '--mantine-color-error': '#ff9d9d',
  '--mantine-color-anchor': '#8fc7ff',
  '--mantine-color-weir-filled': '#12568f',
  '--mantine-color-weir-filled-hover': '#0f4a7b',
  '--mantine-color-weir-light': '#11304d',
  '--mantine-color-weir-light-hover': '#163c5f',
  '--mantine-color-weir-light-color': '#8fc7ff',
  '--mantine-color-weir-text': '#8fc7ff',
  '--mantine-color-weir-outline': '#8fc7ff',
  '--weir-ground': '#1a1b1e',
  '--weir-card': '#222326',
  '--weir-line': '#3a3c40',
  '--weir-ok': '#5fd8d0', '--weir-ok-ground': '#0f3433',
  '--weir-running': '#b3b8ff', '--weir-running-ground': '#262a5c',
  '--weir-waiting': '#c3c6ca', '--weir-waiting-ground': '#35383c',
  '--weir-warning': '#ffd27a', '--weir-warning-ground': '#40300f',
  '--weir-failed': '#ff8f80', '--weir-failed-ground': '#4f1a18',
};

export const resolveVariables: CSSVariablesResolver = () => ({ variables: {}, light, dark });
