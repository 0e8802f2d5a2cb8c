/** A part of the program whose tests are tried by mutants: what is changed, and which tests have to notice. */
export interface MutationArea {
  readonly mutate: readonly string[];
  /** Quick ones, beside what they test. Property tests are left out: what only they notice is noticed too late. */
  readonly tests: readonly string[];
  /** Lowest percentage of mutants that the tests notice. */
  readonly minimumScore: number;
}

const CORE_TESTS = ['test/unit/core/**/*.test.ts'];

export const MUTATION_AREAS: Readonly<Record<string, MutationArea>> = {
  records: { mutate: ['functions/core/records/**/*.ts'], tests: CORE_TESTS, minimumScore: 85 },
  tagging: { mutate: ['functions/core/tagging/**/*.ts'], tests: CORE_TESTS, minimumScore: 85 },
  core: {
    mutate: [
      'functions/core/**/*.ts',
      '!functions/core/{records,tagging}/**',
      // Texts, and bytes that another test holds to their source.
      '!functions/core/error-codes.ts',
      '!functions/core/scoring/kernel-bytes.ts',
      '!functions/core/**/*.d.ts',
    ],
    tests: CORE_TESTS,
    minimumScore: 70,
  },
  aws: {
    mutate: ['functions/adapters/aws/**/*.ts'],
    tests: ['test/unit/adapters/aws/**/*.test.ts'],
    minimumScore: 70,
  },
};
