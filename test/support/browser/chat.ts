import type { Locator, Page } from 'playwright-core'

/** The page as a person uses it: by what is to be seen and its names. */
export class Chat {
  readonly page: Page
  readonly field: Locator
  readonly log: Locator

  constructor(page: Page) {
    this.page = page
    this.field = page.getByRole('textbox', { name: 'Your prompt' })
    this.log = page.getByRole('log', { name: 'Messages' })
  }

  async send(text: string): Promise<void> {
    // As of somebody who writes: what moves while the text is filled in has moved because of them.
    await this.field.press('Control+a')
    await this.field.fill(text)
    await this.field.press('Enter')
  }

  /** A button by its whole name, or by a part of it. */
  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: true })
  }

  /** The line of a call, by the tool's name. */
  call(name: string): Locator {
    return this.log.locator('.call').filter({ has: this.page.getByText(name, { exact: true }) })
  }

  /** Waits until this is to be read among the messages. */
  async reads(text: string | RegExp): Promise<void> {
    await this.log.getByText(text).last().waitFor()
  }

  /** Waits until no turn runs: a prompt can be sent again, and nothing can be stopped. */
  async isIdle(): Promise<void> {
    await this.button('Send').waitFor()
    await this.button('Stop the answer').waitFor({ state: 'detached' })
  }

  /** What is in the log, as text. */
  text(): Promise<string> {
    return this.log.innerText()
  }
}
