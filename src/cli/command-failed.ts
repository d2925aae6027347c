/** A command has written what went wrong: the program ends with an exit code that says so, and nothing more is written. */
export class CommandFailed extends Error {}
