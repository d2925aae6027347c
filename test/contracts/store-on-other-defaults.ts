import { postgresWithDefaults } from '../support/databases/database-kinds.ts'
import { testStore } from './store.ts'

// What administrators give to all sessions of a database, for other programs or against them.
testStore(
  postgresWithDefaults('PostgreSQL with other defaults', {
    default_transaction_isolation: 'serializable',
    statement_timeout: '300ms',
    lock_timeout: '20ms',
    idle_session_timeout: '300ms',
    search_path: 'nowhere',
    TimeZone: 'Asia/Kolkata',
    DateStyle: 'German, DMY',
    IntervalStyle: 'sql_standard',
    standard_conforming_strings: 'off',
    client_encoding: 'LATIN1',
    bytea_output: 'escape',
    extra_float_digits: '-15',
  }),
)
