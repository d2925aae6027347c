import { isJsonObject, type Json, type JsonObject } from '../../protocol/json.ts'
import type { EngineModel } from '../../turn/ports/engine.ts'

/** Ollama takes a name without a tag for its `latest`. A port of a registry (`host:5000/name`) is no tag. */
export function taggedName(name: string): string {
  return /:[^/]*$/.test(name) ? name : `${name}:latest`
}

/** What `/api/show` tells of a model. */
export function readModelCard(name: string, shown: JsonObject): EngineModel {
  const model: EngineModel = { name }
  if (Array.isArray(shown.capabilities))
    model.capabilities = shown.capabilities.filter((word) => typeof word === 'string')
  const info = isJsonObject(shown.model_info) ? shown.model_info : {}
  const contextLength = info[`${info['general.architecture']}.context_length`]
  if (typeof contextLength === 'number') model.contextLength = contextLength
  return model
}

/** The entries of the `models` list of `/api/tags` and `/api/ps` that have a name. */
export function readModelList(answer: JsonObject): (JsonObject & { name: string })[] {
  const list: Json[] = Array.isArray(answer.models) ? answer.models : []
  return list.flatMap((entry) =>
    isJsonObject(entry) && typeof entry.name === 'string' ? [{ ...entry, name: entry.name }] : [],
  )
}
