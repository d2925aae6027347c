import { defineTool } from 'chatterd'

export default defineTool({
  description: 'Get the current time in a time zone',
  parameters: {
    type: 'object',
    properties: { zone: { type: 'string', description: 'IANA time zone, such as Europe/Paris' } },
  },
  run: ({ zone = 'UTC' }) => new Date().toLocaleString('en', { timeZone: zone }),
})
