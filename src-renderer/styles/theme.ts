/** Colours, type and density of the console; everything else takes them from here. */
import { createTheme, type CSSVariablesResolver } from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'blue',
  primaryShade: { light: 7, dark: 6 },
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
  components: {
    Button: { defaultProps: { size: 'xs', fw: 500 } },
    TextInput: { defaultProps: { size: 'xs' } },
    PasswordInput: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    MultiSelect: { defaultProps: { size: 'xs' } },
    Badge: { defaultProps: { radius: 'sm' } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 300 } },
    Modal: { defaultProps: { centered: true } },
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
    '--bar-confirmed': '#37b24d',
    '--bar-accepted': '#339af0',
    '--bar-error': '#fa5252',
    '--bar-warning': '#fab005',
    '--bar-muted': '#5c6670',
    '--bar-track': '#2b3138',
    '--mantine-color-body': '#16191d',
  },
});
