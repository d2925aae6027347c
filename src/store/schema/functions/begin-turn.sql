-- Begins a turn: its messages, the device's tools and the turn itself, all or nothing.
-- p_all: {about, request, system?, messages, tools?: [[name, schema]]}; about: {tenant, conversation, conversationId, turn, runner,
-- host, pid, leaseMs, model?, title?, maxTools, replaceTools?, startRecord, maxUnjournaled, whenBusy, maxQueued, wantsPosition?, key?,
-- digest?, keyLifeMs, cached?: {conversation, branch, pinned, from, seq}, onlyIfBegun?, knownTools?, after?}. request, model, title and
-- system are JSON texts. `title`: for a conversation without one that has had no turn. `startRecord`: the turn's first event.
-- `cached`: the caller has the messages of that branch from the one number up to the other, and the pinned ones. p_bodies: of the
-- messages. `onlyIfBegun`: nothing is begun, and the request is not in the queue then. `after`: the turn comes after this message of the
-- current branch, in a new branch where others follow it; without messages, it answers this one anew.
-- Returns one of {state, earlier}, as turn_state gives it (`earlier`: it was begun by a call before this one); {replay: {turn, after}}; {busy: true, active, position?}, where another turn runs or other
-- requests are first in the queue (`position`: where p wants it); {needsTools: true}, as has_tools says. With `whenBusy` = 'queue' the request is in the queue when busy.
create function chatterd.begin_turn(p_all json, p_bodies json[]) returns json language plpgsql as $$
declare
  -- Each access to a member parses all of the JSON, and messages may be long.
  p json := p_all->'about';
  messages json := p_all->'messages';
  given_tools json := p_all->'tools';
  given_system json := (p_all->>'system')::json;
  me uuid := p->>'runner';
  own uuid := p->>'turn';
  c chatterd.conversations;
  before chatterd.conversations;
  active chatterd.turns;
  earlier json;
  after bigint := p->>'after';
  reply_seq bigint;
  titled boolean;
begin
  perform chatterd.ensure_lease(p);
  c := chatterd.lock_conversation(p);
  earlier := chatterd.find_earlier_begin(c.id, p);
  if earlier is not null then return earlier; end if;
  if (p->>'onlyIfBegun')::boolean then
    perform chatterd.remove_if_empty(c.id);
    return json_build_object('busy', true);
  end if;
  if (p->'knownTools'->>'same')::boolean and not chatterd.has_tools(c, p) then
    perform chatterd.remove_if_empty(c.id);
    return json_build_object('needsTools', true);
  end if;

  select * into active from chatterd.turns where conversation_id = c.id and status in ('running', 'waiting');
  -- Turns of its own that a process has lost are ended by its heartbeat.
  if active.id is not null and active.status = 'running' and active.runner <> me and not chatterd.is_alive(active.runner) then
    perform chatterd.interrupt_turn(active.id, 'interrupted');
    active := null;
    -- The interruption may have added a message.
    select * into c from chatterd.conversations where id = c.id;
  end if;
  if active.status = 'running' or p->>'whenBusy' <> 'replace' and chatterd.is_behind_others(c.id, own) then
    if p->>'whenBusy' = 'queue' then perform chatterd.enqueue(c.id, p); end if;
    return json_build_object('busy', true, 'active', case active.status when 'running' then active.id end,
      'position', case when (p->>'wantsPosition')::boolean then chatterd.queue_position(p) end);
  end if;
  if active.status = 'waiting' then perform chatterd.cancel_waiting_turn(active.id, 'superseded'); end if;

  titled := c.title is null and p->>'title' is not null and (
    c.next_seq = 1 or not exists (select from chatterd.turns where conversation_id = c.id));
  if after is not null then
    before := c;
    if json_array_length(messages) = 0 then
      select * into after, messages, p_bodies from chatterd.input_again(c, after);
    end if;
    c := chatterd.branch_off(c, after);
  end if;

  if given_tools is not null or given_system is not null or titled or c.model::text is distinct from p->>'model' then
    update chatterd.conversations
    set tools = chatterd.merge_tools(
          case when (p->>'replaceTools')::boolean and given_tools is not null then '[]' else c.tools end,
          given_tools, (p->>'maxTools')::integer),
        tools_version = tools_version + case when given_tools is null then 0 else 1 end,
        system = coalesce(given_system, c.system), model = coalesce((p->>'model')::json, c.model),
        title = case when titled then (p->>'title')::json else title end, title_made = title_made or titled
    where id = c.id;
  end if;

  -- The turn begins the conversation, or what a branch has of its own begins within the pinned messages.
  if c.next_seq = 1 or c.next_seq <= c.pinned then
    update chatterd.conversations
    set pinned = opening.count, prompt_from = opening.count + 1
    from (
      select c.next_seq - 1 + coalesce(min(number) - 1, json_array_length(messages)) as count
      from json_array_elements(messages) with ordinality as m(item, number)
      where item->>'role' <> 'system') opening
    where id = c.id;
  end if;

  reply_seq := chatterd.append_messages(c.id, own, c.branch, c.next_seq, messages, p_bodies);
  insert into chatterd.turns
    (id, conversation_id, branch, branch_before, request, status, runner, running_since, first_seq, reply_seq, supersedes, tools_before,
     system_before, model_before, updated_before, max_unjournaled, last_event)
  values (own, c.id, c.branch, case when before.branch <> c.branch then chatterd.branch_state(before) end, (p_all->>'request')::json, 'running', me, clock_timestamp(), c.next_seq, reply_seq,
          case active.status when 'waiting' then active.id end, case when given_tools is not null then c.tools end, c.system, c.model, c.updated_at,
          (p->>'maxUnjournaled')::integer, 1);
  insert into chatterd.events (turn_id, first, count, records) values (own, 1, 1, p->>'startRecord');
  if p->>'whenBusy' = 'queue' then
    delete from chatterd.queue where turn_id = own;
    if found then perform chatterd.notify_positions(c.id, me); end if;
  end if;
  if p->>'key' is not null then
    perform chatterd.save_key(c.id, own, 0, p);
    perform chatterd.notify_key(c.id, p->>'key');
  end if;
  return chatterd.begun_state(c.id, p, false);
