const factor = Number(process.env.APARTE_TEST_PATIENCE || 1);
if (!(factor > 0)) throw new Error(`APARTE_TEST_PATIENCE=${process.env.APARTE_TEST_PATIENCE}: set it to a positive number`);

/**
 * How long a test waits for a state before it fails. APARTE_TEST_PATIENCE=4 waits four times as
 * long on a slow machine.
 */
export const patience = (ms) => ms * factor;
