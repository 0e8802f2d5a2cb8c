/** What a client of the SDK knows of the service's clock. */
export interface ServiceClock {
  /** Milliseconds that the service's clock is ahead. */
  systemClockOffset: number;
  /** Whether the user wants this machine's clock to be taken for right. */
  readonly disableClockSkewCorrection: () => Promise<boolean>;
}

/** When a request was signed. */
export interface SigningTime {
  readonly now: Date;
  readonly offsetMilliseconds: number;
}

/** Refusals of a signature that the clock may be to blame for. */
const CLOCK_ERRORS: readonly string[] = [
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'RequestTimeTooSkewed',
  'RequestExpired',
  'RequestInTheFuture',
];
/** Services take signatures of the last five minutes; the SDK corrects its clock from four on. */
const MAXIMUM_SKEW_MILLISECONDS = 240_000;

/** This machine's clock, put right by the service's where a signature is refused for it, for the requests of the SDK too. */
export function correctedClock(clock: ServiceClock) {
  return {
    now(): SigningTime {
      const offsetMilliseconds = clock.systemClockOffset;
      return { offsetMilliseconds, now: new Date(Date.now() + offsetMilliseconds) };
    },
    /** The error, marked as one that another attempt may not meet. */
    async corrected(
      error: unknown,
      headers: Readonly<Record<string, string>>,
      signed: SigningTime,
    ): Promise<unknown> {
      if (!(error instanceof Error) || !CLOCK_ERRORS.includes(error.name)) return error;
      // An answer that a cache has kept tells of another time.
      const found = headers.age === undefined ? Date.parse(headers.date ?? '') - Date.now() : Number.NaN;
      // Of many requests at once each is to be sent again, whichever of them corrects the clock.
      if (!(Math.abs(found - signed.offsetMilliseconds) >= MAXIMUM_SKEW_MILLISECONDS)) return error;
      if (await clock.disableClockSkewCorrection()) return error;
      clock.systemClockOffset = found;
      const { $metadata } = error as Error & { $metadata?: object };
      return Object.assign(error, { $metadata: { ...$metadata, clockSkewCorrected: true } });
    },
  };
}
