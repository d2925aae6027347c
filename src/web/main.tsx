import { createClient } from '../client/index.ts'
import { mount } from './shell/mount.tsx'
import { serverRoot } from './shell/server-root.ts'

const root = document.getElementById('app')
if (root) mount(root, createClient({ baseUrl: location.origin + serverRoot(location.pathname) }))
