/** A small model that calls tools, for people who have none yet. */
export const suggestedModel = 'qwen3:0.6b'
