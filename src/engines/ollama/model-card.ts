import { isJsonObject, type Json, type JsonObject } from '../../protocol/json.ts'
import type { EngineModel } from '../../turn/ports/engine.ts'

/** The name with its tag: without one, Ollama means `latest`. The port of a registry (`host:5000/name`) is not a tag. */
export function taggedName(name: string): string {
  return name.includes(':', name.lastIndexOf('/') + 1) ? name : `${name}:latest`
}

/** Reads the response of `/api/show`. */
export function readModelCard(name: string, response: JsonObject): EngineModel {
  const model: EngineModel = { name }
  if (Array.isArray(response.capabilities))
    model.capabilities = response.capabilities.filter((word) => typeof word === 'string')
  const info = isJsonObject(response.model_info) ? response.model_info : {}
  const contextLength = info[`${info['general.architecture']}.context_length`]
  if (typeof contextLength === 'number') model.contextLength = contextLength
  return model
}

/** Reads the response of `/api/tags` or `/api/ps`: the entries of `models` that have a name. */
export function readModelList(response: JsonObject): (JsonObject & { name: string })[] {
  const list: Json[] = Array.isArray(response.models) ? response.models : []
  return list.flatMap((entry) =>
    isJsonObject(entry) && typeof entry.name === 'string' ? [{ ...entry, name: entry.name }] : [],
  )
}
