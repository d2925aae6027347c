-- Begins a turn: its messages, the device's tools and the turn itself, all or nothing.
-- p_all: {about, request, system?, messages, tools?: [[name, schema]]}; about: {tenant, conversation, conversationId, turn, runner,
-- host, pid, leaseMs, model, maxTools, replaceTools?, opening, lead, whenBusy, maxWaiting, key?, digest?, keyLifeMs, known?: {conversation,
-- seq}}; request, model and system are JSON texts. `known`: the caller has the messages of that conversation up to that number.
-- Returns {state} as turn_state gives it; {replay: {turn, after}}; {joined: true}; or {busy: true, active} while another turn
-- of the conversation runs or other requests wait before this one, which has its place in the line then, if it is to queue.
create function chatterd.begin_turn(p_all json) returns json language plpgsql as $$
declare
  -- Each look into JSON reads all of it, and messages may be long.
  p json := p_all->'about';
  messages json := p_all->'messages';
  tools_given json := p_all->'tools';
  system_given json := (p_all->>'system')::json;
  me uuid := p->>'runner';
  own uuid := p->>'turn';
  c chatterd.conversations;
  active chatterd.turns;
  before json;
  answer_seq bigint;
begin
  perform chatterd.stay_alive(p);
  c := chatterd.open_conversation(p);
  before := chatterd.begun_before(c.id, p);
  if before is not null then return before; end if;

  select * into active from chatterd.turns where conversation_id = c.id and status in ('running', 'waiting');
  -- What this process has lost of its own, its heartbeat ends.
  if active.id is not null and active.status = 'running' and active.runner <> me and not chatterd.lives(active.runner) then
    perform chatterd.interrupt_turn(active.id, 'interrupted');
    active := null;
    -- It may have got a message more.
    select * into c from chatterd.conversations where id = c.id;
  end if;
  if active.status = 'running' or p->>'whenBusy' <> 'replace' and exists (
    select from chatterd.tickets
    where conversation_id = c.id and turn_id <> own and chatterd.lives(runner)
      and place < coalesce((select place from chatterd.tickets where turn_id = own), 9223372036854775807))
  then
    if p->>'whenBusy' = 'queue' then perform chatterd.wait_in_line(c.id, p); end if;
    return json_build_object('busy', true, 'active', case active.status when 'running' then active.id end);
  end if;
  if active.status = 'waiting' then perform chatterd.cancel_waiting(active.id, 'superseded'); end if;

  if tools_given is not null or system_given is not null or c.model::text is distinct from p->>'model' then
    update chatterd.conversations
    set tools = chatterd.tools_after(
          case when (p->>'replaceTools')::boolean and tools_given is not null then '[]' else c.tools end,
          tools_given, (p->>'maxTools')::integer),
        system = coalesce(system_given, c.system), model = (p->>'model')::json
    where id = c.id;
  end if;

  if c.next_seq = 1 then
    update chatterd.conversations
    set pinned = opening.count, cut_seq = opening.count + 1
    from (
      select coalesce(min(place) - 1, json_array_length(messages)) as count
      from json_array_elements(messages) with ordinality as m(item, place)
      where item->>'role' <> 'system') opening
    where id = c.id;
  end if;

  answer_seq := chatterd.append_messages(c.id, own, c.next_seq, messages);
  insert into chatterd.turns
    (id, conversation_id, request, status, runner, run_since, first_seq, answer_seq, superseded, tools_before,
     system_before, model_before, lead, events)
  values (own, c.id, (p_all->>'request')::json, 'running', me, clock_timestamp(), c.next_seq, answer_seq,
          case active.status when 'waiting' then active.id end, c.tools, c.system, c.model, (p->>'lead')::integer, 1);
  insert into chatterd.events (turn_id, first, count, body) values (own, 1, 1, p->>'opening');
  if p->>'key' is not null then perform chatterd.keep_key(c.id, own, 0, p); end if;
  if p->>'whenBusy' = 'queue' then delete from chatterd.tickets where turn_id = own; end if;
  return chatterd.begun_state(c.id, p);
end $$;

-- What this request, or another of its key, has come to already: {state}, {replay} or {joined: true}; else null. The caller has
-- locked the conversation. p: as begin_turn's
create function chatterd.begun_before(p_conversation uuid, p json) returns json language plpgsql as $$
declare
  t chatterd.turns;
  replay json;
  k chatterd.tickets;
begin
  select * into t from chatterd.turns where id = (p->>'turn')::uuid;
  if t.conversation_id = p_conversation and t.runner = (p->>'runner')::uuid and t.status = 'running' and t.step = 0 then
    return chatterd.begun_state(p_conversation, p);
  end if;
  if t.id is not null or exists (select from chatterd.withdrawn where turn_id = (p->>'turn')::uuid) then
    raise exception using errcode = 'CD409', message = 'The turn was begun before, and is not run by this process any more.';
  end if;
  if p->>'key' is null then return null; end if;
  replay := chatterd.replay_of(p_conversation, p);
  if replay is not null then
    -- It waits no longer.
    delete from chatterd.tickets where turn_id = (p->>'turn')::uuid;
    if found then perform chatterd.signal_free(p_conversation, (p->>'runner')::uuid); end if;
    return replay;
  end if;
  select * into k from chatterd.tickets
  where conversation_id = p_conversation and key = p->>'key' and turn_id <> (p->>'turn')::uuid and chatterd.lives(runner)
  order by place limit 1;
  if not found then return null; end if;
  perform chatterd.check_digest(k.digest, p);
  return json_build_object('joined', true);
end $$;

create function chatterd.begun_state(p_conversation uuid, p json) returns json language plpgsql stable as $$
begin
  return json_build_object('state', chatterd.turn_state(p_conversation, (p->>'turn')::uuid,
    case when (p->'known'->>'conversation')::uuid = p_conversation then (p->'known'->>'seq')::bigint else 0 end));
end $$;
