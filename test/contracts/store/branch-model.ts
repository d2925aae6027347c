/** A message; branches that share it hold the same object. */
export interface ModelMessage {
  text: string
  isUser: boolean
  branch: number
  isRefused: boolean
}

/** What a turn begins with: the numbers of those messages are from `firstSeq` on. */
export interface ModelTurn {
  firstSeq: number
  undo: () => void
}

/** A conversation as a tree: the messages of each of its branches, as lists. */
export class BranchModel {
  branches = new Map<number, ModelMessage[]>([[1, []]])
  current = 1
  promptFrom = 1

  get log(): ModelMessage[] {
    return this.branches.get(this.current) ?? []
  }

  /** Begins a turn; undefined where it is refused. */
  begin(text: string | undefined, after: number | undefined): ModelTurn | undefined {
    const { log, branches, current, promptFrom } = this
    const last = after ?? log.length
    const question = log[last - 1]
    if (last > log.length || (text === undefined && !question?.isUser)) return undefined
    const isAskedAgain = text === undefined && question?.isRefused
    const begun = isAskedAgain ? question.text : text
    const shared = isAskedAgain ? last - 1 : last
    const before = [...log]
    const undo = () => {
      this.branches = new Map(
        [...branches].filter(([number]) => number !== this.current || number === current),
      )
      this.branches.set(current, before)
      Object.assign(this, { current, promptFrom })
    }
    if (shared < log.length) {
      this.current = Math.max(...branches.keys()) + 1
      branches.set(this.current, log.slice(0, shared))
      if (promptFrom > shared) this.promptFrom = 1
    }
    if (begun !== undefined) this.add(begun, true)
    return { firstSeq: shared + 1, undo }
  }

  add(text: string, isUser: boolean): void {
    this.log.push({ text, isUser, branch: this.current, isRefused: false })
  }

  /** What was added from this number on is in no later prompt. */
  refuse(firstSeq: number): void {
    for (const message of this.log.slice(firstSeq - 1)) message.isRefused = true
  }

  /** False where there is no such branch. */
  switchTo(branch: number): boolean {
    if (!this.branches.has(branch)) return false
    if (branch !== this.current) Object.assign(this, { current: branch, promptFrom: 1 })
    return true
  }

  prompt(): string[] {
    return this.log
      .filter(({ isRefused }, index) => !isRefused && index + 1 >= this.promptFrom)
      .map(({ text }) => text)
  }

  /** The messages of a branch, as `branchOf` has them. */
  messages(branch: number): string[] {
    const log = this.branches.get(branch) ?? []
    return log.map((message, index) => {
      const siblings = this.#siblings(log, index)
      const others = siblings.length > 1 ? `, siblings ${siblings.join(' ')}` : ''
      return `${index + 1} ${message.text} of ${message.branch}${others}`
    })
  }

  /** The branches of all messages that come after the same ones. */
  #siblings(log: readonly ModelMessage[], index: number): number[] {
    const alike = [...this.branches.values()].filter((other) =>
      log.slice(0, index).every((message, position) => other[position] === message),
    )
    const owners = alike.flatMap((other) => other[index]?.branch ?? [])
    return [...new Set(owners)].sort((one, other) => one - other)
  }
}
