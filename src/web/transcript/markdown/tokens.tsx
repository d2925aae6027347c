import type { MarkedToken, Token, Tokens } from 'marked'
import { type ComponentChildren, Fragment, type VNode } from 'preact'
import { RevealedText } from '../../shell/revealed-text.tsx'
import { CodeBlock } from './code-block.tsx'
import { safeLink } from './links.ts'
import type { MathToken } from './read-markdown.ts'
import { decodeReferences } from './references.ts'
import { Table } from './table.tsx'

/** What the elements of a block depend on besides its tokens. */
export interface RenderContext {
  /** True while the text may go on. */
  growing: boolean
  /** Of the heading before: 1 is the page's own. */
  level: number
}

/**
 * Elements for tokens of Markdown. There is no HTML in between, as a text that a browser would read: whatever a token has is text, or
 * the address of a link that `safeLink` has checked.
 */
export function renderTokens(
  tokens: readonly Token[] | undefined,
  context?: RenderContext,
): ComponentChildren {
  let start = 0
  return tokens?.map((token) => {
    const key = `${token.type} ${start}`
    start += token.raw.length
    // Token also stands for the tokens of extensions; this page has one of its own.
    return renderToken(token as MarkedToken | MathToken, key, context)
  })
}

/** What a token was and where it began is its key: a mark that closes does not make one element into another one somewhere else. */
function renderToken(
  token: MarkedToken | MathToken,
  key: string,
  context: RenderContext = { growing: false, level: 1 },
): ComponentChildren {
  switch (token.type) {
    case 'space':
    case 'def':
    case 'checkbox':
      return null
    case 'paragraph':
      return (
        <p key={key} dir="auto">
          {renderTokens(token.tokens)}
        </p>
      )
    case 'heading':
      // Levels go up one by one, whatever the model has written.
      context.level = Math.min(token.depth + 1, context.level + 1)
      return <Heading key={key} token={token} level={context.level} />
    case 'blockquote':
      return <blockquote key={key}>{renderTokens(token.tokens)}</blockquote>
    case 'list':
      return <List key={key} token={token} />
    case 'table':
      return <Table key={key} token={token} growing={context.growing} renderTokens={renderTokens} />
    case 'code':
      return <CodeBlock key={key} code={token.text} language={token.lang ?? ''} closed />
    case 'hr':
      return <hr key={key} />
    case 'br':
      return <br key={key} />
    case 'strong':
      return <strong key={key}>{renderTokens(token.tokens)}</strong>
    case 'em':
      return <em key={key}>{renderTokens(token.tokens)}</em>
    case 'del':
      return <del key={key}>{renderTokens(token.tokens)}</del>
    case 'codespan':
      return (
        <code key={key}>
          <RevealedText prose text={token.text} />
        </code>
      )
    case 'math':
      return (
        <code key={key} class="math">
          <RevealedText prose text={token.raw} />
        </code>
      )
    case 'link':
      return (
        <Link key={key} token={token}>
          {renderTokens(token.tokens)}
        </Link>
      )
    case 'image':
      return (
        <Link key={key} token={token}>
          Image: {decodeReferences(token.text) || 'without a description'}
        </Link>
      )
    case 'text':
      if ('tokens' in token && token.tokens)
        return <Fragment key={key}>{renderTokens(token.tokens)}</Fragment>
      return <RevealedText key={key} prose text={decodeReferences(token.text)} />
    case 'escape':
      return <Fragment key={key}>{token.text}</Fragment>
    default:
      return <RevealedText key={key} prose text={token.raw} />
  }
}

function Heading({ token: { depth, tokens }, level }: { token: Tokens.Heading; level: number }) {
  const Name = level <= 2 ? 'h2' : level === 3 ? 'h3' : level === 4 ? 'h4' : 'h5'
  return (
    <Name class={`heading-${Math.min(depth, 3)}`} dir="auto">
      {renderTokens(tokens)}
    </Name>
  )
}

function List({ token }: { token: Tokens.List }) {
  const items = token.items.map((item) => (
    <li dir="auto" class={item.task ? 'task' : undefined}>
      {item.task && <input type="checkbox" checked={item.checked} disabled aria-label="Done" />}
      {renderTokens(item.tokens)}
    </li>
  ))
  if (!token.ordered) return <ul>{items}</ul>
  return <ol start={token.start === '' ? undefined : token.start}>{items}</ol>
}

function Link({
  token,
  children,
}: {
  token: Tokens.Link | Tokens.Image
  children: ComponentChildren
}): VNode {
  const address = 'autolink' in token && token.autolink ? token.href : decodeReferences(token.href)
  const link = safeLink(address, token.text)
  // Where it may not be followed, its address is still part of what the model has written.
  if (link === undefined) {
    return (
      <>
        {children} (<RevealedText prose text={address} />)
      </>
    )
  }
  return (
    <>
      <a href={link.href} target="_blank" rel="noopener noreferrer nofollow">
        <bdi>{children}</bdi>
      </a>
      {link.host !== undefined && <bdi class="host"> ({link.host})</bdi>}
    </>
  )
}
