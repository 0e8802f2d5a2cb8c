/**
 * Names of licences that allow no commercial use, as the hub has them: Creative Commons' with NC, Apple's for research
 * models (MobileCLIP, DFN), and those that say so in their names.
 */
const NON_COMMERCIAL = /(^|-)nc(-|$)|amlr|non-?commercial|research-only/i;

/** What the user should know of a checkpoint's licence; undefined where there is nothing. */
export function licenceRemark(repo: string, licence: string | undefined): string | undefined {
  if (licence === undefined || licence === 'other' || licence === 'unknown')
    return `${repo} declares no known licence: read its page on the hub before you use it`;
  if (NON_COMMERCIAL.test(licence))
    return `${repo} has the licence ${licence}, which allows no commercial use`;
  return undefined;
}
