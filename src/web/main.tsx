import { createClient } from '../client/index.ts'
import { mount } from './shell/mount.tsx'

const root = document.getElementById('app')
if (root) mount(root, createClient())
