/** A message of the public board. */
export interface BoardMessage {
  id: string
  username: string
  message: string
  createdAt: Date
}

/** The public board of the classic dialect, which belongs to no conversation. Throws `database-unavailable`. */
export interface MessageBoard {
  /** Adds a message, and removes the oldest ones where there are more than `keep`. */
  post(message: Omit<BoardMessage, 'createdAt'>, keep: number): Promise<void>
  /** The newest messages, oldest first; fewer than `limit` where they are longer than 16 MiB together. */
  newest(limit: number): Promise<BoardMessage[]>
}
