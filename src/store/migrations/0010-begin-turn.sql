alter table chatterd.conversations
  -- JSON strings, so that they hold any text.
  add column title json,
  add column system json,
  -- The model of its newest turn.
  add column model json;

create index conversations_by_change on chatterd.conversations (tenant, updated_at, id);

alter table chatterd.turns
  -- As `tools_before`.
  add column system_before json,
  add column model_before json;

-- Requests that wait for a busy conversation, in order of arrival. Those of a process that is gone do not count.
create table chatterd.tickets (
  -- Of the turn that is to begin.
  turn_id uuid primary key,
  conversation_id uuid not null references chatterd.conversations on delete cascade,
  place bigint generated always as identity,
  runner uuid not null,
  key text,
  digest text,
  created_at timestamptz not null default now()
);
create index tickets_by_conversation on chatterd.tickets (conversation_id, place);

-- Requests that may be sent again under a name that their client gave them (as JSON text), and the turn that each has begun,
-- or gone on with after event number `after`.
create table chatterd.keys (
  conversation_id uuid not null references chatterd.conversations on delete cascade,
  key text not null,
  digest text not null,
  turn_id uuid not null references chatterd.turns on delete cascade,
  after integer not null,
  created_at timestamptz not null default now(),
  primary key (conversation_id, key)
);
create index keys_by_turn on chatterd.keys (turn_id);
create index keys_by_age on chatterd.keys (created_at);

-- Turns that were withdrawn before they had begun: a begin_turn that is still on its way comes too late.
create table chatterd.withdrawn (
  turn_id uuid primary key,
  at timestamptz not null default now()
);

create function chatterd.lives(p_runner uuid) returns boolean language sql stable as $$
  select exists (select from chatterd.runners where id = p_runner and expires_at > now())
$$;

-- Tells the process whose request is the first to wait for a conversation that it is free; p_runner knows it by itself.
create function chatterd.signal_free(p_conversation uuid, p_runner uuid) returns void language plpgsql as $$
begin
  perform pg_notify('chatterd', json_build_object('free', turn_id, 'runner', runner)::text)
  from (
    select turn_id, runner from chatterd.tickets
    where conversation_id = p_conversation and chatterd.lives(runner) order by place limit 1) waiting
  where runner is distinct from p_runner;
end $$;

-- Adds messages at the end of a conversation whose row the caller has locked, and returns the next free number.
-- p_messages: [{role, body, complete?, usage?, calls: [{index, request, side, status, result?, restartable?}]}]; body, request
-- and result are JSON texts.
create or replace function chatterd.append_messages(p_conversation uuid, p_turn uuid, p_seq bigint, p_messages json)
returns bigint language plpgsql as $$
begin
  insert into chatterd.messages (conversation_id, seq, turn_id, role, body, complete, usage)
  select p_conversation, p_seq + m.place - 1, p_turn, m.item->>'role', (m.item->>'body')::json,
         coalesce((m.item->>'complete')::boolean, true), m.item->'usage'
  from json_array_elements(p_messages) with ordinality as m(item, place);

  insert into chatterd.calls
    (conversation_id, message_seq, index, turn_id, request, side, status, result, ended_at, restartable)
  select p_conversation, p_seq + m.place - 1, (k.item->>'index')::integer, p_turn, (k.item->>'request')::json,
         k.item->>'side', k.item->>'status', (k.item->>'result')::json,
         case when k.item->>'status' in ('running', 'offered') then null else now() end,
         coalesce((k.item->>'restartable')::boolean, false)
  from json_array_elements(p_messages) with ordinality as m(item, place),
       json_array_elements(m.item->'calls') as k(item);

  p_seq := p_seq + json_array_length(p_messages);
  update chatterd.conversations set next_seq = p_seq, updated_at = now() where id = p_conversation;
  return p_seq;
end $$;

-- What a turn is run with: the log that is told to the model, its calls, and the device's tools.
-- Messages up to number p_after are left out: the caller has them. So are results that came after their call was superseded:
-- the model is not told of them, and what the caller has stays right.
create or replace function chatterd.turn_state(p_conversation uuid, p_turn uuid, p_after bigint)
returns json language plpgsql stable as $$
begin
  return (select json_build_object(
    'id', c.id, 'after', p_after, 'tenant', c.tenant, 'conversation', c.name, 'tools', c.tools, 'system', c.system,
    'pinned', c.pinned, 'cut', c.cut_seq,
    'turn', t.id, 'request', t.request, 'status', t.status, 'step', t.step, 'events', t.events,
    'messages', (
      select coalesce(json_agg(json_build_array(seq, turn_id, role, body, complete, usage) order by seq), '[]')
      from (
        select * from chatterd.messages
        where conversation_id = c.id and seq > p_after and seq <= least(c.pinned, c.cut_seq - 1)
        union all
        select * from chatterd.messages where conversation_id = c.id and seq > p_after and seq >= c.cut_seq
      ) told),
    'calls', (
      select coalesce(json_agg(
        json_build_array(message_seq, index, request, side, status, case when status <> 'superseded' then result end, restartable)
        order by message_seq, index), '[]')
      from chatterd.calls
      where conversation_id = c.id and message_seq > p_after and message_seq >= c.cut_seq))
  from chatterd.conversations c, chatterd.turns t
  where c.id = p_conversation and t.id = p_turn);
