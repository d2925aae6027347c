import pg from 'pg'

/** What a database has done since it was made. */
export interface DatabaseStatistics {
  /** Statements, each of which is a transaction of its own here. */
  statements(): Promise<number>
  close(): Promise<void>
}

/** PostgreSQL's own counts. Its processes report theirs once a second while they work, and when they have been idle for ten. */
export async function openStatistics(url: string): Promise<DatabaseStatistics> {
  const client = new pg.Client(url)
  await client.connect()
  return {
    async statements() {
      const { rows } = await client.query(
        `select xact_commit + xact_rollback as done from pg_stat_database where datname = current_database()`,
      )
      return Number(rows[0]?.done)
    },
    close: () => client.end(),
  }
}
