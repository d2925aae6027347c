/** A message of the public board. */
export interface BoardMessage {
  id: string
  username: string
  message: string
  createdAt: Date
}

/** The public board of the classic dialect, which belongs to no conversation. Throws `database-unavailable`. */
export interface MessageBoard {
  post(message: Omit<BoardMessage, 'createdAt'>): Promise<void>
  /** The newest messages, oldest first; fewer than `limit` where they are longer than 16 MiB together. */
  newest(limit: number): Promise<BoardMessage[]>
}
