import { createClient, defineDeviceTool } from 'chatterd/client'

const client = createClient({ baseUrl: process.env.CHATTERD_URL ?? 'http://127.0.0.1:8080' })

const getTime = defineDeviceTool({
  name: 'get_time',
  description: 'Get current time',
  run: () => new Date().toISOString(),
})

const turn = client.conversation('example').send('What time is it?', { tools: [getTime] })
for await (const event of turn) {
  if (event.type === 'text-delta') process.stdout.write(event.text)
  if (event.type === 'call-start') console.log(`[${event.name} is called]`)
}
const { status, calls } = await turn.result
console.log(`\n${status}, with ${calls.length} call`)
