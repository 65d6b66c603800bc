/** Colours, type and density of the console; everything else takes them from here. */
import { createTheme, type CSSVariablesResolver } from '@mantine/core';

/** What dialogs and side panels have in common. The page itself never scrolls, and a lock's style would not pass its policy. */
const OVERLAY = {
  lockScroll: false,
  closeButtonProps: { 'aria-label': 'Close' },
  styles: { title: { fontWeight: 600 } },
};

export const theme = createTheme({
  primaryColor: 'blue',
  primaryShade: { light: 8, dark: 8 },
  defaultRadius: 'sm',
  fontFamily: '"Inter", system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "Roboto Mono", "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.25rem', lineHeight: '1.4' },
      h2: { fontSize: '1rem', lineHeight: '1.5' },
      h3: { fontSize: '0.875rem', lineHeight: '1.5' },
    },
  },
  cursorType: 'pointer',
  autoContrast: true,
  // Who asks the system for less motion gets none from the component library either: what opens is there at once.
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'xs', fw: 500 } },
    TextInput: { defaultProps: { size: 'xs' } },
    PasswordInput: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    MultiSelect: { defaultProps: { size: 'xs' } },
    Badge: { defaultProps: { radius: 'sm' } },
    // The placeholder would stand in the menu as something that is no entry.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 300 } },
    Modal: { defaultProps: { ...OVERLAY, centered: true } },
    ModalRoot: { defaultProps: { lockScroll: false } },
    Drawer: { defaultProps: { ...OVERLAY, position: 'right', size: 520 } },
  },
});

/** The one meaning of each colour: what became of a change. */
export const STATUS_COLOR = {
  PROCESSED: 'green',
  PROCESSING: 'blue',
  QUEUED: 'gray',
  ERROR: 'red',
  PARTIAL: 'orange',
  UNCONFIRMED: 'yellow',
  SKIPPED: 'gray',
  CANCELLED: 'gray',
} as const;

export const cssVariables: CSSVariablesResolver = () => ({
  variables: { '--row-height': '32px', '--rail-width': '216px' },
  light: {
    '--surface': '#ffffff',
    '--surface-raised': '#f6f7f9',
    '--surface-rail': '#f0f2f5',
    '--line': '#dfe3e8',
    '--ink-soft': '#56606d',
    '--row-hover': '#f3f6fa',
    '--row-selected': '#e5effb',
    // Dark enough on their own tints and on white for WCAG AA.
    '--mantine-color-dimmed': '#56606d',
    '--mantine-color-placeholder': '#69737f',
    '--mantine-color-green-light-color': '#17592a',
    '--mantine-color-blue-light-color': '#0d4f8b',
    '--mantine-color-gray-light-color': '#3d454d',
    '--mantine-color-red-light-color': '#a01616',
    '--mantine-color-orange-light-color': '#883b00',
    '--mantine-color-yellow-light-color': '#6a4b00',
    '--bar-confirmed': '#2b8a3e',
    '--bar-accepted': '#4dabf7',
    '--bar-error': '#e03131',
    '--bar-warning': '#f08c00',
    '--bar-muted': '#adb5bd',
    '--bar-track': '#e4e8ed',
  },
  dark: {
    '--surface': '#16191d',
    '--surface-raised': '#1d2126',
    '--surface-rail': '#121518',
    '--line': '#2d333a',
    '--ink-soft': '#9aa5b1',
    '--row-hover': '#1f252c',
    '--row-selected': '#1b3047',
    '--mantine-color-dimmed': '#9aa5b1',
    '--mantine-color-placeholder': '#8a95a1',
    // Quiet tints: on dark ground a saturated field shouts.
    '--mantine-color-green-light': 'rgba(64, 192, 87, 0.16)',
    '--mantine-color-green-light-color': '#8ce99a',
    '--mantine-color-blue-light': 'rgba(51, 154, 240, 0.18)',
    '--mantine-color-blue-light-hover': 'rgba(51, 154, 240, 0.26)',
    '--mantine-color-blue-light-color': '#a5d8ff',
    '--mantine-color-gray-light': 'rgba(150, 160, 170, 0.16)',
    '--mantine-color-gray-light-color': '#c5ccd3',
    '--mantine-color-red-light': 'rgba(250, 82, 82, 0.16)',
    '--mantine-color-red-light-color': '#ffb1b1',
    '--mantine-color-orange-light': 'rgba(255, 146, 43, 0.16)',
    '--mantine-color-orange-light-color': '#ffc078',
    '--mantine-color-yellow-light': 'rgba(250, 176, 5, 0.12)',
    '--mantine-color-yellow-light-color': '#ffe066',
    '--bar-confirmed': '#37b24d',
    '--bar-accepted': '#339af0',
    '--bar-error': '#fa5252',
    '--bar-warning': '#fab005',
    '--bar-muted': '#5c6670',
    '--bar-track': '#2b3138',
    '--mantine-color-body': '#16191d',
  },
});
