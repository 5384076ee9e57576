const key = 'millrace-theme';
const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

const isTheme = (value: unknown): value is Theme => themes.includes(value as Theme);

/** A browser that keeps nothing for us still shows the page. */
const kept = (): Theme => {
  try {
    const value = localStorage.getItem(key);
    return isTheme(value) ? value : 'system';
  } catch {
    return 'system';
  }
};
const keep = (theme: Theme): void => {
  try {
    localStorage.setItem(key, theme);
  } catch {
    // Private windows may refuse; the choice then lasts as long as the page.
  }
};

/** Joins the switch to the page. @param onChange - colours are others now, whoever changed them */
export const startTheme = (onChange: () => void): void => {
  const apply = (theme: Theme): void => {
    document.documentElement.dataset['theme'] = theme;
    onChange();
  };
  const switches = document.querySelectorAll<HTMLInputElement>('input[name=theme]');
  const theme = kept();
  for (const input of switches) {
    input.checked = input.value === theme;
    input.addEventListener('change', () => {
      if (!isTheme(input.value)) return;
      keep(input.value);
      apply(input.value);
    });
  }
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', onChange);
  apply(theme);
};

/** Whether the person has asked for less movement. */
export const wantsStillness = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Colours of the style sheet, for what is drawn and not styled. @param names - of custom properties, without dashes */
export const readColours = <K extends string>(names: readonly K[]): Readonly<Record<K, string>> => {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Record<
    K,
    string
  >;
};
