import { databaseKinds } from './databases.ts'
import { EmbeddedServer } from '../src/store/embedded/embedded-server.ts'
for (let i=0;i<3;i++){
let t = performance.now(); const p=(l:string)=>{console.log(l, Math.round(performance.now()-t)); t=performance.now()}
const ends: any[] = []
const s = await databaseKinds[0]!.create({ after: (f) => void ends.push(f) }) as any
p('create'); const e = new EmbeddedServer(s.dataDir+'/database'); await e.start(); p('start'); await e.close(); p('close'); for (const f of ends) await f(); p('rm') }