end $$;

-- Locks the conversation of a name; there is one after this. p: {tenant, conversation, conversationId}
create function chatterd.open_conversation(p json) returns chatterd.conversations language plpgsql as $$
declare
  c chatterd.conversations;
begin
  loop
    select * into c from chatterd.conversations
    where tenant = p->>'tenant' and name = p->>'conversation' for update;
    if found then return c; end if;
    -- Another request may do the same, or a reset remove it: then it is looked for again.
    insert into chatterd.conversations (id, tenant, name)
    values ((p->>'conversationId')::uuid, p->>'tenant', p->>'conversation')
    on conflict (tenant, name) do nothing returning * into c;
    if found then return c; end if;
  end loop;
end $$;

-- Removes a conversation that nothing is left of. The caller has locked it.
create function chatterd.remove_empty(p_conversation uuid) returns void language sql as $$
  delete from chatterd.conversations c
  where id = p_conversation and next_seq = 1 and json_array_length(tools) = 0
    and title is null and system is null and model is null
    and not exists (select from chatterd.turns where conversation_id = c.id)
    and not exists (select from chatterd.tickets where conversation_id = c.id)
$$;

-- What a request of this key has come to, {replay: {turn, after}}; null where there was none. Fails with CDKEY where it was
-- another request. p: {key?, digest, keyLifeMs}
create function chatterd.replay_of(p_conversation uuid, p json) returns json language plpgsql as $$
declare
  k chatterd.keys;
begin
  if p->>'key' is null then return null; end if;
  select * into k from chatterd.keys
  where conversation_id = p_conversation and key = p->>'key'
    and created_at > now() - (p->>'keyLifeMs')::bigint * interval '1 ms';
  if not found then return null; end if;
  perform chatterd.check_digest(k.digest, p);
  -- From now on somebody knows of the turn: the request that has begun it cannot be withdrawn any more.
  update chatterd.turns set watched = true where id = k.turn_id and not watched and status in ('running', 'waiting');
  return json_build_object('replay', json_build_object('turn', k.turn_id, 'after', k.after));
end $$;

create function chatterd.check_digest(p_digest text, p json) returns void language plpgsql as $$
begin
  if p_digest is distinct from p->>'digest' then
    raise exception using errcode = 'CDKEY', message = 'The Idempotency-Key was used with another body.';
  end if;
end $$;

-- Remembers what a request of this key has come to. p: {key?, digest}
create function chatterd.keep_key(p_conversation uuid, p_turn uuid, p_after integer, p json) returns void language plpgsql as $$
begin
  if p->>'key' is null then return; end if;
  insert into chatterd.keys (conversation_id, key, digest, turn_id, after)
  values (p_conversation, p->>'key', p->>'digest', p_turn, p_after)
  on conflict (conversation_id, key) do update
  set digest = excluded.digest, turn_id = excluded.turn_id, after = excluded.after, created_at = excluded.created_at;
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

-- Gives a request its place in the line, where it has none. Fails with CDBSY where too many wait. The caller has locked the
-- conversation. p: {turn, runner, key?, digest?, maxWaiting}
create function chatterd.wait_in_line(p_conversation uuid, p json) returns void language plpgsql as $$
declare
  waiting bigint;
begin
  if exists (select from chatterd.tickets where turn_id = (p->>'turn')::uuid) then return; end if;
  select count(*) into waiting from chatterd.tickets where conversation_id = p_conversation and chatterd.lives(runner);
  if waiting >= (p->>'maxWaiting')::bigint then
    raise exception using errcode = 'CDBSY', message = format(
      'The conversation is busy, and %s requests wait for it already (setting CHATTERD_BUSY_QUEUE).', waiting);
  end if;
  insert into chatterd.tickets (turn_id, conversation_id, runner, key, digest)
  values ((p->>'turn')::uuid, p_conversation, (p->>'runner')::uuid, p->>'key', p->>'digest');
end $$;

drop function chatterd.begin_turn(json);

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

-- Gives up a place in the line. p: {turn, runner}
create function chatterd.leave_line(p json) returns void language plpgsql as $$
declare
  left_id uuid := (select conversation_id from chatterd.tickets where turn_id = (p->>'turn')::uuid);
begin
  perform from chatterd.conversations where id = left_id for update;
  delete from chatterd.tickets where turn_id = (p->>'turn')::uuid;
  if found and not exists (select from chatterd.turns where conversation_id = left_id and status = 'running') then
    perform chatterd.signal_free(left_id, (p->>'runner')::uuid);
    perform chatterd.remove_empty(left_id);
  end if;
end $$;
