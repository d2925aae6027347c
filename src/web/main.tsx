import { createClient } from '../client/index.ts'
import { mount } from './shell/mount.tsx'

// The server's root is two folders above the page's scripts, wherever a proxy puts it. (By way of a name: `new URL('…', import.meta.url)`
// is how vite is asked for a file.)
const { url } = import.meta
const root = new URL('../../', url)
const element = document.getElementById('app')
if (element) mount(element, createClient({ baseUrl: root.href.replace(/\/$/, '') }))
