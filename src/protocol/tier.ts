/** What users have paid for, lowest first; each tier has what those before it have. */
export const TIERS = ['STARTER', 'PROFESSIONAL', 'INSTITUTIONAL'] as const;
export type Tier = (typeof TIERS)[number];

/** Whether the tier includes another one. */
export const includesTier = (tier: Tier, other: Tier): boolean => TIERS.indexOf(tier) >= TIERS.indexOf(other);
