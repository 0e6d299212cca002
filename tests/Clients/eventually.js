import { AssertionError } from 'node:assert';

/** Asks again until a check passes, and fails with what it last saw. Its value is the check's value. */
export async function eventually(check, { withinMs = 20_000, everyMs = 25 } = {}) {
  const end = performance.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (e) {
      if (!(e instanceof AssertionError) || performance.now() > end) throw e;
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
