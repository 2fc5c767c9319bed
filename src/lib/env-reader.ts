/** One small reader per kind of value; each adds a sentence to `problems` and then answers with the default. */
export type EnvReader = ReturnType<typeof createEnvReader>;

export type Env = Readonly<Record<string, string | undefined>>;

export function createEnvReader(env: Env, problems: string[]) {
  const text = (name: string): string | null => env[name]?.trim() || null;

  return {
    text,

    choice<const T extends string>(name: string, choices: readonly T[], fallback: T): T {
      const value = text(name);
      if (value === null) return fallback;
      if ((choices as readonly string[]).includes(value)) return value as T;
      problems.push(`${name} must be one of ${choices.join(', ')}, not "${value}".`);
      return fallback;
    },

    integer(name: string, fallback: number, min: number, max: number): number {
      const value = text(name);
      if (value === null) return fallback;
      const number = Number(value);
      if (/^\d+$/.test(value) && number >= min && number <= max) return number;
      problems.push(`${name} must be a whole number from ${min} to ${max}, not "${value}".`);
      return fallback;
    },

    flag(name: string, fallback: boolean): boolean {
      const value = text(name);
      if (value === null) return fallback;
      if (value === 'true' || value === 'false') return value === 'true';
      problems.push(`${name} must be true or false, not "${value}".`);
      return fallback;
    },

    dollars(name: string, fallback: string): string {
      const value = text(name);
      if (value === null) return fallback;
      if (/^\d{1,12}(\.\d{1,2})?$/.test(value)) return value;
      problems.push(`${name} must be a plain number with at most two decimals, not "${value}".`);
      return fallback;
    },

    url(name: string, fallback: string, protocols: readonly string[]): string {
      const value = text(name) ?? fallback;
      if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value.replace(/\/$/, '');
      problems.push(
        `${name} must be an address that begins with ${protocols.map((p) => `${p}//`).join(' or ')}.`,
      );
      return fallback;
    },

    /** Comma separated secrets; null where the variable is not set. The values never reach a message. */
    secrets(name: string, minLength: number): readonly string[] | null {
      const value = text(name);
      if (value === null) return null;
      const list = value.split(',').map((part) => part.trim());
      if (list.some((part) => part.length < minLength)) {
        problems.push(`${name} must have at least ${minLength} characters (each part, where it is a list).`);
      }
      return list;
    },

    origins(name: string): readonly string[] {
      const value = text(name);
      if (value === null) return [];
      const origins: string[] = [];
      for (const part of value.split(',').map((entry) => entry.trim())) {
        const url = URL.canParse(part) ? new URL(part) : null;
        if (url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search)
          origins.push(url.origin);
        else problems.push(`${name} must list origins such as https://app.example.com, not "${part}".`);
      }
      return origins;
    },
  };
}