end $$;

-- What this request, or another one of its key, has led to before: {state} or {replay}; null where there was none. Fails with CDKEY
-- where a request with this key and another body is in the queue. The caller has locked the conversation. p: as begin_turn's
create function chatterd.find_earlier_begin(p_conversation uuid, p json) returns json language plpgsql as $$
declare
  own uuid := p->>'turn';
  t chatterd.turns;
  replay json;
begin
  select * into t from chatterd.turns where id = own;
  if t.conversation_id = p_conversation and t.runner = (p->>'runner')::uuid and t.status = 'running' and t.step = 0 then
    return chatterd.begun_state(p_conversation, p, true);
  end if;
  -- This process has lost it meanwhile: the turn has ended, or runs elsewhere.
  if t.id is not null then return json_build_object('replay', json_build_object('turn', own, 'after', 0)); end if;
  if exists (select from chatterd.withdrawn_turns where turn_id = own) then
    raise exception using errcode = 'CDLST', message = 'The turn was begun before, and is withdrawn.';
  end if;
  if p->>'key' is null then return null; end if;
  replay := chatterd.match_key(p_conversation, p);
  if replay is not null then
    delete from chatterd.queue where turn_id = own;
    if found then
      perform chatterd.notify_next_in_queue(p_conversation, (p->>'runner')::uuid);
      perform chatterd.notify_positions(p_conversation, (p->>'runner')::uuid);
    end if;
    return replay;
  end if;
  perform chatterd.check_digest(digest, p) from chatterd.queue
  where conversation_id = p_conversation and key = p->>'key' and chatterd.is_alive(runner);
  return null;
end $$;

-- {state, earlier} of a turn that has begun, without the messages that it has just added: the caller has them, unless p has `after`.
-- p: as begin_turn's
create function chatterd.begun_state(p_conversation uuid, p json, p_earlier boolean) returns json language plpgsql stable as $$
begin
  return (select json_build_object('earlier', p_earlier, 'state', chatterd.turn_state(c.id, t.id,
      -- Where the prompt begins earlier than it did, messages are missing there.
      case when (p->'cached'->>'conversation')::uuid = c.id and (p->'cached'->>'from')::bigint <= c.prompt_from
          and (p->'cached'->>'pinned')::bigint >= c.pinned
        then case (p->'cached'->>'branch')::integer when c.branch then (p->'cached'->>'seq')::bigint
          else least((p->'cached'->>'seq')::bigint, chatterd.shared_until(c, (p->'cached'->>'branch')::integer)) end
        else 0 end,
      case when p->>'after' is null then t.first_seq else 9223372036854775807 end, chatterd.has_tools(c, p)))
    from chatterd.conversations c, chatterd.turns t where c.id = p_conversation and t.id = (p->>'turn')::uuid);
end $$;
