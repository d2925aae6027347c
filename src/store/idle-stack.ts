/** Items that are not in use. The one that was used last is taken first, so that those at the bottom become idle for long. */
export class IdleStack<T> {
  readonly #items: T[] = []
  /** The fewest that were idle at once since `takeLongIdle`: as many were idle all the time. */
  #least = 0

  push(item: T): void {
    this.#items.push(item)
  }

  pop(): T | undefined {
    const item = this.#items.pop()
    this.#shrunk()
    return item
  }

  /** False where it is not idle. */
  remove(item: T): boolean {
    const index = this.#items.indexOf(item)
    if (index < 0) return false
    this.#items.splice(index, 1)
    this.#shrunk()
    return true
  }

  /** Takes those that have been idle since the last call. */
  takeLongIdle(): T[] {
    const taken = this.#items.splice(0, this.#least)
    this.#least = this.#items.length
    return taken
  }

  takeAll(): T[] {
    this.#least = 0
    return this.#items.splice(0)
  }

  #shrunk(): void {
    this.#least = Math.min(this.#least, this.#items.length)
  }
}
