import type { MarkedToken, Token, Tokens } from 'marked'
import type { ComponentChildren, VNode } from 'preact'
import { decodeReferences } from './characters.ts'
import { CodeBlock } from './code-block.tsx'
import { safeLink } from './links.ts'
import type { MathToken } from './read-markdown.ts'
import { VisibleText } from './visible-text.tsx'

/**
 * Elements for tokens of Markdown. There is no HTML in between, as a text that a browser would read: whatever a token has is text, or
 * the address of a link that `safeLink` has checked.
 */
export function renderTokens(tokens: readonly Token[] | undefined): ComponentChildren {
  // Token also stands for the tokens of extensions; this page has one of its own.
  return tokens?.map((token) => renderToken(token as MarkedToken | MathToken))
}

function renderToken(token: MarkedToken | MathToken): ComponentChildren {
  switch (token.type) {
    case 'space':
    case 'def':
    case 'checkbox':
      return null
    case 'paragraph':
      return <p dir="auto">{renderTokens(token.tokens)}</p>
    case 'heading':
      return <Heading token={token} />
    case 'blockquote':
      return <blockquote>{renderTokens(token.tokens)}</blockquote>
    case 'list':
      return <List token={token} />
    case 'table':
      return <Table token={token} />
    case 'code':
      return <CodeBlock code={token.text} language={token.lang ?? ''} closed />
    case 'hr':
      return <hr />
    case 'br':
      return <br />
    case 'strong':
      return <strong>{renderTokens(token.tokens)}</strong>
    case 'em':
      return <em>{renderTokens(token.tokens)}</em>
    case 'del':
      return <del>{renderTokens(token.tokens)}</del>
    case 'codespan':
      return (
        <code>
          <VisibleText text={token.text} />
        </code>
      )
    case 'math':
      return (
        <code class="math">
          <VisibleText text={token.raw} />
        </code>
      )
    case 'link':
      return <Link token={token}>{renderTokens(token.tokens)}</Link>
    case 'image':
      return <Link token={token}>Image: {decodeReferences(token.text) || 'without a description'}</Link>
    case 'text':
      if ('tokens' in token && token.tokens) return renderTokens(token.tokens)
      return <VisibleText text={decodeReferences(token.text)} />
    case 'escape':
      return token.text
    default:
      return <VisibleText text={token.raw} />
  }
}

/** The page's own headings come above those of a reply. */
function Heading({ token: { depth, tokens } }: { token: Tokens.Heading }) {
  const children = renderTokens(tokens)
  if (depth <= 1) return <h3 dir="auto">{children}</h3>
  if (depth === 2) return <h4 dir="auto">{children}</h4>
  return depth === 3 ? <h5 dir="auto">{children}</h5> : <h6 dir="auto">{children}</h6>
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

function Table({ token: { header, rows, align } }: { token: Tokens.Table }) {
  const cell = (column: number) => (align[column] ? `align-${align[column]}` : undefined)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <div class="table" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {header.map(({ tokens }, column) => (
              <th class={cell(column)} scope="col" dir="auto">
                {renderTokens(tokens)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {row.map(({ tokens }, column) => (
                <td class={cell(column)} dir="auto">
                  {renderTokens(tokens)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
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
        {children} (<VisibleText text={address} />)
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
