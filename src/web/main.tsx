import { createClient } from '../client/index.ts'
import './theme/theme.css'
import { mount } from './shell/mount.tsx'

// The server's root is two folders above the page's scripts, wherever a proxy puts it.
const root = new URL('../../', import.meta.url)
const element = document.getElementById('app')
if (element) mount(element, createClient({ baseUrl: root.href.replace(/\/$/, '') }))
