/** The path of the server that this page came from: `''`, or that at which a proxy has put it. The page lies at it, and below it in `app`. */
export function serverRoot(pathname: string): string {
  return pathname.replace(/\/(?:app\/?)?$/, '')
}
