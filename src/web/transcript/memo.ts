import { Component, type ComponentType, type FunctionComponent, h } from 'preact'

/** A component that is rendered again where its entry is another object, or a signal that it reads has changed. */
export function memo<P extends { entry: object }>(inner: FunctionComponent<P>): ComponentType<P> {
  return class Memo extends Component<P> {
    override shouldComponentUpdate({ entry }: P): boolean {
      return entry !== this.props.entry
    }
    override render() {
      return h(inner, this.props)
    }
  }
}
