import assert from 'node:assert/strict'
import { get, send } from '../support/clients/classic/post.ts'

interface Post {
  message: string
  /** `{}` was seen: it is stored. */
  accepted?: true
  /** Its text on the board, or null where it is not there, once the server has restarted: both are final. */
  found?: string | null
}

/** A client that posts to the board, and records its responses. */
export class BoardWriter {
  readonly #posts: Post[] = []

  /** Posts without a pause until the server is gone. */
  async write(url: string): Promise<void> {
    for (;;) {
      const post: Post = { message: `post ${this.#posts.length}` }
      this.#posts.push(post)
      const posting = send(`${url}/postchatt`, { username: 'u', message: post.message })
      const response = await posting.response.catch(() => undefined)
      if (!response) return
      assert.deepEqual([response.status, response.json], [200, {}])
      post.accepted = true
    }
  }

  /** Throws where the board does not agree with the responses. */
  async check(url: string): Promise<void> {
    const { json } = await get(`${url}/getchatts`)
    const board = json as [string, string, string, string][]
    let position = 0
    for (const post of this.#posts) {
      const there = board[position]?.[1] === post.message ? JSON.stringify(board[position++]) : null
      assert.ok(there !== null || !post.accepted, `an accepted message is not on the board: ${post.message}`)
      if (post.found === undefined) post.found = there
      assert.equal(there, post.found, `what is on the board of ${post.message} has changed`)
    }
    assert.equal(board.length, position, 'the board has messages that were never sent, or twice')
  }
}
