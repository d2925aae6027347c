-- Whether the caller has the device tools of this conversation: p.knownTools is {conversation, version, same?}. With `same`, the caller
-- has left out a list that had led to them, and has to send it where this is false.
create function chatterd.has_tools(c chatterd.conversations, p json) returns boolean language sql immutable as $$
  select coalesce(
    (p->'knownTools'->>'conversation')::uuid = c.id and (p->'knownTools'->>'version')::bigint = c.tools_version, false)
$$;

-- The device tools of a conversation after a request that brought p_new: null changes nothing, an empty list removes all; else one
-- schema a name, the latest, in the order in which the names first came. Fails with CDINV where they would be more than p_max.
create function chatterd.merge_tools(p_old json, p_new json, p_max integer) returns json language plpgsql immutable as $$
declare
  tools json;
begin
  if p_new is null then return p_old; end if;
  if json_array_length(p_new) = 0 then return '[]'; end if;
  select coalesce(json_agg(tool order by number), '[]') into tools
  from (
    select min(number) as number, (array_agg(tool order by number desc))[1] as tool
    from (
      select value as tool, ordinality as number from json_array_elements(p_old) with ordinality
      union all
      select value, 1000000 + ordinality from json_array_elements(p_new) with ordinality
    ) both_lists
    group by tool->>0
  ) merged;
  if json_array_length(tools) > p_max then
    raise exception using errcode = 'CDINV', message = format(
      'The conversation would have %s device tools; %s are allowed (setting CHATTERD_MAX_TOOLS). An empty list of tools clears them.',
      json_array_length(tools), p_max);
  end if;
  return tools;
end $$;
