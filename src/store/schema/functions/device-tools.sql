-- The device's tools after a request that brought p_new: null brings none, an empty list clears them. Fails with CD422 where
-- they would be more than p_max.
create function chatterd.tools_after(p_old json, p_new json, p_max integer) returns json language plpgsql immutable as $$
declare
  tools json;
begin
  if p_new is null then return p_old; end if;
  if json_array_length(p_new) = 0 then return '[]'; end if;
  tools := chatterd.merge_tools(p_old, p_new);
  if json_array_length(tools) > p_max then
    raise exception using errcode = 'CD422', message = format(
      'The conversation would have %s device tools; %s are allowed (setting CHATTERD_MAX_TOOLS). An empty list of tools clears them.',
      json_array_length(tools), p_max);
  end if;
  return tools;
end $$;

-- The device's tools with those of a request added: one schema a name, the latest, at the place of the first.
create function chatterd.merge_tools(p_old json, p_new json) returns json language sql immutable as $$
  select coalesce(json_agg(tool order by place), '[]')
  from (
    select min(place) as place, (array_agg(tool order by place desc))[1] as tool
    from (
      select value as tool, ordinality as place from json_array_elements(p_old) with ordinality
      union all
      select value, 1000000 + ordinality from json_array_elements(p_new) with ordinality
    ) both_lists
    group by tool->>0
  ) merged
$$;
