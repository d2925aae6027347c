-- Adds messages at the end of a conversation whose row the caller has locked, and returns the next free number.
-- p_messages: [{role, body, complete?, usage?, calls: [{index, request, side, status, result?}]}]; body, request and result
-- are JSON texts.
create function chatterd.append_messages(p_conversation uuid, p_turn uuid, p_seq bigint, p_messages json)
returns bigint language plpgsql as $$
begin
  insert into chatterd.messages (conversation_id, seq, turn_id, role, body, complete, usage)
  select p_conversation, p_seq + m.place - 1, p_turn, m.item->>'role', (m.item->>'body')::json,
         coalesce((m.item->>'complete')::boolean, true), m.item->'usage'
  from json_array_elements(p_messages) with ordinality as m(item, place);

  insert into chatterd.calls
    (conversation_id, message_seq, index, turn_id, request, side, status, result, ended_at)
  select p_conversation, p_seq + m.place - 1, (k.item->>'index')::integer, p_turn, (k.item->>'request')::json,
         k.item->>'side', k.item->>'status', (k.item->>'result')::json,
         case when k.item->>'status' in ('running', 'offered') then null else now() end
  from json_array_elements(p_messages) with ordinality as m(item, place),
       json_array_elements(m.item->'calls') as k(item);

  p_seq := p_seq + json_array_length(p_messages);
  update chatterd.conversations set next_seq = p_seq, updated_at = now() where id = p_conversation;
  return p_seq;
end $$;

-- What a turn is run with: the log that is told to the model, its calls, and the device's tools.
-- Messages up to number p_after are left out: the caller has them.
create function chatterd.turn_state(p_conversation uuid, p_turn uuid, p_after bigint) returns json language sql stable as $$
  select json_build_object(
    'id', c.id, 'after', p_after, 'conversation', c.name, 'tools', c.tools, 'pinned', c.pinned, 'cut', c.cut_seq,
    'turn', t.id, 'request', t.request, 'status', t.status, 'step', t.step,
    'messages', (
      select coalesce(json_agg(json_build_array(seq, turn_id, role, body, complete, usage) order by seq), '[]')
      from (
        select * from chatterd.messages
        where conversation_id = c.id and seq > p_after and seq <= least(c.pinned, c.cut_seq - 1)
        union all
        select * from chatterd.messages where conversation_id = c.id and seq > p_after and seq >= c.cut_seq
      ) told),
    'calls', (
      select coalesce(
        json_agg(json_build_array(message_seq, index, request, side, status, result) order by message_seq, index), '[]')
      from chatterd.calls
      where conversation_id = c.id and message_seq > p_after and message_seq >= c.cut_seq))
  from chatterd.conversations c, chatterd.turns t
  where c.id = p_conversation and t.id = p_turn
$$;

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

-- Ends what is open of a turn that ended: a running call's outcome is unknown, an offered one is not asked for any more.
create function chatterd.close_calls(p_turn uuid) returns void language sql as $$
  update chatterd.calls
  set status = case status when 'running' then 'interrupted' else 'cancelled' end, ended_at = now()
  where turn_id = p_turn and status in ('running', 'offered')
$$;
