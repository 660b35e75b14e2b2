// The steps that people take on the pages of the client.

/** Opens the conversation of the page's user with someone, by the pencil and the search. */
export async function writeTo(page, handle) {
  await page.getByRole('button', { name: 'New message' }).first().click();
  await page.getByRole('combobox', { name: 'Search people' }).fill(handle);
  await page.getByRole('option').filter({ hasText: `@${handle}` }).click();
}

/** Writes and sends a message in the open conversation. */
export async function type(page, text) {
  await page.locator('.composer textarea').fill(text);
  await page.keyboard.press('Enter');
}

/** Chooses something from the menu about the person of the open conversation. */
export async function menu(page, person, choice) {
  await page.getByRole('button', { name: `More options for ${person}` }).click();
  await page.getByRole('menuitem', { name: choice }).click();
}

export const message = (page, text) => page.getByRole('article').filter({ hasText: text });

/** A message that the server has written. */
export const stored = (page, text) => page.locator('article.message[data-seq]').filter({ hasText: text });

/** A conversation in the list. */
export const item = (page, name) => page.locator('.list a').filter({ hasText: name });
