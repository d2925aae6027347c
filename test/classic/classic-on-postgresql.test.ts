import { databaseKinds } from '../support/databases/database-kinds.ts'
import { testClassicDialect, testClassicLimits } from './classic-dialect.ts'

for (const kind of databaseKinds.filter((one) => one.kind === 'postgresql')) {
  testClassicDialect(kind)
  testClassicLimits(kind)
}
