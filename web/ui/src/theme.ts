// Mantine's theme: one accent, neutral greys, small type, no shadows but on dialogs. Colours of our own are in theme.css.
import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from "@mantine/core";

const indigo: MantineColorsTuple = [
  "#f1f3fc",
  "#e0e5f8",
  "#c7d0f3",
  "#b3bff1",
  "#a1b1f0",
  "#8ea2ee",
  "#5f78d2",
  "#3f59b8",
  "#34499a",
  "#293b7c",
];

// Mantine's own red fails WCAG AA as text on dark.
const red: MantineColorsTuple = [
  "#fdf1f0",
  "#fbe0de",
  "#f6c1bd",
  "#f3a9a4",
  "#f19a94",
  "#f08c85",
  "#d9544b",
  "#b8322a",
  "#982820",
  "#7a1f19",
];

const gray: MantineColorsTuple = [
  "#fafafb",
  "#f4f5f7",
  "#e9ebef",
  "#dee1e7",
  "#c8cdd6",
  "#9aa2b1",
  "#626b7b",
  "#4a5261",
  "#2f3542",
  "#1b1f28",
];

const dark: MantineColorsTuple = [
  "#e8eaef",
  "#bcc2cd",
  "#98a0ae",
  "#6b7383",
  "#3b414d",
  "#2c313b",
  "#20242c",
  "#14161b",
  "#101216",
  "#0b0d10",
];

const INK: Record<string, string> = { indigo: "var(--accent-ink)", red: "var(--bad)" };

/** Mantine decides once what can be read on a colour; in the dark the accent is light, and the words on it are dark. */
const readable: VariantColorsResolver = (input) => {
  const colours = defaultVariantColorsResolver(input);
  const ink = INK[input.color ?? input.theme.primaryColor];
  if (!ink) return colours;
  return { ...colours, color: input.variant === "filled" ? "var(--on-filled)" : ink };
};

export const theme = createTheme({
  colors: { indigo, red, gray, dark },
  primaryColor: "indigo",
  primaryShade: { light: 7, dark: 5 },
  autoContrast: true,
  variantColorResolver: readable,
  respectReducedMotion: true,
  fontFamily: '"Inter Variable", system-ui, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "15px", xl: "20px" },
  lineHeights: { xs: "1.4", sm: "1.5", md: "1.5", lg: "1.5", xl: "1.3" },
  spacing: { xs: "8px", sm: "12px", md: "16px", lg: "24px", xl: "32px" },
  radius: { xs: "3px", sm: "4px", md: "6px", lg: "8px", xl: "12px" },
  defaultRadius: "md",
  headings: { fontWeight: "600", sizes: { h1: { fontSize: "20px", lineHeight: "1.3" }, h2: { fontSize: "15px" } } },
  cursorType: "pointer",
  components: {
    Button: { defaultProps: { size: "sm" }, styles: { root: { fontWeight: 550 } } },
    Modal: {
      defaultProps: {
        closeButtonProps: { "aria-label": "Close" },
        centered: true,
        radius: "lg",
        overlayProps: { backgroundOpacity: 0.45, blur: 1 },
      },
      styles: { title: { fontSize: "15px", fontWeight: 600 } },
    },
    Switch: { styles: { label: { fontSize: "13px" }, description: { fontSize: "12px" } } },
    InputWrapper: { styles: { description: { fontSize: "12px" } } },
    Drawer: {
      defaultProps: { closeButtonProps: { "aria-label": "Close" } },
      styles: { title: { fontSize: "15px", fontWeight: 600 } },
    },
    NumberInput: { styles: { label: { fontWeight: 550, marginBottom: 4 } } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 250, fz: "xs" } },
    Checkbox: { defaultProps: { iconColor: "var(--on-filled)" } },
    MenuDivider: { defaultProps: { role: "separator" } },
    Menu: { defaultProps: { withInitialFocusPlaceholder: false, shadow: "md", position: "bottom-end" } },
    Tabs: {
      defaultProps: { keepMounted: false },
      styles: {
        // On a narrow screen they are scrolled, not wrapped.
        list: { flexWrap: "nowrap", overflowX: "auto", overflowY: "hidden", scrollbarWidth: "none" },
        tab: { flexShrink: 0, padding: "8px 14px", fontWeight: 500 },
      },
    },
    TextInput: { styles: { label: { fontWeight: 550, marginBottom: 4 } } },
    PasswordInput: { styles: { label: { fontWeight: 550, marginBottom: 4 } } },
    Textarea: { styles: { label: { fontWeight: 550, marginBottom: 4 } } },
    Select: { defaultProps: { allowDeselect: false }, styles: { label: { fontWeight: 550, marginBottom: 4 } } },
  },
});

const ours = {
  "--mantine-color-body": "var(--page)",
  "--mantine-color-text": "var(--ink)",
  "--mantine-color-dimmed": "var(--ink-3)",
  "--mantine-color-default": "var(--panel)",
  "--mantine-color-default-hover": "var(--hover)",
  "--mantine-color-default-color": "var(--ink)",
  "--mantine-color-default-border": "var(--line-strong)",
  "--mantine-color-anchor": "var(--accent-ink)",
  "--mantine-color-placeholder": "var(--ink-3)",
  "--mantine-color-error": "var(--bad)",
  // A menu's items take this shade, whatever the scheme.
  "--mantine-color-red-6": "var(--bad)",
};

/** Mantine's variables in terms of ours: one place decides what light and dark look like. */
export const variables: CSSVariablesResolver = () => ({ variables: {}, light: ours, dark: ours });
