-- The conversations of a tenant, the last changed first: [conversation_row]. p: {tenant, after?: {updatedAt, id}, limit}; `after`: the
-- last one of the page before.
create function chatterd.list_conversations(p json) returns json language sql stable as $$
  select coalesce(json_agg(chatterd.conversation_row(c) order by c.updated_at desc, c.id desc), '[]')
  from (
    select * from chatterd.conversations
    where tenant || '' = p->>'tenant'
      and (updated_at, id) < (
        coalesce((p->'after'->>'updatedAt')::timestamptz, 'infinity'),
        coalesce((p->'after'->>'id')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
    order by updated_at desc, id desc limit (p->>'limit')::integer) c
$$;

-- A conversation by its name: conversation_row, or null. p: {tenant, conversation}
create function chatterd.find_conversation(p json) returns json language sql stable as $$
  select chatterd.conversation_row(c) from chatterd.conversations c
  where tenant = p->>'tenant' and name = p->>'conversation'
$$;

-- Changes a conversation, and returns its conversation_row; null where there is none. p: {tenant, conversation, title?, system?, model?,
-- tools?, maxTools, branch?}: absent members stay, null removes; title, system and model are JSON texts; `branch`: as switch_branch has it.
create function chatterd.change_conversation(p json) returns json language plpgsql as $$
declare
  c chatterd.conversations;
begin
  select * into c from chatterd.conversations where tenant = p->>'tenant' and name = p->>'conversation' for update;
  if not found then return null; end if;
  if p->>'branch' is not null then perform chatterd.switch_branch(c, (p->>'branch')::integer); end if;
  update chatterd.conversations
  set title = case when p->'title' is null then title else (p->>'title')::json end,
      title_made = title_made and p->'title' is null,
      system = case when p->'system' is null then system else (p->>'system')::json end,
      model = case when p->'model' is null then model else (p->>'model')::json end,
      tools = case when p->'tools' is null then tools
        else chatterd.merge_tools('[]', p->'tools', (p->>'maxTools')::integer) end,
      tools_version = tools_version + case when p->'tools' is null then 0 else 1 end,
      kept = true, updated_at = now()
  where id = c.id returning * into c;
  perform chatterd.notify_watchers(c.id);
  return chatterd.conversation_row(c);
end $$;

-- Gives the conversation of a turn another title in place of the one that was made from its first prompt; false where a client has given
-- it one, or removed it. The order of the list stays. p: {turn, title}; `title` is a JSON text.
create function chatterd.improve_title(p json) returns json language plpgsql as $$
declare
  improved uuid;
begin
  update chatterd.conversations set title = (p->>'title')::json
  where title_made and id = (select conversation_id from chatterd.turns where id = (p->>'turn')::uuid)
  returning id into improved;
  perform chatterd.notify_watchers(improved);
  return to_json(improved is not null);
end $$;

-- A conversation as the program reads it: {id, name, title, system, model, tools, messages, branch, siblings, activeTurn, createdAt,
-- updatedAt}. `messages`: how many its current branch has. `siblings`: as empty_siblings has them.
create function chatterd.conversation_row(c chatterd.conversations) returns json language sql stable as $$
  select json_build_object(
    'id', c.id, 'name', c.name, 'title', c.title, 'system', c.system, 'model', c.model, 'tools', c.tools,
    'messages', c.next_seq - 1, 'branch', c.branch,
    'siblings', case when c.branch <> 1 then chatterd.empty_siblings(c.id, c.branch, c.next_seq) end,
    'createdAt', chatterd.exact_time(c.created_at), 'updatedAt', chatterd.exact_time(c.updated_at),
    'activeTurn', (select id from chatterd.turns where conversation_id = c.id and status in ('running', 'waiting')))
$$;

-- ISO 8601 in UTC, to the microsecond.
create function chatterd.exact_time(p_time timestamptz) returns text language sql stable as $$
  select to_char(p_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;
