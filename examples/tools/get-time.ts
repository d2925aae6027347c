import { defineTool } from 'chatterd'

export default defineTool({
  description: 'Get the current time in a time zone',
  parameters: {
    type: 'object',
    properties: { zone: { type: 'string', description: 'IANA time zone, such as Europe/Paris' } },
    required: ['zone'],
  },
  run: ({ zone }) => new Date().toLocaleString('en', { timeZone: zone }),
})
