/** A token that the model could write, and the natural logarithm of its probability. */
export interface TokenLogprob {
  /** A token that is a part of a character is not the whole text: `bytes` is exact. */
  token: string
  logprob: number
  /** Of the token, in UTF-8. */
  bytes?: number[]
}

/** A token that the model wrote, beside the most probable ones at its position. */
export interface Logprob extends TokenLogprob {
  topLogprobs?: TokenLogprob[]
}
