import { databaseKinds } from '../support/databases/database-kinds.ts'
import { killRepeatedly } from './kill-repeatedly.ts'

for (const kind of databaseKinds.filter((one) => one.kind === 'embedded')) killRepeatedly(kind)
